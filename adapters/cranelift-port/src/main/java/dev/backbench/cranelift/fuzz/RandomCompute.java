package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.Constraint;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Format;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Random instructions that only compute: every operation that the language declares on scalars, from its declaration. */
final class RandomCompute {
    /** Not scalar, not of this machine, or showing what the language leaves open; a bitcast is made apart. */
    private static final Set<Op> LEFT_OUT = EnumSet.of(Op.BITCAST, Op.SPLAT, Op.BLENDV, Op.VANY_TRUE, Op.X86_CVTT2DQ, Op.FVDEMOTE, Op.FVPROMOTE_LOW, Op.VHIGH_BITS, Op.VALL_TRUE, Op.SET_PINNED_REG);
    private static final Set<Format> COMPUTING = EnumSet.of(Format.UNARY, Format.BINARY, Format.TERNARY, Format.INT_COMPARE, Format.FLOAT_COMPARE, Format.INT_ADD_TRAP);
    /** What looks at the bits of a float. */
    private static final Set<Op> BITWISE = EnumSet.of(Op.BAND, Op.BOR, Op.BXOR, Op.BNOT, Op.BITSELECT);

    /** An operation at a controlling type. */
    record Choice(Op op, int type) {}

    /** What programs are made of: half of all instructions. */
    private static final Set<Op> COMMON = EnumSet.of(Op.IADD, Op.ISUB, Op.IMUL, Op.BAND, Op.BOR, Op.BXOR, Op.ISHL, Op.USHR, Op.SSHR, Op.ICMP, Op.SELECT, Op.UEXTEND, Op.SEXTEND, Op.IREDUCE, Op.FADD,
        Op.FMUL, Op.FCMP);

    private static final List<Choice> CHOICES = choices(), USUAL = CHOICES.stream().filter(c -> COMMON.contains(c.op)).toList();

    private final ClifWriter to;

    RandomCompute(ClifWriter to) {
        this.to = to;
    }

    static List<Choice> choices() {
        List<Choice> all = new ArrayList<>();
        for (Op op : Op.values()) {
            if (!COMPUTING.contains(op.format) || LEFT_OUT.contains(op) || (op.flags & ~Effect.TRAPS) != 0 || op.control == null) continue;
            for (int type : ClifWriter.TYPES) if (op.control.contains(type) && isScalar(op, type)) all.add(new Choice(op, type));
        }
        return all;
    }

    private static boolean isScalar(Op op, int type) {
        for (Constraint c : op.operands) if (!c.isFree() && !isOurs(c.resolve(type))) return false;
        for (Constraint c : op.results) if (c.isFree() || !isOurs(c.resolve(type))) return false;
        return true;
    }

    private static boolean isOurs(int type) {
        for (int t : ClifWriter.TYPES) if (t == type) return true;
        return false;
    }

    void instruction() {
        if (to.random.nextInt(25) == 0) {
            bitcast();
            return;
        }
        List<Choice> choices = to.random.nextBoolean() ? CHOICES : USUAL;
        Choice c = choices.get(to.random.nextInt(choices.size()));
        Op op = c.op;
        if (op.is(Effect.TRAPS) && to.random.nextInt(3) > 0 || !to.wide && isWide(c)) return;
        List<String> args = new ArrayList<>();
        for (Constraint operand : op.operands) {
            int type = operand.isFree() ? freeType(op, operand, c.type) : operand.resolve(c.type);
            if (type == Types.NONE) return;
            boolean bits = ClifWriter.isFloat(type) && (BITWISE.contains(op) || op == Op.FCOPYSIGN && !args.isEmpty());
            args.add((bits ? to.settled(type) : to.value(type)).toString());
        }
        write(op, c.type, args);
    }

    private void write(Op op, int control, List<String> args) {
        String text = op.text + "." + Types.name(control) + " ";
        if (op == Op.ICMP) text += IntCC.values()[to.random.nextInt(IntCC.values().length)].text + " ";
        if (op == Op.FCMP) text += FloatCC.values()[to.random.nextInt(FloatCC.values().length)].text + " ";
        text += String.join(", ", args) + (op.format == Format.INT_ADD_TRAP ? ", user" + to.random.nextInt(1, 12) : "");
        if (op.results.length == 1) {
            to.define(op.results[0].resolve(control), text);
            return;
        }
        to.line("v" + to.values + ", v" + (to.values + 1) + " = " + text);
        for (Constraint result : op.results) to.scope.add(new ClifWriter.Value(to.values++, result.resolve(control)));
    }

    private static boolean isWide(Choice c) {
        if (c.type == Types.I128) return true;
        for (Constraint operand : c.op.operands) if (operand.resolve(c.type) == Types.I128) return true;
        for (Constraint result : c.op.results) if (result.resolve(c.type) == Types.I128) return true;
        return false;
    }

    private int freeType(Op op, Constraint operand, int control) {
        int start = to.random.nextInt(ClifWriter.TYPES.length);
        for (int i = 0; i < ClifWriter.TYPES.length; i++) {
            int type = ClifWriter.TYPES[(start + i) % ClifWriter.TYPES.length];
            if (type == Types.I128 && !to.wide) continue;
            if (operand.allows(control, type)) return type;
        }
        return Types.NONE;
    }

    /** Between an integer and a float of a size, or of a type to itself. */
    private void bitcast() {
        int bits = to.random.nextBoolean() ? 32 : 64, integer = bits == 32 ? Types.I32 : Types.I64, real = bits == 32 ? Types.F32 : Types.F64;
        switch (to.random.nextInt(5)) {
            case 0, 1 -> to.define(real, "bitcast." + Types.name(real) + " " + to.value(integer));
            case 2, 3 -> to.define(integer, "bitcast." + Types.name(integer) + " " + to.settled(real));
            default -> {
                int type = to.type();
                to.define(type, "bitcast." + Types.name(type) + " " + to.value(type));
            }
        }
    }
}
