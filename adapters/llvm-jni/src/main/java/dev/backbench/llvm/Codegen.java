package dev.backbench.llvm;

import dev.backbench.exec.ffi.CString;
import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A target machine for this host at one level: passes over a module, object code or assembly out of it. */
final class Codegen implements AutoCloseable {
    private static final MethodHandle TARGET_FROM_TRIPLE = Llvm.slow("LLVMGetTargetFromTriple", 3);
    private static final MethodHandle CREATE_OPTIONS = Llvm.slow("LLVMCreateTargetMachineOptions", 0);
    private static final MethodHandle DISPOSE_OPTIONS = Llvm.slow("LLVMDisposeTargetMachineOptions", 1);
    private static final MethodHandle SET_CPU = Llvm.slow("LLVMTargetMachineOptionsSetCPU", 2);
    private static final MethodHandle SET_FEATURES = Llvm.slow("LLVMTargetMachineOptionsSetFeatures", 2);
    private static final MethodHandle SET_LEVEL = Llvm.slow("LLVMTargetMachineOptionsSetCodeGenOptLevel", 2);
    private static final MethodHandle SET_RELOC = Llvm.slow("LLVMTargetMachineOptionsSetRelocMode", 2);
    private static final MethodHandle SET_MODEL = Llvm.slow("LLVMTargetMachineOptionsSetCodeModel", 2);
    private static final MethodHandle CREATE = Llvm.slow("LLVMCreateTargetMachineWithOptions", 3);
    private static final MethodHandle DISPOSE = Llvm.slow("LLVMDisposeTargetMachine", 1);
    private static final MethodHandle DATA_LAYOUT = Llvm.slow("LLVMCreateTargetDataLayout", 1);
    private static final MethodHandle DISPOSE_DATA_LAYOUT = Llvm.slow("LLVMDisposeTargetData", 1);
    private static final MethodHandle SET_TARGET = Llvm.slow("LLVMSetTarget", 2);
    private static final MethodHandle SET_DATA_LAYOUT = Llvm.slow("LLVMSetModuleDataLayout", 2);
    private static final MethodHandle EMIT = Llvm.slow("LLVMTargetMachineEmitToMemoryBuffer", 5);
    private static final MethodHandle BUFFER_START = Llvm.slow("LLVMGetBufferStart", 1);
    private static final MethodHandle BUFFER_SIZE = Llvm.slow("LLVMGetBufferSize", 1);
    private static final MethodHandle DISPOSE_BUFFER = Llvm.slow("LLVMDisposeMemoryBuffer", 1);
    private static final MethodHandle RUN_PASSES = Llvm.slow("LLVMRunPasses", 4);
    private static final MethodHandle CREATE_PASS_OPTIONS = Llvm.slow("LLVMCreatePassBuilderOptions", 0);
    private static final MethodHandle DISPOSE_PASS_OPTIONS = Llvm.slow("LLVMDisposePassBuilderOptions", 1);
    private static final MethodHandle ERROR_MESSAGE = Llvm.slow("LLVMGetErrorMessage", 1);
    private static final MethodHandle DISPOSE_ERROR_MESSAGE = Llvm.slow("LLVMDisposeErrorMessage", 1);
    private static final MethodHandle VERIFY = Llvm.slow("LLVMVerifyModule", 3);
    private static final MethodHandle PRINT = Llvm.slow("LLVMPrintModuleToString", 1);
    private static final MethodHandle HOST_CPU = Llvm.slow("LLVMGetHostCPUName", 0);
    private static final MethodHandle HOST_FEATURES = Llvm.slow("LLVMGetHostCPUFeatures", 0);

    static final int ASSEMBLY = 0, OBJECT = 1;
    private static final int PIC = 2, SMALL = 3, RETURN_STATUS = 2;
    private static final long TRIPLE = Llvm.text("x86_64-unknown-linux-gnu");

    static {
        for (String part : new String[] {"TargetInfo", "Target", "TargetMC", "AsmPrinter"}) call0(Llvm.slow("LLVMInitializeX86" + part, 0));
    }

    private final Arena arena = Arena.ofConfined();
    private final long pipeline;
    private final long machine;
    private final long dataLayout;
    private final long passOptions;
    /** Places for results by pointer. */
    private final MemorySegment out = arena.allocate(16, 8);

