package dev.backbench.spi;

/** Compiles modules, one after another, on one thread. Nothing derived from a module's bytes survives into the next compile. */
public interface Compiler extends AutoCloseable {
    /**
     * Takes in what {@link #compile} is given next, where that is no part of compiling: reads an IR's text, which no front end would write; hands bytes over to another process; lets go of the
     * module before. It is not timed as compiling; a binary form is read inside {@link #compile}. {@link #compile} does it itself where nobody asked for it.
     *
     * @throws BackendException it cannot be read, or is not valid
     */
    default void prepare(byte[] input) {}

    /**
     * Validates and compiles a whole module: nothing is left for a first call.
     *
     * @param wasm the module; not written, not kept
     * @param clock {@link PhaseClock#OFF} for headline figures
     * @throws dev.backbench.wasm.WasmException the module is malformed, invalid or uses an unsupported feature
     * @throws BackendException the back end failed
     */
    Artifact compile(byte[] wasm, PhaseClock clock);

    /**
     * Asks before a long compile whether {@link CompiledModule#run} could start the module at all, where that is known without compiling; a back end that cannot tell
     * accepts everything.
     *
     * @throws LinkException an import is not one that programs are given
     * @throws BackendException it is not a command
     * @throws dev.backbench.wasm.WasmException what is outside the bodies is malformed, invalid or unsupported
     */
    default void checkProgram(byte[] wasm) {}

    /** Makes compiled code callable on this host. Throughput counts {@code compile} and {@code link}. */
    CompiledModule link(Artifact artifact, PhaseClock clock);

    /** The inverse of {@link Artifact#serialize}. */
    Artifact deserialize(byte[] serialized);

    /** A fresh world of instances that can import from each other. */
    Store newStore();

    /**
     * One of {@link Backend#stages} of a module, as text (UTF-8) or bytes.
     *
     * @param function index in the function index space, or -1 for all
     */
    default byte[] emit(byte[] input, String stage, int function) {
        throw new BackendException("no stage '" + stage + "'");
    }

    /** The same of a file, which messages about a place in its text name. */
    default byte[] emit(String file, byte[] input, String stage, int function) {
        return emit(input, stage, function);
    }

    /**
     * The same as text for {@code bench explore}: where the back end knows it, a line shows the place in the input that it comes from, an offset in a module or a line of a text, as
     * {@code @} and hexadecimal digits: first in the line, or last.
     */
    default byte[] emitLocated(byte[] input, String stage, int function) {
        return emit(input, stage, function);
    }

    /**
     * Compiles one function alone and throws its code away: to look at the time of its phases.
     *
     * @param function index in the function index space, or in the text
     */
    default void compileFunction(byte[] input, int function, PhaseClock clock) {
        throw new BackendException("it compiles whole modules only");
    }

    /** Instructions of the back end's own IR as it comes out of translation; -1 where it cannot tell. @param function as for {@link #emit} */
    default long instructions(byte[] input, int function) {
        return -1;
    }

    /** CPU time so far, in nanoseconds, of processes this compiler keeps alive beside the worker: part of what a compile costs. */
    default long companionCpu() {
        return 0;
    }

    /** Peak resident bytes of those processes. */
    default long companionPeakBytes() {
        return 0;
    }

    @Override
    void close();
}
