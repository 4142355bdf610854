package dev.backbench.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.backbench.wasm.ValType;

/**
 * Values of a script against the 64 bits of {@link dev.backbench.spi.Extern}. Host reference {@code n} of a script is handle {@code n + 1}, so that
 * none is the null handle.
 */
final class Values {
    private static final long F32_QUIET = 0x7FC00000L, F32_SIGN = 0x80000000L;
    private static final long F64_QUIET = 0x7FF8000000000000L, F64_SIGN = Long.MIN_VALUE;

    private Values() {}

    /** A value for messages: type, and bits in hexadecimal. */
    static String show(int type, long bits) {
        return ValType.name(type) + " 0x" + Long.toHexString(bits);
    }

    /** An expected value for messages. */
    static String show(JsonNode expected) {
        String type = expected.path("type").asText();
        if (type.equals("either")) {
            StringBuilder text = new StringBuilder("either");
            for (JsonNode one : expected.path("values")) text.append(' ').append(show(one));
            return text.toString();
        }
        String value = expected.path("value").asText("");
        boolean number = !value.isEmpty() && (Character.isDigit(value.charAt(0)) || value.charAt(0) == '-') && !type.endsWith("ref");
        return number ? type + " 0x" + Long.toHexString(bits(expected)) : type + (value.isEmpty() ? "" : " " + value);
    }

    /** The bits of an argument. */
    static long bits(JsonNode value) {
        String type = value.path("type").asText();
        String text = value.path("value").asText("null");
        return switch (type) {
            case "i32" -> Integer.toUnsignedLong(text.startsWith("-") ? Integer.parseInt(text) : Integer.parseUnsignedInt(text));
            case "f32" -> Integer.toUnsignedLong(Integer.parseUnsignedInt(text));
            case "i64" -> text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
            case "f64" -> Long.parseUnsignedLong(text);
            case "refnull" -> 0;
            case "externref", "funcref" -> text.equals("null") ? 0 : Long.parseLong(text) + 1;
            default -> throw new IllegalArgumentException("a value of type " + type);
        };
    }

    /** Whether a result of {@code type} with these bits is what the script expects. */
    static boolean matches(JsonNode expected, int type, long bits) {
        String name = expected.path("type").asText();
        if (name.equals("either")) {
            for (JsonNode one : expected.path("values")) if (matches(one, type, bits)) return true;
            return false;
        }
        String text = expected.path("value").asText("");
        if (name.equals("refnull")) return ValType.isReference(type) && bits == 0;
        if (!name.equals(ValType.name(type))) return false;
        return switch (text) {
            case "" -> bits != 0;
            case "null" -> bits == 0;
            case "nan:canonical" -> type == ValType.F32 ? (bits & ~F32_SIGN) == F32_QUIET : (bits & ~F64_SIGN) == F64_QUIET;
            case "nan:arithmetic" -> type == ValType.F32 ? (bits & F32_QUIET) == F32_QUIET && bits >>> 32 == 0 : (bits & F64_QUIET) == F64_QUIET;
            default -> bits == bits(expected);
        };
    }
}
