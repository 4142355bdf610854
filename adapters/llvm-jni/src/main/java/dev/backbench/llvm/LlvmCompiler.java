package dev.backbench.llvm;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.exec.elf.ElfObject;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;
import java.nio.charset.StandardCharsets;

/** Wasm to LLVM IR to an object in memory to a code image. The target machine is kept between compiles; the context, which interns, is not. */
final class LlvmCompiler extends NativeCompiler {
    private static final String TRANSLATE = PhaseClock.DECODE + "+" + PhaseClock.TRANSLATE;
    private static final int ALL = -1;
    private static final String CODEGEN = PhaseClock.SELECT + "+" + PhaseClock.ALLOCATE + "+" + PhaseClock.EMIT;

    private final CompileOptions options;
    private final LevelTraits level;
    private final boolean verify;
    private final Codegen codegen;

    LlvmCompiler(CompileOptions options) {
        this.options = options;
        level = LevelTraits.of(options.level());
        verify = options.extra().contains(LlvmBackend.VERIFY);
        codegen = new Codegen(level);
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        clock.enter(TRANSLATE);
        byte[] object;
        try (ModuleIr ir = translate(module, ALL)) {
            clock.enter(PhaseClock.OPTIMISE);
            codegen.optimise(ir);
            clock.enter(CODEGEN);
            object = codegen.emit(ir, Codegen.OBJECT);
        }
        clock.enter(PhaseClock.LINK);
        int imported = module.importedFunctionCount();
        return ElfObject.read(object, imported, module.functionCount() - imported);
    }

    /** @param only a function's index: the others are then left as declarations, so that the one is seen alone and not inlined away */
    private ModuleIr translate(WasmModule module, int only) {
        ModuleIr ir = new ModuleIr(module, level, options.bounds());
        try {
            codegen.prepare(ir);
            FunctionTranslator translator = new FunctionTranslator(module);
            LlvmIrBuilder builder = new LlvmIrBuilder(ir);
            for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
                if (only == ALL || f == only) translator.translate(f, builder);
                if (only != ALL) Llvm.setLinkage(ir.function(f), Llvm.EXTERNAL);
            }
            if (verify) codegen.verify(ir);
            return ir;
        } catch (RuntimeException | Error e) {
            ir.close();
            throw e;
        }
    }

    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        WasmModule module = WasmModule.parse(input);
        if (function >= 0 && (function < module.importedFunctionCount() || function >= module.functionCount())) {
            throw new BackendException("the module defines no function " + function);
        }
        try (ModuleIr ir = translate(module, function)) {
            if (stage.equals(LlvmBackend.IR)) return text(Codegen.print(ir));
            codegen.optimise(ir);
            return switch (stage) {
                case LlvmBackend.OPTIMISED -> text(Codegen.print(ir));
                case LlvmBackend.ASM -> codegen.emit(ir, Codegen.ASSEMBLY);
                case LlvmBackend.OBJ -> codegen.emit(ir, Codegen.OBJECT);
                default -> throw new BackendException("llvm has no stage '" + stage + "'");
            };
        }
    }

    private static byte[] text(String ir) {
        return ir.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        codegen.close();
    }
}
