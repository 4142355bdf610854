package dev.backbench.qbe.il;

import java.util.Locale;
import java.util.function.LongFunction;

/** Prints a function at any stage in IL's own syntax; what the language has no word for is printed in the same manner. For dumps and tests. */
public final class Printer {
    /** What is known of a block besides its code, to be printed above it as comments: lines, each with its end. */
    public interface Notes {
        Notes NONE = (fn, block, printer) -> "";

        String of(Fn fn, int block, Printer printer);
    }

    private final Symbols symbols;
    private final Types types;
    private final LongFunction<String> names;
    private final StringBuilder out = new StringBuilder();
    private Fn fn;
    private Notes notes;

    /** @param names gives the text behind a {@link Fn}'s packed names, see {@link Parser#name} */
    public Printer(Symbols symbols, Types types, LongFunction<String> names) {
        this.symbols = symbols;
        this.types = types;
        this.names = names;
    }

    public String print(Fn fn) {
        return print(fn, Notes.NONE);
    }

    public String print(Fn fn, Notes notes) {
        this.fn = fn;
        this.notes = notes;
        out.setLength(0);
        if (fn.linkage.export()) out.append("export\n");
        if (fn.linkage.section() != null) {
            out.append("section \"").append(fn.linkage.section()).append('"');
            if (fn.linkage.sectionFlags() != null) out.append(" \"").append(fn.linkage.sectionFlags()).append('"');
            out.append('\n');
        }
        out.append("function ");
        if (fn.returnKind != Jump.RET0) out.append(returnType()).append(' ');
        out.append(global(fn.name)).append('(');
        int body = parameters();
        out.append(") {\n");
        for (int b = 0; b < fn.blocks; b++) block(b, b == 0 ? body : fn.insStart[b]);
        return out.append("}\n").toString();
    }

    private String returnType() {
        if (fn.returnKind == Jump.RETC) return ":" + types.get(fn.returnType).name();
        return fn.returnKind <= Jump.RETD ? String.valueOf(Cls.name(fn.returnKind - Jump.RETW)) : Token.spelling(Token.SB + fn.returnKind - Jump.RETSB);
    }

    /** @return the first instruction that is no parameter */
    private int parameters() {
        int i = fn.blocks == 0 ? 0 : fn.insStart[0];
        String separator = "";
        for (; fn.blocks > 0 && i < fn.insEnd[0] && Op.isParameter(Fn.op(fn.ins[Fn.STRIDE * i])); i++) {
            int op = Fn.op(fn.ins[Fn.STRIDE * i]);
            out.append(separator).append(kind(op - Op.PAR, Fn.cls(fn.ins[Fn.STRIDE * i]), fn.ins[Fn.STRIDE * i + 2])).append(' ').append(ref(fn.ins[Fn.STRIDE * i + 1]));
            separator = ", ";
        }
        if (fn.variadic) out.append(separator).append("...");
        return i;
    }

    /** The type of a parameter or argument by its place in the family of operations. */
    private String kind(int variant, int cls, int type) {
        return switch (variant) {
            case 0 -> String.valueOf(Cls.name(cls));
            case 5 -> ":" + types.get(Ref.value(type)).name();
            case 6 -> "env";
            default -> Token.spelling(Token.SB + variant - 1);
        };
    }

