package dev.backbench.exec.machine;

import static dev.backbench.asm.X64.*;
import static dev.backbench.exec.machine.Machine.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import org.junit.jupiter.api.Test;

class TrapsTest {
    private static final int[] NONE = {};

    static TrapReason reason(Machine machine, long... arguments) {
        return assertThrows(Trap.class, () -> machine.call(arguments)).reason();
    }

    /** i32 at base + index. */
    static Machine load(long base) {
        return Machine.of(type(new int[] {I64}, I32), base, asm -> {
            asm.load64(RDX, RDI, MEMORY);
            asm.load32Indexed(RAX, RDX, RSI, 0);
            asm.ret();
        });
    }

    @Test
    void aTrapSiteCarriesItsReason() {
        for (TrapReason reason : TrapReason.values()) {
            assertSame(reason, reason(Machine.of(type(NONE), 0, asm -> asm.trap(reason.ordinal()))));
        }
        assertSame(TrapReason.UNKNOWN, reason(Machine.of(type(NONE), 0, asm -> asm.trap(200))));
    }

    @Test
    void anAccessOutsideAMemoryButInsideItsReservationTraps() {
        long slot = MemoryRegion.reserve(), neighbour = MemoryRegion.reserve();
        Posix.protect(slot, 1 << 16, Posix.READ | Posix.WRITE);
        Posix.protect(neighbour, 1 << 16, Posix.READ | Posix.WRITE);
        Raw.putInt(slot + 100, 42);
        Machine load = load(slot);
        assertArrayEquals(new long[] {42}, load.call(100));
        long largest = 0xFFFF_FFFFL + 0xFFFF_FFFFL;
        for (long index : new long[] {1 << 16, (1 << 16) - 3, largest, largest + 12, 1L << 32}) {
            assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(load, index), "index " + index);
        }
        MemoryRegion.release(slot, 1 << 16);
        MemoryRegion.release(neighbour, 1 << 16);
        assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(load, 100), "released");
    }

    @Test
    void divisionFaultsAreTrapsThatOnlyATrapTableCanExplain() {
        Machine divide = Machine.of(type(new int[] {I64, I64}, I64), 0, asm -> {
            asm.mov64(RAX, RSI);
            asm.mov64(RCX, RDX);
            asm.cqo();
            asm.idiv64(RCX);
            asm.ret();
        });
        assertArrayEquals(new long[] {3}, divide.call(10, 3));
        assertSame(TrapReason.UNKNOWN, reason(divide, 10, 0));
        assertSame(TrapReason.UNKNOWN, reason(divide, Long.MIN_VALUE, -1));
    }

    /** Recursion without end, over and over; between two overflows all is as before. */
    @Test
    void theStackOverflowsIntoATrapAndWorksAgain() {
        Machine recurse = recursion();
        for (int round = 0; round < 5; round++) {
            assertSame(TrapReason.STACK_EXHAUSTED, reason(recurse, Long.MAX_VALUE));
            assertArrayEquals(new long[] {0}, recurse.call(1000));
        }
    }

    /** f(n) = n == 0 ? 0 : f(n - 1), clobbering what a callee saves. */
    static Machine recursion() {
        return Machine.of(type(new int[] {I64}, I64), 0, asm -> {
            int self = asm.here(), deeper = asm.label();
            asm.test64(RSI, RSI);
            asm.jcc(NE, deeper);
            asm.movImmediate(RAX, 0);
            asm.ret();
            asm.bind(deeper);
            int[] saved = {RBP, RBX, R12, R13, R14, R15};
            for (int r : saved) asm.push(r);
            for (int r : saved) asm.movImmediate(r, -1);
            asm.aluImmediate64(Alu.SUB, RSI, 1);
            asm.call(self);
            for (int i = saved.length - 1; i >= 0; i--) asm.pop(saved[i]);
            asm.ret();
        });
    }

    /** What compilers make of byte loops: the fault's pc is in libc. */
    @Test
    void aLibraryRoutineThatFaultsOnBehalfOfGeneratedCodeIsATrap() {
        long slot = MemoryRegion.reserve();
        Posix.protect(slot, 1 << 16, Posix.READ | Posix.WRITE);
        for (String routine : new String[] {"memmove", "memset"}) {
            Machine machine = Machine.of(type(new int[] {I64, I64, I64}, I64), slot, asm -> {
                asm.push(RBP);
                asm.load64(RDI, RDI, MEMORY);
                asm.mov64(R8, RDI);
                asm.alu64(Alu.ADD, RDI, RSI);
                asm.mov64(RSI, RDX);
                if (routine.equals("memmove")) asm.alu64(Alu.ADD, RSI, R8);
                asm.mov64(RDX, RCX);
                asm.movImmediate(RAX, LibraryRoutines.address(routine));
                asm.callRegister(RAX);
                asm.pop(RBP);
                asm.ret();
            });
            assertArrayEquals(new long[] {slot}, machine.call(0, 64, 100));
            for (long length : new long[] {1, 16, 100, 5000, 1 << 20}) {
                long start = (1 << 16) - Math.min(length / 2, 1 << 15); // never below the memory: what lies there may be anybody's
                Trap trap = assertThrows(Trap.class, () -> machine.call(start, 0, length));
                assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, trap.reason(), routine + " " + length);
            }
        }
        MemoryRegion.release(slot, 1 << 16);
    }

    @Test
    void whatJavaTurnsIntoExceptionsItStillDoes() {
        reason(Machine.of(type(NONE), 0, asm -> asm.trap(0)));
        for (int i = 0; i < 30_000; i++) { // long enough to be compiled, so that the checks become implicit
            Object nothing = i % 3 == 0 ? null : "";
            int zero = i % 5 == 0 ? 0 : 1;
            if (nothing == null) assertThrowsQuietly(() -> nothing.hashCode(), NullPointerException.class);
            if (zero == 0) assertThrowsQuietly(() -> 1 / zero, ArithmeticException.class);
        }
        assertThrows(StackOverflowError.class, TrapsTest::forever);
    }

    private interface Expression {
        int value();
    }

    private static void assertThrowsQuietly(Expression expression, Class<?> type) {
        try {
            expression.value();
        } catch (RuntimeException e) {
            if (e.getClass() == type) return;
        }
        throw new AssertionError("no " + type);
    }

    private static int forever() {
        return forever() + 1;
    }

    @Test
    void anExceptionOfAHostFunctionArrivesAtWhoeverEntered() {
        RuntimeException thrown = new IllegalStateException("from the host");
        Machine machine = callingHost(() -> {
            throw thrown;
        });
        assertSame(thrown, assertThrows(IllegalStateException.class, machine::call));
        Machine overflowing = callingHost(TrapsTest::forever);
        assertThrows(StackOverflowError.class, overflowing::call);
        assertArrayEquals(new long[] {0}, recursion().call(1000));
    }

    /** Generated code that calls a host function of no parameters from a few frames deep. */
    static Machine callingHost(Runnable body) {
        Signature none = Signature.of(type(NONE));
        long reference = Posix.allocate(Posix.PAGE);
        Upcalls.addHost(slots -> body.run(), none, reference);
        return Machine.of(type(NONE), reference, asm -> {
            asm.push(RBP);
            asm.mov64(RBP, RSP);
            asm.push(RBX);
            asm.push(R15);
            asm.movImmediate(R15, -1);
            asm.load64(RAX, RDI, MEMORY);
            asm.load64(RDI, RAX, 8);
            asm.callMemory(RAX, 0);
            asm.pop(R15);
            asm.pop(RBX);
            asm.pop(RBP);
            asm.ret();
        });
    }

    @Test
    void activationsNestAndEachTrapEndsOnlyItsOwn() {
        int[] caught = {0};
        Machine trapping = Machine.of(type(NONE), 0, asm -> asm.trap(TrapReason.INTEGER_OVERFLOW.ordinal()));
        Machine[] at = new Machine[21];
        at[0] = trapping;
        for (int level = 1; level < at.length; level++) {
            Machine inner = at[level - 1];
            boolean catches = level % 2 == 1;
            at[level] = callingHost(() -> {
                try {
                    inner.call();
                } catch (Trap t) {
                    caught[0]++;
                    if (!catches) throw t;
                }
                assertArrayEquals(new long[] {0}, recursion().call(50));
                if (catches) trapping.call();
            });
        }
        assertSame(TrapReason.INTEGER_OVERFLOW, reason(at[20]));
        assertEquals(20, caught[0]);
    }

    /** Each level takes Java stack and generated-code stack; whichever ends first, it ends in an exception, and all works again. */
    @Test
    void recursionThroughHostFunctionsEndsInAnException() throws Exception {
        for (long javaStack : new long[] {512 << 10, 64 << 20}) {
            Throwable[] end = {null};
            Thread thread = new Thread(null, () -> {
                Machine[] self = {null};
                self[0] = callingHost(() -> self[0].call());
                try {
                    self[0].call();
                } catch (Throwable t) {
                    end[0] = t;
                }
                assertArrayEquals(new long[] {0}, recursion().call(1000));
            }, "deep", javaStack);
            thread.start();
            thread.join();
            boolean exhausted = end[0] instanceof StackOverflowError || end[0] instanceof Trap t && t.reason() == TrapReason.STACK_EXHAUSTED;
            assertEquals(true, exhausted, javaStack + ": " + end[0]);
        }
    }

    @Test
    void whereNothingIsKnownTheTrapSaysSo() {
        Trap trap = assertThrows(Trap.class, () -> Machine.of(type(NONE), 0, asm -> asm.trap(0)).call());
        assertNull(trap.function());
        assertEquals(-1, trap.offset());
    }

    @Test
    void aVirtualThreadIsRefused() throws Exception {
        Throwable[] thrown = {null};
        Thread.ofVirtual().start(() -> {
            try {
                recursion().call(1);
            } catch (Throwable t) {
                thrown[0] = t;
            }
        }).join();
        assertEquals(IllegalStateException.class, thrown[0].getClass());
    }
}
