package dev.backbench.cli;

import com.sun.management.ThreadMXBean;
import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.reports.Grid;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.WasmException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "compile", sortOptions = false, abbreviateSynopsis = true,
    description = {"Compile a module and say what came of it, or show a stage of the pipeline.",
        "Without --emit: sizes and the time of each phase of this one compile (no measurement), and with -o the code in the back end's serialised form.",
        "With --time-passes: each phase's time, by instruction of the back end's IR where it counts them, and what it allocated.",
        "With --repeat=N: of the fastest of N compiles, so that a JVM has warmed up, with what it allocated."})
final class CompileCommand extends BenchCommand {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Mixin
    OneBackend one;

    @Option(names = {"--emit", "--dump"}, paramLabel = "STAGE", description = "ir, asm, obj, or a pass's name for the IL after it; an unknown name lists what the back end shows.")
    String stage;

    @Option(names = "--time-passes", description = "The time of each phase, and what it allocated on the Java heap.")
    boolean timePasses;

    @Option(names = "--function", paramLabel = "N", description = "Only this one, by its index in the module or text; all if not said. With --emit or --time-passes.")
    int function = -1;

    @Option(names = "--repeat", paramLabel = "N", description = "Compile it N times and show the fastest.")
    int repeat = 1;

    @Option(names = {"-o", "--output"}, paramLabel = "F", description = "Write to this file, not to standard output.")
    Path output;

    @Parameters(index = "0", paramLabel = "FILE", description = "The module.")
    Path file;

    @Override
    int run() throws IOException {
        Backends.Chosen chosen = one.chosen();
        byte[] input = OneBackend.read(file);
        List<String> stages = chosen.backend().stages();
        if (stage != null && stages.isEmpty()) throw CliException.usage(chosen.name() + " shows no stages of its pipeline");
        if (stage != null && !stages.contains(stage)) throw PlanArguments.unknown("stage of " + chosen.name() + " named", stage, stages);
        if (stage != null && timePasses) throw CliException.usage("--time-passes times a whole compile: leave out --emit=" + stage);
        if (timePasses && output != null) throw CliException.usage("--time-passes makes a table, on standard output: leave out -o");
        if (stage == null && !timePasses && function >= 0) throw CliException.usage("--function=" + function + " goes with --emit=STAGE or --time-passes: alone, a whole module is compiled");
        // IL has no machine code of its own form: an object is what comes of it
        if (stage == null && !timePasses && file.toString().endsWith(".ssa") && stages.contains("obj")) {
            if (output == null) throw CliException.usage(file + " gives an object: name a file for it with -o, or a stage with --emit: " + String.join(", ", stages));
            stage = "obj";
        }
        try (Compiler compiler = one.compiler(chosen)) {
            if (timePasses) console().out.print(new PassTimes(compiler, input, function, repeat).table(chosen.name(), file.getFileName().toString()));
            else if (stage == null) describe(chosen.name(), compiler, input);
            else deliver(compiler.emit(file.toString(), input, stage, function));
        } catch (WasmException wrong) {
            throw new CliException(ExitCode.FAILED, file + ": " + wrong.getMessage());
        }
        return ExitCode.OK.code();
    }

    private void describe(String name, Compiler compiler, byte[] input) throws IOException {
        PhaseClock clock = null;
        Artifact artifact = null;
        long whole = Long.MAX_VALUE, allocated = 0, told = 0;
        for (int i = 0; i < Math.max(1, repeat); i++) {
            compiler.prepare(input);
            PhaseClock now = PhaseClock.running();
            long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes(), begin = System.nanoTime();
            artifact = compiler.compile(input, now);
            compiler.link(artifact, now).close();
            now.leave();
            long took = System.nanoTime() - begin;
            if (took >= whole) continue;
            whole = took;
            allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
            clock = now;
        }
        Grid grid = new Grid(2, name, file.getFileName().toString());
        grid.add("module", input.length + " bytes");
        grid.add("machine code", known(artifact.codeBytes(), " bytes"));
        grid.add("constants", known(artifact.constantBytes(), " bytes"));
        grid.add("functions emitted", known(artifact.functionsEmitted(), ""));
        for (Map.Entry<String, Long> phase : clock.nanos().entrySet()) {
            grid.add(phase.getKey(), milliseconds(phase.getValue()));
            told += phase.getValue();
        }
        grid.add("other", milliseconds(whole - told));
        grid.add("in all", milliseconds(whole) + (repeat > 1 ? ", the fastest of " + repeat : " in this fresh process"));
        if (repeat > 1) grid.add("allocated", allocated + " bytes on the Java heap");
        console().out.print(grid.text());
        if (output != null) Files.write(output, artifact.serialize());
    }

    private void deliver(byte[] content) throws IOException {
        if (output != null) {
            Files.write(output, content);
            return;
        }
        boolean binary = false;
        for (int i = 0; i < Math.min(content.length, 512); i++) binary |= content[i] == 0;
        if (binary && console().outIsTerminal()) throw CliException.usage(stage + " is binary: name a file with -o, or send it to one");
        console().out.write(content);
        console().out.flush();
    }

    private static String known(long value, String unit) {
        return value < 0 ? "unknown" : value + unit;
    }

    private static String milliseconds(long nanos) {
        return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
