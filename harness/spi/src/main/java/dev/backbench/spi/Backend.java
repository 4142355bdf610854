package dev.backbench.spi;

import dev.backbench.spi.setup.Requirement;
import java.util.List;
import java.util.Set;

/**
 * A compiler back end as the experiment sees it; found with {@link java.util.ServiceLoader}. Constructing one and asking about it is cheap and
 * loads no library: that waits for {@link #newCompiler}.
 */
public interface Backend {
    /** Lower-case name without {@code @ : + , /}, such as {@code llvm}. */
    String id();

    /** One line for {@code bench backends}. */
    String summary();

    /** Levels in rising order of effort, such as {@code O0 O1 O2}; never empty, {@code default} where there is only one. */
    default List<String> levels() {
        return List.of("default");
    }

    /** The level a bare name means; the last unless said. */
    default String defaultLevel() {
        return levels().getLast();
    }

    /** Levels that take part when the user names no backends at all; empty for an oracle. */
    default List<String> comparedByDefault() {
        return List.of(defaultLevel());
    }

    /** Options accepted after {@code +}, beyond those common to all. */
    default Set<String> options() {
        return Set.of();
    }

    /** Input forms: {@code wasm}, {@code clif}, {@code ssa}, {@code js}, … */
    default Set<String> inputs() {
        return Set.of("wasm");
    }

    /** Stages that {@link Compiler#emit} can show, in pipeline order: {@code ir}, {@code asm}, {@code obj}, … */
    default List<String> stages() {
        return List.of();
    }

    /** Whether it is named with a file, as in {@code engine=PATH}; the file arrives in {@link CompileOptions#file}. */
    default boolean takesFile() {
        return false;
    }

    /** Whether it runs commands, and takes them into an image of their own where {@code +in=container} asks; the option arrives in {@link CompileOptions#extra}. */
    default boolean runsInContainer() {
        return false;
    }

    /**
     * What its worker runs in where {@code +in=container} or a cold start in a container asks for one; null if it cannot. The worker itself is not given the option;
     * {@link #available(CompileOptions)} and {@link #ledger} are, and speak of what is in the image.
     */
    default Containers.Image image(CompileOptions options) {
        return runsInContainer() ? null : Containers.BARE;
    }

    /** Whether compile time is paid lazily or again later, so that compile cells are {@code tiered}. */
    default boolean tiered() {
        return false;
    }

    /** Whether this process's JVM executes the compiler, so that warm-up is part of its story. */
    default boolean javaHosted() {
        return false;
    }

    /** What must be on this machine beyond the JDK, and how it gets there. */
    default List<Requirement> requirements() {
        return List.of();
    }

    /** The same for the version named after {@code @}; only called where {@link #versioned}. */
    default List<Requirement> requirements(String version) {
        return requirements();
    }

    /** Whether several versions can be named side by side, as in {@code id@1.2.3}. */
    default boolean versioned() {
        return false;
    }

    /** Whether compilers can be made here and now; must not throw and must not download. */
    Availability available();

    /** The same for the version named after {@code @}; only called where {@link #versioned}. */
    default Availability available(String version) {
        return available();
    }

    /** The same for all that the user asked for: a file that may be missing, a container that nobody can start. */
    default Availability available(CompileOptions options) {
        return options.version() == null ? available() : available(options.version());
    }

    /** How it works under {@code options}: printed under every table. Only called when available. */
    Ledger ledger(CompileOptions options);

    /**
     * @throws BackendException when the options cannot be served
     */
    Compiler newCompiler(CompileOptions options);

    /** Whether {@link Artifact#serialize} and {@link Compiler#deserialize} work under {@code options}, so that programs start precompiled. */
    default boolean serialises(CompileOptions options) {
        return false;
    }

    /** What links and runs serialised modules and need not be able to compile; only called where {@link #serialises}. */
    default Compiler newLoader(CompileOptions options) {
        return newCompiler(options);
    }

    /** What starts its modules without a JVM; null if a JVM is part of the back end, as it is of all that read Wasm with our own decoder. Cheap: makes nothing. */
    default StartHost startHost(CompileOptions options) {
        return null;
    }
}
