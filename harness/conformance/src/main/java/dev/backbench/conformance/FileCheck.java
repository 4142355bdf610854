package dev.backbench.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Patterns that a text must show in order: {@code check} anywhere behind the last match, {@code sameln} on its line, {@code nextln} on the line after, {@code unordered} anywhere
 * behind the last ordered match, {@code not} nowhere before the next one. {@code $(NAME=REGEX)} and {@code regex: NAME=REGEX} define, {@code $NAME} and {@code $(NAME)} use.
 */
final class FileCheck {
    private static final Pattern DIRECTIVE = Pattern.compile("(check|sameln|nextln|unordered|not|regex):\\s*(.*)");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\((\\w*)=([^()]*(?:\\([^()]*\\)[^()]*)*)\\)|\\$\\((\\w+)\\)|\\$(\\w+)|\\$\\$");

    private final String text;
    private final Map<String, String> patterns = new HashMap<>(), values = new HashMap<>();
    private final List<String> forbidden = new ArrayList<>();
    /** Behind the last ordered match; where the last match of any kind ended. */
    private int position, last;

    private FileCheck(String text) {
        this.text = text;
    }

    /** Whether any of the comments is a directive. */
    static boolean any(List<ClifFile.Comment> comments) {
        return comments.stream().anyMatch(c -> DIRECTIVE.matcher(c.text()).matches());
    }

    /** @return null where the text has it all, otherwise what is missing and the line of the directive */
    static String check(List<ClifFile.Comment> comments, String text) {
        FileCheck check = new FileCheck(text);
        for (ClifFile.Comment comment : comments) {
            Matcher directive = DIRECTIVE.matcher(comment.text());
            if (!directive.matches()) continue;
            try {
                String missing = check.one(directive.group(1), directive.group(2).strip());
                if (missing != null) return "line " + comment.line() + ": " + missing;
            } catch (PatternSyntaxException e) {
                return "line " + comment.line() + ": not a pattern: " + e.getMessage();
            }
        }
        return check.absent(text.length());
    }

    private String one(String kind, String pattern) {
        switch (kind) {
            case "regex" -> {
                int equals = pattern.indexOf('=');
                patterns.put(pattern.substring(0, equals), pattern.substring(equals + 1));
                return null;
            }
            case "not" -> {
                forbidden.add(pattern);
                return null;
            }
            case "unordered" -> {
                return find(pattern, position, text.length()) == null ? missing(kind, pattern) : null;
            }
            default -> {
                return ordered(kind, pattern);
            }
        }
    }

    private String ordered(String kind, String pattern) {
        int from = last, to = text.length();
        if (kind.equals("sameln")) to = lineEnd(last);
        if (kind.equals("nextln")) {
            from = Math.min(text.length(), lineEnd(last) + 1);
            to = lineEnd(from);
        }
        Matcher found = find(pattern, from, to);
        if (found == null) return missing(kind, pattern);
        String broken = absent(found.start());
        position = last = found.end();
        return broken;
    }

    private String missing(String kind, String pattern) {
        int end = lineEnd(Math.min(text.length(), lineEnd(last) + 1));
        return kind + ": " + pattern + " is not in: " + text.substring(last, end).strip();
    }

    private int lineEnd(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private String absent(int to) {
        for (String pattern : forbidden) if (find(pattern, position, to) != null) return "not: " + pattern + " is there";
        forbidden.clear();
        return null;
    }

    private Matcher find(String pattern, int from, int to) {
        List<String> defined = new ArrayList<>();
        Matcher matcher = Pattern.compile(regex(pattern, defined)).matcher(text).region(from, to).useTransparentBounds(true).useAnchoringBounds(false);
        if (!matcher.find()) return null;
        for (int i = 0; i < defined.size(); i++) if (!defined.get(i).isEmpty()) values.put(defined.get(i), matcher.group(i + 1));
        return matcher;
    }

    /** A literal that begins or ends in a word begins or ends at its border. */
    private String regex(String pattern, List<String> defined) {
        StringBuilder out = new StringBuilder();
        Matcher variable = VARIABLE.matcher(pattern);
        int literal = 0;
        while (variable.find()) {
            literal(pattern.substring(literal, variable.start()), literal == 0, false, out);
            literal = variable.end();
            if (variable.group().equals("$$")) {
                out.append("\\$");
            } else if (variable.group(2) != null) {
                defined.add(variable.group(1));
                String wanted = variable.group(2);
                out.append('(').append(wanted.startsWith("$") ? patterns.getOrDefault(wanted.substring(1), wanted) : wanted.replaceAll("^/|/$", "")).append(')');
            } else {
                String name = variable.group(3) != null ? variable.group(3) : variable.group(4);
                out.append(values.containsKey(name) ? whole(values.get(name)) : "(?:" + patterns.getOrDefault(name, Pattern.quote(variable.group())) + ")");
            }
        }
        literal(pattern.substring(literal), literal == 0, true, out);
        return out.toString();
    }

    private static String whole(String text) {
        StringBuilder out = new StringBuilder();
        literal(text, true, true, out);
        return out.toString();
    }

    private static void literal(String text, boolean first, boolean last, StringBuilder out) {
        if (text.isEmpty()) return;
        if (first && wordAt(text, 0)) out.append("\\b");
        out.append(Pattern.quote(text));
        if (last && wordAt(text, text.length() - 1)) out.append("\\b");
    }

    private static boolean wordAt(String text, int i) {
        return Character.isLetterOrDigit(text.charAt(i)) || text.charAt(i) == '_';
    }
}
