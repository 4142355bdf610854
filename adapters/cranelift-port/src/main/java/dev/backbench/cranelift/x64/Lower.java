package dev.backbench.cranelift.x64;

import static dev.backbench.cranelift.mach.VCode.BRANCH;

import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * Instruction selection: from a verified function to machine instructions over virtual registers. Blocks in postorder, instructions of each from the last: a value's users come before it,
 * so that what nobody wants is left out and what has become part of its user is not computed again. What becomes of an instruction is in the rule files
 * ({@link LowerRules}).
 */
public final class Lower {
    private final LowerRules rules;
    private final Operands o;
    private final Draft d;
    private final LowerCalls calls;
    private final BlockOrder order = new BlockOrder();
    private Function f;

    /** Segments of the draft, two ints each; by node the first of its segments and one more than the last; the same of the arguments it passes. */
    private int[] segments = new int[256];
    private int segmentCount;
    private int[] nodeSegments = new int[64], nodeArguments = new int[64];
    private int[] arguments = new int[64];
    private int argumentCount;
    /** Of functions that have source locations: those of segments, and of what was lowered. */
    private int[] segmentLocations = new int[0], locations = new int[0];

    public Lower(Cpu cpu) {
        rules = new LowerRules(cpu, this);
        o = rules.o;
        d = rules.d;
        calls = rules.calls;
    }

    /** @param to reset, then filled @throws UnsupportedFeature named */
    public void run(Function function, VCode to) {
        f = function;
        rules.begin(f);
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

    /** By machine instruction of the function lowered last: its source location. Null where the function has none. */
    public int[] locations() {
        return locations;
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

    Function function() {
        return f;
    }

    Abi own() {
        return calls.own();
    }

    int calleeSaved() {
        return calls.own().calleeSaved;
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
        lower(last, f.op(last));
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
            if (f.hasLocations && d.size() > start) segmentLocations[segmentCount - 1] = Function.NO_LOCATION;
        }
        nodeSegments[2 * block + 1] = segmentCount;
    }

    private void endSegment(int start) {
        if (d.size() == start) return;
        if (segmentCount == segments.length / 2) segments = Arrays.copyOf(segments, 2 * segments.length);
        if (f.hasLocations) locate(f.location(o.inst));
        segments[2 * segmentCount] = start;
        segments[2 * segmentCount++ + 1] = d.size();
    }

    private void locate(int location) {
        if (segmentCount >= segmentLocations.length) segmentLocations = Arrays.copyOf(segmentLocations, segments.length);
        segmentLocations[segmentCount] = location;
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
        locations = f.hasLocations ? new int[d.size()] : null;
        for (int i = 0; i < order.nodes(); i++) {
            int node = order.node(i);
            to.beginBlock(order.loopDepth(node));
            if (!order.isEdge(node) && node != f.layout.entry() && !order.hasOnePredecessor(node)) parameters(node, to);
            for (int s = nodeSegments[2 * node + 1] - 1; s >= nodeSegments[2 * node]; s--) {
                if (locations != null) Arrays.fill(locations, to.insts(), to.insts() + segments[2 * s + 1] - segments[2 * s], segmentLocations[s]);
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

    private void lower(int inst, Op op) {
        if (!rules.lower(inst, op)) throw refusal(inst, op);
    }

    private UnsupportedFeature refusal(int inst, Op op) {
        Operands.registerClass(f.control(inst));
        for (int i = 0, n = f.pool.length(f.args(inst)); i < n; i++) Operands.registerClass(o.type(f.arg(inst, i)));
        return unsupported(op, f.control(inst));
    }

    static UnsupportedFeature unsupported(Op op, int type) {
        return new UnsupportedFeature(Types.isVector(type) ? "vectors" : op.text + (type == Types.NONE ? "" : "." + Types.name(type)));
    }

    /** The current instruction's only way out. */
    void jump() {
        jump(o.block, f.pool.get(f.extra(o.inst), 0));
    }

    /** Arguments to successors that have no node of their own between. */
    void passAll() {
        for (int s = 0, n = order.successorCount(o.block); s < n; s++) if (!order.isEdge(order.successor(o.block, s))) pass(f.pool.get(f.extra(o.inst), s));
    }

    void branch(int condition) {
        d.code.beginInst(Form.BRANCH, condition, 0, 0);
        d.code.setTraits(BRANCH);
    }

    void table(int value) {
        if (f.pool.length(f.extra(o.inst)) == 1) {
            jump();
            return;
        }
        passAll();
        int index = o.use(value);
        d.begin(Form.TABLE, 0, 8);
        d.code.setTraits(BRANCH);
        d.use(index);
        d.temporary(VCode.INT);
        d.temporary(VCode.INT);
    }
}
