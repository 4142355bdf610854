package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.UsageException;
import dev.backbench.core.store.StoreException;
import dev.backbench.spi.BackendException;
import dev.backbench.wasm.WasmException;
import dev.backbench.workloads.WorkloadException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code bench} command: what compiler back ends give for the time they take. */
@Command(name = "bench", versionProvider = Main.Version.class, mixinStandardHelpOptions = true, sortOptions = false,
    description = "What compiler back ends give for the time they take.", synopsisSubcommandLabel = "COMMAND",
    subcommands = {CompareCommand.class, DiffCommand.class, ReportCommand.class, BackendsCommand.class, WorkloadsCommand.class, RunCommand.class,
        CompileCommand.class, ExploreCommand.class, ConformanceCommand.class, FuzzCommand.class, ReduceCommand.class, DoctorCommand.class, SetupCommand.class, CleanCommand.class, TrialCommand.class, RehearseCommand.class},
    footer = {"", "'bench test' builds everything and runs its tests. 'bench COMMAND --help' tells the rest.",
        "Exit codes: 0 ok; 1 a wrong, crashed or timed-out cell; 2 usage; 3 nothing ran or a required back end is missing; 4 regression; 5 unsure; 130 interrupted."})
public final class Main implements Runnable {
    /** What a shell shows for a process that SIGPIPE ended, as with {@code bench … | head}. */
    private static final int READER_GONE = 141;

    final Console console;
    private final List<String> arguments;

    @Spec
    CommandSpec spec;

    Main(Console console, String... arguments) {
        this.console = console;
        this.arguments = List.of(arguments);
    }

    /** The command line after {@code ./bench}, as typed. */
    List<String> arguments() {
        return arguments;
    }

    public static void main(String[] arguments) {
        System.exit(execute(Console.system(), arguments));
    }

    static int execute(Console console, String... arguments) {
        CommandLine line = new CommandLine(new Main(console, arguments));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(120);
        line.setOut(new PrintWriter(console.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err, true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(console.colorOnOut() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler((error, given) -> usage(console, error));
        line.setExecutionExceptionHandler((error, command, result) -> failed(console, error));
        int code = line.execute(arguments);
        String lost = console.lost();
        if (lost != null && lost.contains("Broken pipe")) return READER_GONE;
        if (lost != null && code == ExitCode.OK.code()) {
            console.warn("standard output could not be written: " + lost);
            return ExitCode.FAILED.code();
        }
        return code;
    }

    /** The repository this runs from: the launcher says so. */
    static Path root() {
        return Path.of(System.getProperty("bench.root", "."));
    }

    private static int usage(Console console, ParameterException error) {
        CommandLine command = error.getCommandLine();
        console.warn(error.getMessage());
        // the whole usage would push the message off the screen
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(error, command.getErr())) console.warn("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE.code();
    }

    private static int failed(Console console, Exception error) {
        if (error instanceof CliException known) {
            console.warn(known.getMessage());
            return known.exit.code();
        }
        if (error instanceof UsageException wrong) {
            console.warn(wrong.getMessage());
            return wrong.code().code();
        }
        if (error instanceof WorkloadException) {
            console.warn(error.getMessage());
            return ExitCode.USAGE.code();
        }
        if (error instanceof InterruptedException) return ExitCode.INTERRUPTED.code();
        if (error instanceof IOException io) {
            console.warn(Errors.sentence(io));
            return ExitCode.NOTHING.code();
        }
        if (error instanceof BackendException || error instanceof WasmException || error instanceof StoreException) {
            console.warn(error.getMessage());
            return ExitCode.FAILED.code();
        }
        console.warn("this is a bug in bench; please report it with the lines below");
        error.printStackTrace(console.err);
        return ExitCode.FAILED.code();
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** What {@code --version} prints. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"backbench " + (version == null ? "(development)" : version) + ", JDK " + Runtime.version()};
        }
    }
}
