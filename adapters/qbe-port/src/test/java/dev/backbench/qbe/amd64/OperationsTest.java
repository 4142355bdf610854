package dev.backbench.qbe.amd64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.QbeCompiler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every arithmetic operation with operands in registers and as constants, its comparisons also as branches and choices, executed over the values where machines differ, against
 * what the IL reference says in Java's words. Values travel as longs whose unused half is garbage.
 */
class OperationsTest {
    private static final long[] INTEGERS = {0, 1, 2, 3, 7, 10, 31, 32, 63, 64, 255, 641, 65_535, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL, 1L << 32, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE,
        -1, -2, -7, -128, -32_769, 0x1234_5678_9ABC_DEF0L, 0xFEDC_BA98_7654_3210L};
    private static final long[] CONSTANTS = {0, 1, 3, 7, 10, 64, 641, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL, 1L << 32, Long.MIN_VALUE, -1, -7, 0x1234_5678_9ABC_DEF0L};
    private static final double[] FLOATS = {0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.75, 1e10, -1e10, 4294967295.0, 9007199254740993.0, 0x1p63, 0x1.8p63, 1e-310, Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN};

    @TempDir
    private Path folder;

    /** One function: its operation and the constants that stand for operands, or null. */
    private record Case(int op, int cls, Long first, Long second, int shape) {}

    private static final int VALUE = 0, BRANCH = 1, CHOICE = 2;

    private final List<Case> cases = new ArrayList<>();
    private final StringBuilder il = new StringBuilder(), driver = new StringBuilder();

    @Test
    void allOperationsOnAllOperands() throws IOException {
        Cc.assumePresent();
        generate();
        assertTrue(cases.size() > 2000, cases.size() + " functions");
        Files.writeString(folder.resolve("driver.c"), driver);
        String expected = expected();
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        new QbeCompiler().compile("operations.ssa", il.toString().getBytes(StandardCharsets.UTF_8), object);
        check(object.toByteArray(), expected);
        Symbols symbols = new Symbols();
        Types types = new Types();
        ObjectOutput output = new ObjectOutput(symbols, new NaiveAllocator(types, 1));
        new Parser("operations.ssa", symbols, types).parse(il.toString().getBytes(StandardCharsets.UTF_8), output);
        output.finish();
        check(output.toBytes(), expected);
    }

    /** {@code sel0} and {@code sel1}, which no text says: a pass puts them in place of {@code neg} and the two {@code sub} behind it. */
    @Test
    void choicesByEveryComparison() throws IOException {
        Cc.assumePresent();
        StringBuilder main = prologue();
        for (int op = Op.CEQW; op < Op.STOREB; op++) {
            function(op, Cls.W, null, null, CHOICE, main);
            for (long constant : constants(Op.operand(op, Cls.W, 1))) function(op, Cls.W, null, constant, CHOICE, main);
        }
        driver.append(main).append("    return 0;\n}\n");
        Files.writeString(folder.resolve("driver.c"), driver);
        Symbols symbols = new Symbols();
        Types types = new Types();
        for (int seed = 0; seed < 3; seed++) {
            symbols.reset();
            NaiveAllocator passes = new NaiveAllocator(types, seed);
            ObjectOutput output = new ObjectOutput(symbols, fn -> {
                for (int at = 0; at < Fn.STRIDE * fn.insCount; at += Fn.STRIDE) {
                    if (Fn.op(fn.ins[at]) == Op.NEG) {
                        fn.ins[at] = Op.SEL0;
                        fn.ins[at + 1] = Ref.NONE;
                    }
                    if (Fn.op(fn.ins[at]) == Op.SUB) fn.ins[at] += Op.SEL1 - Op.SUB;
                }
                passes.run(fn);
            });
            new Parser("operations.ssa", symbols, types).parse(il.toString().getBytes(StandardCharsets.UTF_8), output);
            output.finish();
            check(output.toBytes(), expected());
        }
    }

    private void check(byte[] object, String expected) throws IOException {
        Files.write(folder.resolve("operations.o"), object);
        Cc.run(folder, "cc", "-o", "program", "driver.c", "operations.o");
        String[] got = Cc.run(folder, "./program").split("\n"), wanted = expected.split("\n");
        assertEquals(wanted.length, got.length);
        for (int k = 0; k < wanted.length; k++) {
            Case tested = cases.get(k);
            String what = Op.name(tested.op) + " of class " + Cls.name(tested.cls) + " with " + tested.first + ", " + tested.second + " as " + tested.shape + ", function f" + k;
            assertEquals(wanted[k], got[k], what);
        }
    }

