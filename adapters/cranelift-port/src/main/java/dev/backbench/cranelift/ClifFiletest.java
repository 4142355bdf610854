package dev.backbench.cranelift;

import static dev.backbench.cranelift.ir.Entities.GV_LINE;
import static dev.backbench.cranelift.ir.Entities.PARAM_INTS;
import static dev.backbench.cranelift.ir.Entities.REGION_LINE;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.analysis.Graphs;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.interp.Trap;
import dev.backbench.cranelift.interp.Unsupported;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.Allocator;
import dev.backbench.cranelift.regalloc.FastAllocator;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.cranelift.run.CompiledText;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Invocation;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.filetest.Filetest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The functions of one text, looked at in the ways that tests ask for. */
final class ClifFiletest implements Filetest {
    private final List<Function> functions;
    private final Interpreter interpreter;
    private final Verifier verifier = new Verifier();
    private final Cfg cfg = new Cfg();
    private final Dominators dominators = new Dominators();
    private final List<CompiledText> compiled = new ArrayList<>();

    ClifFiletest(List<Function> functions) {
        this.functions = functions;
        this.interpreter = new Interpreter(functions);
        interpreter.likeUpstream();
    }

    @Override
    public int functions() {
        return functions.size();
    }

    @Override
    public int firstLine(int function) {
        return functions.get(function).firstLine;
    }

    @Override
    public String print(int function) {
        return Printer.print(functions.get(function));
    }

    @Override
    public int anchor(int function, int line) {
        Function f = functions.get(function);
        int anchor = f.firstLine;
        anchor = latest(f.entities.globals, GV_LINE, line, anchor);
        anchor = latest(f.entities.regions, REGION_LINE, line, anchor);
        for (int b = f.layout.entry(); b >= 0; b = f.layout.nextBlock(b)) {
            if (f.blockLine(b) <= line) anchor = Math.max(anchor, f.blockLine(b));
            for (int i = f.layout.first(b); i >= 0; i = f.layout.next(i)) if (f.line(i) <= line) anchor = Math.max(anchor, f.line(i));
        }
        return anchor;
    }

    private static int latest(Table table, int field, int line, int anchor) {
        int latest = anchor;
        for (int i = 0; i < table.count(); i++) if (table.has(i) && table.get(i, field) <= line) latest = Math.max(latest, table.get(i, field));
        return latest;
    }

    @Override
    public int blockAt(int function, int line) {
        Function f = functions.get(function);
        for (int b = f.layout.entry(); b >= 0; b = f.layout.nextBlock(b)) {
            for (int i = f.layout.first(b); i >= 0; i = f.layout.next(i)) if (f.line(i) == line) return b;
        }
        return -1;
    }

    @Override
    public List<Finding> verify(int function, String target, List<String> settings) {
        int pointerBits = target == null ? 0 : target.contains("32") ? 32 : 64;
        Target machine = new Target(pointerBits, on(settings, "enable_pinned_reg"), on(settings, "preserve_frame_pointers"));
        return verifier.verify(functions.get(function), machine).stream().map(c -> new Finding(c.line(), c.message())).toList();
    }

    private static boolean on(List<String> words, String setting) {
        return words.contains(setting) || words.contains(setting + "=true");
    }

    @Override
    public String controlFlow(int function) {
        cfg.compute(functions.get(function));
        return Graphs.cfg(functions.get(function), cfg);
    }

    @Override
    public String dominators(int function) {
        cfg.compute(functions.get(function));
        dominators.compute(functions.get(function), cfg);
        return Graphs.dominators(functions.get(function), dominators);
    }

