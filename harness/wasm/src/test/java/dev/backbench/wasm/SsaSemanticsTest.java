package dev.backbench.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random control flow over locals, run twice: as Wasm, operation by operation, and as the SSA form that came out. Every log of a value must agree; a wrong
 * value of a local at any join shows up here. The checking builder watches the protocol meanwhile.
 */
class SsaSemanticsTest {
    private static final int FUEL = 400;
    private static final FuncType LOG = new FuncType(new int[] {ValType.I32}, new int[0]);
    private static final int[] INPUTS = {0, 1, 2, 5, -1, 77};

    @Test
    void randomFunctionsMeanTheSameInBothForms() {
        SplittableRandom random = new SplittableRandom(2013);
        long logged = 0, kept = 0;
        for (int round = 0; round < 6_000; round++) {
            int parameters = 1 + random.nextInt(2), results = random.nextInt(3);
            int[] i32 = new int[3];
            Arrays.fill(i32, ValType.I32);
            FuncType type = new FuncType(Arrays.copyOf(i32, parameters), Arrays.copyOf(i32, results));
            ModuleWriter writer = new ModuleWriter();
            writer.importFunction("env", "log", LOG);
            int pair = writer.type(new FuncType(Arrays.copyOf(i32, 1), Arrays.copyOf(i32, 2)));
            int sum = writer.type(new FuncType(Arrays.copyOf(i32, 2), Arrays.copyOf(i32, 1)));
            BodyWriter body = new BodyWriter(parameters);
            int locals = parameters + 1 + random.nextInt(4);
            body.locals(locals - parameters, ValType.I32);
            new Generator(random, body, locals, results, pair, sum).function();
            int function = writer.function(type, body);
            WasmModule module = WasmModule.parse(writer.toBytes());
            Recorder recorder = new Recorder();
            new FunctionTranslator(module).translate(function, recorder);
            kept += recorder.blockParameters - recorder.aliases;
            for (int input : INPUTS) {
                int[] arguments = new int[parameters];
                for (int i = 0; i < parameters; i++) arguments[i] = input + 3 * i;
                List<Integer> expected = new WasmRun(module, function).run(arguments), actual = recorder.run(arguments);
                assertEquals(expected, actual, "round " + round + ", input " + input);
                logged += expected.size();
            }
        }
        assertTrue(logged > 100_000 && kept > 20_000, logged + " values logged, " + kept + " parameters kept: too tame");
    }

    /** The local is assigned in the loop and first read behind a branch out of it, before which it may or may not have been assigned. */
    @Test
    void aLocalReadOnlyBehindTheLoopThatAssignsItIsTheLoopsParameter() {
        FuncType type = new FuncType(new int[] {ValType.I32}, new int[0]);
        ModuleWriter writer = new ModuleWriter();
        writer.importFunction("env", "log", LOG);
        BodyWriter body = new BodyWriter(1);
        int x = body.local(ValType.I32);
        body.block(Opcode.BLOCK, BodyWriter.EMPTY).block(Opcode.LOOP, BodyWriter.EMPTY);
        body.get(0).i32(-1).op(Opcode.I32_ADD).tee(0).i32(1).op(Opcode.I32_AND).brIf(1);
        body.i32(7).set(x).br(0).end().end().get(x).call(0);
        int function = writer.function(type, body);
        Recorder recorder = new Recorder();
        new FunctionTranslator(WasmModule.parse(writer.toBytes())).translate(function, recorder);
        assertEquals(List.of(7), recorder.run(new int[] {1}));
        assertEquals(List.of(0), recorder.run(new int[] {2}));
    }

