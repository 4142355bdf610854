package dev.backbench.qbe.amd64;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Types;
import java.util.Arrays;
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

    private final Types types;
    /** By type: for each of the first 16 bytes a bit if an integer lies there, and 16 bits further one if a float does. */
    private int[] bytes = new int[16];
    private Types.Aggregate[] of = new Types.Aggregate[16];
    private Passing[] passings = new Passing[16];
    private int known;

    Aggregates(Types types) {
        this.types = types;
    }

    /** How values of a type are passed; worked out once for each. */
    Passing passing(int type) {
        if (known > 0 && (known > types.count() || of[known - 1] != types.get(known - 1))) known = 0; // the types of another file
        while (known <= type) {
            if (known == of.length) {
                bytes = Arrays.copyOf(bytes, 2 * known);
                of = Arrays.copyOf(of, 2 * known);
                passings = Arrays.copyOf(passings, 2 * known);
            }
            Types.Aggregate aggregate = of[known] = types.get(known);
            bytes[known] = map(aggregate);
            passings[known] = passing(aggregate, bytes[known]);
            known++;
        }
        return passings[type];
    }

    /** An eightbyte with any integer in it is passed in a general register; one of nothing but padding is not passed. */
    private static Passing passing(Types.Aggregate aggregate, int bytes) {
        if (aggregate.opaque() || aggregate.size() > LARGEST_IN_REGISTERS || aggregate.size() == 0) return new Passing(aggregate, 0, Cls.NONE, Cls.NONE);
        int first = (bytes & 0xFF) != 0 ? Cls.L : Cls.D, second = (bytes & 0xFF00) != 0 ? Cls.L : Cls.D;
        boolean two = (bytes & 0xFF00FF00) != 0;
        return new Passing(aggregate, two ? 2 : 1, first, two ? second : Cls.NONE);
    }

    /** Types are made of earlier ones only, whose maps are known. */
    private int map(Types.Aggregate aggregate) {
        int map = 0;
        for (List<Types.Field> variant : aggregate.variants()) {
            for (Types.Field field : variant) {
                if (field.offset() >= LARGEST_IN_REGISTERS) break;
                if (field.kind() == Types.AGGREGATE) {
                    int inner = bytes[field.type()];
                    map |= (inner & 0xFFFF) << field.offset() & 0xFFFF | (inner >>> 16) << field.offset() + 16;
                } else {
                    boolean sse = field.kind() == Cls.S || field.kind() == Cls.D;
                    map |= 1 << field.offset() + (sse ? 16 : 0);
                }
            }
        }
        return map;
    }
}
