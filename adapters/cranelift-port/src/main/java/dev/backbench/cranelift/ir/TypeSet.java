package dev.backbench.cranelift.ir;

/**
 * A set of types: integer widths, float widths and lane counts (plain and dynamic), each a mask over log2.
 *
 * @param ints bit k: integers of 2^k bits @param floats likewise @param lanes bit k: 2^k lanes; bit 0 is a scalar @param dynamic likewise for dynamic vectors
 */
public record TypeSet(String name, int ints, int floats, int lanes, int dynamic) {
    private static final int ALL_INTS = 0xf8, ALL_FLOATS = 0xf0, ALL_LANES = 0x1ff, VECTORS = 0x1fe, SCALAR = 1;

    static final TypeSet
        INT = new TypeSet("Int", ALL_INTS, 0, ALL_LANES, VECTORS),
        INT_FIXED = new TypeSet("IntFixed", ALL_INTS, 0, ALL_LANES, 0),
        SCALAR_INT = new TypeSet("iB", ALL_INTS, 0, SCALAR, 0),
        NARROW_INT = new TypeSet("NarrowInt", 0x78, 0, SCALAR, 0),
        WIDE_INT = new TypeSet("WideInt", 0xf0, 0, SCALAR, 0),
        ADDR = new TypeSet("iAddr", 0x60, 0, SCALAR, 0),
        EXT8 = new TypeSet("iExt8", 0x70, 0, SCALAR, 0),
        EXT16 = new TypeSet("iExt16", 0x60, 0, SCALAR, 0),
        EXT32 = new TypeSet("iExt32", 0x40, 0, SCALAR, 0),
        VECTOR = new TypeSet("TxN", ALL_INTS, ALL_FLOATS, VECTORS, 0),
        ANY_VECTOR = new TypeSet("AnyTxN", ALL_INTS, ALL_FLOATS, VECTORS, VECTORS),
        DYNAMIC = new TypeSet("DynTxN", ALL_INTS, ALL_FLOATS, 0, VECTORS),
        INT_VECTOR = new TypeSet("IxN", ALL_INTS, 0, VECTORS, 0),
        WIDE_VECTOR = new TypeSet("I16or32or64xN", 0x70, 0, 0xe, 0xe),
        NARROW_VECTOR = new TypeSet("I8or16or32xN", 0x38, 0, 0x1e, 0x1e),
        ROUNDED = new TypeSet("I16or32", 0x30, 0, 0xc, 0),
        ANY = new TypeSet("Any", ALL_INTS, ALL_FLOATS, ALL_LANES, 0),
        MEMORY = new TypeSet("Mem", ALL_INTS, ALL_FLOATS, ALL_LANES, VECTORS),
        FLOAT = new TypeSet("Float", 0, ALL_FLOATS, ALL_LANES, VECTORS),
        FLOAT_FIXED = new TypeSet("FloatFixed", 0, ALL_FLOATS, ALL_LANES, 0),
        SCALAR_FLOAT = new TypeSet("FloatScalar", 0, ALL_FLOATS, SCALAR, 0);

    private static final TypeSet[] NAMED = {INT, INT_FIXED, SCALAR_INT, NARROW_INT, WIDE_INT, ADDR, EXT8, EXT16, EXT32, VECTOR, ANY_VECTOR, DYNAMIC, INT_VECTOR,
        WIDE_VECTOR, NARROW_VECTOR, ROUNDED, ANY, MEMORY, FLOAT, FLOAT_FIXED, SCALAR_FLOAT};

    static TypeSet named(String name) {
        for (TypeSet set : NAMED) if (set.name.equals(name)) return set;
        throw new IllegalArgumentException("no set of types " + name);
    }

    public boolean contains(int type) {
        int width = 1 << (31 - Integer.numberOfLeadingZeros(Math.max(1, Types.laneBits(type))));
        int widths = Types.isIntLane(type) ? ints : Types.isFloatLane(type) ? floats : 0;
        int counts = Types.isDynamic(type) ? dynamic : lanes;
        return (widths >> Integer.numberOfTrailingZeros(width) & 1) != 0 && (counts >> Types.logLanes(type) & 1) != 0;
    }
}
