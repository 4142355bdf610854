package dev.backbench.cli;

import dev.backbench.core.ExitCode;

/** Ends the command with a sentence for the user (what, where, how to go on) and an exit code; never a stack trace. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    final ExitCode exit;

    CliException(ExitCode exit, String message) {
        super(message);
        this.exit = exit;
    }

    /** The command line is wrong. */
    static CliException usage(String message) {
        return new CliException(ExitCode.USAGE, message);
    }
}
