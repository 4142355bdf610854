package dev.backbench.core.store;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Summary;
import dev.backbench.core.row.Trial;
import dev.backbench.core.stats.Summaries;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads a run folder, finished or not. */
public final class RunFolder {
    public static final String MANIFEST = "manifest.json", TRIALS = "trials.jsonl", ROWS = "rows.jsonl", SUMMARY = "summary.json", BLOBS = "blobs", LOGS = "logs";

    private final Path path;
    private final Manifest manifest;

    private RunFolder(Path path, Manifest manifest) {
        this.path = path;
        this.manifest = manifest;
    }

    /** Whether there is a manifest, readable or not. */
    public static boolean is(Path path) {
        return Files.exists(path.resolve(MANIFEST));
    }

    /**
     * @param path the folder, or a link to it such as {@code bench-out/latest}
     * @throws StoreException it is not a run folder, or of a later version than this program reads
     */
    public static RunFolder open(Path path) {
        Path file = path.resolve(MANIFEST);
        if (!Files.exists(file)) throw new StoreException(path + " is not a run folder: it has no " + MANIFEST);
        Manifest manifest = parse(file, 1, text(file), Manifest.class);
        if (manifest.schema() > Json.SCHEMA) {
            throw new StoreException(file + " is of version " + manifest.schema() + ", this program reads up to " + Json.SCHEMA + ": use a newer one");
        }
        try {
            return new RunFolder(path.toRealPath(), manifest);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    public Path path() {
        return path;
    }

    public Manifest manifest() {
        return manifest;
    }

    public List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        lines(TRIALS, Trial.class, trials::add);
        return trials;
    }

    /** Every row in the order of writing; a last line cut short by a crash is left out. */
    public void rows(Consumer<Row> consumer) {
        lines(ROWS, Row.class, consumer);
    }

    private <T> void lines(String name, Class<T> type, Consumer<T> consumer) {
        Path file = path.resolve(name);
        if (!Files.exists(file)) return;
        try (BufferedReader in = Files.newBufferedReader(file)) {
            boolean whole = endsWithNewline(file);
            int number = 0;
            for (String line = in.readLine(), next; line != null; line = next) {
                next = in.readLine();
                number++;
                if (next == null && !whole) return;
                consumer.accept(parse(file, number, line, type));
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static boolean endsWithNewline(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            if (channel.size() == 0) return true;
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.position(channel.size() - 1).read(last);
            return last.get(0) == '\n';
        }
    }

    /** The stored summary, or the computed one where there is none. */
    public Summary summary() {
        Path file = path.resolve(SUMMARY);
        return Files.exists(file) ? parse(file, 1, text(file), Summary.class) : Summaries.compute(this);
    }

    /** Whether the run was finished and sealed. */
    public boolean sealed() {
        return Files.exists(path.resolve(Seal.FILE));
    }

    /** What differs from the seal, one line per file; empty if nothing. */
    public List<String> verify() {
        try {
            return Seal.verify(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static <T> T parse(Path file, int line, String text, Class<T> type) {
        try {
            return Json.read(text, type);
        } catch (IllegalArgumentException e) {
            throw new StoreException(file + ", line " + line + ": " + e.getMessage(), e);
        }
    }

    private static StoreException unreadable(Path file, IOException e) {
        return new StoreException("cannot read " + file + ": " + RunWriter.reason(e), e);
    }
}
