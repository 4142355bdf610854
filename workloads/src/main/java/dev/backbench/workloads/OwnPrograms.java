package dev.backbench.workloads;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs written for this project: resources below {@code /workloads}, declared in {@code catalogue.json}. Run from a source tree they are used where
 * they lie; from a jar they are copied into the cache, where a folder can be preopened.
 */
final class OwnPrograms {
    private static final String ROOT = "/workloads/";
    private static final String INDEX = ROOT + "catalogue.json";

    /** One program as declared. Its files are {@code name/name.wasm}, {@code name/name.stdout.expected} and the inputs, in {@code name/}. */
    record Entry(String name, String family, String why, String language, Preset preset, String source, List<String> arguments, String stdin, List<String> inputs,
            String sha256, int codeBytes, int functions) {
        Entry {
            arguments = arguments == null ? List.of() : arguments;
            inputs = inputs == null ? List.of() : inputs;
        }
    }

    record Index(@JsonProperty("programs") List<Entry> programs) {}

    private final Path cache;
    private List<Workload> all;

    OwnPrograms(Path cache) {
        this.cache = cache;
    }

    synchronized List<Workload> all() {
        if (all == null) {
            List<Workload> loaded = new ArrayList<>();
            for (Entry entry : entries()) loaded.add(load(entry));
            all = List.copyOf(loaded);
        }
        return all;
    }

    static List<Entry> entries() {
        try (InputStream in = OwnPrograms.class.getResourceAsStream(INDEX)) {
            if (in == null) throw new WorkloadException("the catalogue of programs is missing from this build: run ./bench again after removing target/");
            ObjectMapper mapper = new ObjectMapper();
            mapper.configure(com.fasterxml.jackson.databind.MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS, true);
            return mapper.readValue(in, Index.class).programs();
        } catch (IOException e) {
            throw new WorkloadException("cannot read the catalogue of programs: " + Failures.reason(e), e);
        }
    }

    private Workload load(Entry entry) {
        Path wasm = file(entry, entry.name() + ".wasm", true);
        Path stdout = file(entry, entry.name() + ".stdout.expected", true);
        Path stderr = file(entry, entry.name() + ".stderr.expected", false);
        for (String input : entry.inputs()) file(entry, input, true);
        Path stdin = entry.stdin() == null ? null : file(entry, entry.stdin(), true);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(wasm);
        } catch (IOException e) {
            throw new WorkloadException("cannot read " + wasm + ": " + Failures.reason(e), e);
        }
        ModuleSummary code = ModuleSummary.of(bytes);
        return new Workload(entry.name(), entry.family(), Origin.OWN, entry.why(), entry.language(), wasm, Hex.sha256(bytes), entry.arguments(), stdin,
                wasm.getParent(), stdout, stderr, entry.source(), code.whyNotRunnable(), entry.preset(), code);
    }

    private Path file(Entry entry, String name, boolean required) {
        String resource = ROOT + entry.name() + "/" + name;
        URL url = OwnPrograms.class.getResource(resource);
        if (url == null) {
            if (!required) return null;
            throw new WorkloadException("the program " + entry.name() + " lacks " + name + ": rebuild with workloads/build.sh " + entry.name());
        }
        try {
            if (url.getProtocol().equals("file")) return Path.of(new URI(url.toString()));
            return copy(resource, cache.resolve(entry.sha256()).resolve(name));
        } catch (URISyntaxException e) {
            throw new WorkloadException("cannot find " + resource + " at " + url, e);
        }
    }

    /** Copies unless a file of the same content is there; a reader never sees half of one. */
    private static Path copy(String resource, Path to) {
        try (InputStream in = OwnPrograms.class.getResourceAsStream(resource)) {
            byte[] bytes = in.readAllBytes();
            if (Files.isRegularFile(to) && Files.size(to) == bytes.length && Hex.sha256(to).equals(Hex.sha256(bytes))) return to;
            Files.createDirectories(to.getParent());
            Path part = Files.createTempFile(to.getParent(), to.getFileName().toString(), ".part");
            Files.write(part, bytes);
            return Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new WorkloadException("cannot write " + to + ": " + Failures.reason(e) + "; set BENCH_CACHE to a folder that can be written", e);
        }
    }
}
