package dev.backbench.qbe.il;

/** What a file of IL becomes, definition by definition, in the file's order. */
public interface IlSink {
    /** A checked function; the sink may change it, and it is gone with the next one. */
    void function(Fn fn);

    /** A data object begins. {@code linkage.align()} is 0 where the file does not say. */
    void beginData(int symbol, Linkage linkage);

    /** @param width 1, 2, 4 or 8 bytes of {@code bits} */
    void dataNumber(int width, long bits);

    /** @param width 4 or 8 bytes */
    void dataAddress(int width, int symbol, long offset);

    /** The bytes of a string, escapes resolved. */
    void dataString(byte[] bytes);

    void dataZeros(long count);

    void endData();

    /** {@code dbgfile}: source positions refer to this file from here on. */
    void debugFile(String name);
}
