package dev.backbench.qbe.amd64;

import static dev.backbench.asm.X64Insn.*;
import static dev.backbench.qbe.il.Ref.NONE;

import dev.backbench.asm.X64;
import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Insn;
import dev.backbench.asm.X64Sink;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.FltCmp;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;

/**
 * Turns an allocated function into instructions of a sink. Operands are registers, slots, addresses and constants; operations of three operands become ones of two. {@code xmm15}
 * is free for moves between memory and exchanges. Blocks are emitted in their order, a jump to the next one is left out.
 *
 * <p>Frame, downwards from {@code rbp}: registers saved by a variadic function, slots, callee-saved registers, dynamic allocations and arguments.
 */
public final class Emit {
    static final int SCRATCH = Regs.XMM15;
    private static final byte[] INT_CONDITIONS = {X64.E, X64.NE, X64.GE, X64.G, X64.LE, X64.L, X64.AE, X64.A, X64.BE, X64.B};
    private static final byte[] FLOAT_CONDITIONS = {X64.E, X64.AE, X64.A, -1, -1, X64.NE, X64.NP, X64.P};
    private static final int[] EXTENSIONS = {MOVSX8, MOVZX8, MOVSX16, MOVZX16, MOVSX32, MOV};

    /** Constants of the file, for floats: gives the number of a pool entry. */
    public interface Pool {
        /** @param width 4, 8 or 16 bytes, the value repeated */
        int constant(int width, long bits);
    }

    private final X64Sink sink;
    private final Pool pool;
    private final X64Address address = new X64Address();
    private final Moves moves;
    private final Frame frame;
    private Fn fn;
    private int labels;
    /** The word of which the last instruction left the flags say whether it is zero. */
    private int tested;

    public Emit(X64Sink sink, Pool pool) {
        this.sink = sink;
        this.pool = pool;
        frame = new Frame(sink);
        moves = new Moves(sink, pool, this);
    }