    // ---- programs ----

    private void generate() {
        StringBuilder main = prologue();
        for (int op = Op.ADD; op <= Op.CAST; op++) {
            if (op >= Op.STOREB && op <= Op.LOAD) continue;
            for (int cls = Cls.W; cls <= Cls.D; cls++) if (Op.gives(op, cls)) operation(op, cls, main);
        }
        driver.append(main).append("    return 0;\n}\n");
    }

    /** @return the beginning of the main function */
    private StringBuilder prologue() {
        driver.append("#include <stdio.h>\nstatic const unsigned long integers[] = {");
        for (long value : INTEGERS) driver.append(value).append("ul, ");
        driver.append("}, doubles[] = {");
        for (double value : FLOATS) driver.append(Double.doubleToRawLongBits(value)).append("ul, ");
        driver.append("}, singles[] = {");
        for (double value : FLOATS) driver.append(0xDEADBEEF00000000L | Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL).append("ul, ");
        driver.append("};\ntypedef unsigned long F(unsigned long, unsigned long);\nstatic void run(F *f, const unsigned long *a, int m, const unsigned long *b, int n) {\n"
            + "    unsigned long h = 0;\n    for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) h = (h ^ f(a[i], b[j])) * 0x9E3779B97F4A7C15ul, h ^= h >> 29;\n    printf(\"%lx\\n\", h);\n}\n");
        return new StringBuilder("int main(void) {\n");
    }

    private void operation(int op, int cls, StringBuilder main) {
        boolean comparison = Op.isIntCmp(op) || Op.isFltCmp(op), binary = Op.operand(op, cls, 1) != Cls.NONE;
        for (int shape = VALUE; shape <= (comparison ? BRANCH : VALUE); shape++) {
            function(op, cls, null, null, shape, main);
            for (long constant : constants(Op.operand(op, cls, binary ? 1 : 0))) function(op, cls, binary ? null : (Long) constant, binary ? (Long) constant : null, shape, main);
            if (binary) for (long constant : constants(Op.operand(op, cls, 0))) if (constant % 3 == 0) function(op, cls, constant, null, shape, main);
        }
    }

    private static long[] constants(int cls) {
        return cls == Cls.S ? Arrays.stream(inputs(cls)).map(bits -> bits & 0xFFFFFFFFL).toArray() : cls == Cls.D ? inputs(cls) : CONSTANTS;
    }

    private static long[] inputs(int cls) {
        if (!Cls.isFloat(cls)) return INTEGERS;
        long[] bits = new long[FLOATS.length];
        for (int i = 0; i < bits.length; i++) bits[i] = cls == Cls.D ? Double.doubleToRawLongBits(FLOATS[i]) : 0xDEADBEEF00000000L | Float.floatToRawIntBits((float) FLOATS[i]) & 0xFFFFFFFFL;
        return bits;
    }

    private void function(int op, int cls, Long first, Long second, int shape, StringBuilder main) {
        if (isDivision(op) && second != null && traps(cls, second)) return;
        int k = cases.size();
        cases.add(new Case(op, cls, first, second, shape));
        int a = Op.operand(op, cls, 0), b = Op.operand(op, cls, 1);
        main.append("    { extern F f").append(k).append("; run(f").append(k).append(", ").append(table(a)).append(", ").append(table(b)).append("); }\n");
        il.append("export function l $f").append(k).append("(l %x, l %y) {\n@start\n");
        operand("a", "x", a);
        if (b != Cls.NONE) operand("b", "y", b);
        // The machine traps where the reference leaves the result open
        if (isDivision(op) && !Cls.isFloat(cls) && second == null) {
            String c = String.valueOf(Cls.name(cls));
            il.append("\t%z =w ceq").append(c).append(" %b, 0\n\t%n =w ceq").append(c).append(" %b, -1\n\t%o =w or %z, %n\n\tjnz %o, @trap, @go\n@trap\n\tret 0\n@go\n");
        }
        il.append("\t%r =").append(Cls.name(cls)).append(' ').append(Op.name(op)).append(' ').append(first == null ? "%a" : text(first, a));
        if (b != Cls.NONE) il.append(", ").append(second == null ? "%b" : text(second, b));
        il.append('\n');
        if (shape == CHOICE) il.append("\t%u =d cast %x\n\t%v =d cast %y\n\t%m =w neg %r\n\t%q =l sub %x, %y\n\t%p =d sub %u, %v\n\t%c =l cast %p\n\t%t =l mul %q, 3\n\t%l =l xor %t, %c\n\tret %l\n}\n");
        else if (shape == BRANCH) il.append("\tjnz %r, @yes, @no\n@yes\n\tret 1\n@no\n\tret 0\n}\n");
        else il.append(switch (cls) {
            case Cls.W -> "\t%l =l extuw %r\n";
            case Cls.L -> "\t%l =l copy %r\n";
            case Cls.S -> "\t%w =w cast %r\n\t%l =l extuw %w\n";
            default -> "\t%l =l cast %r\n";
        }).append("\tret %l\n}\n");
    }

