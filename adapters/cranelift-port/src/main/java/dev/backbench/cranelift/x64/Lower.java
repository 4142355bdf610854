package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;
import static dev.backbench.cranelift.mach.VCode.BRANCH;

import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.FloatCC;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Instruction selection: from a verified function to machine instructions over virtual registers. Blocks in postorder, instructions of each from the last: a value's users come before it,
 * so that what nobody wants is left out and what has become part of its user is not computed again. One class for each group of operations; here they are told apart.
 */
public final class Lower {
    /** Binary operations that are told apart by flags, not by the width of their operands. */
    private static final Set<Op> OF_ANY_WIDTH = EnumSet.of(Op.UADD_OVERFLOW, Op.SADD_OVERFLOW, Op.USUB_OVERFLOW, Op.SSUB_OVERFLOW);

    private final Operands o = new Operands();
    private final Draft d = o.d;
    private final BlockOrder order = new BlockOrder();
    private final Compare compare = new Compare(o);
    private final LowerInts ints;
    private final LowerFlags flags;
    private final LowerFloats floats;
    private final LowerDivision division;
    private final LowerWide wide;
    private final LowerAtomics atomics;
    private final LowerMemory memory = new LowerMemory(o);
    private final LowerCalls calls;
    private Function f;

    /** Segments of the draft, two ints each; by node the first of its segments and one more than the last; the same of the arguments it passes. */
    private int[] segments = new int[256];
    private int segmentCount;
    private int[] nodeSegments = new int[64], nodeArguments = new int[64];
    private int[] arguments = new int[64];
    private int argumentCount;

    public Lower(Cpu cpu) {
        ints = new LowerInts(o, cpu);
        flags = new LowerFlags(o, ints, compare);
        floats = new LowerFloats(o, ints, cpu);
        division = new LowerDivision(o, ints);
        wide = new LowerWide(o, ints);
        atomics = new LowerAtomics(o, cpu);
        calls = new LowerCalls(o, ints);
    }

    /** @param to reset, then filled @throws UnsupportedFeature named */
    public void run(Function function, VCode to) {
        f = function;
        if (f.stackLimit >= 0) throw new UnsupportedFeature("stack limits");
        o.begin(f);
        compare.begin(f);
        ints.begin(f);
        flags.begin(f);
        floats.begin(f);
        division.begin(f);
        wide.begin(f);
        atomics.begin(f);
        memory.begin(f);
        calls.begin(f);
        order.compute(f);
        countUses();
        segmentCount = argumentCount = 0;
        int nodes = f.blocks() + order.nodes();
        if (nodeSegments.length < 2 * nodes) {
            nodeSegments = new int[4 * nodes];
            nodeArguments = new int[4 * nodes];
        }
        for (int i = 0; i < order.reached(); i++) lowerBlock(order.postorder(i));
        d.code.finish();
        copy(to);
    }

    // ---- what emission needs to know ----

    Constants constants() {
        return o.pool;
    }

    /** Bytes of stack slots and of the area for results. */
    int slotBytes() {
        return o.slotBytes + calls.areaBytes();
    }

    int outgoingBytes() {
        return calls.outgoingBytes();
    }

    int incomingBytes() {
        return calls.own().stackBytes;
    }

    private void countUses() {
        for (int i = 0; i < order.reached(); i++) {
            int block = order.postorder(i), last = f.layout.last(block);
            o.beginColors();
            if (f.op(last).is(Effect.BRANCH)) countArguments(last);
            for (int inst = last; inst >= 0; inst = f.layout.previous(inst)) o.count(inst);
        }
    }

    /** A block with one predecessor was looked at before it, so that it is known which of its parameters are used. */
    private void countArguments(int last) {
        if (f.op(last).is(Effect.CALLS)) throw new UnsupportedFeature("exceptions");
        for (int k = 0, n = f.pool.length(f.extra(last)); k < n; k++) {
            int call = f.pool.get(f.extra(last), k), list = f.blockParams(f.blockCallBlock(call));
            boolean only = order.hasOnePredecessor(f.blockCallBlock(call));
            for (int a = 0; a < f.blockCallArgs(call); a++) if (!only || o.uses(f.pool.get(list, a)) > 0) o.countUse(f.blockCallArg(call, a));
        }
    }

