package dev.backbench.cranelift.fuzz;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.Codegen;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.IntCC;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.Allocation;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.x64.Cpu;
import dev.backbench.cranelift.x64.Regs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Pipelines that are right but for one bug: in what the mid-end leaves, in an allocation, or in what is encoded. */
enum PlantedBug {
    // of the mid-end
    WRONG_RULE(PlantedBug::swappedDifferences),
    WRONG_FOLDING(f -> each(f, Op.ICONST, i -> f.setImmediate(i, f.control(i) == Types.I16 ? f.immediate(i) & 0xFF : f.immediate(i)))),
    WRONG_CONDITION(f -> each(f, Op.ICMP, i -> f.setFlags(i, f.flags(i) == IntCC.SLT.ordinal() ? IntCC.SLE.ordinal() : f.flags(i)))),
    MISSED_SIGN_EXTENSION(f -> each(f, Op.SLOAD16, i -> replace(f, i, Op.ULOAD16))),
    STALE_LOAD(f -> forward(f, false)),
    WRONG_ALIAS_REGION(f -> forward(f, true)),
    DROPPED_STORE(f -> dropEvery(f, 7, Op.STORE)),
    MISSING_TRAP(f -> dropEvery(f, 1, Op.TRAPZ, Op.TRAPNZ)),
    WRONG_TRAP_CODE(f -> each(f, Op.LOAD, i -> f.setFlags(i, MemFlags.trapCode(f.flags(i)) == 0 ? f.flags(i) : f.flags(i) & ~0xFF | MemFlags.NONE))),
    WRONG_TABLE_BOUND(PlantedBug::shortTables),
    WRONG_BRANCH(f -> each(f, Op.BRIF, i -> {
        if (Types.bits(f.valueType(f.arg(i, 0))) != 16) return;
        int first = f.pool.get(f.extra(i), 0);
        f.pool.set(f.extra(i), 0, f.pool.get(f.extra(i), 1));
        f.pool.set(f.extra(i), 1, first);
    })),

    // of register allocation
    LOST_SPILL(wrong(new SplittingAllocator(), (code, moves) -> moves.removeIf(m -> Allocation.isSlot(m[2]) && m[0] % 3 == 0))),
    LOST_RELOAD(wrong(new FastAllocator(), (code, moves) -> moves.removeIf(m -> Allocation.isSlot(m[1]) && m[2] >= Regs.XMM0))),
    SWAPPED_MOVES(wrong(new SplittingAllocator(), (code, moves) -> {
        for (int i = 1; i < moves.size(); i++) {
            if (moves.get(i)[0] != moves.get(i - 1)[0] || moves.get(i)[2] != moves.get(i - 1)[1]) continue;
            moves.set(i, moves.set(i - 1, moves.get(i)));
        }
    })),
    MOVE_TO_THE_NEIGHBOUR(wrong(new SplittingAllocator(), (code, moves) -> moves.forEach(m -> m[2] = m[1] >= 0 && !Allocation.isSlot(m[2]) && m[0] % 7 == 0 ? m[2] ^ 1 : m[2]))),

    WRONG_EDGE(wrong(new SplittingAllocator(), PlantedBug::exchangeEdges)),
    CLOBBER_IGNORED((code, allocatable, out) -> new SplittingAllocator().run(withoutClobbers(code), allocatable, out)),

