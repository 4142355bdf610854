package dev.backbench.spi.filetest;

import java.util.List;

/** A text that was read; functions by their place in it, from 0. */
public interface Filetest extends AutoCloseable {
    /**
     * A rule that a function breaks.
     *
     * @param line of the entity it is about
     */
    record Finding(int line, String message) {}

    /** What became of an invocation: passed, failed or a feature that is not there. */
    record Execution(Kind kind, String message) {
        public enum Kind { PASSED, FAILED, UNSUPPORTED }
    }

    int functions();

    /** The line its text begins on, from 1. */
    int firstLine(int function);

    /** In the same syntax. */
    String print(int function);

    /** The line of the last thing declared at or above {@code line}: what a comment there is about. */
    int anchor(int function, int line);

    /** The block that holds the instruction of that line, -1 where there is none. */
    int blockAt(int function, int line);

    /**
     * @param target a machine, such as {@code x86_64}; null where none is meant, and what depends on it is not checked
     * @param settings as {@code name} or {@code name=value}
     */
    List<Finding> verify(int function, String target, List<String> settings);

    /** For Graphviz. */
    String controlFlow(int function);

    /** The postorder and the dominator tree. */
    String dominators(int function);

    /** After the mid-end; values that another one stands for as aliases. */
    String optimized(int function);

    /** Whether machine code comes of it, after the mid-end where the settings ask for it; no matter what code. @param settings as in {@link #verify} */
    Execution compile(int function, List<String> settings);

    /** Executes {@code %f(1, 2) == 3}, or without a comparison just executes. @param function the one the line stands behind @param settings as in {@link #verify} */
    Execution run(int function, String invocation, List<String> settings);

    /** The same, compiled, on this machine; all functions are compiled the first time. */
    Execution compileAndRun(int function, String invocation, List<String> settings);

    /** Machine code goes. */
    @Override
    void close();
}
