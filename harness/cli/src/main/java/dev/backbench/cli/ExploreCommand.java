package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.reports.StagesPage;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Compiler;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.parts.Disassembly;
import dev.backbench.wasm.parts.WasmParts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "explore", sortOptions = false, abbreviateSynopsis = true,
    description = {"Write one HTML page with every function at all stages of a back end's pipeline, side by side.", "Pointing at a line shows the lines of the other stages that come from the same place, at a value, block or register where it is the same; a click keeps it shown.",
        "By keyboard: Tab to a stage, arrows from line to line, Enter keeps a line and turns the others to it."})
final class ExploreCommand extends BenchCommand {
    /** More make a page that no browser likes. */
    private static final int MOST = 500;
    private static final String OBJECT = "obj";

    @Mixin
    OneBackend one;

    @Option(names = "--function", paramLabel = "N", description = "Only this one, by its index in the module or text; all if not said.")
    int function = -1;

    @Option(names = {"-o", "--output"}, paramLabel = "F", description = "The page. FILE's name with .html behind it, in this folder, if not said.")
    Path output;

    @Parameters(index = "0", paramLabel = "FILE", description = "A module, or a text that the back end takes.")
    Path file;

    @Override
    int run() throws IOException {
        Backends.Chosen chosen = one.chosen();
        List<String> stages = chosen.backend().stages().stream().filter(stage -> !stage.equals(OBJECT)).toList();
        if (stages.isEmpty()) throw CliException.usage(chosen.name() + " shows no stages of its pipeline");
        byte[] input = OneBackend.read(file);
        boolean wasm = input.length >= 4 && input[0] == 0 && input[1] == 'a';
        List<StagesPage.Function> functions = new ArrayList<>();
        try (Compiler compiler = one.compiler(chosen)) {
            WasmModule module = wasm ? WasmModule.parse(input) : null;
            WasmParts parts = wasm ? new WasmParts(input) : null;
            for (int f : wanted(module, input)) {
                Map<String, String> texts = new LinkedHashMap<>();
                if (wasm) texts.put("wasm", Disassembly.of(module, parts, f));
                for (String stage : stages) texts.put(stage, text(compiler, input, stage, f));
                functions.add(new StagesPage.Function(wasm ? f + " " + module.functionName(f) : nameOf(texts.get(stages.getFirst())), texts));
            }
        } catch (WasmException wrong) {
            throw new CliException(ExitCode.FAILED, file + ": " + wrong.getMessage());
        }
        Path page = output != null ? output : Path.of(file.getFileName() + ".html");
        Files.writeString(page, StagesPage.html(file.getFileName() + ", " + chosen.name(), functions));
        console().out.println(page + ": " + functions.size() + " functions, " + (wasm ? "wasm, " : "") + String.join(", ", stages));
        return ExitCode.OK.code();
    }

    /** A stage that a function does not reach says why, in its place. */
    private static String text(Compiler compiler, byte[] input, String stage, int function) {
        try {
            return new String(compiler.emitLocated(input, stage, function), StandardCharsets.UTF_8);
        } catch (BackendException e) {
            return e.getMessage();
        }
    }

    private List<Integer> wanted(WasmModule module, byte[] input) {
        int from = module == null ? 0 : module.importedFunctionCount();
        int to = module == null ? (int) new String(input, StandardCharsets.UTF_8).lines().filter(line -> line.startsWith("function")).count() : module.functionCount();
        if (function >= 0 && (function < from || function >= to)) throw CliException.usage("--function=" + function + ": there are " + from + " to " + (to - 1));
        if (function >= 0) return List.of(function);
        if (to - from > MOST) throw CliException.usage(file + " has " + (to - from) + " functions, and a page holds " + MOST + ": name one with --function=N");
        List<Integer> all = new ArrayList<>();
        for (int f = from; f < to; f++) all.add(f);
        return all;
    }

    private static String nameOf(String text) {
        int end = text.indexOf('(');
        return text.startsWith("function ") && end > 0 ? text.substring("function ".length(), end).strip() : text.lines().findFirst().orElse("");
    }
}