    // of lowering and emission
    WRONG_SLOT_WIDTH(() -> new X64Encoder() {
        @Override
        public void mr(int insn, int size, X64Address address, int reg) {
            boolean spill = insn == MOVSD && address.base == RBP && address.index < 0 && address.displacement < 0;
            super.mr(spill ? MOVSS : insn, spill ? 4 : size, address, reg);
        }
    }),
    WRONG_ENCODING(() -> new X64Encoder() {
        @Override
        public void rr(int insn, int size, int reg, int rm) {
            super.rr(insn, size, insn == XOR && reg >= R8 && reg != rm ? reg & 7 : reg, rm);
        }
    }),
    WRONG_IMMEDIATE(() -> new X64Encoder() {
        @Override
        public void ri(int insn, int size, int reg, long immediate) {
            super.ri(insn, size, reg, (insn == CMP || insn == ADD) && immediate < 0 ? immediate & 0xFF : immediate);
        }
    }),
    WRONG_SHIFT_MASK(() -> new X64Encoder() {
        @Override
        public void ri(int insn, int size, int reg, long immediate) {
            super.ri(insn, size, reg, insn >= SHL && insn <= SAR ? immediate & 15 : immediate);
        }
    }),
    LOST_CARRY(() -> new X64Encoder() {
        @Override
        public void rr(int insn, int size, int reg, int rm) {
            super.rr(insn == ADC ? ADD : insn, size, reg, rm);
        }
    }),
    WRONG_CONDITION_CODE(() -> new X64Encoder() {
        @Override
        public void r(int insn, int size, int reg) {
            super.r(insn == SET + B ? SET + L : insn, size, reg);
        }
    }),
    UNORDERED_FORGOTTEN(() -> new X64Encoder() {
        @Override
        public void rr(int insn, int size, int reg, int rm) {
            if (insn == UCOMISD) super.rr(insn, size, rm, reg);
            else super.rr(insn, size, reg, rm);
        }
    }),
    SIGN_LOST(() -> new X64Encoder() {
        @Override
        public void rr(int insn, int size, int reg, int rm) {
            super.rr(insn == MOVSX8 ? MOVZX8 : insn, size, reg, rm);
        }
    }),
    WRONG_DISPLACEMENT(() -> new X64Encoder() {
        @Override
        public void mr(int insn, int size, X64Address address, int reg) {
            if (address.base != RBP && address.base != RSP && address.displacement == 8) address.displacement = 0;
            super.mr(insn, size, address, reg);
        }
    }),
    CLOBBERED_CALLEE_SAVED(() -> new X64Encoder() {
        @Override
        public void mr(int insn, int size, X64Address address, int reg) {
            boolean save = insn == MOV && size == 8 && reg == RBX && address.base == RBP && address.displacement == -8;
            super.mr(insn, size, address, save ? RAX : reg);
        }
    }),
    WRONG_FRAME_SIZE(() -> new X64Encoder() {
        @Override
        public void ri(int insn, int size, int reg, long immediate) {
            super.ri(insn, size, reg, insn == SUB && reg == RSP && immediate > 64 ? immediate - 64 : immediate);
        }
    }),
    STACK_MISALIGNED(() -> new X64Encoder() {
        @Override
        public void ri(int insn, int size, int reg, long immediate) {
            super.ri(insn, size, reg, insn == SUB && reg == RSP ? immediate + 8 : immediate);
        }
    }),
    WRONG_REASON(() -> new X64Encoder() {
        @Override
        public void trap(int reason) {
            super.trap(reason == 3 ? 4 : reason);
        }
    });

    private final Supplier<Pipeline> pipeline;

    PlantedBug(Consumer<Function> bug) {
        pipeline = () -> new Pipeline(name(), new Optimizer(), new Codegen(new SplittingAllocator())) {
            @Override
            void optimize(Function f) {
                super.optimize(f);
                bug.accept(f);
            }
        };
    }

    PlantedBug(Allocator wrong) {
        pipeline = () -> new Pipeline(name(), null, new Codegen(wrong));
    }

    PlantedBug(Supplier<X64Encoder> wrong) {
        pipeline = () -> new Pipeline(name(), null, new Codegen(new SplittingAllocator(), Cpu.HOST, wrong.get()));
    }

    Pipeline pipeline() {
        return pipeline.get();
    }

    // ---- the mid-end ----