    /** A second loop reads, and does not assign, what an arm of the first one assigned that went back to its head. */
    @Test
    void aLoopThatDoesNotAssignALocalTakesItFromTheLoopBefore() {
        FuncType type = new FuncType(new int[] {ValType.I32}, new int[0]);
        ModuleWriter writer = new ModuleWriter();
        writer.importFunction("env", "log", LOG);
        BodyWriter body = new BodyWriter(1);
        int x = body.local(ValType.I32), rounds = body.local(ValType.I32);
        body.i32(5).set(x).i32(2).set(rounds).block(Opcode.LOOP, BodyWriter.EMPTY);
        body.get(0).i32(-1).op(Opcode.I32_ADD).tee(0).block(Opcode.IF, BodyWriter.EMPTY).i32(7).set(x).br(1).end().end();
        body.block(Opcode.LOOP, BodyWriter.EMPTY).get(x).call(0).get(rounds).i32(-1).op(Opcode.I32_ADD).tee(rounds).brIf(0).end();
        int function = writer.function(type, body);
        Recorder recorder = new Recorder();
        new FunctionTranslator(WasmModule.parse(writer.toBytes())).translate(function, recorder);
        assertEquals(List.of(7, 7), recorder.run(new int[] {2}));
        assertEquals(List.of(5, 5), recorder.run(new int[] {1}));
    }

    /** Writes structured code without regard for sense. Loops and branches burn no fuel of their own: the runs count steps. */
    private static final class Generator {
        private final SplittableRandom random;
        private final BodyWriter body;
        private final int locals, results, pair, sum;
        private final List<int[]> labels = new ArrayList<>(); // operands a branch takes
        private final int reading; // out of 8: where locals are rarely read, parameters are not made early
        private int budget = 60;

        Generator(SplittableRandom random, BodyWriter body, int locals, int results, int pair, int sum) {
            this.random = random;
            this.body = body;
            this.locals = locals;
            this.results = results;
            this.pair = pair;
            this.sum = sum;
            reading = random.nextInt(9);
        }

        void function() {
            labels.add(new int[] {results});
            statements(4);
            push(results);
            labels.removeLast();
        }

        private void statements(int depth) {
            for (int n = 1 + random.nextInt(5); n > 0 && budget > 0; n--) statement(depth);
        }

        private void statement(int depth) {
            budget--;
            switch (random.nextInt(depth > 0 ? 16 : 7)) {
                case 0, 1 -> {
                    if (random.nextInt(8) < reading) log();
                }
                case 2, 3 -> {
                    value();
                    body.set(random.nextInt(locals));
                }
                case 4 -> {
                    value();
                    body.tee(random.nextInt(locals)).set(random.nextInt(locals));
                }
                case 5 -> branchIf();
                case 6 -> {
                    if (random.nextInt(3) == 0) leave();
                    else log();
                }
                case 7, 8 -> nested(Opcode.LOOP, depth);
                case 9 -> nested(Opcode.BLOCK, depth);
                case 10, 11 -> {
                    value();
                    nested(Opcode.IF, depth);
                }
                case 12 -> multi(depth);
                case 13 -> whileLoop(depth);
                case 14 -> leavingArm(depth);
                default -> table(depth);
            }
        }

        private void log() {
            body.get(random.nextInt(locals)).call(0);
        }

        private void value() {
            switch (random.nextInt(8) < reading ? random.nextInt(4) : 0) {
                case 0 -> body.i32(random.nextInt(4));
                case 1 -> body.get(random.nextInt(locals)).get(random.nextInt(locals)).op(Opcode.I32_ADD);
                case 2 -> body.get(random.nextInt(locals)).i32(1).op(Opcode.I32_ADD);
                default -> body.get(random.nextInt(locals));
            }
        }

        private void push(int count) {
            for (int i = 0; i < count; i++) value();
        }

        private int label() {
            return random.nextInt(labels.size());
        }

        private int arity(int label) {
            return labels.get(labels.size() - 1 - label)[0];
        }

        private void branchIf() {
            int label = label();
            push(arity(label));
            value();
            body.i32(3).op(Opcode.I32_AND).brIf(label);
            for (int i = arity(label); i > 0; i--) body.set(random.nextInt(locals));
        }

        /** Ends the current sequence; what follows is dead. */
        private void leave() {
            int label = random.nextInt(3) == 0 ? labels.size() - 1 : label();
            push(arity(label));
            body.br(label);
        }

