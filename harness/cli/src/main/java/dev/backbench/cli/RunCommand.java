package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.wasm.WasmException;
import java.io.IOException;
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

@Command(name = "run", sortOptions = false, abbreviateSynopsis = true,
    description = {"Compile a WASI program with a back end and run it once. Its exit code is passed through; a trap is told on standard error and exits with 134.",
        "Example: bench run --backend=gcc:O2 --dir=. program.wasm -- --its-option"})
final class RunCommand extends BenchCommand {
    /** What a shell shows for a process that aborted. */
    static final int TRAPPED = 134;

    @Mixin
    OneBackend one;

    @Option(names = "--dir", paramLabel = "DIR", description = "The one folder the program may touch, which it sees as '.'; none if not said.")
    Path dir;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "A variable of its environment, which is empty otherwise.")
    Map<String, String> environment = new LinkedHashMap<>();

    @Parameters(index = "0", paramLabel = "FILE.wasm", description = "The program.")
    Path file;

    @Parameters(index = "1..*", paramLabel = "ARGS", description = "Its arguments, after '--'.")
    List<String> arguments = new ArrayList<>();

    @Override
    int run() throws IOException {
        if (dir != null && !Files.isDirectory(dir)) throw CliException.usage("--dir=" + dir + ": there is no such folder");
        Backends.Chosen chosen = one.chosen();
        byte[] wasm = OneBackend.read(file);
        List<String> argv = new ArrayList<>(List.of(file.getFileName().toString()));
        argv.addAll(arguments);
        ProgramConfig config = new ProgramConfig(argv, environment, dir, System.in, console().out, console().err);
        try (Compiler compiler = one.compiler(chosen)) {
            compiler.checkProgram(wasm);
            try (CompiledModule module = compiler.link(compiler.compile(wasm, PhaseClock.OFF), PhaseClock.OFF)) {
                ProgramResult result = module.run(config);
                console().out.flush();
                return result.exitCode() & 0xff;
            }
        } catch (Trap trap) {
            console().out.flush();
            console().warn("trap: " + trap.getMessage());
            return TRAPPED;
        } catch (LinkException | WasmException wrong) {
            throw new CliException(ExitCode.FAILED, file + ": " + wrong.getMessage());
        }
    }
}
