package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random {@link VCode} that keeps its contract: any flow graph (loops with several entries too) in any order of emission, critical edges split, uses dominated by definitions, all constraints,
 * calls, values used several times by one instruction, values never used.
 */
final class RandomVCode {
    static final int CALLER_SAVED = 0xFFFF0FC7;
    private static final int[] INT_ARGUMENTS = {7, 6, 2, 1, 8, 9};
    private static final int ALL_INT = 0xFFCF, USE = VCode.USE, DEF = VCode.DEF | VCode.LATE, LATE_USE = VCode.USE | VCode.LATE, TEMP = VCode.DEF | VCode.EARLY;

    private record Operand(int vreg, int bits, int register) {}

    private static final class Inst {
        final List<Operand> operands = new ArrayList<>();
        int clobbers, traits, fixed;

        Inst add(int vreg, int bits, int register) {
            operands.add(new Operand(vreg, bits, register));
            if ((bits & 12) == VCode.FIXED) fixed |= 1 << register;
            return this;
        }
    }

    private static final class Block {
        final List<Integer> successors = new ArrayList<>(), predecessors = new ArrayList<>();
        final List<Integer> parameters = new ArrayList<>(), arguments = new ArrayList<>(), available = new ArrayList<>();
        final List<Inst> insts = new ArrayList<>();
        long dominators = -1;
        int depth;
    }

    private final Random random;
    private final VCode code;
    private final int allocatable;
    private final List<Block> blocks = new ArrayList<>();
    private Block block;

    /** @param blocks at most about 30 (edges are split beside) @param insts in a block on average */
    RandomVCode(Random random, VCode code, int allocatable, int blocks, int insts) {
        this.random = random;
        this.code = code;
        this.allocatable = allocatable;
        code.reset();
        graph(blocks);
        dominators();
        boolean[] done = new boolean[this.blocks.size()];
        for (int b = 0; b < done.length; b++) fill(b, done, insts);
        for (Block b : this.blocks) pass(b);
        emit();
    }

    // ---- the graph ----

    private void graph(int n) {
        for (int b = 0; b < n; b++) blocks.add(new Block());
        for (int b = 1; b < n; b++) {
            int from = random.nextInt(3) == 0 ? random.nextInt(b) : b - 1;
            while (blocks.get(from).successors.size() == 3) from = random.nextInt(b);
            blocks.get(from).successors.add(b);
        }
        for (int i = random.nextInt(n + 1); i > 0 && n > 1; i--) {
            List<Integer> successors = blocks.get(random.nextInt(n)).successors;
            if (successors.size() < 3) successors.add(1 + random.nextInt(n - 1));
        }
        link();
        for (int b = 0; b < n; b++) {
            List<Integer> successors = blocks.get(b).successors;
            for (int i = 0; i < successors.size() && successors.size() > 1; i++) {
                if (blocks.get(successors.get(i)).predecessors.size() == 1) continue;
                Block between = new Block();
                between.successors.add(successors.get(i));
                successors.set(i, blocks.size());
                blocks.add(between);
            }
        }
        link();
    }

    private void link() {
        for (Block b : blocks) b.predecessors.clear();
        for (int b = 0; b < blocks.size(); b++) for (int s : blocks.get(b).successors) blocks.get(s).predecessors.add(b);
    }