        private void nested(int opcode, int depth) {
            boolean yields = opcode != Opcode.LOOP && random.nextInt(3) == 0;
            body.block(opcode, yields ? ValType.I32 : BodyWriter.EMPTY);
            labels.add(new int[] {yields ? 1 : 0});
            statements(depth - 1);
            if (yields) value();
            if (opcode == Opcode.IF && (yields || random.nextBoolean())) {
                body.op(Opcode.ELSE);
                statements(depth - 1);
                if (yields) value();
            }
            labels.removeLast();
            body.end();
            if (yields) body.set(random.nextInt(locals));
        }

        /** Left in the middle, repeated at the end; the condition is a parameter of the function or a local. */
        private void whileLoop(int depth) {
            body.block(Opcode.BLOCK, BodyWriter.EMPTY).block(Opcode.LOOP, BodyWriter.EMPTY);
            labels.add(new int[] {0});
            labels.add(new int[] {0});
            statements(depth - 1);
            int local = random.nextInt(locals);
            body.get(local).i32(-1).op(Opcode.I32_ADD).tee(local).i32(random.nextBoolean() ? 1 : 2).op(Opcode.I32_AND).brIf(1);
            statements(depth - 1);
            if (random.nextInt(4) > 0) body.br(0);
            labels.removeLast();
            body.end();
            if (random.nextBoolean()) statements(depth - 1);
            labels.removeLast();
            body.end();
        }

        /** An arm that assigns and then goes somewhere else, back to a loop perhaps. */
        private void leavingArm(int depth) {
            body.get(random.nextInt(locals)).i32(1).op(Opcode.I32_AND).block(Opcode.IF, BodyWriter.EMPTY);
            labels.add(new int[] {0});
            statements(depth - 1);
            value();
            body.set(random.nextInt(locals));
            leave();
            labels.removeLast();
            body.end();
        }

        /** A block or loop with parameters and results. */
        private void multi(int depth) {
            value();
            boolean loop = random.nextBoolean();
            if (loop) value();
            body.blockOfType(loop ? Opcode.LOOP : Opcode.BLOCK, loop ? sum : pair);
            labels.add(new int[] {2});
            if (loop) body.op(Opcode.I32_ADD).set(random.nextInt(locals));
            else body.set(random.nextInt(locals));
            statements(depth - 1);
            push(loop ? 1 : 2);
            labels.removeLast();
            body.end().set(random.nextInt(locals));
            if (!loop) body.set(random.nextInt(locals));
        }

        private void table(int depth) {
            int outer = 1 + random.nextInt(3);
            for (int i = 0; i < outer; i++) {
                body.block(Opcode.BLOCK, BodyWriter.EMPTY);
                labels.add(new int[] {0});
            }
            value();
            int[] targets = new int[1 + random.nextInt(5)];
            for (int i = 0; i < targets.length; i++) targets[i] = random.nextInt(outer);
            body.brTable(targets);
            for (int i = 0; i < outer; i++) {
                labels.removeLast();
                body.end();
                statements(depth - 1);
            }
        }
    }

    /** Runs the bytes. Labels are found by scanning ahead. */
    private static final class WasmRun {
        private final WasmModule module;
        private final ByteReader in;
        private final int function;
        private final List<Integer> log = new ArrayList<>();
        private final List<Integer> stack = new ArrayList<>();
        private final List<int[]> frames = new ArrayList<>(); // loop's start or -1, height, operands a branch takes
        private int[] locals;
        private int fuel = FUEL;

        WasmRun(WasmModule module, int function) {
            this.module = module;
            this.function = function;
            in = new ByteReader(module.bytes(), module.bodyStart(function), module.bodyEnd(function));
        }

        private int pop() {
            return stack.removeLast();
        }

        List<Integer> run(int[] arguments) {
            FuncType type = module.functionType(function);
            in.u8();
            locals = Arrays.copyOf(arguments, arguments.length + in.u8());
            in.u8();
            frames.add(new int[] {-1, 0, type.results().length});
            while (!frames.isEmpty() && fuel >= 0) step(in.u8());
            if (fuel < 0) return log;
            log.addAll(stack.subList(stack.size() - type.results().length, stack.size()));
            return log;
        }