    public void run(Fn fn) {
        this.fn = fn;
        labels = fn.blocks;
        frame.enter(fn, labels++);
        for (int b = 0; b < fn.blocks; b++) {
            sink.label(b);
            tested = NONE;
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) instruction(Fn.STRIDE * i);
            jump(b);
        }
    }

    Fn fn() {
        return fn;
    }

    // ---- operands ----

    static int hard(int ref) {
        assert Ref.isRegister(ref) : "operand " + ref + " is no register";
        return Regs.encoding(Ref.value(ref));
    }

    static int size(int cls) {
        return Cls.isWide(cls) ? 8 : 4;
    }

    /** The machine address of a slot, an address, a symbol, or a register that points. */
    X64Address at(int ref) {
        int value = Ref.value(ref);
        switch (Ref.kind(ref)) {
            case Ref.SLOT:
                return address.plain(X64.RBP, frame.offset(value));
            case Ref.CON:
                return symbol(value);
            case Ref.TMP:
                return address.plain(hard(ref), 0);
            case Ref.MEM:
                return memory(Fn.STRIDE * value);
            default:
                throw new IllegalStateException("no address: operand kind " + Ref.kind(ref));
        }
    }

    private X64Address symbol(int con) {
        long offset = fn.conBits[con];
        if (fn.conKind[con] == Fn.CON_BITS) return address.plain(-1, (int) offset);
        boolean thread = fn.conKind[con] == Fn.CON_THREAD_ADDRESS;
        return address.symbol(thread ? X64Address.THREAD : X64Address.GLOBAL, fn.conSymbol[con], (int) offset);
    }

    private X64Address memory(int at) {
        int[] mem = fn.mem;
        int offset = mem[at] == NONE ? 0 : (int) fn.bits(mem[at]), base = mem[at + 1], index = mem[at + 2];
        boolean slot = Ref.kind(base) == Ref.SLOT;
        int register = base == NONE ? -1 : slot ? X64.RBP : hard(base);
        if (slot) offset += frame.offset(Ref.value(base));
        return address.indexed(register, index == NONE ? -1 : hard(index), mem[at + 3], offset);
    }

    /** Whether a machine address uses the register: then that cannot be written before the address is read. */
    private boolean pointsWith(int mem, int register) {
        int at = Fn.STRIDE * Ref.value(mem);
        return fn.mem[at + 1] == register || fn.mem[at + 2] == register;
    }

    private boolean isRegister(int ref) {
        return Ref.isRegister(ref);
    }

    /** {@code insn register, operand} where the operand is a register, memory, or a constant: an immediate for general registers, of the pool for SSE ones. */
    void apply(int insn, int cls, int register, int operand) {
        if (isRegister(operand)) sink.rr(insn, size(cls), register, hard(operand));
        else if (!fn.isNumber(operand)) sink.rm(insn, size(cls), register, at(operand));
        else if (Cls.isFloat(cls)) sink.rm(insn, size(cls), register, address.symbol(X64Address.POOL, pool.constant(size(cls), fn.bits(operand)), 0));
        else sink.ri(insn, size(cls), register, fn.bits(operand));
    }

    void move(int cls, int to, int from) {
        moves.move(cls, to, from);
    }

    // ---- instructions ----

    private void instruction(int at) {
        int[] ins = fn.ins;
        int word = ins[at], op = Fn.op(word), cls = Fn.cls(word), to = ins[at + 1], first = ins[at + 2], second = ins[at + 3];
        if (Ref.kind(second) == Ref.MEM && to != first && Ref.isRegister(to) && pointsWith(second, to)) {
            move(cls, to, second);
            second = to;
        }
        int known = tested;
        tested = NONE;
        switch (op) {
            case Op.ADD -> add(cls, to, first, second);
            case Op.SUB -> subtract(cls, to, first, second);
            case Op.MUL -> multiply(cls, to, first, second);
            case Op.DIV -> twoAddress(DIVSS + (cls & 1), cls, to, first, second, false);
            case Op.AND -> twoAddress(X64Insn.AND, cls, to, first, second, true);
            case Op.OR -> twoAddress(X64Insn.OR, cls, to, first, second, true);
            case Op.XOR -> twoAddress(X64Insn.XOR, cls, to, first, second, true);
            case Op.SAR -> shift(X64Insn.SAR, cls, to, first, second);
            case Op.SHR -> shift(X64Insn.SHR, cls, to, first, second);
            case Op.SHL -> shift(X64Insn.SHL, cls, to, first, second);
            case Op.ROTL -> shift(X64Insn.ROL, cls, to, first, second);
            case Op.ROTR -> shift(X64Insn.ROR, cls, to, first, second);
            case Op.NEG -> negate(cls, to, first);
            case Op.COPY -> move(cls, to, first);
            case Op.SWAP -> sink.rr(XCHG, size(cls), hard(first), hard(second)); // of general registers
            case Op.ADDR -> moves.address(to, first);
            case Op.SIGN -> sink.plain(Cls.isWide(cls) ? CQO : CDQ);
            case Op.XIDIV, Op.XDIV -> one(op == Op.XIDIV ? IDIV : X64Insn.DIV, cls, first);
            case Op.XCMP -> compare(cls, first, second);
            case Op.XTEST -> {
                if (first != second || first != known) apply(TEST, cls, hard(first), second);
            }
            case Op.SALLOC -> allocate(to, first);
            case Op.CALL -> call(first);
            case Op.DBGLOC -> sink.location(Ref.value(first), Ref.value(second));
            case Op.NOP -> {}
            default -> other(op, cls, to, first, second);
        }
    }

    private void other(int op, int cls, int to, int first, int second) {
        if (Op.isStore(op)) store(op, first, second);
        else if (Op.isLoad(op)) load(op, cls, to, first);
        else if (Op.isExtension(op)) extend(op - Op.EXTSB, size(cls), to, first);
        else if (op >= Op.FLAG && op < Op.FLAG + IntCmp.COUNT + FltCmp.COUNT) flag(to, condition(op - Op.FLAG));
        else if (op >= Op.XSEL && op < Op.ROTL) choose(op - Op.XSEL, cls, to, first, second);
        else if (op >= Op.CLZ) extended(op, cls, to, first, second);
        else convert(op, cls, to, first);
    }

    private void add(int cls, int to, int first, int second) {
        if (Cls.isFloat(cls) || to == first || to == second || !isRegister(first) || !isRegister(second) && !fn.isNumber(second)) {
            twoAddress(Cls.isFloat(cls) ? ADDSS + (cls & 1) : X64Insn.ADD, cls, to, first, second, true);
            return;
        }
        if (isRegister(second)) address.indexed(hard(first), hard(second), 1, 0);
        else address.plain(hard(first), (int) fn.bits(second));
        sink.rm(LEA, size(cls), hard(to), address);
    }

    private void subtract(int cls, int to, int first, int second) {
        if (!Cls.isFloat(cls) && to == second && to != first) {
            sink.r(X64Insn.NEG, size(cls), hard(to));
            apply(X64Insn.ADD, cls, hard(to), first);
        } else if (!Cls.isFloat(cls) && to != first && isRegister(first) && fn.isNumber(second) && (int) fn.bits(second) != Integer.MIN_VALUE) {
            sink.rm(LEA, size(cls), hard(to), address.plain(hard(first), -(int) fn.bits(second)));
        } else {
            twoAddress(Cls.isFloat(cls) ? SUBSS + (cls & 1) : X64Insn.SUB, cls, to, first, second, false);
        }
    }

    private void multiply(int cls, int to, int first, int second) {
        if (Cls.isFloat(cls)) {
            twoAddress(MULSS + (cls & 1), cls, to, first, second, true);
        } else if (fn.isNumber(second)) {
            int source = first;
            if (!isRegister(first)) move(cls, source = to, first);
            sink.multiply(size(cls), hard(to), hard(source), (int) fn.bits(second));
        } else {
            twoAddress(IMUL, cls, to, first, second, true);
        }
    }

    /** {@code to = first insn second} as {@code to = first; to insn= second}. */
    private void twoAddress(int insn, int cls, int to, int first, int second, boolean commutes) {
        if (cls == Cls.W && insn != IMUL) tested = to;
        if (to == second && to != first) {
            if (commutes) {
                apply(insn, cls, hard(to), first);
                return;
            }
            assert Cls.isFloat(cls) : "general operands that do not commute are dealt with before";
            move(cls, Regs.ref(SCRATCH), second);
            move(cls, to, first);
            apply(insn, cls, hard(to), Regs.ref(SCRATCH));
            return;
        }
        move(cls, to, first);
        apply(insn, cls, hard(to), second);
    }

    private void shift(int insn, int cls, int to, int first, int second) {
        move(cls, to, first);
        if (fn.isNumber(second)) sink.ri(insn, size(cls), hard(to), fn.bits(second));
        else sink.r(insn, size(cls), hard(to));
    }

    private void negate(int cls, int to, int first) {
        move(cls, to, first);
        if (!Cls.isFloat(cls)) sink.r(X64Insn.NEG, size(cls), hard(to));
        else sink.rm(XORPS, 16, hard(to), address.symbol(X64Address.POOL, pool.constant(16, cls == Cls.S ? 0x8000_0000_8000_0000L : Long.MIN_VALUE), 0));
    }

    private void one(int insn, int cls, int operand) {
        if (isRegister(operand)) sink.r(insn, size(cls), hard(operand));
        else sink.m(insn, size(cls), at(operand));
    }

    private void compare(int cls, int first, int second) {
        if (Cls.isFloat(cls)) apply(UCOMISS + (cls & 1), cls, hard(first), second);
        else if (!isRegister(first) && fn.isNumber(second)) sink.mi(CMP, size(cls), at(first), (int) fn.bits(second));
        else if (!isRegister(first)) sink.mr(CMP, size(cls), at(first), hard(second));
        else if (fn.isNumber(second) && (int) fn.bits(second) == 0) sink.rr(TEST, size(cls), hard(first), hard(first));
        else apply(CMP, cls, hard(first), second);
    }

    private void allocate(int to, int size) {
        if (fn.isNumber(size)) {
            long bytes = fn.bits(size);
            if (bytes != (int) bytes) {
                move(Cls.L, to, size);
                apply(X64Insn.SUB, Cls.L, X64.RSP, to);
            } else if (bytes < 0) sink.ri(X64Insn.ADD, 8, X64.RSP, -bytes);
            else if (bytes > 0) sink.ri(X64Insn.SUB, 8, X64.RSP, bytes);
        } else {
            apply(X64Insn.SUB, Cls.L, X64.RSP, size);
        }
        if (to != NONE) move(Cls.L, to, Regs.ref(Regs.RSP));
    }

    private void call(int callee) {
        if (Ref.isCon(callee)) sink.call(fn.conSymbol[Ref.value(callee)], (int) fn.bits(callee));
        else one(X64Insn.CALL, Cls.L, callee);
    }

    private void store(int op, int value, int to) {
        int size = Op.width(op, Cls.W);
        if (fn.isNumber(value)) sink.mi(MOV, size, at(to), (int) fn.bits(value));
        else if (op == Op.STORES || op == Op.STORED) sink.mr(op == Op.STORES ? MOVSS : MOVSD, size, at(to), hard(value));
        else sink.mr(MOV, size, at(to), hard(value));
    }

    private void load(int op, int cls, int to, int from) {
        if (op != Op.LOAD) extend(op - Op.LOADSB, size(cls), to, from);
        else if (Cls.isFloat(cls)) sink.rm(MOVSS + (cls & 1), size(cls), hard(to), at(from));
        else sink.rm(MOV, size(cls), hard(to), at(from));
    }

    /** @param kind in the order of {@code sb ub sh uh sw uw} */
    private void extend(int kind, int size, int to, int from) {
        int insn = EXTENSIONS[kind];
        // A zero-extended word is written whole by the 32-bit form, which is also all that a word of a word is
        int wide = insn == MOV || insn == MOVZX8 || insn == MOVZX16 || size == 4 ? 4 : 8;
        if (wide == 4 && insn == MOVSX32) insn = MOV;
        if (isRegister(from)) sink.rr(insn, wide, hard(to), hard(from));
        else sink.rm(insn, wide, hard(to), at(from));
    }

    private void convert(int op, int cls, int to, int first) {
        switch (op) {
            case Op.EXTS -> apply(CVTSS2SD, Cls.S, hard(to), first);
            case Op.TRUNCD -> apply(CVTSD2SS, Cls.D, hard(to), first);
            case Op.STOSI -> toInteger(CVTTSS2SI, cls, to, first, Cls.S);
            case Op.DTOSI -> toInteger(CVTTSD2SI, cls, to, first, Cls.D);
            case Op.SWTOF -> toFloat(cls, to, first, 4);
            case Op.SLTOF -> toFloat(cls, to, first, 8);
            case Op.CAST -> moves.cast(cls, to, first);
            default -> throw new IllegalStateException(Op.name(op) + " has no instruction");
        }
    }

    /** Operations that QBE lacks. */
    private void extended(int op, int cls, int to, int first, int second) {
        switch (op) {
            case Op.CLZ -> apply(LZCNT, cls, hard(to), first);
            case Op.CTZ -> apply(TZCNT, cls, hard(to), first);
            case Op.POPCNT -> apply(X64Insn.POPCNT, cls, hard(to), first);
            case Op.SQRT -> apply(SQRTSS + (cls & 1), cls, hard(to), first);
            case Op.MIN, Op.MAX -> extreme(op == Op.MIN, cls, to, first, second);
            default -> {
                move(cls, to, first);
                sink.round(size(cls), hard(to), hard(to), op - Op.NEAREST);
            }
        }
    }

    /** Equal operands are the same or zeros, whose signs the bits decide; of unordered ones the sum is the NaN. Either order of operands will do. */
    private void extreme(boolean least, int cls, int to, int first, int second) {
        int other = to == second ? first : second, wide = cls & 1, unordered = labels++, different = labels++, end = labels++;
        if (to != second) move(cls, to, first);
        if (!isRegister(other)) move(cls, other = Regs.ref(SCRATCH), other == first ? first : second);
        sink.rr(UCOMISS + wide, size(cls), hard(to), hard(other));
        sink.jump(X64.P, unordered);
        sink.jump(X64.NE, different);
        sink.rr(least ? ORPS : ANDPS, 16, hard(to), hard(other));
        sink.jump(end);
        sink.label(unordered);
        sink.rr(ADDSS + wide, size(cls), hard(to), hard(other));
        sink.jump(end);
        sink.label(different);
        sink.rr((least ? MINSS : MAXSS) + wide, size(cls), hard(to), hard(other));
        sink.label(end);
    }

    private void toInteger(int insn, int cls, int to, int first, int from) {
        if (isRegister(first)) sink.rr(insn, size(cls), hard(to), hard(first));
        else if (fn.isNumber(first)) sink.rm(insn, size(cls), hard(to), address.symbol(X64Address.POOL, pool.constant(size(from), fn.bits(first)), 0));
        else sink.rm(insn, size(cls), hard(to), at(first));
    }

    /** The conversion keeps the rest of the register: clearing it first spares it the wait for what was there. */
    private void toFloat(int cls, int to, int first, int size) {
        sink.rr(XORPS, 16, hard(to), hard(to));
        if (isRegister(first)) sink.rr(CVTSI2SS + (cls & 1), size, hard(to), hard(first));
        else sink.rm(CVTSI2SS + (cls & 1), size, hard(to), at(first));
    }

    // ---- conditions ----

    private static int condition(int comparison) {
        int condition = comparison < IntCmp.COUNT ? INT_CONDITIONS[comparison] : FLOAT_CONDITIONS[comparison - IntCmp.COUNT];
        if (condition < 0) throw new IllegalStateException("a float comparison that no flag alone answers");
        return condition;
    }

    private static boolean isFloat(int comparison, int float0) {
        return comparison == IntCmp.COUNT + float0;
    }

    private void flag(int to, int condition) {
        sink.r(SET + condition, 1, hard(to));
        sink.rr(MOVZX8, 4, hard(to), hard(to));
    }

    /** {@code to = flags ? first : second}. */
    private void choose(int comparison, int cls, int to, int first, int second) {
        boolean equal = isFloat(comparison, FltCmp.EQ), different = isFloat(comparison, FltCmp.NE);
        int condition = condition(comparison);
        if (Cls.isFloat(cls) || equal && to == second || different && to == first) {
            chooseByJump(comparison, cls, to, first, second);
        } else if (equal) {
            move(cls, to, first);
            sink.rr(CMOV + X64.NE, size(cls), hard(to), hard(second));
            sink.rr(CMOV + X64.P, size(cls), hard(to), hard(second));
        } else if (different) {
            move(cls, to, second);
            sink.rr(CMOV + X64.NE, size(cls), hard(to), hard(first));
            sink.rr(CMOV + X64.P, size(cls), hard(to), hard(first));
        } else if (to == first) {
            sink.rr(CMOV + (condition ^ 1), size(cls), hard(to), hard(second));
        } else {
            move(cls, to, second);
            sink.rr(CMOV + condition, size(cls), hard(to), hard(first));
        }
    }

    private void chooseByJump(int comparison, int cls, int to, int first, int second) {
        int otherwise = labels++, end = labels++;
        branch(comparison, -1, otherwise);
        move(cls, to, first);
        sink.jump(end);
        sink.label(otherwise);
        move(cls, to, second);
        sink.label(end);
    }

    /** Goes on here if the comparison holds (or jumps to {@code yes} where that is not -1), and to {@code no} if it does not. */
    private void branch(int comparison, int yes, int no) {
        int condition = condition(comparison);
        if (isFloat(comparison, FltCmp.EQ)) {
            sink.jump(X64.NE, no);
            sink.jump(X64.P, no);
            if (yes >= 0) sink.jump(yes);
        } else if (isFloat(comparison, FltCmp.NE)) {
            int target = yes >= 0 ? yes : labels++;
            sink.jump(X64.NE, target);
            sink.jump(X64.P, target);
            sink.jump(no);
            if (yes < 0) sink.label(target);
        } else if (yes >= 0) {
            sink.jump(condition, yes);
            sink.jump(no);
        } else {
            sink.jump(condition ^ 1, no);
        }
    }

    // ---- ends of blocks ----

    private void jump(int b) {
        int jump = fn.jump[b], s1 = fn.s1[b], s2 = fn.s2[b];
        if (jump == Jump.RET0) {
            frame.leave();
        } else if (jump == Jump.HLT) {
            if (Ref.kind(fn.jumpArg[b]) == Ref.INT) sink.trap(Ref.value(fn.jumpArg[b]));
            else sink.plain(UD2);
        } else if (jump == Jump.JMP) {
            if (s1 != b + 1) sink.jump(s1);
        } else if (jump >= Jump.FLAG) {
            conditional(jump - Jump.FLAG, b + 1, s1, s2);
        } else {
            throw new IllegalStateException("a jump that is not selected: " + Jump.name(jump));
        }
    }

    private void conditional(int comparison, int next, int s1, int s2) {
        if (s1 == next) branch(comparison, -1, s2);
        else if (s2 != next) branch(comparison, s1, s2);
        else if (isFloat(comparison, FltCmp.EQ)) branch(IntCmp.COUNT + FltCmp.NE, -1, s1);
        else if (isFloat(comparison, FltCmp.NE)) branch(IntCmp.COUNT + FltCmp.EQ, -1, s1);
        else sink.jump(condition(comparison), s1);
    }
}
