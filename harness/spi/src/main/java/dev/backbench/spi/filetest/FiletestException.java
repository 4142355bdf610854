package dev.backbench.spi.filetest;

/** A text that cannot be read. */
public final class FiletestException extends Exception {
    private static final long serialVersionUID = 1;
    /** Both from 1. */
    public final int line, column;

    public FiletestException(int line, int column, String message) {
        super(line + ":" + column + ": " + message);
        this.line = line;
        this.column = column;
    }
}