        private void step(int op) {
            switch (op) {
                case Opcode.I32_CONST -> stack.add((int) in.signed(32));
                case Opcode.I32_ADD -> stack.add(pop() + pop());
                case Opcode.I32_AND -> stack.add(pop() & pop());
                case Opcode.LOCAL_GET -> stack.add(locals[in.u8()]);
                case Opcode.LOCAL_SET -> locals[in.u8()] = pop();
                case Opcode.LOCAL_TEE -> locals[in.u8()] = stack.getLast();
                case Opcode.CALL -> {
                    in.u8();
                    log.add(pop());
                }
                case Opcode.BLOCK -> open(op);
                case Opcode.LOOP -> {
                    fuel--; // at the heads of loops, as in the other form
                    open(op);
                }
                case Opcode.IF -> {
                    boolean taken = pop() != 0;
                    open(op);
                    if (!taken && !skip(true)) frames.removeLast();
                }
                case Opcode.ELSE -> {
                    skip(false);
                    frames.removeLast();
                }
                case Opcode.END -> frames.removeLast();
                case Opcode.BR -> branch(in.u8());
                case Opcode.BR_IF -> {
                    int label = in.u8();
                    if (pop() != 0) branch(label);
                }
                case Opcode.BR_TABLE -> {
                    int[] labels = new int[in.u8() + 1];
                    for (int i = 0; i < labels.length; i++) labels[i] = in.u8();
                    int index = pop();
                    branch(labels[Integer.compareUnsigned(index, labels.length - 1) < 0 ? index : labels.length - 1]);
                }
                case Opcode.RETURN -> branch(frames.size() - 1);
                default -> throw new AssertionError(op);
            }
        }

        private void open(int op) {
            int at = in.pos - 1, type = (int) in.signed(33);
            int parameters = 0, results = 1;
            if (type >= 0) {
                parameters = module.types().get(type).parameters().length;
                results = module.types().get(type).results().length;
            } else if (type == -64) {
                results = 0;
            }
            frames.add(op == Opcode.LOOP ? new int[] {at, stack.size() - parameters, parameters} : new int[] {-1, stack.size() - parameters, results});
        }

        private void branch(int label) {
            for (int i = 0; i < label; i++) {
                skip(false);
                frames.removeLast();
            }
            int[] frame = frames.getLast();
            List<Integer> taken = new ArrayList<>(stack.subList(stack.size() - frame[2], stack.size()));
            while (stack.size() > frame[1]) stack.removeLast();
            stack.addAll(taken);
            if (frame[0] >= 0) {
                in.pos = frame[0] + 1;
                in.signed(33);
                fuel--;
            } else {
                skip(false);
                frames.removeLast();
            }
        }

        /** To after the end of the innermost block, or its else if asked for. @return whether at an else */
        private boolean skip(boolean atElse) {
            for (int depth = 0; ; ) {
                switch (in.u8()) {
                    case Opcode.BLOCK, Opcode.LOOP, Opcode.IF -> {
                        in.signed(33);
                        depth++;
                    }
                    case Opcode.END -> {
                        if (depth-- == 0) return false;
                    }
                    case Opcode.ELSE -> {
                        if (depth == 0 && atElse) return true;
                    }
                    case Opcode.I32_CONST -> in.signed(32);
                    case Opcode.LOCAL_GET, Opcode.LOCAL_SET, Opcode.LOCAL_TEE, Opcode.CALL, Opcode.BR, Opcode.BR_IF -> in.u8();
                    case Opcode.BR_TABLE -> in.skip(in.u8() + 1);
                    default -> {}
                }
            }
        }
    }

    /** Records the SSA form as closures over an array of values, and runs it. */
    private static final class Recorder extends CheckingBuilder {
        private final List<List<Runnable>> code = new ArrayList<>(List.of(new ArrayList<>()));
        private final List<List<int[]>> edgeArguments = new ArrayList<>(); // by edge: parameter, value
        private final List<int[]> aliasPairs = new ArrayList<>();
        private int at, next, fuel, valueCount;
        private final BitSet loops = new BitSet();
        private int[] values;
        private int[] input;
        private List<Integer> log;

