package dev.backbench.cranelift.x64;

import static dev.backbench.cranelift.mach.VCode.FLOAT;
import static dev.backbench.cranelift.mach.VCode.INT;

import dev.backbench.asm.X64Insn;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import java.util.Arrays;

/**
 * Values as lowering sees them: their virtual registers, made when somebody asks for them; whether an instruction can be part of its user instead. Lowering goes backwards, so an
 * instruction whose result nobody asked for by the time it is reached need not be there.
 *
 * <p>Invariant of registers: a value narrower than its register has anything above it, but comparisons give 0 or 1 of 64 bits, and what writes 32 bits zeroes the upper half.
 * A value of 128 bits has two registers.
 */
final class Operands {
    private static final int NONE = -1;
    private static final int MAX_SLOTS = 1 << 30, LOG_FRAME_ALIGN = 4, MAX_LOG_ALIGN = 20;
    final Draft d = new Draft();
    final Constants pool = new Constants();
    Function f;
    /** The instruction being lowered, and its block. */
    int inst, block;
    /** By value: registers of the low half, or the whole, and the high half. */
    private int[] low = new int[256], high = new int[256];
    /** By value: how often it is named, 2 for more. */
    private byte[] uses = new byte[256];
    /** By instruction: what happened before it in its block, see {@link #begin}; whether it became part of its user. */
    private int[] color = new int[256];
    private boolean[] sunk = new boolean[256];
    /** Offsets of the stack slots in their area, whose size and greatest alignment. */
    private int[] slotOffset = new int[16];
    int slotBytes;

    void begin(Function function) {
        f = function;
        sinking = true; // also after a function that was refused half-way
        d.reset();
        int values = f.values(), insts = f.insts();
        if (low.length < values) {
            low = new int[2 * values];
            high = new int[2 * values];
            uses = new byte[2 * values];
        }
        if (color.length < insts) {
            color = new int[2 * insts];
            sunk = new boolean[2 * insts];
        }
        Arrays.fill(low, 0, values, NONE);
        Arrays.fill(high, 0, values, NONE);
        Arrays.fill(uses, 0, values, (byte) 0);
        Arrays.fill(sunk, 0, insts, false);
        layOutSlots();
        pool.reset();
    }

    private void layOutSlots() {
        slotBytes = 0;
        int count = f.entities.slots.count();
        if (slotOffset.length < count) slotOffset = new int[2 * count];
        for (int slot = 0; slot < count; slot++) {
            if (!f.entities.slots.has(slot)) continue;
            int align = Math.max(3, f.entities.slots.get(slot, Entities.SLOT_ALIGN)), known = Math.min(LOG_FRAME_ALIGN, align);
            if (align > MAX_LOG_ALIGN) throw new UnsupportedFeature("stack slots aligned to more than " + (1 << MAX_LOG_ALIGN) + " bytes");
            slotBytes = slotBytes + (1 << known) - 1 & -(1 << known);
            slotOffset[slot] = slotBytes;
            long end = slotBytes + (f.entities.slots.get(slot, Entities.SLOT_SIZE) & 0xFFFFFFFFL) + (1 << align) - (1 << known);
            if (end > MAX_SLOTS) throw new UnsupportedFeature("stack slots of more than " + MAX_SLOTS + " bytes");
            slotBytes = (int) end;
        }
        slotBytes = slotBytes + 15 & ~15;
    }

    // ---- before lowering: uses and colors, instructions of a block from the last to the first ----

    private int colors, colorTrap;

    /** Instructions of another block have another color: loads move within a color only. */
    void beginColors() {
        colors++;
        colorTrap = 0;
    }

    /** Between loads that trap alike and what neither stores, calls nor traps, nobody can tell the order; anything else ends a color. Operands of what nobody needs are not used. */
    void count(int at) {
        Op op = f.op(at);
        if ((op.flags & ~Effect.LOADS) != 0) {
            beginColors();
        } else if (op.flags != 0) {
            int trap = MemFlags.trapCode(f.flags(at));
            if (trap != 0 && colorTrap != 0 && trap != colorTrap) beginColors();
            if (trap != 0) colorTrap = trap;
        }
        color[at] = colors;
        if (!isAlive(at, op)) return;
        int list = f.args(at);
        for (int i = 0, n = f.pool.length(list); i < n; i++) countUse(f.pool.get(list, i));
    }

