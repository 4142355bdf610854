package dev.backbench.core;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import java.util.List;

/** Command lines for the user to type again, quoted for a POSIX shell. */
public final class Commands {
    private static final List<String> KEPT = List.of("--timeout", "--threads", "--cpu");

    private Commands() {}

    /**
     * Repeats one cell alone.
     *
     * @param workload what finds it: its name if the catalogue knows it, otherwise its file
     * @param argv of the run that it is from, whose limits hold
     */
    public static String trial(String backend, String workload, Measure measure, String regime, List<String> argv) {
        StringBuilder command = new StringBuilder("./bench trial --backend=").append(quote(backend)).append(" --workload=").append(quote(workload)).append(" --measure=")
                .append(measure.label());
        if (measure == Measure.COLD && !regime.equals(Regime.PROCESS_COMPILED)) command.append(" --cold=").append(regime);
        for (int i = 0; i < argv.size(); i++) {
            String argument = argv.get(i);
            if (KEPT.stream().noneMatch(option -> argument.equals(option) || argument.startsWith(option + '='))) continue;
            command.append(' ').append(quote(argument));
            // its value may be an argument of its own
            if (argument.indexOf('=') < 0 && i + 1 < argv.size()) command.append(' ').append(quote(argv.get(++i)));
        }
        return command.toString();
    }

    /** The command line as given. */
    public static String given(List<String> argv) {
        StringBuilder command = new StringBuilder("./bench");
        for (String argument : argv) command.append(' ').append(quote(argument));
        return command.toString();
    }

    /** The command line as given, with the seed it drew. */
    static String repeat(List<String> argv, long seed) {
        StringBuilder command = new StringBuilder("./bench");
        boolean seeded = false;
        for (String argument : argv) {
            if (argument.equals("--resume")) continue;
            seeded |= argument.startsWith("--seed");
            command.append(' ').append(quote(argument));
        }
        return seeded ? command.toString() : command.append(" --seed=").append(seed).toString();
    }

    private static String quote(String argument) {
        return argument.matches("[A-Za-z0-9_@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
