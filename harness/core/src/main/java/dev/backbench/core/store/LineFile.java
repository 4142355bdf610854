package dev.backbench.core.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of whole lines, appended by one writer. A line that cannot be written leaves no part of itself behind. Lines are remembered until they are synced,
 * so that none is lost with a full disk. Opened at the first append; not through a channel, which an interrupt of the thread would close.
 */
final class LineFile implements AutoCloseable {
    private final Path path;
    private final List<String> unsynced = new ArrayList<>();
    private RandomAccessFile file;
    private long end;

    LineFile(Path path) {
        this.path = path;
    }

    /** @throws IOException the line is not in the file, but among {@link #unsynced} */
    void append(String line) throws IOException {
        unsynced.add(line);
        if (file == null) open();
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            file.write(bytes);
            end += bytes.length;
        } catch (IOException e) {
            try {
                file.setLength(end);
            } catch (IOException neither) {
                e.addSuppressed(neither);
            }
            throw e;
        }
    }

    private void open() throws IOException {
        byte[] there = Files.isRegularFile(path) ? Files.readAllBytes(path) : new byte[0];
        file = new RandomAccessFile(path.toFile(), "rw");
        int length = there.length;
        // what a killed writer left of its last line
        while (length > 0 && there[length - 1] != '\n') length--;
        if (length < there.length) file.setLength(length);
        end = length;
        file.seek(end);
    }

    void sync() throws IOException {
        if (file != null && !unsynced.isEmpty()) file.getFD().sync();
        unsynced.clear();
    }

    /** Lines that may not be on the disk. */
    List<String> unsynced() {
        return List.copyOf(unsynced);
    }

    @Override
    public void close() throws IOException {
        if (file != null) file.close();
    }
}
