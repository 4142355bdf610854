package dev.backbench.spi.filetest;

/**
 * What an adapter offers upstream's tests of its text form besides compiling: reading, printing, verifying, interpreting. Found with {@link java.util.ServiceLoader}, apart from
 * {@link dev.backbench.spi.Backend}, because these tests mean something before anything compiles.
 */
public interface FiletestTool {
    /** Name of the back end it belongs to, such as {@code cranelift-port}. */
    String backend();

    /** The text form: {@code clif}. */
    String form();

    /** @throws FiletestException the text is not of that form */
    Filetest open(byte[] text) throws FiletestException;
}