    @Override
    public String optimized(int function) {
        Function f = copy(functions.get(function));
        Optimizer optimizer = new Optimizer();
        int before = f.values();
        optimizer.run(f);
        for (int v = 0; v < before; v++) {
            if (f.valueKind(v) != Function.RESULT || f.layout.block(f.valueDefinition(v)) >= 0) continue;
            int by = optimizer.standing(v);
            if (by != v && f.valueKind(by) == Function.RESULT && f.layout.block(f.valueDefinition(by)) >= 0) f.defineValue(v, Types.NONE, Function.ALIAS, by);
        }
        return Printer.print(f);
    }

    /** By either register allocation. */
    @Override
    public Execution compile(int function, List<String> settings) {
        Function f = copy(functions.get(function));
        try {
            if (settings.stream().anyMatch(setting -> setting.startsWith("opt_level=speed"))) new Optimizer().run(f);
            for (Allocator allocator : List.of(new FastAllocator(), new SplittingAllocator())) new Codegen(allocator).compile(f, new MachineCode(), PhaseClock.OFF);
            return passed();
        } catch (UnsupportedFeature e) {
            return new Execution(Execution.Kind.UNSUPPORTED, e.getMessage());
        }
    }

    private static Function copy(Function f) {
        Function copy = new Function();
        try {
            new Parser(Printer.print(f).getBytes(StandardCharsets.UTF_8)).next(copy);
        } catch (ClifException e) {
            throw new AssertionError("what was printed cannot be read: " + e.getMessage(), e);
        }
        return copy;
    }

    @Override
    public Execution run(int function, String text, List<String> settings) {
        return run(function, text, interpreter::run);
    }

    /** By either register allocation. */
    @Override
    public Execution compileAndRun(int function, String text, List<String> settings) {
        if (compiled.isEmpty()) {
            compiled.add(new CompiledText(functions, new Codegen(new FastAllocator())));
            compiled.add(new CompiledText(functions, new Codegen(new SplittingAllocator())));
        }
        for (CompiledText machine : compiled) {
            Execution done = run(function, text, (index, arguments) -> {
                if (machine.unsupported(index) != null) throw new Unsupported(machine.unsupported(index));
                return machine.call(index, arguments);
            });
            if (done.kind() != Execution.Kind.PASSED) return done;
        }
        return passed();
    }

    @Override
    public void close() {
        compiled.forEach(CompiledText::close);
        compiled.clear();
    }

    private interface Machine {
        long[] run(int function, long[] arguments) throws Trap;
    }

    /** A line without a name calls the function it stands behind and wants a result that is not 0. */
    private Execution run(int function, String text, Machine machine) {
        try {
            if (text.isEmpty()) {
                long[] result = machine.run(function, new long[0]);
                return result.length > 0 && (result[0] | result[1]) != 0 ? passed() : failed("got " + Arrays.toString(result) + ", expected true");
            }
            int called = interpreter.find(Invocation.name(text));
            Function f = functions.get(called < 0 ? function : called);
            Invocation invocation = Invocation.parse(text, f);
            long[] got = machine.run(called < 0 ? function : called, invocation.arguments());
            if (invocation.expected() == null || Arrays.equals(got, invocation.expected())) return passed();
            return failed("got " + show(f, got) + ", expected " + show(f, invocation.expected()));
        } catch (ClifException e) {
            return failed("'" + text + "' cannot be read: " + e.getMessage());
        } catch (Trap | dev.backbench.spi.Trap e) {
            return failed(e.toString());
        } catch (Unsupported | UnsupportedFeature e) {
            return new Execution(Execution.Kind.UNSUPPORTED, e.getMessage());
        }
    }

    private static String show(Function f, long[] values) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; 2 * i < values.length; i++) {
            int type = f.pool.get(f.returns, i * PARAM_INTS);
            out.append(i > 0 ? ", " : "").append(Invocation.show(type, values[2 * i], values[2 * i + 1]));
        }
        return out.toString();
    }

    private static Execution passed() {
        return new Execution(Execution.Kind.PASSED, null);
    }

    private static Execution failed(String message) {
        return new Execution(Execution.Kind.FAILED, message);
    }
}
