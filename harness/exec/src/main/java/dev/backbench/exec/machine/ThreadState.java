package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;

/**
 * What one thread needs to run generated code: a stack for it, a signal stack, and the record that trampolines and signal handler work on. Made at a thread's first
 * call, freed some time after the thread has ended.
 */
public final class ThreadState {
    /** Offsets in the record. SAVED_SP: the Java stack at the innermost entry. WASM_SP: where the next activation begins. */
    static final int SAVED_SP = 0, INSIDE = 8, WASM_SP = 16, SIGNAL = 24, FAULT_PC = 32, FAULT_ADDRESS = 40, FAULT_SP = 48, JAVA_LIMIT = 56, GUARD_START = 64;
    /** Free space at the end of the record's page, for structs passed to the system. */
    private static final int SCRATCH = 2048;
    /** Kept above the first activation, so that a return never leaves rsp at the end of the slot, where its record would not be found. */
    private static final int TOP = 64;
    /** Java stack a host call must find: HotSpot's guard and shadow zones (about 100 KiB) and room to report an overflow. */
    private static final long JAVA_RESERVE = 256L << 10;

    private static final Cleaner CLEANER = Cleaner.create();
    private static final ThreadLocal<ThreadState> CURRENT = ThreadLocal.withInitial(ThreadState::new);

    private final long record;
    private final long stackLimit;
    private Throwable pending;

    private ThreadState() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("generated code runs on platform threads only: a virtual thread may change its carrier");
        }
        SignalHandler.install();
        long slot = ThreadRegion.take();
        CLEANER.register(this, () -> ThreadRegion.free(slot));
        record = slot;
        stackLimit = ThreadRegion.stackLimit(slot);
        Raw.putLong(record + WASM_SP, record + ThreadRegion.SLOT - TOP);
        Raw.putLong(record + GUARD_START, stackLimit - ThreadRegion.GUARD);
        Raw.putLong(record + JAVA_LIMIT, javaStackLimit(record + SCRATCH));
        long stack = record + SCRATCH;
        Raw.putLong(stack, record);
        Raw.putInt(stack + 8, 0);
        Raw.putLong(stack + 16, ThreadRegion.SIGNAL_STACK);
        Posix.sigaltstack(stack);
    }

    public static ThreadState current() {
        return CURRENT.get();
    }

    private static long javaStackLimit(long scratch) {
        NativeLibrary c = NativeLibrary.process();
        MethodHandle self = c.words("pthread_self");
        MethodHandle get = c.words("pthread_getattr_np");
        MethodHandle stack = c.words("pthread_attr_getstack");
        MethodHandle destroy = c.words("pthread_attr_destroy");
        try {
            long attributes = scratch + 64;
            long thread = (long) self.invokeExact(0L, 0L, 0L, 0L, 0L, 0L);
            int failed = (int) (long) get.invokeExact(thread, attributes, 0L, 0L, 0L, 0L);
            failed |= (int) (long) stack.invokeExact(attributes, scratch, scratch + 8, 0L, 0L, 0L);
            failed |= (int) (long) destroy.invokeExact(attributes, 0L, 0L, 0L, 0L, 0L);
            if (failed != 0) throw new IllegalStateException("the C library does not tell this thread's stack");
            long low = Raw.getLong(scratch), size = Raw.getLong(scratch + 8);
            return low + Math.min(JAVA_RESERVE, size / 2);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /**
     * Calls generated code. Arguments and results as in {@link dev.backbench.spi.Extern}.
     *
     * @throws Trap it trapped
     */
    public void enter(Signature signature, long functionReference, long[] arguments, long[] results) {
        int parameters = signature.parameterCount(), returned = signature.resultCount();
        long slots = Raw.getLong(record + WASM_SP) - 16L * Math.max(parameters, returned) & -16;
        if (slots < stackLimit + Posix.PAGE) throw new Trap(TrapReason.STACK_EXHAUSTED, null, -1);
        for (int i = 0; i < parameters; i++) Raw.putLong(slots + 16L * i, arguments[i]);
        int how;
        try {
            how = (int) (long) Trampolines.ENTER.invokeExact(record, signature.entryThunk(), functionReference, slots, 0L, 0L);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
        if (how != Trampolines.RETURNED) throw failure(how);
        for (int i = 0; i < returned; i++) results[i] = signature.result(i, Raw.getLong(slots + 16L * i));
    }

    private RuntimeException failure(int how) {
        if (how == Trampolines.THREW) {
            Throwable thrown = pending;
            pending = null;
            throw NativeLibrary.sneak(thrown);
        }
        int signal = (int) Raw.getLong(record + SIGNAL);
        return Faults.trap(signal, Raw.getLong(record + FAULT_PC), Raw.getLong(record + FAULT_ADDRESS), Raw.getLong(record + FAULT_SP), stackLimit - ThreadRegion.GUARD);
    }

    /** Keeps what a host function threw until generated code has been left. */
    void threw(Throwable t) {
        pending = t;
    }

    /** While a host call or builtin is under way: the return address in the generated code that called. */
    long callerPc() {
        long hostCallFrame = Raw.getLong(record + WASM_SP) + 16; // below it: a word of padding and rbx
        long thunkFrame = Raw.getLong(hostCallFrame);
        return Raw.getLong(thunkFrame + 8);
    }
}
