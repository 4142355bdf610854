package rules;

import java.util.ArrayList;
import java.util.List;

/** Parenthesised text: a word or a list, with the line it begins on. */
record Sexp(int line, String word, List<Sexp> list) {
    boolean isWord() {
        return word != null;
    }

    Sexp get(int i) {
        return list.get(i);
    }

    int size() {
        return list.size();
    }

    String head() {
        return list == null || list.isEmpty() || !list.get(0).isWord() ? "" : list.get(0).word;
    }

    @Override
    public String toString() {
        if (isWord()) return word;
        StringBuilder out = new StringBuilder("(");
        for (Sexp s : list) out.append(out.length() > 1 ? " " : "").append(s);
        return out.append(')').toString();
    }

    /** All that stands in a file; {@code ;} begins a comment, {@code "} a word that may hold anything but {@code "}. */
    static List<Sexp> parse(String file, String text) {
        Reader reader = new Reader(file, text);
        List<Sexp> all = new ArrayList<>();
        while (reader.skip()) all.add(reader.next());
        return all;
    }

    private static final class Reader {
        private final String file, text;
        private int at, line = 1;

        Reader(String file, String text) {
            this.file = file;
            this.text = text;
        }

        boolean skip() {
            for (; at < text.length(); at++) {
                char c = text.charAt(at);
                if (c == ';') while (at < text.length() && text.charAt(at) != '\n') at++;
                if (at < text.length() && text.charAt(at) == '\n') line++;
                else if (c != ';' && !Character.isWhitespace(c)) return true;
            }
            return false;
        }

        Sexp next() {
            if (!skip()) throw new RuleException(file, line, "the file ends inside a list: a ) is missing");
            int start = line;
            char c = text.charAt(at);
            if (c == ')') throw new RuleException(file, line, "a ) that closes nothing");
            if (c == '(') {
                at++;
                List<Sexp> list = new ArrayList<>();
                while (skip() && text.charAt(at) != ')') list.add(next());
                if (at >= text.length()) throw new RuleException(file, start, "this list is not closed");
                at++;
                return new Sexp(start, null, list);
            }
            int from = at;
            if (c == '"') {
                at = text.indexOf('"', at + 1) + 1;
                if (at == 0) throw new RuleException(file, start, "this string is not closed");
                return new Sexp(start, text.substring(from + 1, at - 1), null);
            }
            while (at < text.length() && "();".indexOf(text.charAt(at)) < 0 && !Character.isWhitespace(text.charAt(at))) at++;
            return new Sexp(start, text.substring(from, at), null);
        }
    }
}
