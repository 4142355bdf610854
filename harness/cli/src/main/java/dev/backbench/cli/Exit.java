package dev.backbench.cli;

/** Exit codes, the same for every command. */
final class Exit {
    static final int OK = 0;
    /** A wrong, crashed or timed-out cell; a failed conformance command. */
    static final int FAILED = 1;
    static final int USAGE = 2;
    /** Nothing ran, or what {@code --require} names is missing. */
    static final int NOTHING_RAN = 3;
    static final int REGRESSION = 4;
    static final int UNSURE = 5;
    static final int INTERRUPTED = 130;
    /** A Wasm trap under {@code bench run}: what a shell shows for a process that aborted. */
    static final int TRAPPED = 134;

    private Exit() {}
}
