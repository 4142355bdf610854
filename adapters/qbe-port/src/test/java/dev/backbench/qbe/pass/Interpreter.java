package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Symbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Executes a function as the IL reference says, before or after any pass that keeps it target independent: the oracle of the passes' tests.
 *
 * <p>What a run shows is its {@link #trace}: every call with its arguments, the memory the callee may see, the value returned. Undefined values (uninitialised slots) are
 * tracked and traced as {@link #ANY}; a run that traps, branches on an undefined value or takes too long stops there, and {@link #finished} is false. The upper half
 * of words is garbage, so that a pass that reads it is found out. Addresses of slots are traced by what they point to, and a call overwrites what it was ever given.
 */
final class Interpreter {
    static final long ANY = 0x5EAF00D_5EAF00DL;
    private static final long BASE = 0x5_0000_0000L, GARBAGE = 0xDEADBEEFL << 32;
    private static final int SYMBOL_BYTES = 64, STACK = 16 * SYMBOL_BYTES, SIZE = 1 << 13;

    final List<Long> trace = new ArrayList<>();
    boolean finished;

    private final Symbols symbols;
    private final int limit;
    private final byte[] memory = new byte[SIZE];
    private final boolean[] unset = new boolean[SIZE];
    private final List<Integer> leaked = new ArrayList<>();
    private Fn fn;
    private long[] value;
    /** By temporary: the bits that are undefined. */
    private long[] undefined;
    private long taint; // undefined bits of the operand read last
    private boolean tainted;
    private int stackEnd = STACK, calls, globalsUnset;
    private long globalsHash;
    private final long seed;

    private static final class Stop extends RuntimeException {
        Stop() {
            super(null, null, false, false);
        }
    }

    Interpreter(Symbols symbols, long seed, int limit) {
        this.symbols = symbols;
        this.seed = seed;
        this.limit = limit;
        for (int i = 0; i < STACK; i++) memory[i] = (byte) mix(i);
        Arrays.fill(unset, STACK, SIZE, true);
    }

    Interpreter run(Fn fn) {
        this.fn = fn;
        value = new long[fn.temporaries];
        undefined = new long[fn.temporaries];
        try {
            execute();
            finished = true;
        } catch (Stop stop) {
            finished = false;
        }
        return this;
    }

    /** What differs between this run, the reference, and another of what should be the same function; null if nothing. */
    String difference(Interpreter other) {
        int common = Math.min(trace.size(), other.trace.size());
        for (int i = 0; i < common; i++) {
            if (trace.get(i) != ANY && !trace.get(i).equals(other.trace.get(i))) return "event " + i + " is " + other.trace.get(i) + ", was " + trace.get(i);
        }
        if (other.trace.size() < trace.size()) return other.trace.size() + " events, were " + trace.size();
        if (finished && (!other.finished || other.trace.size() > trace.size())) return "goes on where it ended";
        return null;
    }

    private long mix(long x) {
        long h = (x + seed) * 0x9E3779B97F4A7C15L;
        h = (h ^ h >>> 29) * 0xBF58476D1CE4E5B9L;
        return h ^ h >>> 32;
    }

    // ---- control ----

    private void execute() {
        int block = 0, from = -1, steps = 0, parameters = 0;
        while (true) {
            phis(block, from);
            int arguments = fn.insStart[block];
            boolean select = false;
            for (int i = fn.insStart[block]; i < fn.insEnd[block]; i++) {
                if (++steps > limit) throw new Stop();
                int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]);
                if (op == Op.SEL0) select = truth(fn.ins[at + 2]);
                else if (op == Op.SEL1) set(fn.ins[at + 1], cls, read(fn.ins[select ? at + 2 : at + 3], cls), taint);
                else if (Op.isParameter(op)) set(fn.ins[at + 1], cls, parameter(parameters++, cls), 0);
                else if (op == Op.CALL) call(arguments, i);
                else if (!Op.isArgument(op)) instruction(at, op, cls);
                if (!Op.isArgument(op)) arguments = i + 1;
            }
            if (++steps > limit) throw new Stop();
            int jump = fn.jump[block];
            if (jump == Jump.HLT) throw new Stop();
            if (Jump.isReturn(jump)) {
                returned(block, jump);
                return;
            }
            from = block;
            block = jump == Jump.JNZ && !truth(fn.jumpArg[block]) ? fn.s2[block] : fn.s1[block];
        }
    }

    private boolean truth(int ref) {
        long v = read(ref, Cls.W);
        if (tainted) throw new Stop();
        return (int) v != 0;
    }

    private void phis(int block, int from) {
        int count = fn.phiEnd[block] - fn.phiStart[block];
        long[] values = new long[count];
        long[] taints = new long[count];
        for (int p = 0; p < count; p++) {
            int at = Fn.STRIDE * (fn.phiStart[block] + p), a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3];
            while (a < end && fn.phiArg[a] != from) a += 2;
            if (a == end) throw new AssertionError("a phi of block " + block + " has no argument for block " + from);
            values[p] = read(fn.phiArg[a + 1], fn.phi[at]);
            taints[p] = taint;
        }
        for (int p = 0; p < count; p++) {
            int at = Fn.STRIDE * (fn.phiStart[block] + p);
            set(fn.phi[at + 1], fn.phi[at], values[p], taints[p]);
        }
    }

    private void returned(int block, int jump) {
        if (jump != Jump.RET0) {
            int cls = jump <= Jump.RETD ? jump - Jump.RETW : jump == Jump.RETC ? Cls.L : Cls.W;
            long v = read(fn.jumpArg[block], cls);
            if (jump == Jump.RETSB) v = (byte) v;
            if (jump == Jump.RETUB) v &= 0xFF;
            if (jump == Jump.RETSH) v = (short) v;
            if (jump == Jump.RETUH) v &= 0xFFFF;
            event(jump == Jump.RETC ? 0 : v, cls);
        }
        globals();
    }

    private long parameter(int index, int cls) {
        long h = mix(1000 + index);
        return switch (cls) {
            case Cls.W -> h >> (h & 31);
            case Cls.L -> (h & 1) == 0 ? BASE + (h >>> 8 & 15) * 8 : h >> (h & 63);
            case Cls.S -> Float.floatToRawIntBits((short) h / 8f);
            default -> Double.doubleToRawLongBits((short) h / 8.0);
        };
    }

    private void event(long v, int cls) {
        trace.add(tainted ? ANY : Cls.isWide(cls) ? v : (long) (int) v);
    }

    private void globals() {
        trace.add(globalsUnset > 0 ? ANY : globalsHash);
    }

    /** Writes a byte; of what other functions may see a hash is kept. */
    private void poke(int at, byte to, boolean undefined) {
        if (at < STACK) {
            globalsHash += (to - memory[at]) * (at * 0x9E3779B97F4A7C15L | 1);
            globalsUnset += (undefined ? 1 : 0) - (unset[at] ? 1 : 0);
        }
        memory[at] = to;
        unset[at] = undefined;
    }

    private void leak(int address) {
        if (!leaked.contains(address)) leaked.add(address);
    }

    private void call(int first, int last) {
        int at = Fn.STRIDE * last, cls = Fn.cls(fn.ins[at]);
        calls++;
        read(fn.ins[at + 2], Cls.L);
        event(Ref.isCon(fn.ins[at + 2]) ? fn.conSymbol[Ref.value(fn.ins[at + 2])] : 0, Cls.L);
        for (int i = first; i < last; i++) {
            int a = Fn.STRIDE * i, op = Fn.op(fn.ins[a]), argument = Fn.cls(fn.ins[a]);
            if (op == Op.ARGV) continue;
            long v = read(fn.ins[a + (op == Op.ARGC ? 3 : 2)], argument);
            if (argument == Cls.L && !tainted && v >= BASE + STACK && v < BASE + stackEnd) leak((int) (v - BASE));
            else event(v, argument);
        }
        for (int address : leaked) {
            for (int i = address; i < Math.min(address + 8, stackEnd); i++) {
                trace.add(unset[i] ? ANY : (long) memory[i]);
                poke(i, (byte) mix(calls * 100L + i - address), false);
            }
        }
        globals();
        for (int i = 0; i < 32; i++) poke(i, (byte) mix(calls * 50L + i), false);
        boolean pointer = Ref.isCon(fn.ins[at + 2]) && symbols.name(fn.conSymbol[Ref.value(fn.ins[at + 2])]).equals("ptr");
        long result = pointer ? BASE + (mix(calls) & 3) * 8 : mix(calls * 7L);
        if (Cls.isFloat(cls)) result = cls == Cls.S ? Float.floatToRawIntBits((short) result) : Double.doubleToRawLongBits((short) result);
        set(fn.ins[at + 1], cls, result, 0);
    }

    // ---- values ----

    private long read(int ref, int cls) {
        taint(0);
        if (Ref.isTmp(ref)) {
            int t = Ref.value(ref);
            taint(Cls.isWide(cls) ? undefined[t] : undefined[t] & 0xFFFFFFFFL);
            return value[t];
        }
        if (ref == Ref.NONE || !Ref.isCon(ref)) return 0;
        int c = Ref.value(ref);
        if (fn.conKind[c] == Fn.CON_UNDEFINED) taint(-1);
        if (fn.conKind[c] == Fn.CON_ADDRESS || fn.conKind[c] == Fn.CON_THREAD_ADDRESS) return BASE + fn.conSymbol[c] % 16 * SYMBOL_BYTES + fn.conBits[c];
        return fn.conBits[c];
    }

    private void taint(long bits) {
        taint = bits;
        tainted = bits != 0;
    }

    private void set(int to, int cls, long v, long taint) {
        if (to == Ref.NONE) return;
        value[Ref.value(to)] = Cls.isWide(cls) ? v : v & 0xFFFFFFFFL | GARBAGE;
        undefined[Ref.value(to)] = taint;
    }

    private void instruction(int at, int op, int cls) {
        int to = fn.ins[at + 1];
        long a = read(fn.ins[at + 2], Op.operand(op, cls, 0)), first = taint;
        long b = read(fn.ins[at + 3], Op.operand(op, cls, 1)), second = taint;
        if (Op.isAlloc(op)) {
            set(to, cls, allocate(16 << op - Op.ALLOC4, a), first);
        } else if (Op.isLoad(op)) {
            if (first != 0) throw new Stop();
            long v = load(a, op, cls);
            set(to, cls, v, taint);
        } else if (Op.isStore(op)) {
            if (second != 0) throw new Stop();
            store(b, Op.width(op, Cls.W), a, first);
        } else if (op == Op.BLIT0) {
            if ((first | second) != 0) throw new Stop();
            blit(a, b, Ref.value(fn.ins[at + Fn.STRIDE + 2]));
        } else if (op == Op.VAARG || op == Op.VASTART) {
            throw new Stop();
        } else if (op != Op.NOP && op != Op.DBGLOC && op != Op.BLIT1) {
            if ((first | second) != 0 && op >= Op.DIV && op <= Op.UREM && !Cls.isFloat(cls)) throw new Stop();
            boolean exact = second == 0 && (op == Op.COPY || op == Op.CAST || op == Op.SHR);
            long undefined = exact ? op == Op.SHR ? cls == Cls.W ? (int) first >>> b : first >>> b : first : extended(op, first) | second;
            boolean any = (undefined & (Cls.isWide(cls) ? -1 : 0xFFFFFFFFL)) != 0;
            if (any && !exact) undefined = -1;
            set(to, cls, any && !exact ? mix(at) : compute(op, cls, a, b), any ? undefined : 0);
        }
    }

    /** What an extension reads of the undefined bits. */
    private static long extended(int op, long bits) {
        return switch (op) {
            case Op.EXTSB, Op.EXTUB -> bits & 0xFF;
            case Op.EXTSH, Op.EXTUH -> bits & 0xFFFF;
            case Op.EXTSW, Op.EXTUW -> bits & 0xFFFFFFFFL;
            default -> bits;
        };
    }

    private long compute(int op, int cls, long a, long b) {
        if (Op.isIntCmp(op)) return compare(Op.comparison(op), Op.comparedClass(op) == Cls.L, a, b) ? 1 : 0;
        if (Op.isFltCmp(op)) {
            boolean single = Op.comparedClass(op) == Cls.S;
            return compare(Op.comparison(op) - IntCmp.COUNT, single ? f(a) : d(a), single ? f(b) : d(b)) ? 1 : 0;
        }
        if (op >= Op.EXTSB) return convert(op, cls, a);
        return switch (cls) {
            case Cls.W -> words(op, (int) a, (int) b);
            case Cls.L -> longs(op, a, b);
            case Cls.S -> Float.floatToRawIntBits(switch (op) {
                case Op.ADD -> f(a) + f(b);
                case Op.SUB -> f(a) - f(b);
                case Op.MUL -> f(a) * f(b);
                case Op.DIV -> f(a) / f(b);
                case Op.NEG -> Float.intBitsToFloat((int) a ^ 1 << 31);
                default -> throw new AssertionError(Op.name(op));
            });
            default -> Double.doubleToRawLongBits(switch (op) {
                case Op.ADD -> d(a) + d(b);
                case Op.SUB -> d(a) - d(b);
                case Op.MUL -> d(a) * d(b);
                case Op.DIV -> d(a) / d(b);
                case Op.NEG -> Double.longBitsToDouble(a ^ 1L << 63);
                default -> throw new AssertionError(Op.name(op));
            });
        };
    }

    private static float f(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static double d(long bits) {
        return Double.longBitsToDouble(bits);
    }

    private static long words(int op, int a, int b) {
        if (op >= Op.DIV && op <= Op.UREM && (b == 0 || b == -1 && a == Integer.MIN_VALUE && op <= Op.REM)) throw new Stop();
        return switch (op) {
            case Op.ADD -> a + b;
            case Op.SUB -> a - b;
            case Op.NEG -> -a;
            case Op.MUL -> a * b;
            case Op.DIV -> a / b;
            case Op.REM -> a % b;
            case Op.UDIV -> Integer.divideUnsigned(a, b);
            case Op.UREM -> Integer.remainderUnsigned(a, b);
            case Op.AND -> a & b;
            case Op.OR -> a | b;
            case Op.XOR -> a ^ b;
            case Op.SAR -> a >> b;
            case Op.SHR -> a >>> b;
            case Op.SHL -> a << b;
            default -> throw new AssertionError(Op.name(op));
        };
    }

    private static long longs(int op, long a, long b) {
        if (op >= Op.DIV && op <= Op.UREM && (b == 0 || b == -1 && a == Long.MIN_VALUE && op <= Op.REM)) throw new Stop();
        return switch (op) {
            case Op.ADD -> a + b;
            case Op.SUB -> a - b;
            case Op.NEG -> -a;
            case Op.MUL -> a * b;
            case Op.DIV -> a / b;
            case Op.REM -> a % b;
            case Op.UDIV -> Long.divideUnsigned(a, b);
            case Op.UREM -> Long.remainderUnsigned(a, b);
            case Op.AND -> a & b;
            case Op.OR -> a | b;
            case Op.XOR -> a ^ b;
            case Op.SAR -> a >> b;
            case Op.SHR -> a >>> b;
            case Op.SHL -> a << b;
            default -> throw new AssertionError(Op.name(op));
        };
    }

    private static boolean compare(int cmp, boolean wide, long x, long y) {
        long a = wide ? x : (int) x, b = wide ? y : (int) y;
        int order = cmp >= IntCmp.UGE ? Long.compareUnsigned(a, b) : Long.compare(a, b);
        return switch (cmp) {
            case IntCmp.EQ -> order == 0;
            case IntCmp.NE -> order != 0;
            case IntCmp.SGE, IntCmp.UGE -> order >= 0;
            case IntCmp.SGT, IntCmp.UGT -> order > 0;
            case IntCmp.SLE, IntCmp.ULE -> order <= 0;
            default -> order < 0;
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

    private static long convert(int op, int cls, long a) {
        boolean single = cls == Cls.S;
        return switch (op) {
            case Op.EXTSB -> (byte) a;
            case Op.EXTUB -> a & 0xFF;
            case Op.EXTSH -> (short) a;
            case Op.EXTUH -> a & 0xFFFF;
            case Op.EXTSW -> (int) a;
            case Op.EXTUW -> a & 0xFFFFFFFFL;
            case Op.EXTS -> Double.doubleToRawLongBits(f(a));
            case Op.TRUNCD -> Float.floatToRawIntBits((float) d(a));
            case Op.STOSI, Op.STOUI -> cls == Cls.W && op == Op.STOSI ? (int) f(a) : (long) f(a);
            case Op.DTOSI, Op.DTOUI -> cls == Cls.W && op == Op.DTOSI ? (int) d(a) : (long) d(a);
            case Op.SWTOF -> single ? Float.floatToRawIntBits((int) a) : Double.doubleToRawLongBits((int) a);
            case Op.UWTOF -> single ? Float.floatToRawIntBits(a & 0xFFFFFFFFL) : Double.doubleToRawLongBits(a & 0xFFFFFFFFL);
            case Op.SLTOF -> single ? Float.floatToRawIntBits(a) : Double.doubleToRawLongBits(a);
            case Op.ULTOF -> single ? Float.floatToRawIntBits(new java.math.BigDecimal(Long.toUnsignedString(a)).floatValue()) : Double.doubleToRawLongBits(new java.math.BigDecimal(Long.toUnsignedString(a)).doubleValue());
            case Op.CAST, Op.COPY -> a;
            default -> throw new AssertionError(Op.name(op));
        };
    }

    // ---- memory ----

    private long allocate(int align, long bytes) {
        if (bytes < 0 || bytes > 1024) throw new Stop();
        int at = stackEnd + align - 1 & -align;
        stackEnd = at + (int) bytes;
        if (stackEnd + 16 > SIZE) throw new Stop();
        Arrays.fill(unset, at, stackEnd, true);
        return BASE + at;
    }

    private int place(long address, int width) {
        if (address < BASE || address > BASE + SIZE - width) throw new Stop();
        return (int) (address - BASE);
    }

    private long load(long address, int op, int cls) {
        int width = Op.width(op, cls), at = place(address, width);
        long v = 0, bits = 0;
        for (int i = width - 1; i >= 0; i--) {
            v = v << 8 | memory[at + i] & 0xFF;
            bits = bits << 8 | (unset[at + i] ? 0xFF : 0);
        }
        taint(op != Op.LOAD && bits != 0 ? -1 : bits);
        return op == Op.LOAD ? v : convert(Op.EXTSB + op - Op.LOADSB, cls, v);
    }

    private void store(long address, int width, long v, long bits) {
        int at = place(address, width);
        for (int i = 0; i < width; i++) poke(at + i, (byte) (v >> 8 * i), (bits >> 8 * i & 0xFF) != 0);
    }

    private void blit(long from, long to, int bytes) {
        int source = place(from, bytes), target = place(to, bytes);
        for (int i = 0; i < bytes; i++) poke(target + i, memory[source + i], unset[source + i]);
    }
}
