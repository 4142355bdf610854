package dev.backbench.engine;

import dev.backbench.exec.process.NativeHost;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Containers;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.StartHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code engine=PATH}: any shared library that speaks Sightglass's engine interface, without a line of Java. */
public final class EngineBackend implements Backend {
    @Override
    public String id() {
        return "engine";
    }

    @Override
    public String summary() {
        return "engine=PATH: a shared library with Sightglass's engine interface (wasm_bench_create and so on)";
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public boolean takesFile() {
        return true;
    }

    @Override
    public Availability available() {
        return Availability.YES;
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        return new EngineCompiler(new EngineLibrary(library(options)));
    }

    /** The library with what lies beside it. */
    @Override
    public Containers.Image image(CompileOptions options) {
        return new Containers.Image(Containers.BARE.name(), options.file() == null ? List.of() : List.of(options.file().toAbsolutePath().getParent()));
    }

    private static Path library(CompileOptions options) {
        Path file = options.file();
        if (file == null) throw new BackendException("name the engine's library: engine=PATH");
        if (!Files.isRegularFile(file)) throw new BackendException("no engine library at " + file);
        return file.toAbsolutePath();
    }

    @Override
    public StartHost startHost(CompileOptions options) {
        return new NativeHost(EngineBackend.class, "start.c", List.of(options.file().toAbsolutePath().toString()));
    }

    /** The interface tells nothing about itself; what is unknown is said to be so. */
    @Override
    public Ledger ledger(CompileOptions options) {
        return new Ledger("unknown", null, library(options).toString(), "in process", "default", options.threads(), "wasm", "unknown", false, "unknown", "unknown",
                false, "unknown", "unknown", false, "unknown", "all", Map.of("settings", "the library's own; the interface does not tell them"));
    }
}
