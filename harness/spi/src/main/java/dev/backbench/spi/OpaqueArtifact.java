package dev.backbench.spi;

/** What an engine keeps to itself: nothing is known about the code, and there is no serialised form. */
public abstract class OpaqueArtifact implements Artifact {
    private final String owner;

    /** @param owner who keeps it, for messages */
    protected OpaqueArtifact(String owner) {
        this.owner = owner;
    }

    @Override
    public byte[] serialize() {
        throw noSerialisedForm(owner);
    }

    /** For {@link Compiler#deserialize} of the same engines. */
    public static BackendException noSerialisedForm(String owner) {
        return new BackendException(owner + " gives compiled modules no serialised form");
    }

    @Override
    public long codeBytes() {
        return -1;
    }

    @Override
    public long constantBytes() {
        return -1;
    }

    @Override
    public int functionsEmitted() {
        return -1;
    }

    @Override
    public byte[] normalizedCode() {
        return null;
    }
}
