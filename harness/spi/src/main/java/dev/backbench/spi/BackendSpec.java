package dev.backbench.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * A back end as the user names it: {@code ID[@VERSION][:LEVEL][+OPTION…]}. A bare name is its default level; {@code ID:*} is all levels and only {@link #expand} takes it.
 *
 * @param version null for the usual one
 * @param level null for the default one
 */
public record BackendSpec(String id, String version, String level, Set<String> options) {
    /** The one option every back end has: linear memory accesses are checked in code instead of by guard pages. */
    public static final String EXPLICIT_BOUNDS = "explicit-bounds";

    /** @throws BackendException not of that form */
    public static BackendSpec parse(String text) {
        String[] parts = text.trim().split("\\+", -1);
        String head = parts[0];
        int colon = head.indexOf(':');
        String level = colon < 0 ? null : head.substring(colon + 1);
        if (colon >= 0) head = head.substring(0, colon);
        int at = head.indexOf('@');
        String version = at < 0 ? null : head.substring(at + 1);
        if (at >= 0) head = head.substring(0, at);
        Set<String> options = new TreeSet<>(List.of(parts).subList(1, parts.length));
        if (head.isEmpty() || "".equals(level) || "".equals(version) || options.contains("")) {
            throw new BackendException("'" + text + "' is not of the form ID[@VERSION][:LEVEL][+OPTION...], such as llvm:O2");
        }
        return new BackendSpec(head, version, level, options);
    }

    /** Every back end on the class path, by name. */
    public static List<Backend> installed() {
        List<Backend> found = new ArrayList<>();
        for (Backend backend : ServiceLoader.load(Backend.class)) found.add(backend);
        found.sort((a, b) -> a.id().compareTo(b.id()));
        return found;
    }

    /** @throws BackendException no such back end; the message gives the near names */
    public Backend backend() {
        List<Backend> all = installed();
        for (Backend backend : all) if (backend.id().equals(id)) return backend;
        List<String> names = all.stream().map(Backend::id).toList();
        throw new BackendException("no back end '" + id + "'" + nearest(id, names));
    }

    /** One spec per level for {@code ID:*}, otherwise this one with its level filled in. @throws BackendException no such back end or level */
    public List<BackendSpec> expand() {
        Backend backend = backend();
        if ("*".equals(level)) return backend.levels().stream().map(l -> new BackendSpec(id, version, l, options)).toList();
        String chosen = level == null ? backend.defaultLevel() : level;
        if (!backend.levels().contains(chosen)) {
            throw new BackendException("back end '" + id + "' has no level '" + chosen + "'; its levels: " + String.join(" ", backend.levels()));
        }
        return List.of(new BackendSpec(id, version, chosen, options));
    }

    /** Compile options of a spec with one level. @throws BackendException no such level or option */
    public CompileOptions compileOptions() {
        BackendSpec one = single();
        Set<String> known = new TreeSet<>(backend().options());
        known.add(EXPLICIT_BOUNDS);
        for (String option : options) {
            if (!known.contains(option)) throw new BackendException("back end '" + id + "' has no option '+" + option + "'" + nearest(option, List.copyOf(known)));
        }
        CompileOptions usual = CompileOptions.of(one.level);
        Set<String> own = new TreeSet<>(options);
        boolean explicit = own.remove(EXPLICIT_BOUNDS);
        return new CompileOptions(one.level, usual.threads(), usual.isa(), explicit ? CompileOptions.Bounds.EXPLICIT : usual.bounds(), own, version);
    }

    /** This spec with its level filled in. @throws BackendException no such back end or level, or several levels */
    public BackendSpec single() {
        List<BackendSpec> all = expand();
        if (all.size() != 1) throw new BackendException("'" + this + "' means " + all.size() + " levels and one is wanted: " + String.join(" ", backend().levels()));
        return all.getFirst();
    }

    /** @throws BackendException no such back end, level or option, or it cannot be served */
    public Compiler newCompiler() {
        return backend().newCompiler(compileOptions());
    }

    /** {@code ; did you mean …?} with the names within a small edit distance, or all there are. */
    public static String nearest(String wrong, List<String> names) {
        List<String> near = names.stream().filter(n -> n.startsWith(wrong) || distance(wrong, n) <= Math.max(1, wrong.length() / 3)).toList();
        if (!near.isEmpty()) return "; did you mean " + String.join(" or ", near) + "?";
        return names.isEmpty() ? "; there are none" : "; there are: " + String.join(" ", names);
    }

    /** Levenshtein's. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(id);
        if (version != null) text.append('@').append(version);
        if (level != null) text.append(':').append(level);
        for (String option : options) text.append('+').append(option);
        return text.toString();
    }
}
