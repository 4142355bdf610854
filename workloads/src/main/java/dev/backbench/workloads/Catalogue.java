package dev.backbench.workloads;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * All that can be named as a workload: our own programs, presets of them, generated modules of a given size, pinned modules of others once fetched, and the
 * user's files and folders. Thread-safe.
 *
 * <p>Reading the catalogue needs a JSON parser, so a measured worker is handed paths and never comes here.
 */
public final class Catalogue {
    /** Names that stand for several programs, besides the presets. */
    private static final String ALL = "all";

    private final OwnPrograms own;
    private final List<CatalogueFile.Script> scripts;
    private final Sweeps sweeps;
    private final PinnedModules pinned;

    /** @param cache the user's cache folder; made when something has to be put into it */
    public Catalogue(Path cache) {
        this(cache, line -> { });
    }

    /** @param note takes a line for the user if the cache cannot be written and programs are unpacked elsewhere */
    public Catalogue(Path cache, Consumer<String> note) {
        Path folder = cache.resolve("workloads");
        ProgramFolder written = new ProgramFolder(folder, note);
        CatalogueFile file = CatalogueFile.read();
        scripts = file.scripts();
        own = new OwnPrograms(written, file.programs());
        sweeps = new Sweeps(written, file.sweeps());
        pinned = new PinnedModules(folder.resolve("fetched"), file.pinned(), new Clients());
    }

    /** Our own programs, in the catalogue's order. */
    public List<Workload> own() {
        return own.all();
    }

    /** Our own programs in another form than Wasm; all of them for null. */
    public List<Workload> scripts(String input) {
        return scripts.stream().filter(s -> input == null || s.input().equals(input)).map(own::script).toList();
    }

    /** Our own programs that a preset takes in. */
    public List<Workload> preset(Preset preset) {
        return own().stream().filter(w -> w.in(preset)).toList();
    }

    /** The large modules that {@code ./bench workloads fetch} knows. */
    public PinnedModules pinned() {
        return pinned;
    }

    /**
     * The workloads that one word stands for: {@code all}, a preset's name, {@code js} or {@code python}, a program's name, {@code sweep} or {@code sweep:N}, a pinned module's name, a
     * {@code .wasm} file, or a folder in Sightglass's layout. A file or folder with the name of a program is reached as {@code ./NAME}.
     *
     * @throws WorkloadException if there is nothing by that name, with the near ones
     */
    public List<Workload> resolve(String word) {
        Preset preset = Preset.named(word);
        if (preset != null) return preset(preset);
        if (word.equals(ALL)) return own();
        if (Sweeps.isSweep(word)) return sweeps.resolve(word);
        if (forms().contains(word)) return scripts(word);
        for (Workload workload : own()) {
            if (workload.name().equals(word)) return List.of(workload);
        }
        for (CatalogueFile.Script script : scripts) if (script.name().equals(word)) return List.of(own.script(script));
        if (pinned.names().contains(word)) return List.of(pinned.workload(word));
        Path path = pathOf(word);
        if (Files.isDirectory(path)) return FolderLayout.folder(path);
        if (Files.exists(path)) return List.of(FolderLayout.file(path));
        throw new WorkloadException(unknown(word));
    }

    /**
     * Everything that the words stand for, in their order, each module once, named uniquely, the user's modules sorted into families by what they share.
     *
     * @param filter keeps workloads in whose name it is found; null keeps all
     * @param exclude drops workloads in whose name it is found; null drops none
     * @throws WorkloadException if a word is unknown or nothing is left
     */
    public List<Workload> resolve(List<String> words, Pattern filter, Pattern exclude) {
        Map<Path, Workload> byFile = new LinkedHashMap<>();
        for (String word : words) {
            for (Workload workload : resolve(word)) byFile.putIfAbsent(workload.wasm().toAbsolutePath().normalize(), workload);
        }
        List<Workload> kept = new ArrayList<>();
        for (Workload workload : Families.assign(Names.unique(List.copyOf(byFile.values())))) {
            if (filter != null && !filter.matcher(workload.name()).find()) continue;
            if (exclude != null && exclude.matcher(workload.name()).find()) continue;
            kept.add(workload);
        }
        if (kept.isEmpty()) {
            String all = String.join(", ", byFile.values().stream().map(Workload::name).toList());
            throw new WorkloadException("no workload is left" + (filter != null ? " by --filter=" + filter : "")
                    + (exclude != null ? " with --exclude=" + exclude : "") + "; before filtering: " + (all.isEmpty() ? "none" : all));
        }
        return List.copyOf(kept);
    }

    /** Every word that {@link #resolve(String)} knows without looking for a file. */
    public List<String> words() {
        List<String> words = new ArrayList<>(own().stream().map(Workload::name).toList());
        for (Preset preset : Preset.values()) words.add(preset.label());
        words.add(ALL);
        words.addAll(forms());
        for (CatalogueFile.Script script : scripts) words.add(script.name());
        words.add(Sweeps.WORD);
        words.addAll(pinned.names());
        return words;
    }

    /** Forms other than Wasm that we have programs in; each is a word for all of them. */
    public List<String> forms() {
        return scripts.stream().map(CatalogueFile.Script::input).distinct().toList();
    }

    private String unknown(String word) {
        StringBuilder message = new StringBuilder("there is no workload, file or folder named '" + word + "'");
        List<String> near = Names.near(word, words());
        if (!near.isEmpty()) {
            message.append("; did you mean ").append(String.join(", ", near)).append('?');
        } else if (word.contains("/") || word.endsWith(".wasm")) {
            message.append(" (looked in ").append(Path.of("").toAbsolutePath()).append(')');
        } else {
            message.append("; known are ").append(String.join(", ", new TreeSet<>(words())));
        }
        return message.toString();
    }

    private static Path pathOf(String word) {
        try {
            return Path.of(word);
        } catch (java.nio.file.InvalidPathException e) {
            throw new WorkloadException("'" + word + "' is neither a workload's name nor a path: " + e.getReason(), e);
        }
    }
}
