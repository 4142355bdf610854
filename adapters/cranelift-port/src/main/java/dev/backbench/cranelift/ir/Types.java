package dev.backbench.cranelift.ir;

import java.nio.charset.StandardCharsets;

/**
 * Value types as ints: the lane in bits 0 to 3, log2 of the number of lanes in bits 4 to 7, bit 8 for dynamic vectors, whose lane count is the least that there can be.
 * 0 is no type.
 */
public final class Types {
    public static final int NONE = 0;
    public static final int I8 = 1, I16 = 2, I32 = 3, I64 = 4, I128 = 5, F16 = 6, F32 = 7, F64 = 8, F128 = 9;
    public static final int LANES = 10;
    private static final int LANE_MASK = 15, LOG_SHIFT = 4, LOG_MASK = 15, DYNAMIC = 1 << 8;
    /** Vectors have at most 256 lanes; more than {@value} bytes is no type. */
    private static final int MAX_LOG_LANES = 8;
    private static final String[] NAMES = {"invalid", "i8", "i16", "i32", "i64", "i128", "f16", "f32", "f64", "f128"};
    private static final int[] LOG_BITS = {0, 3, 4, 5, 6, 7, 4, 5, 6, 7};

    private Types() {}

    public static int lane(int type) {
        return type & LANE_MASK;
    }

    public static int logLanes(int type) {
        return type >> LOG_SHIFT & LOG_MASK;
    }

    public static int laneCount(int type) {
        return 1 << logLanes(type);
    }

    public static int laneBits(int type) {
        return type == NONE ? 0 : 1 << LOG_BITS[lane(type)];
    }

    /** Of a dynamic vector the least it can have. */
    public static int bits(int type) {
        return laneBits(type) << logLanes(type);
    }

    public static int bytes(int type) {
        return bits(type) >> 3;
    }

    public static boolean isDynamic(int type) {
        return (type & DYNAMIC) != 0;
    }

    public static boolean isVector(int type) {
        return logLanes(type) > 0;
    }

    public static boolean isScalarInt(int type) {
        return type >= I8 && type <= I128;
    }

    public static boolean isIntLane(int type) {
        return lane(type) >= I8 && lane(type) <= I128;
    }

    public static boolean isFloatLane(int type) {
        return lane(type) >= F16;
    }

    /** {@link #NONE} where there is no such vector. */
    public static int vector(int lane, int logLanes) {
        return lane == NONE || logLanes > MAX_LOG_LANES ? NONE : lane | logLanes << LOG_SHIFT;
    }

    public static int dynamic(int vector) {
        return vector | DYNAMIC;
    }

    public static int fixed(int dynamic) {
        return dynamic & ~DYNAMIC;
    }

    /** An integer of so many bits, {@link #NONE} where there is none. */
    public static int intOfBits(int bits) {
        return switch (bits) {
            case 8 -> I8;
            case 16 -> I16;
            case 32 -> I32;
            case 64 -> I64;
            case 128 -> I128;
            default -> NONE;
        };
    }

    /** The same shape with other lanes. */
    public static int withLane(int type, int lane) {
        return lane == NONE ? NONE : type & ~LANE_MASK | lane;
    }

    /** Lanes of half the width, as many. */
    public static int halfWidth(int type) {
        int lane = lane(type);
        return lane == I8 || lane == F16 || lane == NONE ? NONE : withLane(type, lane - 1);
    }

    /** Lanes of twice the width, as many. */
    public static int doubleWidth(int type) {
        int lane = lane(type);
        return lane == I128 || lane == F128 || lane == NONE ? NONE : withLane(type, lane + 1);
    }

    /** Twice as many lanes of half the width. */
    public static int splitLanes(int type) {
        int half = halfWidth(type);
        return half == NONE ? NONE : half + (1 << LOG_SHIFT);
    }

    /** Half as many lanes of twice the width. */
    public static int mergeLanes(int type) {
        int twice = doubleWidth(type);
        return twice == NONE || !isVector(type) ? NONE : twice - (1 << LOG_SHIFT);
    }

    /** What a comparison gives: i8 for scalars, integer lanes of the same width for vectors. */
    public static int truthy(int type) {
        return isVector(type) ? withLane(type, intOfBits(laneBits(type))) : I8;
    }

    public static String name(int type) {
        String lane = NAMES[lane(type)];
        if (!isVector(type)) return lane;
        return lane + "x" + laneCount(type) + (isDynamic(type) ? "xN" : "");
    }

    /** @return the type spelled in {@code text[from..to)}, or {@link #NONE} */
    public static int parse(byte[] text, int from, int to) {
        int length = to - from;
        if (length < 2 || length > 11 || text[from] != 'i' && text[from] != 'f') return NONE;
        String name = new String(text, from, length, StandardCharsets.US_ASCII);
        boolean dynamic = name.endsWith("xN");
        if (dynamic) name = name.substring(0, name.length() - 2);
        int x = name.indexOf('x');
        int lane = lane(x < 0 ? name : name.substring(0, x));
        if (x < 0) return dynamic ? NONE : lane;
        int lanes = 0;
        for (int i = x + 1; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9' || i > x + 3) return NONE;
            lanes = lanes * 10 + c - '0';
        }
        if (lane == NONE || lanes < 2 || Integer.bitCount(lanes) != 1 || name.charAt(x + 1) == '0') return NONE;
        int type = vector(lane, Integer.numberOfTrailingZeros(lanes));
        return dynamic && type != NONE ? dynamic(type) : type;
    }

    private static int lane(String name) {
        for (int lane = 1; lane < LANES; lane++) if (NAMES[lane].equals(name)) return lane;
        return NONE;
    }
}
