package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import java.io.OutputStream;
import java.io.PrintStream;
import picocli.CommandLine.Command;

/** Walks through what every command loads, for the launcher to record into its start-up cache. */
@Command(name = "rehearse", hidden = true, description = "Load what commands load, so that the start-up cache holds it.")
final class RehearseCommand extends BenchCommand {
    private static final String[][] SCRIPT = {{"--help"}, {"backends"}, {"doctor"}};

    @Override
    int run() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        for (String[] line : SCRIPT) Main.execute(new Console(nowhere, nowhere, true, true), line);
        return ExitCode.OK.code();
    }
}
