package dev.backbench.exec;

import dev.backbench.exec.wasi.Program;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.wasm.WasmModule;

/**
 * Everything of a {@link Compiler} that is the same for all back ends that make a {@link CodeImage} for this host: decoding before it, linking and running after it.
 */
public abstract class NativeCompiler implements Compiler {
    /**
     * Translates and compiles all function bodies.
     *
     * @param module decoded and validated but for the bodies; its bytes are not to be kept
     * @throws dev.backbench.wasm.WasmException a body is not valid
     * @throws BackendException the back end failed
     */
    protected abstract CodeImage compile(WasmModule module, PhaseClock clock);

    @Override
    public final NativeArtifact compile(byte[] wasm, PhaseClock clock) {
        clock.enter(PhaseClock.DECODE);
        WasmModule module = WasmModule.parse(wasm);
        clock.leave();
        CodeImage image = compile(module, clock);
        clock.leave();
        return new NativeArtifact(module, image);
    }

    @Override
    public final void checkProgram(byte[] wasm) {
        Program.check(WasmModule.parse(wasm));
    }

    @Override
    public final NativeModule link(Artifact artifact, PhaseClock clock) {
        if (!(artifact instanceof NativeArtifact own)) throw new BackendException("not code for this host: " + artifact.getClass().getSimpleName());
        clock.enter(PhaseClock.LINK);
        NativeModule module = NativeLinker.link(own.module(), own.image());
        clock.leave();
        return module;
    }

    @Override
    public final NativeArtifact deserialize(byte[] serialized) {
        return NativeArtifact.deserialize(serialized);
    }

    @Override
    public final Store newStore() {
        return new NativeStore();
    }

    /** Whether machine code made here can run here. */
    public static Availability host() {
        String os = System.getProperty("os.name"), cpu = System.getProperty("os.arch");
        if (os.equals("Linux") && cpu.equals("amd64")) return Availability.YES;
        return Availability.no("runs on Linux x86-64 only; this is " + os + " " + cpu, "use such a machine");
    }

    @Override
    public void close() {}
}
