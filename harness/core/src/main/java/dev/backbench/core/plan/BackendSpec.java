package dev.backbench.core.plan;

import dev.backbench.core.UsageException;
import dev.backbench.spi.CompileOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A back end as the user names it, {@code ID[@VERSION][:LEVEL][+OPTION…]} or {@code ID=FILE}, taken apart but not looked up.
 *
 * @param version null for the usual one
 * @param level null for the default, {@code *} for all
 * @param options sorted, each once
 * @param file null unless named with one
 */
public record BackendSpec(String id, String version, String level, List<String> options, Path file) {
    static final String ALL = "*";
    /** Options common to all back ends; {@code threads=N} besides. */
    static final String EXPLICIT = "bounds=explicit", THREADS = "threads=";

    public BackendSpec {
        options = List.copyOf(new TreeSet<>(options));
    }

    /** @throws UsageException not of that form */
    public static BackendSpec parse(String text) {
        if (text.indexOf('|') >= 0) throw malformed(text);
        int equals = text.indexOf('='), mark = firstMark(text);
        if (equals > 0 && (mark < 0 || equals < mark)) return withFile(text, equals);
        String rest = text;
        List<String> options = new ArrayList<>();
        int plus = rest.indexOf('+');
        if (plus >= 0) {
            options.addAll(List.of(rest.substring(plus + 1).split("\\+", -1)));
            rest = rest.substring(0, plus);
        }
        String level = null, version = null;
        int colon = rest.indexOf(':');
        if (colon >= 0) {
            level = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        int at = rest.indexOf('@');
        if (at >= 0) {
            version = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        boolean hole = rest.isEmpty() || options.contains("") || "".equals(level) || "".equals(version);
        if (hole) throw malformed(text);
        return new BackendSpec(rest, version, level, options, null);
    }

    /** All after the sign is the file's name, whatever it holds. */
    private static BackendSpec withFile(String text, int equals) {
        if (equals + 1 == text.length()) throw malformed(text);
        return new BackendSpec(text.substring(0, equals), null, null, List.of(), Path.of(text.substring(equals + 1)).toAbsolutePath().normalize());
    }

    private static int firstMark(String text) {
        for (int i = 0; i < text.length(); i++) if ("@:+".indexOf(text.charAt(i)) >= 0) return i;
        return -1;
    }

    private static UsageException malformed(String text) {
        return new UsageException("'" + text + "' does not name a back end; the form is ID[@VERSION][:LEVEL][+OPTION...], such as llvm:O2");
    }

    BackendSpec at(String otherLevel) {
        return new BackendSpec(id, version, otherLevel, options, file);
    }

    /** What the adapter is given. Meaningful once the level is resolved. */
    CompileOptions compileOptions(int threads) {
        Set<String> extra = new LinkedHashSet<>();
        CompileOptions.Bounds bounds = CompileOptions.Bounds.GUARD;
        int wanted = threads;
        for (String option : options) {
            if (option.equals(EXPLICIT)) bounds = CompileOptions.Bounds.EXPLICIT;
            else if (option.startsWith(THREADS)) wanted = positive(option);
            else extra.add(option);
        }
        return new CompileOptions(level, wanted, "x86_64", bounds, extra, version, file);
    }

    static boolean common(String option) {
        return option.equals(EXPLICIT) || option.startsWith(THREADS);
    }

    private static int positive(String option) {
        try {
            int n = Integer.parseInt(option.substring(THREADS.length()));
            if (n > 0) return n;
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new UsageException("'+" + option + "': threads is a number from 1 up");
    }

    /** In the same form; the level is left out where {@code single} says that the back end has but one. */
    String canonical(boolean single) {
        if (file != null) return id + '=' + file;
        StringBuilder name = new StringBuilder(id);
        if (version != null) name.append('@').append(version);
        if (!single && level != null) name.append(':').append(level);
        for (String option : options) name.append('+').append(option);
        return name.toString();
    }
}
