package dev.backbench.command;

import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the declared commands. What they make lies in a folder of this compiler's own until the next compile. */
final class CommandCompiler implements Compiler {
    private final Declaration declaration;
    private final ProgramProcess process;
    private final Map<String, String> places = new HashMap<>();
    private int generation;

    CommandCompiler(Declaration declaration, Path here) {
        this.declaration = declaration;
        process = new ProgramProcess(declaration.name());
        places.put("here", here.toString());
        places.put("out", process.folder().toString());
        places.put("wasm", process.folder().resolve("module.wasm").toString());
    }

    private static final class Made extends OpaqueArtifact {
        private final int generation;

        Made(String owner, int generation) {
            super(owner);
            this.generation = generation;
        }
    }

    @Override
    public Artifact compile(byte[] wasm, PhaseClock clock) {
        process.clear();
        try {
            Files.write(Path.of(places.get("wasm")), wasm);
        } catch (IOException e) {
            throw new BackendException(declaration.name() + ": cannot hand over the module: " + e.getMessage(), e);
        }
        for (List<String> words : declaration.compile()) process.compile(Declaration.fill(words, places, List.of()), declaration.install());
        return new Made(declaration.name(), ++generation);
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        int mine = ((Made) artifact).generation;
        return new CompiledModule() {
            @Override
            public ProgramResult run(ProgramConfig config) {
                if (mine != generation) throw new BackendException("this module's compiler has gone on to another module");
                return runProgram(config);
            }

            @Override
            public void close() {}
        };
    }

    private ProgramResult runProgram(ProgramConfig config) {
        Map<String, String> all = new HashMap<>(places);
        all.put("dir", (config.preopen() == null ? process.folder() : config.preopen()).toAbsolutePath().toString());
        List<String> arguments = config.arguments().stream().skip(1).toList();
        return process.run(Declaration.fill(declaration.run(), all, arguments), config, declaration.install());
    }

    @Override
    public Artifact deserialize(byte[] serialized) {
        throw OpaqueArtifact.noSerialisedForm(declaration.name());
    }

    @Override
    public Store newStore() {
        throw new BackendException(declaration.name() + " runs whole programs, not single functions");
    }

    @Override
    public void close() {
        process.close();
    }
}
