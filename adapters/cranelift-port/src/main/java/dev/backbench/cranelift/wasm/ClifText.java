package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.text.ClifException;
import dev.backbench.cranelift.text.Parser;
import dev.backbench.cranelift.text.Printer;
import dev.backbench.cranelift.verify.Complaint;
import dev.backbench.cranelift.verify.Target;
import dev.backbench.cranelift.verify.Verifier;
import dev.backbench.spi.BackendException;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.IrBuilder;
import dev.backbench.wasm.WasmModule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Stages of the pipeline as text. */
final class ClifText {
    static final String CLIF = "clif", OPT = "opt";
    /** In the order of the pipeline. */
    static final List<String> STAGES = Stream.concat(Stream.of(CLIF, OPT), MachineStages.STAGES.stream()).toList();

    /** The wide column that source locations stand in. */
    private static final Pattern NARROWED = Pattern.compile("(?m)^(@[0-9a-f]+|) {24,}");
    private static final Target HOST = new Target(64, false, true);

    private ClifText() {}

    /**
     * Of a module, or of CLIF, told apart by the module's first byte: a text of all functions, or of one.
     *
     * @param located whether instructions show where they come from: offsets in the module, or lines of the text
     * @param machine what makes the stages below CLIF, by their names
     * @param only index in the module's function index space, or of the function in the text; -1 for all
     */
    static byte[] emit(byte[] input, String stage, int only, boolean guard, boolean located, java.util.function.Function<String, MachineStages> machine) {
        if (!STAGES.contains(stage)) throw new BackendException("no stage '" + stage + "'");
        StringBuilder text = new StringBuilder();
        MachineStages stages = MachineStages.STAGES.contains(stage) ? machine.apply(stage) : null;
        Optimizer optimizer = stage.equals(OPT) ? new Optimizer() : null;
        Consumer<Function> show = stages != null ? verified(stages::add) : optimizer != null ? verified(fn -> {
            optimizer.run(fn);
            show(fn, text);
        }) : fn -> show(fn, text);
        of(input, only, guard, located, show);
        if (stages != null) return stages.finish();
        String all = located ? NARROWED.matcher(text).replaceAll("$1  ") : text.toString();
        return all.getBytes(StandardCharsets.UTF_8);
    }

    /** Instructions of all functions, or of one, before the mid-end. */
    static long instructions(byte[] input, int only, boolean guard) {
        long[] count = {0};
        of(input, only, guard, false, fn -> {
            for (int block = fn.layout.entry(); block >= 0; block = fn.layout.nextBlock(block)) {
                for (int inst = fn.layout.first(block); inst >= 0; inst = fn.layout.next(inst)) count[0]++;
            }
        });
        return count[0];
    }

    private static void of(byte[] input, int only, boolean guard, boolean located, Consumer<Function> sink) {
        boolean wasm = input.length >= 4 && input[0] == 0 && input[1] == 'a';
        if (wasm) ofModule(WasmModule.parse(input), only, guard, located, sink);
        else ofText(input, only, located ? lines(sink) : sink);
    }

    /** @throws BackendException the module defines no such function */
    static void checkIndex(WasmModule module, int function) {
        int imported = module.importedFunctionCount();
        if (function >= imported && function < module.functionCount()) return;
        throw new BackendException("the module defines no function " + function + ", only " + imported + " to " + (module.functionCount() - 1));
    }

    private static void ofModule(WasmModule module, int only, boolean guard, boolean located, Consumer<Function> show) {
        int imported = module.importedFunctionCount();
        if (only >= 0) checkIndex(module, only);
        Function fn = new Function();
        FunctionTranslator translator = new FunctionTranslator(module);
        IrBuilder builder = new WasmToClif(fn, module, guard);
        if (located) builder = Located.of(builder, fn);
        for (int f = only >= 0 ? only : imported; f < (only >= 0 ? only + 1 : module.functionCount()); f++) {
            translator.translate(f, builder);
            show.accept(fn);
        }
    }

    private static void ofText(byte[] clif, int only, Consumer<Function> show) {
        Function fn = new Function();
        try {
            Parser parser = new Parser(clif);
            int count = 0;
            for (; parser.next(fn); count++) if (only < 0 || only == count) show.accept(fn);
            if (only >= count) throw new BackendException("the text has no function " + only + ", only 0 to " + (count - 1));
        } catch (ClifException e) {
            throw new BackendException("line " + e.line + ", column " + e.column + ": " + e.what);
        }
    }

    /** Instructions of a text that says no places come from its lines. */
    private static Consumer<Function> lines(Consumer<Function> sink) {
        return fn -> {
            boolean said = fn.hasLocations;
            for (int inst = 0; !said && inst < fn.insts(); inst++) fn.setLocation(inst, fn.line(inst));
            sink.accept(fn);
        };
    }

    private static Consumer<Function> verified(Consumer<Function> sink) {
        Verifier verifier = new Verifier();
        return fn -> {
            List<Complaint> complaints = verifier.verify(fn, HOST);
            if (!complaints.isEmpty()) throw new BackendException("not valid CLIF: " + complaints.getFirst());
            sink.accept(fn);
        };
    }

    private static void show(Function fn, StringBuilder text) {
        if (!text.isEmpty()) text.append('\n');
        text.append(Printer.print(fn));
    }
}
