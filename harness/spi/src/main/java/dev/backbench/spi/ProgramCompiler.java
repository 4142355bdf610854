package dev.backbench.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A compiler whose modules only run as whole programs, elsewhere: nothing of one can be kept, and no function called by itself. */
public abstract class ProgramCompiler implements Compiler {
    /** For messages. */
    protected final String owner;

    protected ProgramCompiler(String owner) {
        this.owner = owner;
    }

    @Override
    public Artifact deserialize(byte[] serialized) {
        throw OpaqueArtifact.noSerialisedForm(owner);
    }

    @Override
    public final Store newStore() {
        throw new BackendException(owner + " runs whole programs, not single functions");
    }

    /** Puts a program's standard input, which is not closed, into a file; null is an empty one. */
    public static void writeInput(Path file, InputStream in) throws IOException {
        try (OutputStream to = Files.newOutputStream(file)) {
            if (in != null) in.transferTo(to);
        }
    }

    /** Hands on what a program printed into a file, if it made one and anybody listens. */
    public static void readOutput(Path file, OutputStream to) throws IOException {
        if (to != null && Files.exists(file)) Files.copy(file, to);
    }
}
