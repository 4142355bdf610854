package dev.backbench.spi.abi;

/**
 * Routines of the runtime that generated code reaches through the instance record: slot {@code ordinal()} of the table at
 * {@link InstanceLayout#BUILTINS}. Append only: ordinals are part of compiled images. System V calls; all parameters i64 (i32 operands zero-extended),
 * the instance first. They trap by themselves.
 */
public enum Builtin {
    /** (instance, pages) -> old size in pages, or -1 as i32 */
    MEMORY_GROW(2),
    /** (instance, destination, source, length) */
    MEMORY_COPY(4),
    /** (instance, destination, byte, length) */
    MEMORY_FILL(4),
    /** (instance, segment, destination, source, length) */
    MEMORY_INIT(5),
    /** (instance, segment) */
    DATA_DROP(2),
    /** (instance, table, index) -> reference */
    TABLE_GET(3),
    /** (instance, table, index, reference) */
    TABLE_SET(4),
    /** (instance, table, reference, count) -> old size, or -1 as i32 */
    TABLE_GROW(4),
    /** (instance, table, index, reference, count) */
    TABLE_FILL(5),
    /** (instance, (destination table << 32 | source table), destination, source, length) */
    TABLE_COPY(5),
    /** (instance, (segment << 32 | table), destination, source, length) */
    TABLE_INIT(5),
    /** (instance, segment) */
    ELEM_DROP(2);

    private final int parameters;

    Builtin(int parameters) {
        this.parameters = parameters;
    }

    /** Parameters including the instance. */
    public int parameters() {
        return parameters;
    }
}
