package dev.backbench.workloads;

/**
 * Modules of one shape and any number of functions, to separate a back end's fixed cost from its cost per byte. Function {@code i} is drawn from the seed and
 * {@code i} alone, so a small module's functions are a large one's first, and size is linear in their number.
 *
 * <p>The mixture is that of compiled programs: mostly short functions and a few long ones; integer arithmetic, loads and stores, branches, small loops,
 * switches, direct and indirect calls, some floating point. Programs run and end: a function's level is its index modulo {@value #LEVELS}, it calls only the
 * level below, twice at most and never in a loop, and every loop counts down. {@code _start} calls each function of the top level through the table and prints
 * a checksum. Whether a NaN came up can never be seen in it.
 */
final class SweepGenerator {
    static final int LEVELS = 8, LARGEST = 1_000_000;
    /** Types of the module, by index. */
    static final int I32_I32 = 0, I32_I64 = 1, F64_I32 = 2, PROCEDURE = 3, MARK = 4, WRITE = 5;
    /** Imported functions come first. */
    static final int START = 0, END = 1, FD_WRITE = 2, IMPORTS = 3;
    /** At most so many functions are targets of indirect calls from within. */
    private static final int INDIRECT = 64;
    private static final int DATA = 512;

    private final int functions;
    private final long seed;
    private final int roots, targets;

    /** @param functions from 1 to {@value #LARGEST}; {@code _start} is one more */
    SweepGenerator(int functions, long seed) {
        if (functions < 1 || functions > LARGEST) throw new WorkloadException("a sweep has 1 to " + LARGEST + " functions, not " + functions);
        this.functions = functions;
        this.seed = seed;
        roots = Math.max(1, functions / LEVELS);
        targets = Math.min(INDIRECT, (functions + 2 * LEVELS - 1) / (2 * LEVELS));
    }

    byte[] module() {
        WasmBytes out = new WasmBytes().bs(0, 'a', 's', 'm', 1, 0, 0, 0);
        out.section(1, types()).section(2, imports()).section(3, declarations());
        out.section(4, new WasmBytes().bs(1, 0x70, 0).unsigned(roots + targets));
        out.section(5, new WasmBytes().bs(1, 0, SweepFunction.PAGES));
        out.section(7, new WasmBytes().unsigned(2).name("_start").b(0).unsigned(IMPORTS + functions).name("memory").bs(2, 0));
        out.section(9, elements()).section(10, code()).section(11, data());
        return out.toArray();
    }

    private static WasmBytes types() {
        int i32 = 0x7f, i64 = 0x7e, f64 = 0x7c;
        return new WasmBytes().unsigned(6).bs(0x60, 2, i32, i32, 1, i32).bs(0x60, 2, i32, i64, 1, i64).bs(0x60, 2, f64, i32, 1, f64).bs(0x60, 3, i32, i32, i32, 0)
                .bs(0x60, 0, 0).bs(0x60, 4, i32, i32, i32, i32, 1, i32);
    }

    private static WasmBytes imports() {
        return new WasmBytes().unsigned(IMPORTS).name("bench").name("start").bs(0, MARK).name("bench").name("end").bs(0, MARK)
                .name("wasi_snapshot_preview1").name("fd_write").bs(0, WRITE);
    }

    private WasmBytes declarations() {
        WasmBytes out = new WasmBytes().unsigned(functions + 1);
        for (int i = 0; i < functions; i++) out.unsigned(typeOf(i));
        return out.unsigned(MARK);
    }

    /** The functions of the top level, then those that are called indirectly. */
    private WasmBytes elements() {
        WasmBytes out = new WasmBytes().unsigned(1).unsigned(0).b(0x41).signed(0).b(0x0b).unsigned(roots + targets);
        for (int r = 0; r < roots; r++) out.unsigned(IMPORTS + rootAt(r));
        for (int t = 0; t < targets; t++) out.unsigned(IMPORTS + t * 2 * LEVELS);
        return out;
    }

    /** What the integers begin as, or small modules would compute with zeros alone. */
    private WasmBytes data() {
        WasmBytes out = new WasmBytes().unsigned(1).unsigned(0).b(0x41).signed(SweepFunction.INTEGERS).b(0x0b).unsigned(DATA);
        for (int i = 0; i < DATA; i++) out.b((int) (mix(seed - i) >>> 32));
        return out;
    }

    private int rootAt(int r) {
        return functions < LEVELS ? functions - 1 : r * LEVELS + LEVELS - 1;
    }

    /** Those reached through the table are of one type; others by lot. */
    int typeOf(int function) {
        int level = function % LEVELS;
        if (level == LEVELS - 1 || function % (2 * LEVELS) == 0 || functions < LEVELS && function == functions - 1) return I32_I32;
        int lot = (int) (mix(seed ^ function * 0x9E3779B97F4A7C15L) >>> 58);
        return lot < 34 ? I32_I32 : lot < 46 ? I32_I64 : lot < 55 ? F64_I32 : PROCEDURE;
    }

    int roots() {
        return roots;
    }

    int targets() {
        return targets;
    }

    private WasmBytes code() {
        WasmBytes out = new WasmBytes().unsigned(functions + 1), body = new WasmBytes();
        SweepFunction writer = new SweepFunction(this, body);
        for (int i = 0; i < functions; i++) {
            body.clear();
            writer.write(i, mix(seed + i * 0xD1342543DE82EF95L));
            out.unsigned(body.size()).append(body);
        }
        body.clear();
        start(body);
        return out.unsigned(body.size()).append(body);
    }

    /** Calls all roots, each with the checksum so far, then writes it as eight hexadecimal digits and a line's end. */
    private void start(WasmBytes b) {
        int i = 0, sum = 1, digit = 2;
        b.unsigned(1).unsigned(3).b(0x7f);
        b.b(0x10).unsigned(START);
        b.b(0x41).signed(0x2545F491).bs(0x21, sum);
        b.bs(0x03, 0x40);
        b.bs(0x20, sum, 0x41, 5, 0x77);
        b.bs(0x20, sum, 0x20, i, 0x20, i).b(0x11).unsigned(I32_I32).b(0);
        b.bs(0x73, 0x21, sum);
        b.bs(0x20, i, 0x41, 1, 0x6a, 0x22, i).b(0x41).signed(roots).bs(0x49, 0x0d, 0, 0x0b);
        b.b(0x10).unsigned(END);
        b.bs(0x41, 0, 0x21, i, 0x03, 0x40);
        b.bs(0x20, sum, 0x41, 4, 0x77, 0x22, sum, 0x41, 15, 0x71, 0x22, digit);
        b.bs(0x41).signed(48).b(0x41).signed(87).bs(0x20, digit, 0x41, 10, 0x49, 0x1b, 0x6a, 0x21, digit);
        b.bs(0x20, i, 0x20, digit, 0x3a, 0).unsigned(16);
        b.bs(0x20, i, 0x41, 1, 0x6a, 0x22, i, 0x41, 8, 0x49, 0x0d, 0, 0x0b);
        b.bs(0x41, 24, 0x41, 10, 0x3a, 0, 0);
        b.bs(0x41, 0, 0x41, 16, 0x36, 2, 0).bs(0x41, 4, 0x41, 9, 0x36, 2, 0);
        b.bs(0x41, 1, 0x41, 0, 0x41, 1, 0x41, 8).b(0x10).unsigned(FD_WRITE).b(0x1a).b(0x0b);
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators). */
    static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
