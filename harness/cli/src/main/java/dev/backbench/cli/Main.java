package dev.backbench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code bench} command: what compiler back ends give for the time they take. */
@Command(name = "bench", versionProvider = Main.Version.class, mixinStandardHelpOptions = true, sortOptions = false,
    description = "What compiler back ends give for the time they take.", synopsisSubcommandLabel = "COMMAND",
    subcommands = {BackendsCommand.class, DoctorCommand.class, SetupCommand.class, CleanCommand.class, RehearseCommand.class},
    footer = {"", "'bench test' builds everything and runs its tests. 'bench COMMAND --help' tells the rest.",
        "Exit codes: 0 ok; 1 a wrong, crashed or timed-out cell; 2 usage; 3 nothing ran or a required back end is missing; 4 regression; 5 unsure; 130 interrupted."})
public final class Main implements Runnable {
    final Console console;

    @Spec
    CommandSpec spec;

    /** Read by the launcher, which must not use the network while it builds; here so that it is accepted everywhere. */
    @Option(names = "--offline", hidden = true, scope = CommandLine.ScopeType.LOCAL)
    boolean offline;

    Main(Console console) {
        this.console = console;
    }

    public static void main(String[] arguments) {
        System.exit(execute(Console.system(), arguments));
    }

    static int execute(Console console, String... arguments) {
        CommandLine line = new CommandLine(new Main(console));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpWidth(120);
        line.setOut(new PrintWriter(console.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(console.err, true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(console.colorOnOut() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler((error, given) -> usage(console, error));
        line.setExecutionExceptionHandler((error, command, result) -> failed(console, error));
        int code = line.execute(arguments);
        console.out.flush();
        if (console.out.checkError() && code == Exit.OK) {
            console.warn("standard output could not be written (is the disk full, or its reader gone?)");
            return Exit.FAILED;
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
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(error, command.getErr())) command.usage(command.getErr());
        return Exit.USAGE;
    }

    private static int failed(Console console, Exception error) {
        if (error instanceof CliException known) {
            console.warn(known.getMessage());
            return known.exitCode;
        }
        if (error instanceof InterruptedException) return Exit.INTERRUPTED;
        if (error instanceof IOException io) {
            console.warn(Errors.sentence(io));
            return Exit.NOTHING_RAN;
        }
        if (error instanceof dev.backbench.spi.BackendException || error instanceof dev.backbench.wasm.WasmException) {
            console.warn(error.getMessage());
            return Exit.FAILED;
        }
        console.warn("this is a bug in bench; please report it with the lines below");
        error.printStackTrace(console.err);
        return Exit.FAILED;
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