    private static String table(int cls) {
        String name = cls == Cls.S ? "singles" : cls == Cls.D ? "doubles" : "integers";
        return cls == Cls.NONE ? "integers, 1" : name + ", " + (Cls.isFloat(cls) ? FLOATS.length : INTEGERS.length);
    }

    private static String text(long constant, int cls) {
        // Words are also written with what does not fit them
        return String.valueOf(constant);
    }

    private void operand(String name, String from, int cls) {
        il.append("\t%").append(name).append(" =").append(Cls.name(cls)).append(cls == Cls.D ? " cast %" : " copy %").append(from).append('\n');
        if (cls != Cls.S) return;
        il.setLength(il.length() - ("\t%" + name + " =s copy %" + from + "\n").length());
        il.append("\t%").append(name).append("w =w copy %").append(from).append("\n\t%").append(name).append(" =s cast %").append(name).append("w\n");
    }

    // ---- what the reference says ----

    private String expected() {
        StringBuilder lines = new StringBuilder();
        for (Case tested : cases) {
            int a = Op.operand(tested.op, tested.cls, 0), b = Op.operand(tested.op, tested.cls, 1);
            long h = 0;
            for (long x : inputs(a)) {
                for (long y : b == Cls.NONE ? new long[] {0} : inputs(b)) {
                    h = (h ^ result(tested, x, y)) * 0x9E3779B97F4A7C15L;
                    h ^= h >>> 29;
                }
            }
            lines.append(Long.toHexString(h)).append('\n');
        }
        return lines.toString();
    }

    private static boolean isDivision(int op) {
        return op >= Op.DIV && op <= Op.UREM;
    }

    /** By zero; or of the least number by -1, whatever is divided. */
    private static boolean traps(int cls, long divisor) {
        long value = Cls.isWide(cls) ? divisor : (int) divisor;
        return !Cls.isFloat(cls) && (value == 0 || value == -1);
    }

    private static long result(Case tested, long x, long y) {
        int cls = tested.cls;
        boolean wide = Cls.isWide(cls);
        if (isDivision(tested.op) && tested.second == null && traps(cls, y)) return 0;
        long a = tested.first == null ? x : tested.first, b = tested.second == null ? y : tested.second;
        long value = Cls.isFloat(cls) ? floats(tested.op, cls, a, b) : integers(tested.op, cls, a, b);
        if (tested.shape == BRANCH) return value != 0 ? 1 : 0;
        if (tested.shape == CHOICE) return value != 0 ? 3 * x ^ x : 3 * y ^ y;
        return wide ? value : value & 0xFFFFFFFFL;
    }

    private static double number(long bits, int cls) {
        return cls == Cls.S ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    }

    private static long floats(int op, int cls, long a, long b) {
        int from = Op.operand(op, cls, 0);
        if (op == Op.CAST) return a;
        if (op == Op.NEG) return a ^ (cls == Cls.S ? 1L << 31 : Long.MIN_VALUE);
        if (op == Op.EXTS || op == Op.TRUNCD) return bits(number(a, from), cls);
        if (op >= Op.SWTOF && op <= Op.ULTOF) return converted(op, cls, a);
        double x = number(a, cls), y = number(b, cls);
        if (cls == Cls.S) {
            float p = (float) x, q = (float) y;
            return bits(op == Op.ADD ? p + q : op == Op.SUB ? p - q : op == Op.MUL ? p * q : p / q, cls);
        }
        return bits(op == Op.ADD ? x + y : op == Op.SUB ? x - y : op == Op.MUL ? x * y : x / y, cls);
    }

    private static long converted(int op, int cls, long a) {
        long value = op == Op.SWTOF ? (int) a : op == Op.UWTOF ? a & 0xFFFFFFFFL : a;
        java.math.BigDecimal exact = new java.math.BigDecimal(op == Op.ULTOF ? Long.toUnsignedString(a) : Long.toString(value));
        return cls == Cls.S ? bits(exact.floatValue(), cls) : bits(exact.doubleValue(), cls);
    }

