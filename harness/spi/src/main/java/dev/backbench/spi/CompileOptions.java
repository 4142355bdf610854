package dev.backbench.spi;

import java.util.Set;

/**
 * Options common to all back ends.
 *
 * @param level one of {@link Backend#levels}
 * @param threads compiling threads, 1 unless asked
 * @param isa target, such as {@code x86_64}
 * @param bounds how linear memory accesses are checked
 * @param extra back-end options given after {@code +}
 * @param version of the back end, given after {@code @}; null for its usual one
 */
public record CompileOptions(String level, int threads, String isa, Bounds bounds, Set<String> extra, String version) {
    public enum Bounds { GUARD, EXPLICIT }

    public static CompileOptions of(String level) {
        return new CompileOptions(level, 1, "x86_64", Bounds.GUARD, Set.of(), null);
    }
}
