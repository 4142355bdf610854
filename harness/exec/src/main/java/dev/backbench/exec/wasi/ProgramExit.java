package dev.backbench.exec.wasi;

/** What {@code proc_exit} throws to end the program. */
public final class ProgramExit extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;

    ProgramExit(int code) {
        super("exit code " + code, null, false, false);
        this.code = code;
    }

    public int code() {
        return code;
    }
}