    // ---- blocks ----

    private void lowerBlock(int block) {
        int last = f.layout.last(block);
        o.block = block;
        o.inst = last;
        if (f.op(last).is(Effect.BRANCH)) lowerEdges(block, last);
        nodeSegments[2 * block] = segmentCount;
        nodeArguments[2 * block] = argumentCount;
        int start = d.size();
        terminator(last, f.op(last));
        endSegment(start);
        nodeArguments[2 * block + 1] = argumentCount;
        for (int inst = f.layout.previous(last); inst >= 0; inst = f.layout.previous(inst)) {
            o.inst = inst;
            Op op = f.op(inst);
            if (!isNeeded(inst, op)) continue;
            start = d.size();
            lower(inst, op);
            endSegment(start);
        }
        if (block == f.layout.entry()) {
            start = d.size();
            calls.arguments(block);
            endSegment(start);
        }
        nodeSegments[2 * block + 1] = segmentCount;
    }

    private void endSegment(int start) {
        if (d.size() == start) return;
        if (segmentCount == segments.length / 2) segments = Arrays.copyOf(segments, 2 * segments.length);
        segments[2 * segmentCount] = start;
        segments[2 * segmentCount++ + 1] = d.size();
    }

    private void lowerEdges(int block, int last) {
        for (int s = 0, n = order.successorCount(block); s < n; s++) {
            int node = order.successor(block, s);
            if (!order.isEdge(node)) continue;
            nodeSegments[2 * node] = segmentCount;
            int start = d.size();
            jump(node, f.pool.get(f.extra(last), s));
            endSegment(start);
            nodeSegments[2 * node + 1] = segmentCount;
            nodeArguments[2 * node + 1] = argumentCount;
        }
    }

    /** The node's only way out. */
    private void jump(int node, int call) {
        nodeArguments[2 * node] = argumentCount;
        pass(call);
        d.code.beginInst(Form.JUMP, 0, 0, 0);
        d.code.setTraits(BRANCH);
    }

    /** The parameters of a block with one predecessor are the arguments themselves; those of another that nobody uses are not passed. */
    private void pass(int call) {
        int target = f.blockCallBlock(call), list = f.blockParams(target);
        boolean only = order.hasOnePredecessor(target);
        for (int i = 0, n = f.blockCallArgs(call); i < n; i++) {
            int parameter = f.pool.get(list, i), argument = f.blockCallArg(call, i);
            boolean wide = Operands.isWide(f.valueType(parameter));
            if (only ? !o.isWanted(parameter) : o.uses(parameter) == 0) continue;
            int low = o.use(argument), high = wide ? o.useHigh(argument) : -1;
            if (only) {
                o.alias(parameter, low);
                if (wide) o.aliasHigh(parameter, high);
            } else {
                argument(low);
                if (wide) argument(high);
            }
        }
    }

    private void argument(int vreg) {
        if (argumentCount == arguments.length) arguments = Arrays.copyOf(arguments, 2 * argumentCount);
        arguments[argumentCount++] = vreg;
    }

    private boolean isNeeded(int inst, Op op) {
        int results = f.results(inst);
        for (int i = 0, n = f.pool.length(results); i < n; i++) if (o.isWanted(f.pool.get(results, i))) return true;
        if (op.is(Effect.LOADS) && !op.is(Effect.EFFECTS | Effect.STORES | Effect.CALLS)) return !o.isSunk(inst) && MemFlags.trapCode(f.flags(inst)) != 0;
        return (op.flags & ~Effect.LOADS) != 0;
    }

