package dev.backbench.spi;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;

/**
 * A back end as the user names it, {@code ID[@VERSION][:LEVEL][+OPTION…]} or {@code ID=FILE}, taken apart but not looked up. A bare name is its default level;
 * {@code ID:*} is all levels.
 *
 * @param version null for the usual one
 * @param level null for the default, {@link #ALL} for all
 * @param options sorted, each once
 * @param file null unless named with one
 */
public record BackendSpec(String id, String version, String level, List<String> options, Path file) {
    public static final String ALL = "*";
    /** Option for an image: of the back end's commands, or of its worker. */
    public static final String CONTAINER = "in=container";
    /** Options that every back end takes: linear memory accesses are checked in code instead of by guard pages; and {@code threads=N}. */
    private static final String EXPLICIT = "bounds=explicit", THREADS = "threads=";

    public BackendSpec {
        options = List.copyOf(new TreeSet<>(options));
    }

    /** @throws BackendException not of that form */
    public static BackendSpec parse(String given) {
        String text = given.strip();
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

    /** All after the sign is the file's name, whatever it holds, but for the one option that goes with a file. */
    private static BackendSpec withFile(String text, int equals) {
        boolean contained = text.endsWith('+' + CONTAINER);
        String file = text.substring(equals + 1, text.length() - (contained ? CONTAINER.length() + 1 : 0));
        if (file.isEmpty()) throw malformed(text);
        return new BackendSpec(text.substring(0, equals), null, null, contained ? List.of(CONTAINER) : List.of(), Path.of(file).toAbsolutePath().normalize());
    }

    private static int firstMark(String text) {
        for (int i = 0; i < text.length(); i++) if ("@:+".indexOf(text.charAt(i)) >= 0) return i;
        return -1;
    }

    private static BackendException malformed(String text) {
        return new BackendException("'" + text + "' does not name a back end; the form is ID[@VERSION][:LEVEL][+OPTION...], such as llvm:O2");
    }

    /** Every back end on the class path, by name. */
    public static List<Backend> installed() {
        List<Backend> found = new ArrayList<>();
        for (Backend backend : ServiceLoader.load(Backend.class)) found.add(backend);
        found.sort((a, b) -> a.id().compareTo(b.id()));
        return found;
    }

    /** @throws BackendException none of these; the message gives the near names */
    public Backend among(Collection<Backend> known) {
        for (Backend backend : known) if (backend.id().equals(id)) return backend;
        throw new BackendException("there is no back end '" + id + "'" + nearest(id, known.stream().map(Backend::id).toList()));
    }

    /**
     * This spec once for each level that it means.
     *
     * @throws BackendException the back end has no such level, option or version, or wants a file, or none, or one that is not there; with the near names
     */
    public List<BackendSpec> levels(Backend backend) {
        check(backend);
        List<String> meant = ALL.equals(level) ? backend.levels() : List.of(level == null ? backend.defaultLevel() : level);
        return meant.stream().map(one -> new BackendSpec(id, version, one, options, file)).toList();
    }

    private void check(Backend backend) {
        if (backend.takesFile() && file == null) throw new BackendException(id + " is named with a file: " + id + "=FILE");
        if (!backend.takesFile() && file != null) throw new BackendException(id + " takes no file: leave out '=" + file + "'");
        if (file != null && !Files.isRegularFile(file)) throw new BackendException(id + "=" + file + ": there is no such file (looked in " + Path.of("").toAbsolutePath() + ")");
        if (level != null && !level.equals(ALL) && !backend.levels().contains(level)) {
            throw new BackendException(id + " has no level '" + level + "'" + nearest(level, backend.levels()));
        }
        for (String option : options) {
            if (option.equals(CONTAINER) && !contains(backend)) throw new BackendException(id + " has no image to run in: leave out '+" + option + "'");
            boolean known = option.equals(EXPLICIT) || option.equals(CONTAINER) || option.startsWith(THREADS) || backend.options().contains(option);
            if (known) continue;
            List<String> all = new ArrayList<>(backend.options());
            all.add(EXPLICIT);
            all.add(THREADS + "N");
            throw new BackendException(id + " has no option '+" + option + "'" + nearest(option, all));
        }
        if (version != null && !backend.versioned()) throw new BackendException(id + " comes in one version only: leave out '@" + version + "'");
    }

    /** Whether the back end can be asked for {@link #CONTAINER}, at this version. */
    public boolean contains(Backend backend) {
        CompileOptions asked = new CompileOptions(level, 1, "x86_64", CompileOptions.Bounds.GUARD, Set.of(CONTAINER), version, file);
        return backend.runsInContainer() || backend.image(asked) != null;
    }

    /**
     * What the adapter is given. Meaningful once the level is resolved.
     *
     * @param threads where the options do not say
     * @throws BackendException a number of threads that is none
     */
    public CompileOptions compileOptions(int threads) {
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

    private static int positive(String option) {
        try {
            int n = Integer.parseInt(option.substring(THREADS.length()));
            if (n > 0) return n;
        } catch (NumberFormatException notANumber) {
            // said below
        }
        throw new BackendException("'+" + option + "': threads is a number from 1 up");
    }

    /** The installed back end that this names. @throws BackendException there is none */
    public Backend backend() {
        return among(installed());
    }

    /** This spec with its level filled in. @throws BackendException no such back end or level, or several levels */
    public BackendSpec single() {
        Backend backend = backend();
        List<BackendSpec> all = levels(backend);
        if (all.size() != 1) throw new BackendException("'" + this + "' means " + all.size() + " levels and one is wanted: " + String.join(" ", backend.levels()));
        return all.getFirst();
    }

    /** @throws BackendException no such back end, level or option, or it cannot be served */
    public Compiler newCompiler() {
        return backend().newCompiler(single().compileOptions(1));
    }

    /** In the same form; the level is left out where {@code single} says that the back end has but one. */
    public String canonical(boolean single) {
        StringBuilder name = new StringBuilder(id);
        if (file != null) name.append('=').append(file);
        if (version != null) name.append('@').append(version);
        if (!single && level != null && file == null) name.append(':').append(level);
        for (String option : options) name.append('+').append(option);
        return name.toString();
    }

    @Override
    public String toString() {
        return canonical(false);
    }

    /** {@code ; did you mean …?} with the names within a small edit distance, or all there are. */
    public static String nearest(String wrong, List<String> names) {
        List<String> near = names.stream().filter(n -> n.startsWith(wrong) || distance(wrong, n) <= (wrong.length() < 4 ? 1 : Math.max(2, wrong.length() / 3))).toList();
        if (!near.isEmpty() && near.size() < names.size()) return "; did you mean " + String.join(" or ", near) + "?";
        return names.isEmpty() ? "; there are none" : "; known are " + String.join(", ", names);
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
}
