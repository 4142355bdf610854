package dev.backbench.exec.machine;

import static dev.backbench.asm.X64.*;
import static dev.backbench.exec.machine.Machine.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.asm.X64;
import dev.backbench.exec.ffi.Raw;
import dev.backbench.wasm.FuncType;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ThunksTest {
    private static final int[] TYPES = {I32, I64, F32, F64};
    private static final int STACK_WORDS = 24;
    private static final int FLOATS_AT = 48, STACK_AT = FLOATS_AT + 64;

    private final SplittableRandom random = new SplittableRandom(3);

    /** Writes every register that System V passes arguments in, and so many stack words, to the page at {@code instance.MEMORY}. */
    private static void dumpArguments(X64 asm, int stackWords) {
        int[] integers = {RDI, RSI, RDX, RCX, R8, R9};
        asm.load64(R11, RDI, MEMORY);
        for (int i = 0; i < integers.length; i++) asm.store64(R11, 8 * i, integers[i]);
        for (int i = 0; i < 8; i++) asm.storeDouble(R11, FLOATS_AT + 8 * i, i);
        for (int i = 0; i < stackWords; i++) {
            asm.load64(RAX, RSP, 8 + 8 * i);
            asm.store64(R11, STACK_AT + 8 * i, RAX);
        }
        asm.ret();
    }

    /** The psABI's rule for scalars, written down once more: integers and floats each fill their registers in order, the rest the stack. */
    @Test
    void argumentsArriveWhereSystemVSaysTheyAre() {
        for (int round = 0; round < 100; round++) {
            int[] parameters = randomTypes(STACK_WORDS);
            int[] results = round % 4 == 0 ? new int[] {I64, I64} : new int[0];
            long dump = Posix.allocate(Posix.PAGE);
            // no more words than there are parameters: above those the stack may end
            Machine callee = Machine.of(new FuncType(parameters, results), dump, asm -> dumpArguments(asm, parameters.length));
            long[] arguments = randomBits(parameters);
            callee.call(arguments);
            assertEquals(callee.instance, Raw.getLong(dump), "the instance comes first");
            int integers = results.length > 1 ? 2 : 1, floats = 0, stack = 0;
            for (int i = 0; i < parameters.length; i++) {
                boolean isFloat = parameters[i] == F32 || parameters[i] == F64;
                long at;
                if (isFloat && floats < 8) at = dump + FLOATS_AT + 8 * floats++;
                else if (!isFloat && integers < 6) at = dump + 8 * integers++;
                else at = dump + STACK_AT + 8 * stack++;
                boolean narrow = parameters[i] == I32 || parameters[i] == F32;
                assertEquals(arguments[i], narrow ? Raw.getInt(at) & 0xFFFF_FFFFL : Raw.getLong(at), Arrays.toString(parameters) + " parameter " + i);
            }
            Posix.unmap(dump, Posix.PAGE);
        }
    }

    @Test
    void resultsComeBackFromTheirRegisterWithoutWhatLiesAboveThem() {
        Machine i32 = Machine.of(type(new int[0], I32), 0, asm -> {
            asm.movImmediate(RAX, 0xDEAD_BEEF_8000_0001L);
            asm.ret();
        });
        assertArrayEquals(new long[] {0x8000_0001L}, i32.call());
        Machine f32 = Machine.of(type(new int[] {F32, F32}, F32), 0, asm -> {
            asm.addFloat(0, 1);
            asm.ret();
        });
        assertEquals(3.5f, Float.intBitsToFloat((int) f32.call(Float.floatToRawIntBits(1.25f), Float.floatToRawIntBits(2.25f))[0]));
        Machine f64 = Machine.of(type(new int[] {F64, F64}, F64), 0, asm -> {
            asm.addDouble(0, 1);
            asm.ret();
        });
        assertEquals(3.5, Double.longBitsToDouble(f64.call(Double.doubleToRawLongBits(1.25), Double.doubleToRawLongBits(2.25))[0]));
    }

    @Test
    void severalResultsComeThroughTheCallersArray() {
        Machine swap = Machine.of(type(new int[] {I64, I32}, I32, I64), 0, asm -> {
            asm.store32(RSI, 0, RCX);
            asm.store64(RSI, 16, RDX);
            asm.ret();
        });
        assertArrayEquals(new long[] {0xFFFF_FFFEL, -1}, swap.call(-1, -2));
    }

    /** Entry thunk against host thunk: whatever the signature, what Java passes in is what Java gets, both ways. */
    @Test
    void valuesSurviveTheWayToAHostFunctionAndBack() {
        for (int round = 0; round < 200; round++) {
            FuncType type = new FuncType(randomTypes(30), randomTypes(5));
            long[] arguments = randomBits(type.parameters()), results = randomBits(type.results());
            Signature signature = Signature.of(type);
            long[] seen = new long[arguments.length];
            Upcalls.Host host = slots -> {
                for (int i = 0; i < seen.length; i++) seen[i] = signature.parameter(i, Raw.getLong(slots + 16L * i));
                for (int i = 0; i < results.length; i++) Raw.putLong(slots + 16L * i, results[i]);
            };
            long reference = Posix.allocate(Posix.PAGE);
            int handle = Upcalls.addHost(host, signature, reference);
            long[] returned = new long[results.length];
            ThreadState.current().enter(signature, reference, arguments, returned);
            assertArrayEquals(arguments, seen, type.toString());
            assertArrayEquals(results, returned, type.toString());
            Upcalls.removeHost(handle);
            Posix.unmap(reference, Posix.PAGE);
        }
    }

    @Test
    void aThousandParametersPass() {
        int[] parameters = new int[1000];
        Arrays.fill(parameters, I64);
        long dump = Posix.allocate(Posix.PAGE);
        Machine last = Machine.of(type(parameters, I64), dump, asm -> {
            asm.load64(RAX, RSP, 8 + 8 * (1000 - 5 - 1));
            asm.ret();
        });
        long[] arguments = new long[1000];
        arguments[999] = 77;
        assertArrayEquals(new long[] {77}, last.call(arguments));
    }

    private int[] randomTypes(int most) {
        int[] types = new int[random.nextInt(most + 1)];
        for (int i = 0; i < types.length; i++) types[i] = TYPES[random.nextInt(TYPES.length)];
        return types;
    }

    private long[] randomBits(int[] types) {
        long[] bits = new long[types.length];
        for (int i = 0; i < bits.length; i++) bits[i] = types[i] == I32 || types[i] == F32 ? random.nextLong() & 0xFFFF_FFFFL : random.nextLong();
        return bits;
    }
}
