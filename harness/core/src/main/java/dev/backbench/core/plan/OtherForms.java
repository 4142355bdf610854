package dev.backbench.core.plan;

import dev.backbench.core.store.Seal;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Compiler;
import dev.backbench.wasm.WasmException;
import dev.backbench.workloads.Workload;
import dev.backbench.workloads.WorkloadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Modules in the form that a back end takes which takes no modules: what another back end of this build shows as its stage of that name. So native Cranelift and the port compile the very same
 * CLIF, each beside its figures of the modules themselves.
 */
final class OtherForms {
    private final Backends backends;
    private final Path folder;
    /** Forms wanted, and who makes them. */
    private final Map<String, Backend> makers = new LinkedHashMap<>();

    OtherForms(Backends backends, List<Backends.Chosen> chosen, Path cache) {
        this.backends = backends;
        folder = cache.resolve("workloads").resolve("derived");
        for (Backends.Chosen one : chosen) {
            if (!one.availability().yes() || one.backend().inputs().contains(Workload.WASM)) continue;
            for (String form : one.backend().inputs()) if (maker(form) != null) makers.put(form, maker(form));
        }
    }

    private Backend maker(String form) {
        for (Backend backend : backends.all()) {
            if (backend.inputs().contains(Workload.WASM) && backend.stages().contains(form) && backend.available().yes()) return backend;
        }
        return null;
    }

    /** The workloads, and behind them the modules among them in the forms wanted; a module that cannot be brought into one is not there in it. */
    List<Workload> with(List<Workload> workloads) {
        List<Workload> all = new ArrayList<>(workloads);
        makers.forEach((form, maker) -> {
            try (Compiler compiler = maker.newCompiler(backends.resolve(List.of(maker.id()), 1).getFirst().options())) {
                for (Workload workload : workloads) if (workload.input().equals(Workload.WASM)) add(all, workload, form, compiler);
            }
        });
        return List.copyOf(all);
    }

    private void add(List<Workload> all, Workload workload, String form, Compiler compiler) {
        byte[] text;
        try {
            text = compiler.emit(workload.bytes(), form, -1);
        } catch (WasmException | BackendException unsupported) {
            return;
        }
        Path file = folder.resolve(Seal.sha256(workload.sha256() + form).substring(0, 16) + '-' + Integer.toHexString(Arrays.hashCode(text)) + '.' + form);
        try {
            if (!Files.exists(file) || Files.size(file) != text.length) write(file, text);
        } catch (IOException e) {
            throw new WorkloadException("cannot write " + file + ": " + e.getMessage(), e);
        }
        all.add(workload.inForm(form, file, text, form + " is compiled only: it holds functions, not a program"));
    }

    private void write(Path file, byte[] text) throws IOException {
        Files.createDirectories(folder);
        Path part = Files.createTempFile(folder, "part", null);
        Files.write(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
