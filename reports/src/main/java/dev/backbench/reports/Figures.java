package dev.backbench.reports;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as people read them: three significant digits, never in exponent form. */
public final class Figures {
    private static final MathContext THREE = new MathContext(3, RoundingMode.HALF_EVEN);

    private Figures() {}

    /** Such as {@code 0.0312}, {@code 1.5}, {@code 1230}; {@code -} for null, NaN and infinities. */
    public static String number(Double value) {
        if (value == null || value.isNaN() || value.isInfinite()) return "-";
        BigDecimal rounded = BigDecimal.valueOf(value).round(THREE);
        if (rounded.signum() == 0) return "0";
        String plain = rounded.toPlainString();
        return plain.indexOf('.') < 0 ? plain : plain.replaceAll("\\.?0+$", "");
    }

    /** Such as {@code 10.2x}. */
    public static String times(Double ratio) {
        return ratio == null ? "-" : number(ratio) + "x";
    }

    /** Such as {@code 0.82–0.86}; empty where there is no interval. */
    public static String interval(Double low, Double high) {
        return low == null || high == null ? "" : number(low) + "–" + number(high);
    }

    /** Milliseconds in the unit that reads best. */
    public static String time(Double milliseconds) {
        if (milliseconds == null) return "-";
        double ms = milliseconds;
        if (ms < 0.1) return number(ms * 1e3) + " µs";
        return ms < 1000 ? number(ms) + " ms" : number(ms / 1e3) + " s";
    }
}
