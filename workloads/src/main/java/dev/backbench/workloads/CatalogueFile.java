package dev.backbench.workloads;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** What {@code catalogue.json} declares: our programs, those in other languages, the modules of others that can be fetched, and the sweeps whose checksum is known. */
record CatalogueFile(List<Program> programs, List<Script> scripts, List<PinnedModules.Pinned> pinned, List<Sweep> sweeps) {
    static final String ROOT = "/workloads/";

    /** One program. Its files are {@code name/name.wasm}, {@code name/name.stdout.expected} and the inputs, in {@code name/}. */
    record Program(String name, String family, String why, String language, Preset preset, String source, List<String> arguments, String stdin,
            List<String> inputs, String sha256, int codeBytes, int functions) {
        Program {
            arguments = arguments == null ? List.of() : arguments;
            inputs = inputs == null ? List.of() : inputs;
        }
    }

    /** A program that is handed over as text: {@code name/name.mjs} or {@code name/name.py}, and {@code name/name.stdout.expected}. */
    record Script(String name, String input, String why, String sha256) {
        String suffix() {
            return input.equals("js") ? ".mjs" : ".py";
        }

        String language() {
            return input.equals("js") ? "JavaScript" : "Python 3";
        }
    }

    /** A sweep of seed 1 as it was when two engines agreed on what it prints. */
    record Sweep(@JsonProperty("functions") int functions, String sha256, String stdout) {}

    static CatalogueFile read() {
        try (InputStream in = CatalogueFile.class.getResourceAsStream(ROOT + "catalogue.json")) {
            if (in == null) throw new WorkloadException("the catalogue of programs is missing from this build: remove target/ and run ./bench again");
            return JsonMapper.builder().enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS).build().readValue(in, CatalogueFile.class);
        } catch (IOException e) {
            throw new WorkloadException("cannot read the catalogue of programs: " + Failures.reason(e), e);
        }
    }
}