    /** In the order of emission, with the registers' final names. */
    private void copy(VCode to) {
        to.reset();
        for (int i = 0; i < order.nodes(); i++) {
            int node = order.node(i);
            to.beginBlock(order.loopDepth(node));
            if (!order.isEdge(node) && node != f.layout.entry() && !order.hasOnePredecessor(node)) parameters(node, to);
            for (int s = nodeSegments[2 * node + 1] - 1; s >= nodeSegments[2 * node]; s--) {
                for (int inst = segments[2 * s], end = segments[2 * s + 1]; inst < end; inst++) d.copy(inst, to);
            }
            for (int s = 0, n = order.successorCount(node); s < n; s++) to.addSuccessor(order.position(order.successor(node, s)));
            for (int a = nodeArguments[2 * node]; a < nodeArguments[2 * node + 1]; a++) to.addArgument(d.name(arguments[a], to));
        }
        to.finish();
    }

    private void parameters(int block, VCode to) {
        int list = f.blockParams(block);
        for (int i = 0, n = f.pool.length(list); i < n; i++) {
            int parameter = f.pool.get(list, i);
            if (o.uses(parameter) == 0) continue;
            to.addParameter(d.name(o.def(parameter), to));
            if (Operands.isWide(f.valueType(parameter))) to.addParameter(d.name(o.defHigh(parameter), to));
        }
    }

    // ---- operations ----

    private void terminator(int inst, Op op) {
        switch (op) {
            case JUMP -> jump(o.block, f.pool.get(f.extra(inst), 0));
            case BRIF -> {
                passAll(inst);
                d.code.beginInst(Form.BRANCH, compare.truth(f.arg(inst, 0)), 0, 0);
                d.code.setTraits(BRANCH);
            }
            case BR_TABLE -> table(inst);
            case TRAP -> {
                d.code.beginInst(Form.TRAP, 0, f.flags(inst), 0);
                d.code.setTraits(BRANCH);
            }
            case RETURN -> calls.returns(inst);
            case RETURN_CALL -> calls.tailCall(inst);
            case RETURN_CALL_INDIRECT -> calls.tailCallIndirect(inst);
            default -> throw new UnsupportedFeature(op.text);
        }
    }

    /** Arguments to successors that have no node of their own between. */
    private void passAll(int inst) {
        for (int s = 0, n = order.successorCount(o.block); s < n; s++) if (!order.isEdge(order.successor(o.block, s))) pass(f.pool.get(f.extra(inst), s));
    }

    private void table(int inst) {
        if (f.pool.length(f.extra(inst)) == 1) {
            jump(o.block, f.pool.get(f.extra(inst), 0));
            return;
        }
        passAll(inst);
        int index = o.use(f.arg(inst, 0));
        d.begin(Form.TABLE, 0, 8);
        d.code.setTraits(BRANCH);
        d.use(index);
        d.temporary(VCode.INT);
        d.temporary(VCode.INT);
    }

    private void lower(int inst, Op op) {
        int list = f.args(inst), n = f.pool.length(list), type = f.control(inst);
        int a = n > 0 ? f.pool.get(list, 0) : -1, b = n > 1 ? f.pool.get(list, 1) : -1;
        switch (op.format) {
            case UNARY_IMM, UNARY_F32, UNARY_F64 -> throw new AssertionError("a constant is made where it is used");
            case INT_COMPARE -> {
                scalar(o.type(a));
                flags.value(compare.integers(IntCC.of(f.flags(inst)), a, b));
            }
            case FLOAT_COMPARE -> {
                scalar(o.type(a));
                flags.value(compare.floats(FloatCC.of(f.flags(inst)), a, b));
            }
            case CALL, CALL_INDIRECT -> {
                if (op == Op.CALL) calls.call(inst);
                else calls.callIndirect(inst);
            }
            case LOAD, STORE -> memory(inst, op, a, b, type);
            case COND_TRAP -> flags(inst, op, a);
            case INT_ADD_TRAP -> flags.addOrTrap(a, b, type, f.flags(inst));
            case BINARY -> binary(op, a, b, type);
            case UNARY, LOAD_NO_OFFSET -> {
                if (op == Op.ATOMIC_LOAD) atomics.load(a, type);
                else unary(op, a, type);
            }
            case STORE_NO_OFFSET -> atomics.store(a, b, type);
            case ATOMIC_RMW -> atomics.modify(RmwOp.of((int) f.immediate(inst)), a, b, type);
            case ATOMIC_CAS -> atomics.compareAndSwap(a, b, f.arg(inst, 2), type);
            case TERNARY -> ternary(op, a, b, f.arg(inst, 2), type);
            default -> rest(op);
        }
    }

