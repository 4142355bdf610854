package dev.backbench.workloads;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs written for this project: resources below {@code /workloads}, declared in {@code catalogue.json}. Run from a source tree they are used where
 * they lie; from a jar they are copied into the cache, where a folder can be preopened.
 */
final class OwnPrograms {
    private final ProgramFolder folder;
    private final List<CatalogueFile.Program> declared;
    private List<Workload> all;

    OwnPrograms(ProgramFolder folder, List<CatalogueFile.Program> declared) {
        this.folder = folder;
        this.declared = declared;
    }

    synchronized List<Workload> all() {
        if (all == null) {
            List<Workload> loaded = new ArrayList<>();
            for (CatalogueFile.Program entry : declared) loaded.add(load(entry));
            all = List.copyOf(loaded);
        }
        return all;
    }

    private Workload load(CatalogueFile.Program entry) {
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
        return new Workload(entry.name(), entry.family(), Origin.OWN, entry.why(), entry.language(), Workload.WASM, wasm, Hex.sha256(bytes), entry.arguments(), stdin,
                wasm.getParent(), stdout, stderr, entry.source(), code.whyNotRunnable(), entry.preset(), code);
    }

    private Path file(CatalogueFile.Program entry, String name, boolean required) {
        return file(entry.name(), entry.sha256(), name, required);
    }

    /** A program of another language: its text, and what it prints. */
    Workload script(CatalogueFile.Script entry) {
        Path text = file(entry.name(), entry.sha256(), entry.name() + entry.suffix(), true), stdout = file(entry.name(), entry.sha256(), entry.name() + ".stdout.expected", true);
        try {
            byte[] bytes = Files.readAllBytes(text);
            return new Workload(entry.name(), entry.name(), Origin.OWN, entry.why(), entry.language(), entry.input(), text, Hex.sha256(bytes), List.of(), null, text.getParent(), stdout, null,
                    "workloads/scripts/" + entry.name() + "/" + text.getFileName(), null, Preset.QUICK, ModuleSummary.ofText(bytes.length));
        } catch (IOException e) {
            throw new WorkloadException("cannot read " + text + ": " + Failures.reason(e), e);
        }
    }

    private Path file(String program, String sha256, String name, boolean required) {
        String resource = CatalogueFile.ROOT + program + "/" + name;
        URL url = OwnPrograms.class.getResource(resource);
        if (url == null) {
            if (!required) return null;
            throw new WorkloadException("the program " + program + " lacks " + name + ": rebuild with workloads/build.sh " + program);
        }
        try {
            if (url.getProtocol().equals("file")) return Path.of(new URI(url.toString()));
            try (InputStream in = url.openStream()) {
                return CacheFiles.put(folder.path().resolve("own").resolve(sha256).resolve(name), in.readAllBytes());
            }
        } catch (URISyntaxException e) {
            throw new WorkloadException("cannot find " + resource + " at " + url, e);
        } catch (IOException e) {
            throw new WorkloadException("cannot read " + url + ": " + Failures.reason(e), e);
        }
    }
}
