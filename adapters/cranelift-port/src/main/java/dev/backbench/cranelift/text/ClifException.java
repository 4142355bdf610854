package dev.backbench.cranelift.text;

/** A text that is not CLIF: where, and what was expected there. */
public final class ClifException extends Exception {
    private static final long serialVersionUID = 1;
    /** Both from 1; the column in bytes. */
    public final int line, column;
    /** The message without the place. */
    public final String what;

    public ClifException(int line, int column, String what) {
        super(line + ":" + column + ": " + what);
        this.line = line;
        this.column = column;
        this.what = what;
    }
}
