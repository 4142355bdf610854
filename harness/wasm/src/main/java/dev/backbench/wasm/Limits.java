package dev.backbench.wasm;

/**
 * Implementation limits, refused as {@link WasmException.Kind#LIMIT}. Those marked (JS API) are the numbers of the WebAssembly
 * JavaScript interface's "implementation-defined limits", which every producer already keeps to.
 */
public final class Limits {
    /** Offsets are ints. */
    public static final int MODULE_BYTES = 1 << 30;
    /** (JS API) */
    public static final int TYPES = 1_000_000;
    /** (JS API) */
    public static final int FUNCTIONS = 1_000_000;
    /** (JS API) */
    public static final int IMPORTS = 1_000_000;
    /** (JS API) */
    public static final int EXPORTS = 1_000_000;
    /** (JS API) */
    public static final int GLOBALS = 1_000_000;
    /** (JS API) */
    public static final int TABLES = 100_000;
    /** (JS API) */
    public static final int DATA_SEGMENTS = 100_000;
    /** (JS API) */
    public static final int ELEMENT_SEGMENTS = 10_000_000;
    /** (JS API) */
    public static final int SEGMENT_ELEMENTS = 10_000_000;
    /** (JS API) */
    public static final int PARAMETERS = 1_000;
    /** (JS API) */
    public static final int RESULTS = 1_000;
    /** (JS API) Parameters included. Four bytes declare any number of locals, so there must be one. */
    public static final int LOCALS = 50_000;
    /** (JS API) */
    public static final int BODY_BYTES = 7_654_321;
    /** (JS API) */
    public static final int BRANCH_TABLE = 65_520;
    /**
     * Operands that the calls, branches and blocks of one function check and move, where they have more than one: two bytes can move a thousand, so work and memory
     * would not be linear in the module's size. Real functions stay under a hundredth of it.
     */
    public static final int OPERANDS_MOVED = 20_000_000;

    private Limits() {}
}
