package dev.backbench.llvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** libLLVM's disassembler of x86-64, in GNU syntax. */
public final class Disassembler implements AutoCloseable {
    private static final int TEXT = 256;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment text = arena.allocate(TEXT), bytes = arena.allocate(64);
    private final MethodHandle next;
    private final long context;

    /** Skips the test where libLLVM is not there. */
    public Disassembler() {
        Fixture.requireLlvm();
        try {
            for (String part : new String[] {"TargetInfo", "Target", "TargetMC", "Disassembler"}) {
                long ignored = (long) Llvm.slow("LLVMInitializeX86" + part, 0).invokeExact();
            }
            next = Llvm.slow("LLVMDisasmInstruction", 6);
            context = (long) Llvm.slow("LLVMCreateDisasm", 5).invokeExact(Llvm.text("x86_64-unknown-linux-gnu"), 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw Llvm.fail(t);
        }
        if (context == 0) throw new IllegalStateException("libLLVM has no disassembler of x86-64");
    }

    /** @return the instruction that all of {@code code} is, null where it is none, or has bytes behind it */
    public String instruction(byte[] code) {
        MemorySegment.copy(code, 0, bytes, ValueLayout.JAVA_BYTE, 0, code.length);
        try {
            long size = (long) next.invokeExact(context, bytes.address(), (long) code.length, 0L, text.address(), (long) TEXT);
            return size == code.length ? text.getString(0).strip().replaceAll("\\s+", " ") : null;
        } catch (Throwable t) {
            throw Llvm.fail(t);
        }
    }

    @Override
    public void close() {
        try {
            long ignored = (long) Llvm.slow("LLVMDisasmDispose", 1).invokeExact(context);
        } catch (Throwable t) {
            throw Llvm.fail(t);
        }
        arena.close();
    }
}
