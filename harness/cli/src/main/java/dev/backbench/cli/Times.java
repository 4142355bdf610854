package dev.backbench.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as typed and as shown. */
final class Times {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(ms|s|m|h)?");

    private Times() {}

    /** Such as {@code 90s}, {@code 5m}, {@code 1h30m}, {@code 500ms}; a number alone is seconds. */
    static Duration parse(String option, String text) {
        Matcher part = PART.matcher(text.strip());
        double seconds = 0;
        int at = 0;
        while (at < text.strip().length() && part.find(at) && part.start() == at && part.end() > at) {
            double unit = switch (part.group(2)) {
                case "ms" -> 1e-3;
                case "m" -> 60;
                case "h" -> 3600;
                case null, default -> 1;
            };
            seconds += Double.parseDouble(part.group(1)) * unit;
            at = part.end();
        }
        if (at != text.strip().length() || seconds <= 0 || seconds > 1e9) {
            throw CliException.usage(option + ": '" + text + "' is not a time; such as 90s, 5m, 1h30m, 500ms");
        }
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    /** Such as {@code 1m20s}; whole seconds. */
    static String show(Duration time) {
        long s = Math.max(0, Math.round(time.toNanos() / 1e9));
        return s < 60 ? s + "s" : s < 3600 ? String.format("%dm%02ds", s / 60, s % 60) : String.format("%dh%02dm", s / 3600, s % 3600 / 60);
    }
}
