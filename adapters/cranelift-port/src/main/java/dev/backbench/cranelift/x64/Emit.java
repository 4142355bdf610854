package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.ir.TrapCode;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.regalloc.Allocation;
import java.util.Arrays;

/** Prints placed machine instructions as bytes: frame, moves, blocks without those that only jump on, then traps that are jumped to, tables, constants. */
public final class Emit implements X64Encoder.RelocationSink {
    private static final int NO_LABEL = -1, MAX_HOPS = 64;
    private final X64Encoder e;
    private final Frame frame;
    private final StackLimit limit;
    private final EmitInsts insts;
    /** By machine instruction, where it comes from; null where that is not known. */
    private int[] locations;
    private VCode code;
    private Allocation places;
    private MachineCode out;
    private int labels, move;
    /** By block: whether it only jumps, to where in the end. */
    private boolean[] skipped = new boolean[32];
    private int[] threaded = new int[32];
    private final int[] trapLabel = new int[256];
    private int[] tables = new int[8];
    private int tableCount;
    /** Places of fields that refer to a constant, and which. */
    private int[] constantUses = new int[32];
    private int constantUseCount;

    public Emit(X64Encoder encoder) {
        e = encoder;
        frame = new Frame(e);
        limit = new StackLimit(e);
        insts = new EmitInsts(this, e, frame);
    }

    /** @param result reset, then filled */
    public void run(VCode vcode, Allocation allocation, Lower lowered, MachineCode result) {
        code = vcode;
        places = allocation;
        out = result;
        out.reset();
        e.reset();
        Arrays.fill(trapLabel, NO_LABEL);
        tableCount = constantUseCount = move = 0;
        labels = code.blocks();
        locations = lowered.locations();
        frame.layOut(code, places, lowered);
        insts.begin(code, places);
        thread();
        if (lowered.function().stackLimit >= 0) limit.check(lowered.function(), lowered.own(), frame.bytes(), trapLabel(TrapCode.STACK_OVERFLOW));
        frame.enter(newLabel());
        blocks();
        for (int trap = 0; trap < trapLabel.length; trap++) {
            if (trapLabel[trap] == NO_LABEL) continue;
            e.label(trapLabel[trap]);
            e.trap(TrapReasons.ordinal(trap));
        }
        tables();
        e.finish(out.code, this);
        out.setInstructionBytes(out.code.size());
        out.setFrameBytes(frame.bytes());
        constants(lowered.constants());
    }

    int newLabel() {
        return labels++;
    }

    /** Where the trap of that code is jumped to. */
    int trapLabel(int trapCode) {
        if (trapLabel[trapCode] == NO_LABEL) trapLabel[trapCode] = newLabel();
        return trapLabel[trapCode];
    }

    // ---- blocks ----

    private void thread() {
        int blocks = code.blocks();
        if (skipped.length < blocks) {
            skipped = new boolean[2 * blocks];
            threaded = new int[2 * blocks];
        }
        for (int b = 0, m = 0; b < blocks; b++) {
            int first = code.firstInst(b), end = code.firstInst(b + 1), before = m;
            while (m < places.moves() && places.movePoint(m) >> 1 < end) m++;
            skipped[b] = b > 0 && end - first == 1 && code.op(first) == Form.JUMP && m == before;
        }
        for (int b = 0; b < blocks; b++) {
            int to = b;
            for (int hop = 0; skipped[to] && hop < MAX_HOPS; hop++) to = code.successor(to, 0);
            threaded[b] = to;
        }
        for (int b = 0; b < blocks; b++) skipped[threaded[b]] = false;
    }

    private void blocks() {
        for (int b = 0, n = code.blocks(); b < n; b++) {
            if (skipped[b]) continue;
            int next = b + 1;
            while (next < n && skipped[next]) next++;
            e.label(b);
            int end = code.firstInst(b + 1) - 1;
            for (int i = code.firstInst(b); i < end; i++) {
                if (locations != null) e.location(locations[i], 0);
                moves(2 * i);
                insts.emit(i);
                moves(2 * i + 1);
            }
            if (locations != null) e.location(locations[end], 0);
            moves(2 * end);
            terminator(b, end, next);
        }
    }

    private void moves(int point) {
        while (move < places.moves() && places.movePoint(move) <= point) {
            int from = places.moveFrom(move);
            if (from < 0) insts.emitAgain(~from, places.moveTo(move));
            else insts.move(places.moveTo(move), from);
            move++;
        }
    }

    private void terminator(int block, int inst, int next) {
        switch (code.op(inst)) {
            case Form.JUMP -> jump(target(block, 0), next);
            case Form.BRANCH -> branch(Form.insn(code.info(inst)), target(block, 0), target(block, 1), next);
            case Form.TABLE -> insts.table(inst, target(block, 0), newTable(block), code.successorCount(block) - 1);
            default -> insts.emit(inst);
        }
    }

    private int target(int block, int i) {
        return threaded[code.successor(block, i)];
    }

    private void jump(int to, int next) {
        if (to != next) e.jump(to);
    }

    private void branch(int condition, int taken, int other, int next) {
        if (taken == other) {
            jump(taken, next);
        } else if (condition == Conditions.EQUAL_ORDERED) {
            branch(Conditions.UNEQUAL_OR_UNORDERED, other, taken, next);
        } else if (condition == Conditions.UNEQUAL_OR_UNORDERED) {
            e.jump(P, taken);
            branch(NE, taken, other, next);
        } else if (taken == next) {
            e.jump(Conditions.inverted(condition), other);
        } else {
            e.jump(condition, taken);
            jump(other, next);
        }
    }

    // ---- what follows the code ----

    private int newTable(int block) {
        if (tableCount == tables.length) tables = Arrays.copyOf(tables, 2 * tableCount);
        tables[tableCount++] = block;
        int label = newLabel();
        tables[tableCount++] = label;
        return label;
    }

    private void tables() {
        for (int t = 0; t < tableCount; t += 2) {
            int block = tables[t], label = tables[t + 1];
            e.label(label);
            for (int s = 1; s < code.successorCount(block); s++) e.distance(target(block, s), label);
        }
    }

    private void constants(Constants constants) {
        if (constants.size() == 0) return;
        out.code.align(MachineCode.ALIGNMENT, 0xCC);
        int start = out.code.size();
        constants.appendTo(out.code);
        for (int i = 0; i < constantUseCount; i += 2) {
            int place = constantUses[i];
            out.code.set32(place, start + constantUses[i + 1] - place);
        }
    }

    // ---- what the encoder tells ----

    @Override
    public void relocation(int place, int kind, int addressKind, int symbol, int addend) {
        if (addressKind != X64Address.POOL) {
            out.addRelocation(place, kind == X64Encoder.ABS64 ? MachineCode.ABS64 : MachineCode.CALL32, symbol & 3, symbol >> 2, addend);
            return;
        }
        if (constantUseCount == constantUses.length) constantUses = Arrays.copyOf(constantUses, 2 * constantUseCount);
        constantUses[constantUseCount++] = place;
        constantUses[constantUseCount++] = symbol + addend;
    }

    @Override
    public void mark(int place, int value) {
        out.addTrap(place, value);
    }

    /** A symbol's number as the encoder has it. */
    static int symbol(int target, int number) {
        return number << 2 | target;
    }
}