    private boolean isAlive(int at, Op op) {
        if ((op.flags & ~Effect.LOADS) != 0 || op.flags != 0 && MemFlags.trapCode(f.flags(at)) != 0) return true;
        int results = f.results(at);
        for (int i = 0, n = f.pool.length(results); i < n; i++) if (uses[f.pool.get(results, i)] > 0) return true;
        return false;
    }

    void countUse(int value) {
        int original = f.resolve(value);
        if (uses[original] < 2) uses[original]++;
    }

    int uses(int value) {
        return uses[f.resolve(value)];
    }

    // ---- registers ----

    static int registerClass(int type) {
        if (Types.isVector(type) || type == Types.F16 || type == Types.F128) throw new UnsupportedFeature(Types.isVector(type) ? "vectors" : Types.name(type));
        return type == Types.F32 || type == Types.F64 ? FLOAT : INT;
    }

    int type(int value) {
        return f.valueType(value);
    }

    /** Bytes that arithmetic on an integer type is done in; those narrower than 32 bits are computed in 32, with anything above them. */
    static int width(int type) {
        return Math.max(4, Types.bytes(type));
    }

    int bytes(int value) {
        return Types.bytes(f.valueType(value));
    }

    /** @param mask bit {@code t} for a scalar type {@code t} */
    static boolean isOneOf(int type, int mask) {
        return type < 32 && (mask >> type & 1) != 0;
    }

    static boolean isWide(int type) {
        return type == Types.I128;
    }

    /** A register that holds the value here; of one of 128 bits the low half. */
    int use(int value) {
        int original = f.resolve(value), definition = definition(original);
        if (definition >= 0) {
            Op op = f.op(definition);
            if (op == Op.ICONST) return constant(f.immediate(definition), f.control(definition) == Types.I64 ? 8 : 4);
            if (op == Op.F32CONST || op == Op.F64CONST) return floatConstant(f.immediate(definition), op == Op.F32CONST ? 4 : 8);
        }
        return lowOf(original);
    }

    private int lowOf(int original) {
        if (low[original] == NONE) low[original] = d.newVreg(registerClass(f.valueType(original)));
        return low[original];
    }

    int useHigh(int value) {
        int original = f.resolve(value);
        if (high[original] == NONE) high[original] = d.newInt();
        return high[original];
    }

    int def(int value) {
        return lowOf(value);
    }

    int defHigh(int value) {
        return useHigh(value);
    }

    /** Whether anybody asked for it. */
    boolean isWanted(int value) {
        return low[value] != NONE || high[value] != NONE;
    }

    boolean isHighWanted(int value) {
        return high[value] != NONE;
    }

    /** The value is what that register holds. */
    void alias(int value, int vreg) {
        if (low[value] == NONE) low[value] = vreg;
        else d.alias(low[value], vreg);
    }

    void aliasHigh(int value, int vreg) {
        if (high[value] == NONE) high[value] = vreg;
        else d.alias(high[value], vreg);
    }

    int constant(long value, int size) {
        int vreg = d.newInt();
        d.constant(vreg, size, value);
        return vreg;
    }

    int floatConstant(long bits, int size) {
        int vreg = d.newFloat();
        if (bits == 0) {
            d.begin(Form.CONST, X64Insn.XORPS, 16);
            d.code.setTraits(VCode.REMATERIALIZABLE);
        } else {
            int at = pool.place(size, bits);
            d.code.beginInst(Form.LOAD, Form.address(Form.info(size == 4 ? X64Insn.MOVSS : X64Insn.MOVSD, size), Form.POOL, 0, 0), at, 0);
            d.code.setTraits(VCode.REMATERIALIZABLE);
        }
        d.def(vreg);
        return vreg;
    }

    // ---- matching ----

    /** The instruction whose result it is, -1 where there is none. */
    int definition(int value) {
        int original = f.resolve(value);
        return f.valueKind(original) == Function.RESULT ? f.valueDefinition(original) : NONE;
    }

