package dev.backbench.workloads;

/** Draws the body of one function of a {@link SweepGenerator}: statements over typed locals, expressions as trees, written in one pass. */
final class SweepFunction {
    /** Memory: integers from 4 KiB, floats from 128 KiB, so that a NaN's bits are never read as an integer. */
    static final int PAGES = 4;
    static final int INTEGERS = 0x1000;
    private static final int FLOATS = 0x20000;
    private static final int I32 = 0, I64 = 1, F64 = 2;
    private static final int[] CODE = {0x7f, 0x7e, 0x7c};
    private static final int[][] PARAMETERS = {{I32, I32}, {I32, I64}, {F64, I32}, {I32, I32, I32}};
    /** Of each type, declared after the parameters; two more of i32 count loops. */
    private static final int[] DECLARED = {3, 2, 2};
    private static final int NESTING = 2, DEEPEST_LOOP = 2, CALLS = 2;

    private static final int[] I32_BINARY = {0x6a, 0x6a, 0x6a, 0x6b, 0x6b, 0x6c, 0x71, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77};
    private static final int[] I64_BINARY = {0x7c, 0x7c, 0x7d, 0x7e, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89};
    private static final int[] F64_BINARY = {0xa0, 0xa0, 0xa1, 0xa1, 0xa2, 0xa2, 0xa3, 0xa4, 0xa5};
    private static final int[] I32_UNARY = {0x45, 0x67, 0x68, 0x69, 0xc0, 0xc1};
    private static final int[] I64_UNARY = {0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4};
    private static final int[] F64_UNARY = {0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e};
    private static final int[] I32_COMPARE = {0x46, 0x47, 0x48, 0x49, 0x4a, 0x4c, 0x4e, 0x4f};
    private static final int[] I64_COMPARE = {0x51, 0x52, 0x53, 0x54, 0x55, 0x57, 0x59};
    private static final int[] F64_COMPARE = {0x61, 0x62, 0x63, 0x64, 0x65, 0x66};

    private final SweepGenerator module;
    private final WasmBytes out;
    private long state;
    private int function, level, calls, loops;
    private final int[][] locals = new int[3][8];
    private final int[] localCount = new int[3];
    private int firstCounter;

    SweepFunction(SweepGenerator module, WasmBytes out) {
        this.module = module;
        this.out = out;
    }

    void write(int index, long seed) {
        function = index;
        level = index % SweepGenerator.LEVELS;
        state = seed;
        calls = loops = 0;
        int type = module.typeOf(index);
        declare(PARAMETERS[type]);
        int length = 1 + below(4);
        int lot = below(100);
        if (lot < 10) length += 4 + below(10);
        if (lot == 99) length += 40 + below(40);
        for (int i = 0; i < length; i++) statement(0);
        if (type != SweepGenerator.PROCEDURE) expression(type == SweepGenerator.I32_I32 ? I32 : type == SweepGenerator.I32_I64 ? I64 : F64, 2);
        out.b(0x0b);
    }

    private void declare(int[] parameters) {
        localCount[I32] = localCount[I64] = localCount[F64] = 0;
        int next = 0;
        for (int type : parameters) locals[type][localCount[type]++] = next++;
        out.unsigned(4);
        for (int type = I32; type <= F64; type++) {
            out.unsigned(DECLARED[type]).b(CODE[type]);
            for (int i = 0; i < DECLARED[type]; i++) locals[type][localCount[type]++] = next++;
        }
        out.unsigned(DEEPEST_LOOP).b(CODE[I32]);
        firstCounter = next;
    }

    // ---- statements

    private void statement(int depth) {
        int lot = below(100);
        if (lot < 38 || depth == NESTING && lot >= 54) {
            int type = type();
            expression(type, 2);
            out.b(0x21).unsigned(local(type));
        } else if (lot < 54) {
            store();
        } else if (lot < 68) {
            expression(I32, 2);
            out.bs(0x04, 0x40);
            statements(depth + 1, 1 + below(2));
            if (below(3) == 0) {
                out.b(0x05);
                statements(depth + 1, 1 + below(2));
            }
            out.b(0x0b);
        } else if (lot < 76) {
            loop(depth);
        } else if (lot < 90) {
            call();
        } else if (lot < 94) {
            choice(depth);
        } else {
            out.bs(0x02, 0x40);
            statements(depth + 1, 1);
            expression(I32, 1);
            out.bs(0x0d, 0);
            statements(depth + 1, 1 + below(2));
            out.b(0x0b);
        }
    }

    private void statements(int depth, int count) {
        for (int i = 0; i < count; i++) statement(depth);
    }

    private void loop(int depth) {
        if (loops == DEEPEST_LOOP) {
            store();
            return;
        }
        int counter = firstCounter + loops++;
        out.b(0x41).signed(2 + below(8)).b(0x21).unsigned(counter).bs(0x03, 0x40);
        statements(depth + 1, 1 + below(2));
        out.b(0x20).unsigned(counter).bs(0x41, 1, 0x6b, 0x22).unsigned(counter).bs(0x0d, 0, 0x0b);
        loops--;
    }

    /** A switch whose arms fall through but for every other one. */
    private void choice(int depth) {
        int arms = 3 + below(4);
        for (int i = 0; i <= arms; i++) out.bs(0x02, 0x40);
        expression(I32, 1);
        out.b(0x41).signed(7).bs(0x71, 0x0e).unsigned(arms);
        for (int i = 0; i <= arms; i++) out.unsigned(i);
        out.b(0x0b);
        for (int i = 0; i < arms; i++) {
            statements(depth + 1, 1);
            if (i % 2 == 0) out.b(0x0c).unsigned(arms - 1 - i);
            out.b(0x0b);
        }
    }