    private void block(int b, int from) {
        out.append(label(b)).append('\n');
        notes.of(fn, b, this).lines().forEach(line -> out.append("\t# ").append(line).append('\n'));
        for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) phi(p);
        for (int i = from; i < fn.insEnd[b]; i++) i = instruction(i, fn.insEnd[b]);
        jump(b);
    }

    private void phi(int p) {
        int at = Fn.STRIDE * p;
        out.append('\t').append(ref(fn.phi[at + 1])).append(" =").append(Cls.name(fn.phi[at])).append(" phi ");
        for (int a = 0; a < fn.phi[at + 3]; a++) {
            int argument = fn.phi[at + 2] + 2 * a;
            out.append(a > 0 ? ", " : "").append(label(fn.phiArg[argument])).append(' ').append(ref(fn.phiArg[argument + 1]));
        }
        out.append('\n');
    }

    /** @return the last instruction printed: a call takes its arguments with it */
    private int instruction(int i, int end) {
        int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]), cls = Fn.cls(fn.ins[at]), to = fn.ins[at + 1];
        if (Op.isArgument(op)) return call(i, end);
        if (op == Op.CALL) return call(i, end);
        if (op == Op.NOP && fn.ins[at + 2] == Ref.NONE) return i;
        out.append('\t');
        if (to != Ref.NONE) out.append(ref(to)).append(" =").append(Cls.name(cls)).append(' ');
        if (op == Op.BLIT0 && i + 1 < end && Fn.op(fn.ins[at + Fn.STRIDE]) == Op.BLIT1) {
            out.append("blit ").append(ref(fn.ins[at + 2])).append(", ").append(ref(fn.ins[at + 3])).append(", ").append(Ref.value(fn.ins[at + Fn.STRIDE + 2])).append('\n');
            return i + 1;
        }
        out.append(op == Op.LOAD ? "load" + Cls.name(cls) : Op.name(op));
        if (fn.ins[at + 2] != Ref.NONE) out.append(' ').append(ref(fn.ins[at + 2]));
        if (fn.ins[at + 3] != Ref.NONE) out.append(", ").append(ref(fn.ins[at + 3]));
        out.append('\n');
        return i;
    }

    private int call(int first, int end) {
        int last = first;
        while (last < end && Fn.op(fn.ins[Fn.STRIDE * last]) != Op.CALL) last++;
        if (last == end) throw new IllegalStateException("arguments without a call");
        int at = Fn.STRIDE * last, to = fn.ins[at + 1], type = fn.ins[at + 3];
        out.append('\t');
        if (to != Ref.NONE) out.append(ref(to)).append(" =").append(Ref.kind(type) == Ref.TYPE ? ":" + types.get(Ref.value(type)).name() : String.valueOf(Cls.name(Fn.cls(fn.ins[at])))).append(' ');
        out.append("call ").append(ref(fn.ins[at + 2])).append('(');
        for (int i = first; i < last; i++) {
            int argument = Fn.STRIDE * i, op = Fn.op(fn.ins[argument]);
            out.append(i > first ? ", " : "");
            if (op == Op.ARGV) out.append("...");
            else out.append(kind(op - Op.ARG, Fn.cls(fn.ins[argument]), fn.ins[argument + 2])).append(' ').append(ref(fn.ins[argument + (op == Op.ARGC ? 3 : 2)]));
        }
        out.append(")\n");
        return last;
    }

    private void jump(int b) {
        int jump = fn.jump[b];
        out.append('\t');
        if (Jump.isReturn(jump)) {
            out.append("ret");
            if (fn.jumpArg[b] != Ref.NONE) out.append(' ').append(ref(fn.jumpArg[b]));
        } else {
            out.append(Jump.name(jump));
            if (fn.jumpArg[b] != Ref.NONE) out.append(' ').append(ref(fn.jumpArg[b])).append(',');
            if (fn.s1[b] >= 0) out.append(' ').append(label(fn.s1[b]));
            if (fn.s2[b] >= 0) out.append(", ").append(label(fn.s2[b]));
        }
        out.append('\n');
    }

    public String label(int block) {
        return fn.blockName[block] != 0 ? "@" + names.apply(fn.blockName[block]) : "@." + block;
    }

    public String ref(int ref) {
        int value = Ref.value(ref);
        return switch (Ref.kind(ref)) {
            case Ref.TMP -> Ref.isRegister(ref) ? "R" + value : temporary(value);
            case Ref.CON -> constant(value);
            case Ref.TYPE -> ":" + types.get(value).name();
            case Ref.SLOT -> "S" + value;
            case Ref.CALL -> String.format(Locale.ROOT, "%04x", value);
            case Ref.MEM -> memory(Fn.STRIDE * value);
            default -> String.valueOf(value);
        };
    }

    private String memory(int at) {
        StringBuilder text = new StringBuilder("[");
        String plus = "";
        if (fn.mem[at] != Ref.NONE) text.append(ref(fn.mem[at]));
        if (fn.mem[at] != Ref.NONE) plus = " + ";
        if (fn.mem[at + 1] != Ref.NONE) text.append(plus).append(ref(fn.mem[at + 1]));
        if (fn.mem[at + 1] != Ref.NONE) plus = " + ";
        if (fn.mem[at + 2] != Ref.NONE) text.append(plus).append(fn.mem[at + 3]).append(" * ").append(ref(fn.mem[at + 2]));
        return text.append(']').toString();
    }

    private String temporary(int t) {
        long name = fn.tmpName[t];
        if (name == 0) return "%." + t;
        return name > 0 ? "%" + names.apply(name) : "%" + names.apply(name & ~Fn.VERSION) + "." + t;
    }

    private String global(int symbol) {
        String name = symbols.name(symbol);
        return Lexer.isName(name) ? "$" + name : "$\"" + name + '"';
    }

    private String constant(int c) {
        return switch (fn.conKind[c]) {
            case Fn.CON_UNDEFINED -> "undefined";
            case Fn.CON_BITS -> String.valueOf(fn.conBits[c]);
            default -> (fn.conKind[c] == Fn.CON_THREAD_ADDRESS ? "thread " : "") + global(fn.conSymbol[c]) + (fn.conBits[c] != 0 ? "+" + fn.conBits[c] : "");
        };
    }
}