        List<Integer> run(int[] arguments) {
            values = new int[valueCount];
            input = arguments;
            log = new ArrayList<>();
            fuel = FUEL;
            next = 0;
            while (next >= 0 && fuel >= 0) {
                List<Runnable> block = code.get(next);
                next = -1;
                for (Runnable operation : block) operation.run();
            }
            return log;
        }

        private int value(int value) {
            for (boolean again = true; again; ) {
                again = false;
                for (int[] pair : aliasPairs) {
                    if (pair[0] != value) continue;
                    value = pair[1];
                    again = true;
                    break;
                }
            }
            return values[value];
        }

        private void add(Runnable operation) {
            code.get(at).add(operation);
        }

        private int defined(int value) {
            valueCount = Math.max(valueCount, value + 1);
            return value;
        }

        private void take(int edge, int target) {
            List<int[]> pairs = edgeArguments.get(edge);
            int[] taken = new int[pairs.size()];
            for (int i = 0; i < taken.length; i++) taken[i] = value(pairs.get(i)[1]);
            for (int i = 0; i < taken.length; i++) values[pairs.get(i)[0]] = taken[i];
            next = target;
            if (loops.get(target)) fuel--;
        }

        private void edge(int edge) {
            while (edgeArguments.size() <= edge) edgeArguments.add(new ArrayList<>());
        }

        @Override
        public int parameter(int index, int type) {
            int value = defined(super.parameter(index, type));
            add(() -> values[value] = input[index]);
            return value;
        }

        @Override
        public int block(boolean loop) {
            int block = super.block(loop);
            code.add(new ArrayList<>());
            loops.set(block, loop);
            return block;
        }

        @Override
        public int blockParameter(int block, int type) {
            return defined(super.blockParameter(block, type));
        }

        @Override
        public void startBlock(int block) {
            super.startBlock(block);
            at = block;
        }

        @Override
        public void edgeArgument(int edge, int parameter, int value) {
            super.edgeArgument(edge, parameter, value);
            edgeArguments.get(edge).add(new int[] {parameter, value});
        }

        @Override
        public void alias(int parameter, int value) {
            super.alias(parameter, value);
            aliasPairs.add(new int[] {parameter, value});
        }

        @Override
        public void jump(int edge, int target) {
            super.jump(edge, target);
            edge(edge);
            add(() -> take(edge, target));
        }

        @Override
        public void branchIf(int condition, int edge, int then, int otherEdge, int otherwise) {
            super.branchIf(condition, edge, then, otherEdge, otherwise);
            edge(otherEdge);
            add(() -> {
                if (value(condition) != 0) take(edge, then);
                else take(otherEdge, otherwise);
            });
        }

        @Override
        public void branchTable(int index, int[] cases, int caseCount, int[] edges, int[] targets, int edgeCount) {
            super.branchTable(index, cases, caseCount, edges, targets, edgeCount);
            int[] caseList = Arrays.copyOf(cases, caseCount), edgeList = Arrays.copyOf(edges, edgeCount), targetList = Arrays.copyOf(targets, edgeCount);
            for (int edge : edgeList) edge(edge);
            add(() -> {
                int i = value(index), chosen = caseList[Integer.compareUnsigned(i, caseCount - 1) < 0 ? i : caseCount - 1];
                take(edgeList[chosen], targetList[chosen]);
            });
        }

        @Override
        public void ret(int[] list, int count) {
            super.ret(list, count);
            int[] returned = Arrays.copyOf(list, count);
            add(() -> {
                for (int value : returned) log.add(value(value));
            });
        }

        @Override
        public int constI32(int constant) {
            int value = defined(super.constI32(constant));
            add(() -> values[value] = constant);
            return value;
        }

        @Override
        public int binary(int opcode, int left, int right) {
            int value = defined(super.binary(opcode, left, right));
            add(() -> values[value] = opcode == Opcode.I32_ADD ? value(left) + value(right) : value(left) & value(right));
            return value;
        }

        @Override
        public void call(int function, int[] list, int count, int[] results) {
            super.call(function, list, count, results);
            int argument = list[0];
            add(() -> log.add(value(argument)));
        }
    }
}