    private static void scalar(int type) {
        Operands.registerClass(type);
    }

    private void flags(int inst, Op op, int a) {
        int condition = compare.truth(a);
        d.trapIf(op == Op.TRAPNZ ? condition : Conditions.inverted(condition), f.flags(inst));
    }

    private void memory(int inst, Op op, int a, int b, int type) {
        switch (op) {
            case LOAD -> memory.load(a, type);
            case ULOAD8 -> memory.loadExtending(a, type, 1, false);
            case SLOAD8 -> memory.loadExtending(a, type, 1, true);
            case ULOAD16 -> memory.loadExtending(a, type, 2, false);
            case SLOAD16 -> memory.loadExtending(a, type, 2, true);
            case ULOAD32 -> memory.loadExtending(a, type, 4, false);
            case SLOAD32 -> memory.loadExtending(a, type, 4, true);
            case STORE -> memory.store(a, b, type);
            case ISTORE8 -> memory.storeInt(a, b, 1);
            case ISTORE16 -> memory.storeInt(a, b, 2);
            case ISTORE32 -> memory.storeInt(a, b, 4);
            default -> throw unsupported(op, type);
        }
    }

    private static UnsupportedFeature unsupported(Op op, int type) {
        return new UnsupportedFeature(Types.isVector(type) ? "vectors" : op.text + (type == Types.NONE ? "" : "." + Types.name(type)));
    }

    private void binary(Op op, int a, int b, int type) {
        if (Operands.registerClass(type) == VCode.FLOAT) {
            if (!floats.binary(op, a, b, type)) throw unsupported(op, type);
            return;
        }
        if (op == Op.ICONCAT) {
            if (type == Types.I64) wide.concat(a, b);
            else ints.concat(a, b, type);
            return;
        }
        if (Operands.isWide(type) && wide.binary(op, a, b)) return;
        if (Operands.isWide(type) && !OF_ANY_WIDTH.contains(op)) throw unsupported(op, type);
        switch (op) {
            case IADD -> ints.add(a, b, type);
            case ISUB -> ints.subtract(a, b, type);
            case IMUL -> ints.multiply(a, b, type);
            case UMULHI -> ints.multiplyHigh(a, b, type, false);
            case SMULHI -> ints.multiplyHigh(a, b, type, true);
            case BAND -> ints.and(a, b, type);
            case BOR -> ints.or(a, b, type);
            case BXOR -> ints.xor(a, b, type);
            case ISHL -> ints.shift(SHL, a, b, type);
            case USHR -> ints.shift(SHR, a, b, type);
            case SSHR -> ints.shift(SAR, a, b, type);
            case ROTL -> ints.rotate(ROL, a, b, type);
            case ROTR -> ints.rotate(ROR, a, b, type);
            default -> binaryWithFlags(op, a, b, type);
        }
    }

    private void binaryWithFlags(Op op, int a, int b, int type) {
        if (Operands.isWide(type) && op != Op.UADD_OVERFLOW && op != Op.SADD_OVERFLOW && op != Op.USUB_OVERFLOW && op != Op.SSUB_OVERFLOW) throw unsupported(op, type);
        switch (op) {
            case UDIV -> division.unsigned(a, b, type, false);
            case UREM -> division.unsigned(a, b, type, true);
            case SDIV -> division.signed(a, b, type);
            case SREM -> division.signedRemainder(a, b, type);
            case SMIN -> flags.extremum(L, a, b, type, true);
            case SMAX -> flags.extremum(G, a, b, type, true);
            case UMIN -> flags.extremum(B, a, b, type, false);
            case UMAX -> flags.extremum(A, a, b, type, false);
            case UADD_OVERFLOW -> flags.overflow(ADD, a, b, type, B);
            case SADD_OVERFLOW -> flags.overflow(ADD, a, b, type, O);
            case USUB_OVERFLOW -> flags.overflow(SUB, a, b, type, B);
            case SSUB_OVERFLOW -> flags.overflow(SUB, a, b, type, O);
            case UMUL_OVERFLOW -> flags.multiplyOverflow(a, b, type, false);
            case SMUL_OVERFLOW -> flags.multiplyOverflow(a, b, type, true);
            default -> throw unsupported(op, type);
        }
    }

