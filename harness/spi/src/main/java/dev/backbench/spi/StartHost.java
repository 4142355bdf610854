package dev.backbench.spi;

import java.util.List;

/**
 * A program without a JVM that starts a back end's modules, so that a cold start of a native engine is charged with that engine only. {@code docs/cold-start.md} has its
 * protocol: it is given a file of starts to perform, one a line, and reports times of {@code CLOCK_MONOTONIC} on file descriptor 3.
 */
public interface StartHost {
    /** What kind of program, one word for tables: {@code native}, {@code node}. */
    String kind();

    /**
     * Makes it if it is not there yet, in the user's cache.
     *
     * @return its command; the file of starts is added as the last word
     * @throws BackendException it cannot be had here; the message says why and what to do
     */
    List<String> command();
}
