package dev.backbench.exec.machine;

/**
 * Sizes fixed for a process, from system properties, so that a worker's command line records them.
 */
public final class Settings {
    /** {@code backbench.stack}: usable bytes of the stack that generated code runs on, per thread. */
    public static final long STACK = size("backbench.stack", 8L << 20, 64L << 10, 512L << 20);
    /** {@code backbench.memory}: bytes that all linear memories of one store may take together. */
    public static final long MEMORY = size("backbench.memory", 16L << 30, 0, Long.MAX_VALUE);
    /** {@code backbench.table}: elements a table may have. */
    public static final long TABLE = size("backbench.table", 10_000_000, 0, 1L << 28);
    /** {@code backbench.codeoffset}: bytes before the code in each mapping, a multiple of 64: a different layout for the same program. */
    public static final int CODE_OFFSET = (int) size("backbench.codeoffset", 0, 0, 1 << 20) & -64;

    private Settings() {}

    private static long size(String property, long otherwise, long least, long most) {
        long value = Long.getLong(property, otherwise);
        if (value < least || value > most) {
            throw new IllegalArgumentException("-D" + property + "=" + value + ": must lie between " + least + " and " + most);
        }
        return value;
    }
}
