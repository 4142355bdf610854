package dev.backbench.core.fake;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A back end that does not compile: a module's code is its bytes, and running it prints {@code ran NAME}, NAME being what follows the last {@code #} in the
 * module. Subclasses misbehave on modules of certain names.
 */
public class FakeBackend implements Backend {
    private final String id;
    private final long compileMillis, runMillis;

    /** The one that behaves. */
    public FakeBackend() {
        this("good", 3, 2);
    }

    protected FakeBackend(String id, long compileMillis, long runMillis) {
        this.id = id;
        this.compileMillis = compileMillis;
        this.runMillis = runMillis;
    }

    /** What happens before a module is compiled. */
    protected void beforeCompile(String module) throws Exception {}

    /** Of processes that it keeps beside the worker's. */
    protected long companionCpu() {
        return 0;
    }

    /** What happens before a module's marked region. */
    protected void beforeRun(String module) throws Exception {}

    protected String output(String module) {
        return "ran " + module + "\n";
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String summary() {
        return "a fake";
    }

    @Override
    public List<String> levels() {
        return List.of("O0", "O1", "O2");
    }

    @Override
    public String defaultLevel() {
        return "O2";
    }

    @Override
    public Set<String> options() {
        return Set.of("fast", "slow");
    }

    @Override
    public Availability available() {
        return Availability.YES;
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        return new Ledger("1.0", null, null, "in process", options.level(), options.threads(), "wasm", "guard", false, "own", "own", false, "guard", "native", false, "none",
                null, Map.of());
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        return new FakeCompiler(options.level().equals("O0") ? Math.max(1, compileMillis / 3) : compileMillis, options.level().equals("O0") ? 3 * runMillis : runMillis);
    }

    /** Uses CPU time, unlike sleep. */
    static void burn(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) Thread.onSpinWait();
    }

    static String name(byte[] wasm) {
        String text = new String(wasm, StandardCharsets.ISO_8859_1);
        return text.substring(text.lastIndexOf('#') + 1);
    }

    private final class FakeArtifact extends OpaqueArtifact {
        final byte[] wasm;

        FakeArtifact(byte[] wasm) {
            super("the fake");
            this.wasm = wasm.clone();
        }

        @Override
        public byte[] serialize() {
            return wasm.clone();
        }

        @Override
        public long codeBytes() {
            return 3L * wasm.length;
        }

        @Override
        public long constantBytes() {
            return 8;
        }

        @Override
        public int functionsEmitted() {
            return 1;
        }

        @Override
        public byte[] normalizedCode() {
            return wasm;
        }
    }

    private final class FakeCompiler implements Compiler {
        private final long compileMillis, runMillis;

        FakeCompiler(long compileMillis, long runMillis) {
            this.compileMillis = compileMillis;
            this.runMillis = runMillis;
        }

        @Override
        public Artifact compile(byte[] wasm, PhaseClock clock) {
            clock.enter(PhaseClock.OPTIMISE);
            quietly(() -> beforeCompile(name(wasm)));
            burn(name(wasm).startsWith("empty") ? 0 : compileMillis);
            clock.leave();
            return new FakeArtifact(wasm);
        }

        @Override
        public CompiledModule link(Artifact artifact, PhaseClock clock) {
            String name = name(((FakeArtifact) artifact).wasm);
            return new CompiledModule() {
                @Override
                public ProgramResult run(ProgramConfig config) {
                    return FakeBackend.this.run(name, config, runMillis);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public long companionCpu() {
            return FakeBackend.this.companionCpu();
        }

        @Override
        public Artifact deserialize(byte[] serialized) {
            return new FakeArtifact(serialized);
        }

        @Override
        public Store newStore() {
            throw new BackendException("the fake has no instances");
        }

        @Override
        public void close() {}
    }

    private ProgramResult run(String module, ProgramConfig config, long millis) {
        long called = System.nanoTime();
        quietly(() -> beforeRun(module));
        long mark = System.nanoTime();
        burn(millis);
        long region = System.nanoTime() - mark;
        quietly(() -> config.out().write(output(module).getBytes(StandardCharsets.UTF_8)));
        return new ProgramResult(0, true, marked(module) ? mark : -1, region, region, 0, 0, 0, 0, mark - called, System.nanoTime() - called);
    }

    /** Whether it tells when the program reached its first mark. */
    protected boolean marked(String module) {
        return true;
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void quietly(Step step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static void killSelf() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid())).start().waitFor();
        Thread.sleep(10_000);
    }
}
