package dev.backbench.qbe.il;

/** IL that is not accepted: file, line and column (from 1), and what is wrong. */
public final class IlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line, column;

    public IlException(String file, int line, int column, String what) {
        super(file + ":" + line + ":" + column + ": " + what);
        this.line = line;
        this.column = column;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }
}
