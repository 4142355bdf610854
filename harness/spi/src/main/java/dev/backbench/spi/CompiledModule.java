package dev.backbench.spi;

/** A module whose code is callable: every defined function's final code is in executable memory. */
public interface CompiledModule extends AutoCloseable {
    /**
     * Runs it once as a WASI command ({@code _start}) in a fresh instance.
     *
     * @throws Trap it trapped
     * @throws LinkException an import is not known
     */
    ProgramResult run(ProgramConfig config);

    @Override
    void close();
}
