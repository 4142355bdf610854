package dev.backbench.spi.setup;

import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Something a back end needs that may have to be fetched into the user's cache. Nothing is ever installed system-wide.
 *
 * <p>{@code bench} prints what, how big and where to before it calls {@link #fetch}, and never calls it under {@code --offline}.
 */
public interface Requirement {
    /** Such as {@code libLLVM 20.1.7}. */
    String what();

    /** Approximate download in bytes. */
    long downloadBytes();

    /** Where it will lie. */
    Path where();

    boolean present();

    /** The command a user would type to do it by hand. */
    String byHand();

    /**
     * Fetches and unpacks; leaves nothing half done where {@link #present} would see it.
     *
     * @param progress for plain lines
     * @throws java.io.IOException with a message for the user
     */
    void fetch(PrintStream progress) throws java.io.IOException, InterruptedException;
}
