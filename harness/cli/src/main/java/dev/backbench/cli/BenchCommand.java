package dev.backbench.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share: the streams, and the options about what is said. */
abstract class BenchCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Option(names = {"-q", "--quiet"}, order = 900, description = "Say nothing but results, warnings and errors.")
    boolean quiet;

    @Option(names = "--no-color", order = 901, description = "No colour, even on a terminal (so does NO_COLOR).")
    boolean noColor;

    /** The {@code bench} command that this one is below, directly or not. */
    Main main() {
        return (Main) spec.root().userObject();
    }

    @Option(names = {"-h", "--help"}, usageHelp = true, order = 902, description = "Show this.")
    boolean help;

    Console console() {
        return main().console;
    }

    @Override
    public final Integer call() throws Exception {
        if (quiet) console().quiet();
        if (noColor) console().noColor();
        return run();
    }

    /** @return one of {@link Exit} */
    abstract int run() throws Exception;
}