    Codegen(LevelTraits level) {
        pipeline = level.pipeline() == null ? 0 : arena.allocateFrom(level.pipeline()).address();
        long target = out.address(), error = target + 8;
        if ((int) Llvm.call(TARGET_FROM_TRIPLE, TRIPLE, target, error) != 0) {
            throw new BackendException("LLVM: " + Diagnostics.take(out.getAtIndex(ValueLayout.JAVA_LONG, 1)));
        }
        long options = call0(CREATE_OPTIONS);
        long cpu = call0(HOST_CPU), features = call0(HOST_FEATURES);
        Llvm.call(SET_CPU, options, cpu);
        Llvm.call(SET_FEATURES, options, features);
        Llvm.call(SET_LEVEL, options, level.codegen());
        Llvm.call(SET_RELOC, options, PIC);
        Llvm.call(SET_MODEL, options, SMALL);
        machine = Llvm.call(CREATE, out.getAtIndex(ValueLayout.JAVA_LONG, 0), TRIPLE, options);
        Llvm.call(DISPOSE_OPTIONS, options);
        Diagnostics.take(cpu);
        Diagnostics.take(features);
        if (machine == 0) throw new BackendException("LLVM makes no target machine for this host");
        dataLayout = Llvm.call(DATA_LAYOUT, machine);
        passOptions = call0(CREATE_PASS_OPTIONS);
    }

    static long call0(MethodHandle handle) {
        try {
            return (long) handle.invokeExact();
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** Such as {@code icelake-server}. */
    static String hostCpu() {
        return Diagnostics.take(call0(HOST_CPU));
    }

    void prepare(ModuleIr ir) {
        Diagnostics.listen(ir.context);
        Llvm.call(SET_TARGET, ir.module, TRIPLE);
        Llvm.call(SET_DATA_LAYOUT, ir.module, dataLayout);
    }

    /** Runs the level's pipeline, if it has one. */
    void optimise(ModuleIr ir) {
        if (pipeline == 0) return;
        long error = Llvm.call(RUN_PASSES, ir.module, pipeline, machine, passOptions);
        if (error != 0) {
            long message = Llvm.call(ERROR_MESSAGE, error);
            String text = CString.read(message);
            Llvm.call(DISPOSE_ERROR_MESSAGE, message);
            throw new BackendException("LLVM: " + text);
        }
        Diagnostics.check();
    }

    /** @throws BackendException with the verifier's words */
    void verify(ModuleIr ir) {
        out.setAtIndex(ValueLayout.JAVA_LONG, 0, 0);
        int bad = (int) Llvm.call(VERIFY, ir.module, RETURN_STATUS, out.address());
        String text = Diagnostics.take(out.getAtIndex(ValueLayout.JAVA_LONG, 0));
        if (bad != 0) throw new BackendException("LLVM's verifier: " + text);
    }

    static String print(ModuleIr ir) {
        return Diagnostics.take(Llvm.call(PRINT, ir.module));
    }

    /** @param kind {@link #ASSEMBLY} or {@link #OBJECT} */
    byte[] emit(ModuleIr ir, int kind) {
        long buffer = out.address(), error = buffer + 8;
        int failed = (int) Llvm.call(EMIT, machine, ir.module, kind, error, buffer);
        if (failed != 0) throw new BackendException("LLVM: " + Diagnostics.take(out.getAtIndex(ValueLayout.JAVA_LONG, 1)));
        long result = out.getAtIndex(ValueLayout.JAVA_LONG, 0);
        try {
            Diagnostics.check();
            long size = Llvm.call(BUFFER_SIZE, result);
            return MemorySegment.ofAddress(Llvm.call(BUFFER_START, result)).reinterpret(size).toArray(ValueLayout.JAVA_BYTE);
        } finally {
            Llvm.call(DISPOSE_BUFFER, result);
        }
    }

    @Override
    public void close() {
        Llvm.call(DISPOSE_PASS_OPTIONS, passOptions);
        Llvm.call(DISPOSE_DATA_LAYOUT, dataLayout);
        Llvm.call(DISPOSE, machine);
        arena.close();
    }
}