    private void dominators() {
        if (blocks.size() > 64) throw new IllegalArgumentException("more than 64 blocks");
        blocks.get(0).dominators = 1;
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int b = 1; b < blocks.size(); b++) {
                long meet = -1;
                for (int p : blocks.get(b).predecessors) meet &= blocks.get(p).dominators;
                meet |= 1L << b;
                changed |= meet != blocks.get(b).dominators;
                blocks.get(b).dominators = meet;
            }
        }
        for (int head = 1; head < blocks.size(); head++) loop(head);
    }

    /** Natural loops alone count as depth; of the others the depth is wrong, as it may be. */
    private void loop(int head) {
        List<Integer> work = new ArrayList<>();
        for (int p : blocks.get(head).predecessors) if ((blocks.get(p).dominators >>> head & 1) != 0) work.add(p);
        long members = 1L << head;
        while (!work.isEmpty()) {
            int b = work.removeLast();
            if ((members >>> b & 1) != 0) continue;
            members |= 1L << b;
            work.addAll(blocks.get(b).predecessors);
        }
        if (Long.bitCount(members) > 1) for (int b = 0; b < blocks.size(); b++) if ((members >>> b & 1) != 0) blocks.get(b).depth++;
    }

    // ---- instructions ----

    private void fill(int b, boolean[] done, int insts) {
        if (done[b]) return;
        done[b] = true;
        Block block = blocks.get(b);
        int dominator = -1;
        for (int d = 0; d < blocks.size(); d++) {
            if (d != b && (block.dominators >>> d & 1) != 0 && (dominator < 0 || Long.bitCount(blocks.get(d).dominators) > Long.bitCount(blocks.get(dominator).dominators))) dominator = d;
        }
        if (dominator >= 0) {
            fill(dominator, done, insts);
            block.available.addAll(blocks.get(dominator).available);
        }
        this.block = block;
        if (b == 0) entry();
        else if (blocks.get(block.predecessors.getFirst()).successors.size() == 1) {
            for (int i = random.nextInt(12) == 0 ? 40 : random.nextInt(5); i > 0; i--) {
                block.parameters.add(anyVreg());
                block.available.add(block.parameters.getLast());
            }
        }
        for (int i = random.nextInt(2 * insts + 1); i > 0; i--) inst();
        terminator();
    }

    private int anyVreg() {
        return code.newVreg(random.nextInt(3) == 0 ? VCode.FLOAT : VCode.INT);
    }

    private int define(int registerClass) {
        int vreg = code.newVreg(registerClass);
        block.available.add(vreg);
        return vreg;
    }

    /** A value of the class that is defined here, sooner a recent one. */
    private int value(int registerClass) {
        List<Integer> available = block.available;
        int range = random.nextInt(3) == 0 ? available.size() : Math.min(available.size(), 12);
        for (int tries = 0; tries < 1000; tries++) {
            int vreg = available.get(available.size() - 1 - random.nextInt(tries < 20 ? range : available.size()));
            if (code.registerClass(vreg) == registerClass) return vreg;
        }
        throw new IllegalStateException("no value of class " + registerClass);
    }

    private void entry() {
        Inst inst = new Inst();
        for (int r : INT_ARGUMENTS) if (r == 7 || random.nextBoolean()) inst.add(define(VCode.INT), DEF | VCode.FIXED, r);
        for (int r = 16; r < 20; r++) if (r == 16 || random.nextBoolean()) inst.add(define(VCode.FLOAT), DEF | VCode.FIXED, r);
        block.insts.add(inst);
    }

    private void inst() {
        Inst inst = new Inst();
        int kind = random.nextInt(20), c = random.nextInt(3) == 0 ? VCode.FLOAT : VCode.INT;
        if (kind < 3) {
            inst.add(define(c), DEF | VCode.REG, 0);
            inst.traits = VCode.REMATERIALIZABLE;
        } else if (kind < 5) {
            int from = value(c);
            inst.add(define(c), DEF | VCode.REG, 0).add(from, USE | (random.nextBoolean() ? VCode.ANY : VCode.REG), 0);
            inst.traits = VCode.MOVE;
        } else if (kind < 10) {
            int a = value(c), b = value(c);
            inst.add(define(c), DEF | VCode.REUSE, 1).add(a, USE | VCode.REG, 0).add(b, (random.nextInt(3) == 0 ? LATE_USE : USE) | (random.nextBoolean() ? VCode.ANY : VCode.REG), 0);
        } else if (kind < 13) mixed(inst);
        else if (kind < 15) call(inst);
        else if (kind < 17) fixed(inst);
        else inst.add(value(c), USE | VCode.REG, 0).add(value(VCode.INT), USE | VCode.REG, 0);
        block.insts.add(inst);
    }

    private void call(Inst inst) {
        List<Operand> uses = new ArrayList<>();
        for (int i = 0, n = random.nextInt(7); i < n; i++) uses.add(new Operand(value(VCode.INT), USE | VCode.FIXED, INT_ARGUMENTS[i]));
        for (int i = 0, n = random.nextInt(5); i < n; i++) uses.add(new Operand(value(VCode.FLOAT), USE | VCode.FIXED, 16 + i));
        for (int i = random.nextInt(4); i > 0; i--) uses.add(new Operand(value(random.nextInt(2)), USE | VCode.ANY, 0));
        if (random.nextInt(3) == 0) uses.add(new Operand(value(VCode.INT), USE | (random.nextBoolean() ? VCode.FIXED : VCode.ANY), 11));
        if (random.nextBoolean()) inst.add(define(VCode.INT), DEF | VCode.FIXED, 0);
        if (random.nextInt(4) == 0) inst.add(define(VCode.INT), DEF | VCode.FIXED, 2);
        if (random.nextInt(4) == 0) inst.add(define(VCode.FLOAT), DEF | VCode.FIXED, 16);
        for (Operand use : uses) inst.add(use.vreg, use.bits, use.register);
        inst.clobbers = CALLER_SAVED;
        inst.traits = VCode.CALL;
    }

    /** Like a division, a shift or a compare-and-exchange. */
    private void fixed(Inst inst) {
        int a = value(VCode.INT), b = value(VCode.INT), c = value(VCode.INT);
        switch (random.nextInt(4)) {
            case 0 -> {
                inst.add(define(VCode.INT), DEF | VCode.FIXED, 0).add(define(VCode.INT), DEF | VCode.FIXED, 2);
                inst.add(a, USE | VCode.FIXED, 0).add(b, USE | VCode.FIXED, 2).add(c, (random.nextBoolean() ? LATE_USE : USE) | (random.nextBoolean() ? VCode.ANY : VCode.REG), 0);
            }
            case 1 -> inst.add(define(VCode.INT), DEF | VCode.REUSE, 1).add(a, USE | VCode.REG, 0).add(b, USE | VCode.FIXED, 1);
            case 2 -> inst.add(define(VCode.INT), DEF | VCode.FIXED, 0).add(a, USE | VCode.FIXED, 0).add(b, LATE_USE | VCode.REG, 0).add(c, LATE_USE | VCode.REG, 0);
            default -> inst.add(define(VCode.INT), DEF | VCode.REUSE, 1).add(a, USE | VCode.FIXED, random.nextInt(4)).add(b, LATE_USE | VCode.ANY, 0)
                .add(code.newVreg(VCode.INT), TEMP | VCode.FIXED, 8);
        }
    }

    /** Anything that has a solution: as many operands in registers of their choice as registers are left. */
    private void mixed(Inst inst) {
        List<Operand> operands = new ArrayList<>();
        int clobbers = random.nextInt(3) == 0 ? random.nextInt() & random.nextInt() & (ALL_INT | 0xFFFF0000) : 0, taken = clobbers;
        for (int c = 0; c < 2; c++) {
            int mask = c == VCode.INT ? ALL_INT : 0xFFFF0000;
            for (int i = random.nextInt(3); i > 0; i--) {
                int r = Integer.numberOfTrailingZeros(mask) + random.nextInt(16);
                if ((mask & ~taken >>> 0 & 1 << r) == 0) continue;
                taken |= 1 << r;
                int way = random.nextInt(4);
                if (way != 1) operands.add(new Operand(value(c), (way == 2 ? LATE_USE : USE) | VCode.FIXED, r));
                if (way == 0 || way == 1) operands.add(new Operand(-1 - c, DEF | VCode.FIXED, r));
            }
            int left = Integer.bitCount(allocatable & mask & ~taken);
            for (int i = random.nextInt(5); i > 0 && left > 0; i--, left--) {
                int way = random.nextInt(6);
                if (way == 0) operands.add(new Operand(-1 - c, DEF | VCode.REG, 0));
                else if (way == 1) operands.add(new Operand(-3 - c, TEMP | VCode.REG, 0));
                else operands.add(new Operand(value(c), (way == 2 ? LATE_USE : USE) | VCode.REG, 0));
            }
            for (int i = random.nextInt(3); i > 0; i--) operands.add(new Operand(value(c), (random.nextBoolean() ? LATE_USE : USE) | VCode.ANY, 0));
            if (random.nextInt(6) == 0) operands.add(new Operand(-1 - c, DEF | VCode.ANY, 0));
        }
        for (Operand operand : operands) {
            int vreg = operand.vreg >= 0 ? operand.vreg : operand.vreg < -2 ? code.newVreg(-3 - operand.vreg) : define(-1 - operand.vreg);
            inst.add(vreg, operand.bits, operand.register);
        }
        inst.clobbers = clobbers;
    }

    private void terminator() {
        Inst inst = new Inst();
        inst.traits = VCode.BRANCH;
        if (block.successors.isEmpty() && random.nextInt(4) > 0) inst.add(value(VCode.INT), USE | VCode.FIXED, 0).add(value(VCode.FLOAT), USE | VCode.FIXED, 16);
        if (block.successors.size() > 1) {
            for (int i = random.nextInt(3); i > 0; i--) inst.add(value(VCode.INT), USE | (random.nextBoolean() ? VCode.ANY : VCode.REG), 0);
            if (random.nextInt(3) == 0) inst.add(code.newVreg(VCode.INT), TEMP | VCode.REG, 0);
        }
        block.insts.add(inst);
    }

    private void pass(Block from) {
        if (from.successors.size() != 1) return;
        block = from;
        for (int parameter : blocks.get(from.successors.getFirst()).parameters) from.arguments.add(value(code.registerClass(parameter)));
    }

    private void emit() {
        List<Integer> order = new ArrayList<>();
        for (int b = 1; b < blocks.size(); b++) order.add(b);
        if (random.nextBoolean()) Collections.shuffle(order, random);
        order.addFirst(0);
        for (int b : order) {
            Block block = blocks.get(b);
            code.beginBlock(block.depth);
            for (int parameter : block.parameters) code.addParameter(parameter);
            for (int successor : block.successors) code.addSuccessor(order.indexOf(successor));
            for (int argument : block.arguments) code.addArgument(argument);
            for (Inst inst : block.insts) {
                code.beginInst(0, 0, 0, 0);
                for (Operand operand : inst.operands) code.addOperand(operand.vreg, operand.bits, operand.register);
                code.setClobbers(inst.clobbers);
                code.setTraits(inst.traits);
            }
        }
        code.finish();
    }
}
