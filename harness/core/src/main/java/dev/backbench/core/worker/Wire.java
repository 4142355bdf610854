package dev.backbench.core.worker;

import java.util.ArrayList;
import java.util.List;

/** Lines of tab-separated fields between the experiment and its workers: tab, line ends and backslash are escaped, null is {@code \0}. */
public final class Wire {
    private Wire() {}

    /** Without a line end. */
    public static String line(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < fields.length; i++) {
            if (i > 0) line.append('\t');
            append(line, fields[i]);
        }
        return line.toString();
    }

    private static void append(StringBuilder line, Object field) {
        if (field == null) {
            line.append("\\0");
            return;
        }
        String text = field.toString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\t' -> line.append("\\t");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\\' -> line.append("\\\\");
                default -> line.append(c);
            }
        }
    }

    public static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        for (String field : line.split("\t", -1)) fields.add(unescape(field));
        return fields;
    }

    private static String unescape(String field) {
        if (field.equals("\\0")) return null;
        if (field.indexOf('\\') < 0) return field;
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c != '\\' || i + 1 == field.length()) {
                text.append(c);
                continue;
            }
            char escaped = field.charAt(++i);
            text.append(switch (escaped) {
                case 't' -> '\t';
                case 'n' -> '\n';
                case 'r' -> '\r';
                default -> escaped;
            });
        }
        return text.toString();
    }
}
