package dev.backbench.engine;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compiles through an engine's interface. The interface fixes folder and output files before it compiles, so a run compiles once more in a
 * session of its own, outside what is timed.
 */
final class EngineCompiler extends ProgramCompiler {
    private static final String OWNER = "the engine interface";

    private final EngineLibrary library;
    private final Path scratch;

    EngineCompiler(EngineLibrary library) {
        super(OWNER);
        this.library = library;
        try {
            scratch = Files.createTempDirectory("bench-engine-");
        } catch (IOException e) {
            throw new BackendException("no temporary folder: " + e.getMessage(), e);
        }
    }

    private EngineLibrary.Settings settings(Path folder, Path stdin) {
        return new EngineLibrary.Settings(folder, scratch.resolve("stdout"), scratch.resolve("stderr"), stdin);
    }

    @Override
    public Artifact compile(byte[] wasm, PhaseClock clock) {
        try (EngineLibrary.Session session = library.new Session(settings(scratch, null), RegionTimer.IGNORED)) {
            session.compile(wasm);
        }
        return new Module(wasm);
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        byte[] wasm = ((Module) artifact).wasm;
        return new CompiledModule() {
            @Override
            public ProgramResult run(ProgramConfig config) {
                try {
                    return runProgram(wasm, config);
                } catch (IOException e) {
                    throw new BackendException("cannot exchange files with the engine: " + e.getMessage(), e);
                }
            }

            @Override
            public void close() {}
        };
    }

    private ProgramResult runProgram(byte[] wasm, ProgramConfig config) throws IOException {
        Path stdin = scratch.resolve("stdin");
        writeInput(stdin, config.in());
        Path folder = config.preopen() == null ? scratch : config.preopen().toAbsolutePath();
        RegionTimer timer = new RegionTimer();
        EngineLibrary.Settings settings = settings(folder, stdin);
        try (EngineLibrary.Session session = library.new Session(settings, timer)) {
            session.compile(wasm);
            long asked = System.nanoTime();
            session.instantiate();
            long started = System.nanoTime();
            session.execute();
            long finished = System.nanoTime();
            timer.check();
            boolean marked = timer.marked;
            return new ProgramResult(0, marked, marked ? timer.firstMark : started, marked ? timer.wall : finished - started, -1, -1, -1, -1, -1, started - asked,
                    finished - asked);
        } finally {
            readOutput(settings.stdout(), config.out());
            readOutput(settings.stderr(), config.err());
        }
    }

    /** The interface hands out no code; a run needs the module again. */
    private static final class Module extends OpaqueArtifact {
        private final byte[] wasm;

        Module(byte[] wasm) {
            super(OWNER);
            this.wasm = wasm;
        }
    }

    @Override
    public void close() {
        try {
            for (String file : new String[] {"stdin", "stdout", "stderr"}) Files.deleteIfExists(scratch.resolve(file));
            Files.delete(scratch);
        } catch (IOException e) {
            throw new BackendException("could not remove " + scratch, e);
        }
    }
}
