package dev.backbench.exec.process;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;

/** A compiler that is commands: what one module became lies in a folder of its own until the module is closed, or another is compiled before it was linked. */
public abstract class ProcessCompiler extends ProgramCompiler {
    private final String install;
    protected final Place place;
    private Made unlinked;

    /**
     * @param owner for messages
     * @param install what to type if a command cannot be started; null if nobody knows
     * @param place where commands run; closed with this compiler
     */
    protected ProcessCompiler(String owner, String install, Place place) {
        super(owner);
        this.install = install;
        this.place = place;
    }

    /** Makes a program of the input in {@code process}'s folder. */
    protected abstract void compile(byte[] input, ProgramProcess process);

    /** Runs what {@link #compile(byte[], ProgramProcess)} made. */
    protected abstract ProgramResult run(ProgramProcess process, ProgramConfig config);

    private static final class Made extends OpaqueArtifact {
        private final ProgramProcess process;

        Made(String owner, ProgramProcess process) {
            super(owner);
            this.process = process;
        }
    }

    @Override
    public final Artifact compile(byte[] input, PhaseClock clock) {
        if (unlinked != null) unlinked.process.close();
        unlinked = null;
        ProgramProcess process = new ProgramProcess(owner, place, install);
        try {
            compile(input, process);
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
        unlinked = new Made(owner, process);
        return unlinked;
    }

    @Override
    public final CompiledModule link(Artifact artifact, PhaseClock clock) {
        if (artifact != unlinked) throw new BackendException(owner + " has linked this module already, or has gone on to another one");
        ProgramProcess process = unlinked.process;
        unlinked = null;
        return new CompiledModule() {
            @Override
            public ProgramResult run(ProgramConfig config) {
                return ProcessCompiler.this.run(process, config);
            }

            @Override
            public void close() {
                process.close();
            }
        };
    }

    @Override
    public long companionCpu() {
        return place.companionCpu();
    }

    @Override
    public long companionPeakBytes() {
        return place.companionPeakBytes();
    }

    @Override
    public void close() {
        if (unlinked != null) unlinked.process.close();
        unlinked = null;
        place.close();
    }
}
