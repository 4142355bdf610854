package dev.backbench.spi;

import java.nio.file.Path;
import java.util.LinkedHashSet;
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
 * @param file what {@code engine=PATH} and {@code cmd=FILE} name; null for every other back end
 */
public record CompileOptions(String level, int threads, String isa, Bounds bounds, Set<String> extra, String version, Path file) {
    public enum Bounds { GUARD, EXPLICIT }

    public CompileOptions(String level, int threads, String isa, Bounds bounds, Set<String> extra, String version) {
        this(level, threads, isa, bounds, extra, version, null);
    }

    public static CompileOptions of(String level) {
        return new CompileOptions(level, 1, "x86_64", Bounds.GUARD, Set.of(), null);
    }

    /** The same without one of the extras. */
    public CompileOptions without(String option) {
        Set<String> rest = new LinkedHashSet<>(extra);
        rest.remove(option);
        return new CompileOptions(level, threads, isa, bounds, rest, version, file);
    }
}
