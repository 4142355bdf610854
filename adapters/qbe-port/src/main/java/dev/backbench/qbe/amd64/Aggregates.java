package dev.backbench.qbe.amd64;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Types;
import java.util.List;

/** How System V passes an aggregate ("System V Application Binary Interface, AMD64", 3.2.3): in memory, or each eightbyte in a general or SSE register. */
final class Aggregates {
    /** @param eightbytes 1 or 2; 0 for memory @param first class {@code l} or {@code d} of the first eightbyte @param second of the second */
    record Passing(Types.Aggregate aggregate, int eightbytes, int first, int second) {
        long size() {
            return aggregate.size();
        }

        int align() {
            return aggregate.align();
        }

        /** Bytes it takes among the stack's arguments. */
        int stackBytes() {
            return (int) (size() + 7 & -8);
        }

        boolean inMemory() {
            return eightbytes == 0;
        }

        int cls(int eightbyte) {
            return eightbyte == 0 ? first : second;
        }

        /** How many of the eightbytes take general registers. */
        int general() {
            int count = 0;
            for (int i = 0; i < eightbytes; i++) if (cls(i) == Cls.L) count++;
            return count;
        }

        int sse() {
            return eightbytes - general();
        }

        /** Whether it goes into registers where so many are taken. */
        boolean fits(int general, int sse) {
            return !inMemory() && general + general() <= Regs.ARGUMENTS.length && sse + sse() <= Regs.SSE_ARGUMENTS;
        }
    }

    private static final int LARGEST_IN_REGISTERS = 16;

    private Aggregates() {}

    static Passing passing(Types types, int type) {
        Types.Aggregate aggregate = types.get(type);
        long size = aggregate.size();
        if (aggregate.opaque() || size > LARGEST_IN_REGISTERS || size == 0) return new Passing(aggregate, 0, Cls.NONE, Cls.NONE);
        int[] classes = {Cls.NONE, Cls.NONE};
        classify(types, aggregate, 0, classes);
        // An eightbyte of nothing but padding is not passed
        int first = classes[0] == Cls.NONE ? Cls.D : classes[0];
        return new Passing(aggregate, classes[1] == Cls.NONE ? 1 : 2, first, classes[1]);
    }

    /** An eightbyte with any integer in it is passed in a general register. */
    private static void classify(Types types, Types.Aggregate aggregate, int base, int[] classes) {
        for (List<Types.Field> variant : aggregate.variants()) {
            for (Types.Field field : variant) {
                int offset = base + field.offset();
                if (field.kind() == Types.AGGREGATE) {
                    classify(types, types.get(field.type()), offset, classes);
                } else if (offset / 8 < classes.length) {
                    boolean sse = Cls.isFloat(field.kind()) && field.kind() <= Cls.D && classes[offset / 8] != Cls.L;
                    classes[offset / 8] = sse ? Cls.D : Cls.L;
                }
            }
        }
    }
}