    private void call() {
        if (level == 0 || loops > 0 || calls == CALLS) {
            store();
            return;
        }
        calls++;
        if (level == 1 && below(2) == 0) {
            expression(I32, 1);
            expression(I32, 1);
            expression(I32, 1);
            out.b(0x41).signed(module.targets()).b(0x70).b(0x41).signed(module.roots()).b(0x6a);
            out.b(0x11).unsigned(SweepGenerator.I32_I32).b(0).b(0x21).unsigned(local(I32));
            return;
        }
        // One of the level below, most often a neighbour.
        int back = below(4) == 0 ? below(1 + function / SweepGenerator.LEVELS) : below(1 + Math.min(8, function / SweepGenerator.LEVELS));
        int callee = function - 1 - back * SweepGenerator.LEVELS, type = module.typeOf(callee);
        for (int parameter : PARAMETERS[type]) expression(parameter, 1);
        out.b(0x10).unsigned(SweepGenerator.IMPORTS + callee);
        if (type != SweepGenerator.PROCEDURE) out.b(0x21).unsigned(local(type));
    }

    private void store() {
        int type = type();
        address(type == F64);
        expression(type, 2);
        int narrow = below(4);
        if (type == I32) out.b(narrow == 0 ? 0x3a : narrow == 1 ? 0x3b : 0x36).b(0);
        else out.b(type == I64 ? 0x37 : 0x39).b(0);
        out.unsigned(8 * below(8));
    }

    /** Within 64 KiB of integers or 32 KiB of floats, 8-aligned. */
    private void address(boolean floats) {
        out.b(0x20).unsigned(local(I32)).b(0x41).signed(floats ? 0x7ff8 : 0xfff8).b(0x71).b(0x41).signed(floats ? FLOATS : INTEGERS).b(0x6a);
    }

    // ---- expressions

    private void expression(int type, int depth) {
        if (depth == 0 || below(8) == 0) {
            leaf(type);
            return;
        }
        int lot = below(100);
        if (lot < 60) {
            expression(type, depth - 1);
            expression(type, depth - 1);
            out.b(pick(type == I32 ? I32_BINARY : type == I64 ? I64_BINARY : F64_BINARY));
        } else if (lot < 72) {
            load(type);
        } else if (lot < 78) {
            expression(type, depth - 1);
            out.b(pick(type == I32 ? I32_UNARY : type == I64 ? I64_UNARY : F64_UNARY));
        } else if (lot < 84) {
            expression(type, depth - 1);
            expression(type, depth - 1);
            expression(I32, depth - 1);
            out.b(0x1b);
        } else if (lot < 94) {
            converted(type, depth - 1);
        } else {
            quotient(type, depth - 1);
        }
    }

    private void leaf(int type) {
        int lot = below(10);
        if (lot < 6) {
            out.b(0x20).unsigned(local(type));
        } else if (lot < 9) {
            switch (type) {
                case I32 -> out.b(0x41).signed(below(4) == 0 ? (int) next() : below(256) - 64);
                case I64 -> out.b(0x42).signed(below(4) == 0 ? next() : below(1024) - 256);
                default -> out.b(0x44).f64((below(4000) - 2000) / 16.0);
            }
        } else {
            load(type);
        }
    }

    private void load(int type) {
        address(type == F64);
        int narrow = below(6);
        if (type == I32) out.b(narrow == 0 ? 0x2d : narrow == 1 ? 0x2c : narrow == 2 ? 0x2f : 0x28);
        else out.b(type == I64 ? narrow == 0 ? 0x35 : 0x29 : 0x2b);
        out.b(0).unsigned(8 * below(8));
    }

    /** A value of another type made one of this: comparisons give i32, floats become integers by saturation. */
    private void converted(int type, int depth) {
        int from = type();
        if (type == I32) {
            expression(from, depth);
            if (from == I64 && below(2) == 0) {
                out.b(0xa7);
            } else if (from == F64 && below(3) == 0) {
                out.bs(0xfc, 2);
            } else {
                expression(from, depth);
                out.b(pick(from == I32 ? I32_COMPARE : from == I64 ? I64_COMPARE : F64_COMPARE));
            }
        } else if (type == I64) {
            expression(from == F64 ? F64 : I32, depth);
            if (from == F64) out.bs(0xfc, 6);
            else out.b(below(2) == 0 ? 0xac : 0xad);
        } else {
            expression(from == I64 ? I64 : I32, depth);
            out.b(from == I64 ? 0xb9 : below(2) == 0 ? 0xb7 : 0xb8);
        }
    }

    /** Division that cannot trap: unsigned, or the signed remainder, by an odd number. A float's absolute square root. */
    private void quotient(int type, int depth) {
        expression(type, depth);
        if (type == F64) {
            out.bs(0x99, 0x9f);
            return;
        }
        expression(type, depth);
        boolean wide = type == I64;
        out.bs(wide ? 0x42 : 0x41, 1, wide ? 0x84 : 0x72);
        int lot = below(3);
        out.b(wide ? lot == 0 ? 0x80 : lot == 1 ? 0x81 : 0x82 : lot == 0 ? 0x6e : lot == 1 ? 0x6f : 0x70);
    }

    // ---- lots

    private int type() {
        int lot = below(16);
        return lot < 10 ? I32 : lot < 13 ? I64 : F64;
    }

    private int local(int type) {
        return locals[type][below(localCount[type])];
    }

    private int pick(int[] from) {
        return from[below(from.length)];
    }

    private long next() {
        return SweepGenerator.mix(state += 0x9E3779B97F4A7C15L);
    }

    private int below(int limit) {
        return (int) ((next() >>> 33) % limit);
    }
}
