package dev.backbench.core.store;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Trial;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Reads a run folder, finished or not. */
public final class RunFolder {
    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /**
     * @param path the folder, or a link to it such as {@code bench-out/latest}
     * @throws StoreException it is not a run folder, or of a later version than this program reads
     */
    public static RunFolder open(Path path) {
        return new RunFolder(path);
    }

    public Path path() {
        return path;
    }

    public Manifest manifest() {
        throw new UnsupportedOperationException();
    }

    public List<Trial> trials() {
        throw new UnsupportedOperationException();
    }

    /** Every row in the order of writing; a last line cut short by a crash is left out. */
    public void rows(Consumer<Row> consumer) {
        throw new UnsupportedOperationException();
    }

    /** The stored summary, or the computed one where there is none. */
    public Summary summary() {
        throw new UnsupportedOperationException();
    }

    /** Whether the run was finished and sealed. */
    public boolean sealed() {
        throw new UnsupportedOperationException();
    }

    /** What differs from the seal, one line per file; empty if nothing. */
    public List<String> verify() {
        throw new UnsupportedOperationException();
    }
}
