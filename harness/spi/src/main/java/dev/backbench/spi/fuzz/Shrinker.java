package dev.backbench.spi.fuzz;

import java.util.List;

/**
 * Ways to make an input of one form smaller, for reducers. A pass is a row of steps that do not depend on each other; a reducer takes ranges of them and keeps what still fails. Every step taken
 * leaves fewer steps or a simpler input, so that taking them ends. Found with {@link java.util.ServiceLoader}.
 */
public interface Shrinker {
    /** The form, such as {@code clif}. */
    String form();

    /** By name; those that take most away first. */
    List<String> passes();

    /** @return how many steps that pass has on the input */
    int steps(String pass, byte[] input);

    /** @return the input after steps {@code [from, to)} of those it has; null where that is no valid input of the form, or the same */
    byte[] apply(String pass, byte[] input, int from, int to);
}
