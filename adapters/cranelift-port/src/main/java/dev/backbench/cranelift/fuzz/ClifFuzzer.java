package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.ir.Constraint;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.x64.LowerRules;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.spi.fuzz.IrFuzzer;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Random CLIF, the levels against the interpreter. */
public final class ClifFuzzer implements IrFuzzer {
    static final int ROUNDS = 4;
    private static final int FUNCTIONS = 3, SIZE = 70;
    private static final Pattern SEED = Pattern.compile("^; seed (-?\\d+)");
    /** Operations of scalars that no text has: exceptions, threads' storage, what shows where the stack is, hints to debuggers, other machines' or vectors' operations. */
    private static final Set<Op> NEVER = EnumSet.of(Op.TRY_CALL, Op.TRY_CALL_INDIRECT, Op.GET_EXCEPTION_HANDLER_ADDRESS, Op.TLS_VALUE, Op.SYMBOL_VALUE, Op.GET_FRAME_POINTER, Op.GET_STACK_POINTER,
        Op.GET_RETURN_ADDRESS, Op.GET_PINNED_REG, Op.SET_PINNED_REG, Op.DEBUGTRAP, Op.STACK_SWITCH, Op.DYNAMIC_STACK_ADDR, Op.BLENDV, Op.X86_CVTT2DQ, Op.VHIGH_BITS, Op.SQMUL_ROUND_SAT, Op.X86_PMULHRSW,
        Op.FVDEMOTE, Op.FVPROMOTE_LOW, Op.F16CONST, Op.F128CONST, Op.ULOAD8X8, Op.SLOAD8X8, Op.ULOAD16X4,
        Op.SLOAD16X4, Op.ULOAD32X2, Op.SLOAD32X2);

    @Override
    public String backend() {
        return "cranelift-port";
    }

    @Override
    public String form() {
        return "clif";
    }

    @Override
    public IrFuzzer.Session open(String level) {
        System.setProperty("cranelift.lower.count", "true"); // read when the first code generator is made
        return new Session(level);
    }

    static String textOf(long seed) {
        return "; seed " + seed + "\n" + RandomClif.text(seed, FUNCTIONS, SIZE);
    }

    private static final class Session implements IrFuzzer.Session, ClifOracle.Watch {
        private final long[] rules = new long[Optimizer.rules().length];
        private final Map<String, Long> operations = new TreeMap<>(), outcomes = new TreeMap<>(), refused = new TreeMap<>();
        private final ClifOracle oracle;

        Session(String level) {
            oracle = new ClifOracle(Pipeline.of(level, level == null, rules), ROUNDS, this);
            for (Op op : Op.values()) if (!NEVER.contains(op)) expect(op);
            outcomes.put("returned", 0L);
            for (TrapReason reason : TrapReason.values()) if (reason != TrapReason.UNKNOWN) outcomes.put(reason.name(), 0L);
        }

        private void expect(Op op) {
            if (op.control == null) {
                if (op.operands.length == 0 || op.operands[0].resolve(Types.NONE) == Types.I32) operations.put(op.text, 0L);
                return;
            }
            for (int type : ClifWriter.TYPES) {
                if (!op.control.contains(type) || type == Types.I32 && isOfAddress(op) || !isPossible(op, type)) continue;
                if (op == Op.ATOMIC_RMW) for (RmwOp rmw : RmwOp.values()) operations.put(op.text + "." + Types.name(type) + " " + rmw.text, 0L);
                else operations.put(op.text + "." + Types.name(type), 0L);
            }
        }

        /** Addresses have 64 bits. */
        private static boolean isOfAddress(Op op) {
            return op == Op.STACK_ADDR || op == Op.FUNC_ADDR || op == Op.CALL_INDIRECT || op == Op.RETURN_CALL_INDIRECT;
        }

        /** Whether there are operands for it: nothing is narrower than i8. */
        private static boolean isPossible(Op op, int control) {
            for (Constraint c : op.operands) if (c.isFree() && IntStream.of(ClifWriter.TYPES).noneMatch(type -> c.allows(control, type))) return false;
            return true;
        }

        @Override
        public String text(long seed) {
            return textOf(seed);
        }

        @Override
        public String difference(String text) {
            Matcher seed = SEED.matcher(text);
            return oracle.difference(text, seed.find() ? Long.parseLong(seed.group(1)) : 0);
        }

        @Override
        public void compiled(Function f) {
            for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
                for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) operations.merge(name(f, inst), 1L, Long::sum);
            }
        }

        private static String name(Function f, int inst) {
            Op op = f.op(inst);
            String name = op.control == null ? op.text : op.text + "." + Types.name(f.control(inst));
            return op == Op.ATOMIC_RMW ? name + " " + RmwOp.of((int) f.immediate(inst)).text : name;
        }

        @Override
        public void outcome(String how) {
            outcomes.merge(how, 1L, Long::sum);
        }

        @Override
        public void refused(String why) {
            refused.merge(why, 1L, Long::sum);
        }

        @Override
        public Map<String, Map<String, Long>> reached() {
            Map<String, Map<String, Long>> all = new LinkedHashMap<>();
            all.put("operations", operations);
            all.put("outcomes", outcomes);
            Map<String, Long> hits = new TreeMap<>();
            for (int r = 0; r < rules.length; r++) hits.merge(Optimizer.rules()[r], rules[r], Long::sum);
            all.put("mid-end rules", hits);
            Map<String, Long> lowered = new TreeMap<>();
            for (int r = 0; LowerRules.HITS != null && r < LowerRules.HITS.length; r++) lowered.merge(LowerRules.NAMES[r], LowerRules.HITS[r], Long::sum);
            if (!lowered.isEmpty()) all.put("lowering rules", lowered);
            all.put("refused", refused);
            return all;
        }

        @Override
        public void close() {}
    }
}
