package dev.backbench.spi;

/** What a compile made: our {@link CodeImage}, or an engine's own form. Immutable. */
public interface Artifact {
    /** A form that {@link Compiler#deserialize} of the same version reads back, in any process. */
    byte[] serialize();

    /** Machine code without trap tables, unwind data and padding at the end; -1 if unknown. */
    long codeBytes();

    /** Constants beside the code; -1 if unknown. */
    long constantBytes();

    /** Functions for which code was emitted (inlined ones that vanished do not count); -1 if unknown. */
    int functionsEmitted();

    /** SHA-256 (hex) of the machine code with relocated fields zeroed: the same in every process. Null if unknown. */
    default String codeSha256() {
        byte[] code = normalizedCode();
        return code == null ? null : CodeImageFormat.sha256(code);
    }

    /** The bytes behind {@link #codeSha256}; null if unknown. */
    byte[] normalizedCode();
}