    boolean isConstant(int value) {
        int definition = definition(value);
        return definition >= 0 && f.op(definition) == Op.ICONST;
    }

    /** Sign-extended from its type. */
    long constantOf(int value) {
        return f.immediate(definition(value));
    }

    /** The instruction that computes it, -1 for a parameter. @param original resolved */
    int producer(int original) {
        return f.valueKind(original) == Function.RESULT ? f.valueDefinition(original) : NONE;
    }

    /** @param instruction -1 for none @return null for none */
    Op operation(int instruction) {
        return instruction < 0 ? null : f.op(instruction);
    }

    /** Whether the instruction is of this block, and its result has one user. @param original resolved */
    boolean isOnce(int original, int instruction) {
        return uses[original] == 1 && f.layout.block(instruction) == block;
    }

    boolean isHere(int instruction) {
        return f.layout.block(instruction) == block;
    }

    /** Whether an instruction can hold this constant. */
    boolean holdsImmediate(int constant) {
        return f.immediate(constant) == (int) f.immediate(constant);
    }

    static boolean isSmall(long constant) {
        return constant == (int) constant;
    }

    /** Whether it is a constant that an instruction can hold. */
    boolean isImmediate(int value) {
        return isConstant(value) && constantOf(value) == (int) constantOf(value);
    }

    /** The pure instruction of this block whose only user is this one, if it is an {@code op}; -1 if not. */
    int matched(int value, Op op) {
        int definition = definition(value);
        return definition >= 0 && f.op(definition) == op && uses(value) == 1 && f.layout.block(definition) == block ? definition : NONE;
    }

    /** Any instruction of this block, used elsewhere too. */
    int matchedShared(int value, Op op) {
        int definition = definition(value);
        return definition >= 0 && f.op(definition) == op && f.layout.block(definition) == block ? definition : NONE;
    }

    boolean isSunk(int instruction) {
        return sunk[instruction];
    }

    /** Whether loads may become part of what is lowered now: not if that is done for each of its users. */
    boolean sinking = true;

    int itself(int instruction) {
        return instruction;
    }

    /** Whether the load can become part of the current instruction. */
    boolean canSink(int load) {
        return sinking && color[load] == color[inst] && isOnce(f.result(load, 0), load) && (f.flags(load) & MemFlags.BIG) == 0;
    }

    /** Makes it an operand of the current instruction: fills in the address. */
    void sink(int load) {
        sunk[load] = true;
        address(f.arg(load, 0), f.immediate(load), f.flags(load));
    }

    int loadedBytes(int load) {
        return Types.bytes(f.control(load));
    }

    /** Makes the load whose result of {@code bytes} this is an operand of the current instruction, and fills in the address; false where that cannot be. */
    boolean sinkLoad(int value, int bytes) {
        if (!canSink(value, bytes)) return false;
        sink(definition(value));
        return true;
    }

    /** Whether {@link #sinkLoad} would. */
    boolean canSink(int value, int bytes) {
        int load = matched(value, Op.LOAD);
        return load >= 0 && sinking && color[load] == color[inst] && Types.bytes(type(value)) == bytes && (f.flags(load) & MemFlags.BIG) == 0;
    }

    // ---- addresses ----

    /** Fills in the draft's address. */
    void address(int pointer, long offset, int flags) {
        if ((flags & MemFlags.BIG) != 0) throw new UnsupportedFeature("big-endian memory access");
        int p = f.resolve(pointer);
        long displacement = offset;
        for (int step = 0; step < 8; step++) {
            long folded = displacement + addedConstant(p);
            int inner = addedTo(p);
            if (inner < 0 || !fits(folded)) break;
            displacement = folded;
            p = inner;
        }
        int definition = definition(p);
        if (definition >= 0 && f.op(definition) == Op.STACK_ADDR && slotMask(f.entity(definition)) == 0 && isNear(f.immediate(definition) + displacement)) {
            d.address.at(Form.SLOT, (int) (slotOffset[f.entity(definition)] + f.immediate(definition) + displacement));
        } else {
            int sum = addressSum(p);
            if (sum >= 0) sum(f.arg(sum, 0), f.arg(sum, 1), displacement);
            else based(use(p), displacement);
        }
        d.address.trapCode = MemFlags.trapCode(flags);
    }

