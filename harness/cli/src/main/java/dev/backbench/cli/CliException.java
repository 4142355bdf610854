package dev.backbench.cli;

/** Ends the command with a sentence for the user (what, where, how to go on) and an exit code; never a stack trace. */
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    final int exitCode;

    private CliException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The command line is wrong. */
    static CliException usage(String message) {
        return new CliException(Exit.USAGE, message);
    }

    /** What was asked for cannot be had here. */
    static CliException nothing(String message) {
        return new CliException(Exit.NOTHING_RAN, message);
    }

    static CliException failed(String message) {
        return new CliException(Exit.FAILED, message);
    }
}