    /** The machine's NaN of its own making is negative. */
    private static long bits(double value, int cls) {
        return cls == Cls.S ? Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL : Double.doubleToRawLongBits(value);
    }

    private static long integers(int op, int cls, long a, long b) {
        if (Op.isIntCmp(op)) return compare(Op.comparison(op), Op.comparedClass(op) == Cls.W ? (int) a : a, Op.comparedClass(op) == Cls.W ? (int) b : b) ? 1 : 0;
        if (Op.isFltCmp(op)) return compare(Op.comparison(op) - IntCmp.COUNT, number(a, Op.comparedClass(op)), number(b, Op.comparedClass(op))) ? 1 : 0;
        boolean wide = Cls.isWide(cls);
        switch (op) {
            case Op.EXTSB: return (byte) a;
            case Op.EXTUB: return a & 0xFF;
            case Op.EXTSH: return (short) a;
            case Op.EXTUH: return a & 0xFFFF;
            case Op.EXTSW: return (int) a;
            case Op.EXTUW: return a & 0xFFFFFFFFL;
            case Op.CAST: return a;
            case Op.STOSI, Op.DTOSI, Op.STOUI, Op.DTOUI: return truncated(op, wide, number(a, op == Op.STOSI || op == Op.STOUI ? Cls.S : Cls.D));
            default: return wide ? longs(op, a, b) : words(op, (int) a, (int) b);
        }
    }

    /** As the machine has it where the value does not fit. */
    private static long truncated(int op, boolean wide, double value) {
        boolean unsigned = op == Op.STOUI || op == Op.DTOUI;
        if (!wide && !unsigned) return value > -0x1.00000002p31 + 0 && value < 0x1p31 && value >= -0x1p31 ? (int) value : Integer.MIN_VALUE;
        long near = signed(value);
        if (!wide || !unsigned) return near;
        return near | near >> 63 & signed(op == Op.STOUI ? (float) value - 0x1p63f : value - 0x1p63);
    }

    private static long signed(double value) {
        return value >= -0x1p63 && value < 0x1p63 ? (long) value : Long.MIN_VALUE;
    }

    private static long longs(int op, long a, long b) {
        return switch (op) {
            case Op.ADD -> a + b;
            case Op.SUB -> a - b;
            case Op.NEG -> -a;
            case Op.DIV -> a / b;
            case Op.REM -> a % b;
            case Op.UDIV -> Long.divideUnsigned(a, b);
            case Op.UREM -> Long.remainderUnsigned(a, b);
            case Op.MUL -> a * b;
            case Op.AND -> a & b;
            case Op.OR -> a | b;
            case Op.XOR -> a ^ b;
            case Op.SAR -> a >> b;
            case Op.SHR -> a >>> b;
            case Op.SHL -> a << b;
            default -> throw new IllegalStateException(Op.name(op));
        };
    }

    private static long words(int op, int a, int b) {
        return switch (op) {
            case Op.DIV -> a / b;
            case Op.REM -> a % b;
            case Op.UDIV -> Integer.divideUnsigned(a, b);
            case Op.UREM -> Integer.remainderUnsigned(a, b);
            case Op.SAR -> a >> b;
            case Op.SHR -> a >>> b;
            case Op.SHL -> a << b;
            default -> longs(op, a, b);
        };
    }

    private static boolean compare(int cmp, long a, long b) {
        int signed = Long.compare(a, b), unsigned = Long.compareUnsigned(a, b);
        return switch (cmp) {
            case IntCmp.EQ -> a == b;
            case IntCmp.NE -> a != b;
            case IntCmp.SGE -> signed >= 0;
            case IntCmp.SGT -> signed > 0;
            case IntCmp.SLE -> signed <= 0;
            case IntCmp.SLT -> signed < 0;
            case IntCmp.UGE -> unsigned >= 0;
            case IntCmp.UGT -> unsigned > 0;
            case IntCmp.ULE -> unsigned <= 0;
            default -> unsigned < 0;
        };
    }

    private static boolean compare(int cmp, double a, double b) {
        return switch (cmp) {
            case FltCmp.EQ -> a == b;
            case FltCmp.GE -> a >= b;
            case FltCmp.GT -> a > b;
            case FltCmp.LE -> a <= b;
            case FltCmp.LT -> a < b;
            case FltCmp.NE -> a != b;
            case FltCmp.O -> a == a && b == b;
            default -> a != a || b != b;
        };
    }
}