    private static void each(Function f, Op op, IntConsumer change) {
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
            for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) if (f.op(inst) == op) change.accept(inst);
        }
    }

    private static void swappedDifferences(Function f) {
        each(f, Op.ISUB, i -> {
            if (f.control(i) != Types.I32) return;
            int first = f.arg(i, 0);
            f.pool.set(f.args(i), 0, f.arg(i, 1));
            f.pool.set(f.args(i), 1, first);
        });
    }

    private static void replace(Function f, int inst, Op by) {
        int made = f.newInst(by, f.control(inst));
        f.setArgs(made, f.args(inst));
        f.setResults(made, f.results(inst));
        f.setFlags(made, f.flags(inst));
        f.setImmediate(made, f.immediate(inst));
        f.defineValue(f.result(inst, 0), f.control(inst), Function.RESULT, made);
        f.layout.insertBefore(made, inst);
        f.layout.remove(inst);
    }

    /** A load gives what one of the same place gave before it in the block, whatever was stored between, or whatever was stored through another address. */
    private static void forward(Function f, boolean otherAddressesOnly) {
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
            Map<String, Integer> known = new HashMap<>();
            for (int inst = f.layout.first(block), next; inst >= 0; inst = next) {
                next = f.layout.next(inst);
                if (f.op(inst) == Op.STORE && otherAddressesOnly) {
                    String stored = "@" + f.arg(inst, 1) + "+";
                    known.keySet().removeIf(place -> place.contains(stored));
                }
                if (f.op(inst) != Op.LOAD) continue;
                String place = f.control(inst) + "@" + f.arg(inst, 0) + "+" + f.immediate(inst);
                Integer before = known.putIfAbsent(place, f.result(inst, 0));
                if (before == null) continue;
                f.defineValue(f.result(inst, 0), f.control(inst), Function.ALIAS, before);
                f.layout.remove(inst);
            }
        }
    }

    private static void dropEvery(Function f, int n, Op... ops) {
        int count = 0;
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
            for (int inst = f.layout.first(block), next; inst >= 0; inst = next) {
                next = f.layout.next(inst);
                if (List.of(ops).contains(f.op(inst)) && ++count % n == 0) f.layout.remove(inst);
            }
        }
    }

    /** The last entry goes where the default goes. */
    private static void shortTables(Function f) {
        each(f, Op.BR_TABLE, i -> f.pool.set(f.extra(i), f.pool.length(f.extra(i)) - 1, f.pool.get(f.extra(i), 0)));
    }

    // ---- allocations ----

    /** Moves of two edges, one for the other. */
    private static void exchangeEdges(VCode code, List<int[]> moves) {
        Map<Integer, Integer> other = new HashMap<>();
        int last = -1;
        for (int block = 0; block < code.blocks(); block++) {
            if (code.successorCount(block) != 1) continue;
            int point = 2 * (code.firstInst(block + 1) - 1);
            if (last >= 0) {
                other.put(last, point);
                other.put(point, last);
            }
            last = last >= 0 ? -1 : point;
        }
        for (int[] move : moves) move[0] = other.getOrDefault(move[0], move[0]);
        moves.sort(Comparator.comparingInt(m -> m[0]));
    }

    private static VCode withoutClobbers(VCode code) {
        VCode to = new VCode();
        for (int v = 0; v < code.vregs(); v++) to.newVreg(code.registerClass(v));
        for (int block = 0; block < code.blocks(); block++) {
            to.beginBlock(code.loopDepth(block));
            for (int i = 0; i < code.parameterCount(block); i++) to.addParameter(code.parameter(block, i));
            for (int inst = code.firstInst(block); inst < code.firstInst(block + 1); inst++) {
                to.beginInst(code.op(inst), code.info(inst), code.extra(inst), code.immediate(inst));
                for (int o = code.firstOperand(inst); o < code.firstOperand(inst + 1); o++) to.addOperand(code.vreg(o), code.operandBits(o), code.operandRegister(o));
                to.setTraits(code.traits(inst));
            }
            for (int i = 0; i < code.successorCount(block); i++) to.addSuccessor(code.successor(block, i));
            for (int i = 0; i < code.argumentCount(block); i++) to.addArgument(code.argument(block, i));
        }
        to.finish();
        return to;
    }

    /** @param change of moves: point, source, target */
    private static Allocator wrong(Allocator right, BiConsumer<VCode, List<int[]>> change) {
        return (code, allocatable, out) -> {
            right.run(code, allocatable, out);
            List<int[]> moves = new ArrayList<>();
            for (int m = 0; m < out.moves(); m++) moves.add(new int[] {out.movePoint(m), out.moveFrom(m), out.moveTo(m)});
            change.accept(code, moves);
            int[] places = new int[code.operands()];
            for (int o = 0; o < places.length; o++) places[o] = out.place(o);
            int slots = out.slots();
            out.reset(places.length);
            for (int s = 0; s < slots; s++) out.newSlot();
            for (int o = 0; o < places.length; o++) out.setPlace(o, places[o]);
            for (int[] m : moves) out.addMove(m[0], m[1], m[2]);
        };
    }
}