    /** The sum that the address is, -1 if none: also one that others use as well, if an addend is kept for others anyway, like the base of a memory. An addition less, and no register more. */
    private int addressSum(int pointer) {
        int definition = definition(pointer);
        if (definition < 0 || f.op(definition) != Op.IADD || f.control(definition) != Types.I64) return NONE;
        if (f.layout.block(definition) != block) return NONE;
        boolean kept = uses(f.arg(definition, 0)) > 1 || uses(f.arg(definition, 1)) > 1;
        return kept ? definition : matched(pointer, Op.IADD);
    }

    /** As a displacement of 32 bits, with eight more for the high half of 128. */
    private static boolean fits(long displacement) {
        return displacement >= Integer.MIN_VALUE && displacement <= Integer.MAX_VALUE - 8;
    }

    /** Whether a displacement in a frame, however large, cannot overflow with it. */
    static boolean isNear(long offset) {
        return offset > -MAX_SLOTS / 2 && offset < MAX_SLOTS / 2;
    }

    private void based(int base, long displacement) {
        if (fits(displacement)) {
            d.address.based(base, (int) displacement);
        } else {
            int far = constant(displacement, 8), sum = d.newInt();
            d.rr(X64Insn.ADD, 8, sum, far, base);
            d.address.based(sum, 0);
        }
    }

    /** {@code first + second + displacement}, one of them scaled, constants folded. */
    void sum(int first, int second, long displacement) {
        int a = f.resolve(first), b = f.resolve(second);
        for (int step = 0; step < 4; step++) {
            if (addedTo(a) >= 0 && fits(displacement + addedConstant(a))) {
                displacement += addedConstant(a);
                a = addedTo(a);
            }
            if (addedTo(b) >= 0 && fits(displacement + addedConstant(b))) {
                displacement += addedConstant(b);
                b = addedTo(b);
            }
        }
        if (!fits(displacement)) {
            int partial = d.newInt();
            int right = use(b);
            d.rr(X64Insn.ADD, 8, partial, use(a), right);
            based(partial, displacement);
            return;
        }
        int shift = scale(b);
        if (shift == 0 && scale(a) > 0) {
            int other = a;
            a = b;
            b = other;
            shift = scale(b);
        }
        int base = use(a), index = use(shift > 0 ? f.arg(definition(b), 0) : b);
        d.address.based(base, (int) displacement);
        d.address.index = index;
        d.address.logScale = shift;
    }

    /** The addend that {@code value} has as a constant of 64 bits; meaningful where {@link #addedTo} finds something. */
    private long addedConstant(int value) {
        int definition = definition(value);
        if (definition < 0 || f.op(definition) != Op.IADD) return 0;
        int right = f.arg(definition, 1), left = f.arg(definition, 0);
        return isConstant(right) ? constantOf(right) : isConstant(left) ? constantOf(left) : 0;
    }

    /** What the constant is added to; -1 where the value is no such sum. Only at the width of addresses do sums wrap as they do. */
    private int addedTo(int value) {
        int definition = definition(value);
        if (definition < 0 || f.op(definition) != Op.IADD || f.control(definition) != Types.I64) return NONE;
        if (isConstant(f.arg(definition, 1))) return f.resolve(f.arg(definition, 0));
        return isConstant(f.arg(definition, 0)) ? f.resolve(f.arg(definition, 1)) : NONE;
    }

    /** 1 to 3 where the value is shifted left so far, and only here; else 0. */
    private int scale(int value) {
        int shift = matched(value, Op.ISHL);
        if (shift < 0 || !isConstant(f.arg(shift, 1))) return 0;
        long count = constantOf(f.arg(shift, 1)) & Types.bits(f.control(shift)) - 1;
        return count <= 3 ? (int) count : 0;
    }

    /** 0 where the frame's own alignment is enough for the slot, else what its offset is rounded up by when it is asked for: there is room for that. */
    int slotMask(int slot) {
        int align = f.entities.slots.get(slot, Entities.SLOT_ALIGN);
        return align <= LOG_FRAME_ALIGN ? 0 : (1 << align) - 1;
    }

    int slotOffset(int slot) {
        return slotOffset[slot];
    }
}