    private void unary(Op op, int a, int type) {
        if (Operands.registerClass(type) == VCode.FLOAT || Operands.registerClass(o.type(a)) == VCode.FLOAT) {
            if (!floats.unary(op, a, type)) throw unsupported(op, type);
            return;
        }
        if (Operands.isWide(type) || Operands.isWide(o.type(a))) {
            if (!wide.unary(op, a, type)) throw unsupported(op, type);
            return;
        }
        switch (op) {
            case INEG -> ints.negate(a, type);
            case IABS -> ints.absolute(a, type);
            case BNOT -> ints.not(a, type);
            case BITREV -> ints.reverseBits(a, type);
            case BSWAP -> ints.swapBytes(a, type);
            case CLZ -> ints.leadingZeros(a, type);
            case CTZ -> ints.trailingZeros(a, type);
            case CLS -> ints.leadingSigns(a, type);
            case POPCNT -> ints.population(a, type);
            case BMASK -> ints.mask(a, type);
            case IREDUCE, BITCAST -> ints.reduce(a);
            case ISPLIT -> ints.split(a, type);
            case UEXTEND -> ints.extend(a, type, false);
            case SEXTEND -> ints.extend(a, type, true);
            default -> throw unsupported(op, type);
        }
    }

    private void ternary(Op op, int a, int b, int c, int type) {
        scalar(type);
        switch (op) {
            case SELECT, SELECT_SPECTRE_GUARD -> flags.select(b, c, type);
            case BITSELECT -> bitSelect(a, b, c, type);
            case FMA -> floats.multiplyAdd(a, b, c, type);
            case SADD_OVERFLOW_CIN -> flags.overflowWithCarry(ADC, a, b, c, type, O);
            case UADD_OVERFLOW_CIN -> flags.overflowWithCarry(ADC, a, b, c, type, B);
            case SSUB_OVERFLOW_BIN -> flags.overflowWithCarry(SBB, a, b, c, type, O);
            case USUB_OVERFLOW_BIN -> flags.overflowWithCarry(SBB, a, b, c, type, B);
            default -> throw unsupported(op, type);
        }
    }

    private void bitSelect(int mask, int yes, int no, int type) {
        if (Operands.registerClass(type) == VCode.FLOAT) throw unsupported(Op.BITSELECT, type);
        if (Operands.isWide(type)) wide.bitSelect(mask, yes, no);
        else ints.bitSelect(mask, yes, no, type);
    }

    private void rest(Op op) {
        switch (op) {
            case NOP, SEQUENCE_POINT -> {}
            case FENCE -> atomics.fence();
            case STACK_ADDR -> memory.stackAddress();
            case FUNC_ADDR -> memory.functionAddress();
            case SYMBOL_VALUE -> memory.symbol();
            case DEBUGTRAP -> d.code.beginInst(Form.BREAK, 0, 0, 0);
            case GET_FRAME_POINTER -> special(Form.FRAME_POINTER);
            case GET_STACK_POINTER -> special(Form.STACK_POINTER);
            case GET_RETURN_ADDRESS -> special(Form.RETURN_ADDRESS);
            default -> throw unsupported(op, f.control(o.inst));
        }
    }

    private void special(int form) {
        d.code.beginInst(form, 0, 0, 0);
        d.def(o.def(f.result(o.inst, 0)));
    }
}
