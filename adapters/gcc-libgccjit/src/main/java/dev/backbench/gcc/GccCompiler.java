package dev.backbench.gcc;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.exec.elf.ElfObject;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;
import java.nio.file.Path;

/**
 * Compiles a module with one libgccjit context: all functions in it, one assembler file out of it, assembled by {@code as} as a child process, and loaded
 * by our own reader of object files. Contexts serialise on a lock of libgccjit's.
 */
final class GccCompiler extends NativeCompiler {
    private static final String TRANSLATE = PhaseClock.DECODE + "+" + PhaseClock.TRANSLATE;
    private static final String FUSED = PhaseClock.OPTIMISE + "+" + PhaseClock.SELECT + "+" + PhaseClock.ALLOCATE + "+" + PhaseClock.EMIT;
    /** GCC recurses over expressions and dominator trees, and a Java thread has a megabyte; its own driver asks for 64. */
    private static final long STACK_BYTES = 256 << 20;

    private final CompileOptions options;
    private final GccFlags flags;
    private final Assembler assembler;

    GccCompiler(CompileOptions options, Installation installation) {
        this.options = options;
        flags = new GccFlags(options);
        assembler = new Assembler(installation);
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        try (Workspace workspace = new Workspace()) {
            Path assembly = workspace.file("module.s"), object = workspace.file("module.o");
            try (JitContext jit = context()) {
                clock.enter(TRANSLATE);
                build(jit, module);
                clock.enter(FUSED);
                compile(jit, assembly);
            }
            clock.enter(PhaseClock.ASSEMBLE);
            assembler.run(assembly, object);
            clock.enter(PhaseClock.LINK);
            int imported = module.importedFunctionCount();
            return ElfObject.read(workspace.read(object), imported, module.functionCount() - imported);
        }
    }

    private JitContext context() {
        return new JitContext(options.level().charAt(1) - '0', flags.list());
    }

    private void build(JitContext jit, WasmModule module) {
        ModuleBuilder shared = new ModuleBuilder(jit, module, options);
        FunctionTranslator translator = new FunctionTranslator(module);
        Recording recording = new Recording();
        FunctionBuilder builder = new FunctionBuilder(shared);
        for (int function = module.importedFunctionCount(); function < module.functionCount(); function++) {
            translator.translate(function, recording);
            builder.build(recording);
        }
        jit.check();
    }

    private static void compile(JitContext jit, Path assembly) {
        long path = jit.string(assembly.toString());
        Thread thread = new Thread(null, () -> Jit.compileToFile(jit.ctx, Jit.OUTPUT_ASSEMBLER, path), "gcc", STACK_BYTES);
        thread.start();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // GCC cannot be stopped half-way, and its context must outlive it
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
        jit.check();
    }

    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        WasmModule module = WasmModule.parse(input);
        try (Workspace workspace = new Workspace()) {
            Path assembly = workspace.file("module.s"), object = workspace.file("module.o"), ir = workspace.file("module.ir");
            try (JitContext jit = context()) {
                build(jit, module);
                if (stage.equals("ir")) {
                    Jit.dumpToFile(jit.ctx, jit.string(ir.toString()), 0);
                    jit.check();
                    return Listing.ofFunction(workspace.read(ir), function, Listing.IR);
                }
                compile(jit, assembly);
            }
            if (stage.equals("asm")) return Listing.ofFunction(workspace.read(assembly), function, Listing.ASSEMBLY);
            if (!stage.equals("obj")) throw new BackendException("gcc has no stage '" + stage + "'; there are: " + String.join(" ", GccBackend.STAGES));
            assembler.run(assembly, object);
            return workspace.read(object);
        }
    }
}
