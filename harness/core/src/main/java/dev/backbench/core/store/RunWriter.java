package dev.backbench.core.store;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Trial;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The one writer of a run folder. After a {@link StoreException} it writes nothing more; what could not be written was put aside, and the message says where. */
public final class RunWriter implements AutoCloseable {
    private final Path folder;
    private final String run;
    private final LineFile rows, trials;
    private boolean broken;

    private RunWriter(Path folder, String run) {
        this.folder = folder;
        this.run = run;
        rows = new LineFile(folder.resolve(RunFolder.ROWS));
        trials = new LineFile(folder.resolve(RunFolder.TRIALS));
    }

    /**
     * Begins a run, or goes on with one: then the manifest takes the place of the earlier one, the seal is broken, and the
     * summary, which will not be of all rows, is gone: until a new one is written, readers compute it.
     *
     * @throws StoreException the folder cannot be made or written
     */
    public static RunWriter open(Path folder, Manifest manifest) {
        try {
            Files.createDirectories(folder.resolve(RunFolder.BLOBS));
            Files.createDirectories(folder.resolve(RunFolder.LOGS));
            Files.deleteIfExists(folder.resolve(Seal.FILE));
            Files.deleteIfExists(folder.resolve(RunFolder.SUMMARY));
            replace(folder.resolve(RunFolder.MANIFEST), Json.text(manifest));
            return new RunWriter(folder, manifest.run());
        } catch (IOException e) {
            throw new StoreException("cannot write to " + folder.toAbsolutePath() + ": " + reason(e) + "; name another folder with --out=DIR", e);
        }
    }

    public void append(Row row) {
        append(rows, Json.line(row));
    }

    /** Ends a trial: its line is written, and all rows so far are on the disk before this returns. */
    public void append(Trial trial) {
        append(trials, Json.line(trial));
        try {
            rows.sync();
            trials.sync();
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private void append(LineFile file, String line) {
        if (broken) return;
        try {
            file.append(line);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Moves machine code that a worker left in {@code from} to its place; each distinct code is kept once. */
    public void adoptBlobs(Path from) {
        if (broken) return;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                Path place = folder.resolve(RunFolder.BLOBS).resolve(name);
                boolean whole = name.length() == 64 && Seal.sha256(file).equals(name);
                if (!whole || Files.exists(place)) Files.delete(file);
                else move(file, place);
            }
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private static void move(Path file, Path place) throws IOException {
        // through a neighbour, because a copy between file systems is not atomic
        Path part = place.resolveSibling(place.getFileName() + ".part");
        Files.move(file, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes the summary and seals the folder. */
    public void finish(byte[] summary) {
        if (broken) return;
        try {
            rows.sync();
            trials.sync();
            replace(folder.resolve(RunFolder.SUMMARY), summary);
            Seal.write(folder);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private StoreException broken(IOException cause) {
        broken = true;
        String message = "cannot write to " + folder.toAbsolutePath() + ": " + reason(cause) + "; the experiment stops here. ";
        return new StoreException(message + rescue() + " With room made, --resume goes on where it stopped.", cause);
    }

    private String rescue() {
        List<String> kept = new ArrayList<>();
        for (LineFile file : List.of(rows, trials)) {
            if (file.unsynced().isEmpty()) continue;
            String name = file == rows ? RunFolder.ROWS : RunFolder.TRIALS;
            try {
                Path aside = Files.createTempFile("backbench-" + run + "-", "-" + name);
                Files.write(aside, file.unsynced());
                kept.add(file.unsynced().size() + " lines of " + name + " are in " + aside);
            } catch (IOException e) {
                kept.add(file.unsynced().size() + " lines of " + name + " are lost: " + reason(e));
            }
        }
        String before = "All trials before this one are stored";
        return kept.isEmpty() ? before + "." : before + "; of this one, " + String.join(", ", kept) + " (lines may be in both places).";
    }

    /** Whole or not at all, and on the disk when it returns. */
    static void replace(Path file, byte[] content) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, content);
        try (RandomAccessFile synced = new RandomAccessFile(part.toFile(), "rw")) {
            synced.getFD().sync();
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) return "permission denied";
        if (e instanceof java.nio.file.FileSystemException fs && fs.getReason() != null) return fs.getReason();
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    @Override
    public void close() {
        try (rows; trials) {
            if (!broken) rows.sync();
        } catch (IOException e) {
            throw broken(e);
        }
    }
}
