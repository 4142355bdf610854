package dev.backbench.core;

/** What {@code bench} ends with. */
public enum ExitCode {
    OK(0),
    /** a wrong, crashed or timed-out cell */
    FAILED(1),
    USAGE(2),
    /** nothing ran, or a back end that {@code --require} names is missing */
    NOTHING(3),
    REGRESSION(4),
    UNSURE(5),
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
