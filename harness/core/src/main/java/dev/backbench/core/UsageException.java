package dev.backbench.core;

/** The user asked for something that is not there or contradicts itself; the message says what, and how to go on. Exit code 2 unless said. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode code;

    public UsageException(String message) {
        this(message, ExitCode.USAGE);
    }

    public UsageException(String message, ExitCode code) {
        super(message);
        this.code = code;
    }

    public ExitCode code() {
        return code;
    }
}
