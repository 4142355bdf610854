package dev.backbench.qbe.il;

/** What a file of IL becomes, definition by definition, in the file's order. One that takes functions alone may be a lambda. */
@FunctionalInterface
public interface IlSink {
    /** A checked function; the sink may change it, and it is gone with the next one. */
    void function(Fn fn);

    /** A data object begins. {@code linkage.align()} is 0 where the file does not say. */
    default void beginData(int symbol, Linkage linkage) {}

    /** @param width 1, 2, 4 or 8 bytes of {@code bits} */
    default void dataNumber(int width, long bits) {}

    /** The eight bytes of a symbol's address plus {@code offset}. */
    default void dataAddress(int symbol, long offset) {}

    /** The bytes of a string, escapes resolved. */
    default void dataString(byte[] bytes) {}

    default void dataZeros(long count) {}

    default void endData() {}

    /** {@code dbgfile}: source positions refer to this file from here on. */
    default void debugFile(String name) {}
}
