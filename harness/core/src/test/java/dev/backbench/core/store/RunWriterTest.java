package dev.backbench.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import dev.backbench.core.row.Trial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunWriterTest {
    @TempDir Path temp;

    private static Manifest manifest(int schema) {
        return new Manifest(schema, "r", 1, List.of(1L), null, null, null, List.of(), List.of(), null, List.of(), Map.of(), null, Map.of());
    }

    private static Row row(long number) {
        CellKey cell = new CellKey("a:O2", "w", Measure.RUN, Regime.STEADY);
        return new Row(1, "r", number, cell, 0, 0, false, 5, Measure.RUN, "run/1", Regime.STEADY, Status.OK, null, new Row.Ns(number + 1, 2, 0, 0, 0, 0), Map.of(), Row.Counts.UNKNOWN,
                new Row.Work(1, 2, 3, 4, 5), null, null);
    }

    private static Trial trial() {
        return new Trial(1, "r", 0, 0, 0, "sweep", "a:O2", List.of("w"), List.of(), null, 1, 2, 3, 0, null, -1, List.of(0.5, 0.5), 0, List.of(), Status.OK, null, "logs/x");
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        RunFolder.open(temp).rows(rows::add);
        return rows;
    }

    @Test
    void whatIsWrittenIsRead() {
        try (RunWriter writer = RunWriter.open(temp, manifest(1))) {
            writer.append(row(0));
            writer.append(row(1));
            writer.append(trial());
            writer.finish("{}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(List.of(row(0), row(1)), rows());
        assertEquals(List.of(trial()), RunFolder.open(temp).trials());
    }

    @Test
    void theSealTellsChangesAdditionsAndLosses() throws IOException {
        try (RunWriter writer = RunWriter.open(temp, manifest(1))) {
            writer.append(row(0));
            writer.append(trial());
            writer.finish("{}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(List.of(), RunFolder.open(temp).verify());
        Files.writeString(temp.resolve(RunFolder.ROWS), "x", StandardOpenOption.APPEND);
        Files.delete(temp.resolve(RunFolder.TRIALS));
        Files.writeString(temp.resolve(RunFolder.BLOBS).resolve("more"), "x");
        Files.writeString(temp.resolve("index.html"), "drawn later, not sealed");
        assertEquals(List.of("trials.jsonl is missing", "rows.jsonl was changed", "blobs/more was added"), RunFolder.open(temp).verify());
    }

    @Test
    void aDamagedSealIsSaid() throws IOException {
        try (RunWriter writer = RunWriter.open(temp, manifest(1))) {
            writer.append(trial());
            writer.finish("{}\n".getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(temp.resolve(Seal.FILE), "half a li", StandardOpenOption.APPEND);
        assertEquals(List.of("SHA256SUMS is damaged: it has the line 'half a li'"), RunFolder.open(temp).verify());
    }

    @Test
    void whatAKilledWriterLeftOfALineIsCutOff() throws IOException {
        try (RunWriter writer = RunWriter.open(temp, manifest(1))) {
            writer.append(row(0));
        }
        Files.writeString(temp.resolve(RunFolder.ROWS), "{\"schema\":1,\"ro", StandardOpenOption.APPEND);
        assertEquals(1, rows().size(), "a reader leaves it out");
        try (RunWriter writer = RunWriter.open(temp, manifest(1))) {
            writer.append(row(1));
        }
        assertEquals(List.of(row(0), row(1)), rows());
    }

    @Test
    void aRunGoneOnWithHasNoSummaryOfEarlierRows() {
        for (int attempt = 0; attempt < 2; attempt++) {
            RunWriter writer = RunWriter.open(temp, manifest(1)); // the second one is killed
            assertFalse(Files.exists(temp.resolve(RunFolder.SUMMARY)), "attempt " + attempt);
            writer.append(row(attempt));
            if (attempt == 0) writer.finish("{}\n".getBytes(StandardCharsets.UTF_8));
        }
        assertFalse(RunFolder.open(temp).sealed());
    }

    @Test
    void aFullDiskLosesNothing() throws IOException {
        Path full = Path.of("/dev/full");
        RunWriter writer = RunWriter.open(temp, manifest(1));
        writer.append(row(0));
        writer.append(trial());
        Files.delete(temp.resolve(RunFolder.ROWS));
        Files.createSymbolicLink(temp.resolve(RunFolder.ROWS), full);
        RunWriter again = RunWriter.open(temp, manifest(1));
        StoreException said = assertThrows(StoreException.class, () -> again.append(row(7)));
        assertTrue(said.getMessage().contains("No space left on device") && said.getMessage().contains("--resume"), said.getMessage());
        Matcher aside = Pattern.compile("1 lines of rows.jsonl are in (\\S+)").matcher(said.getMessage());
        assertTrue(aside.find(), said.getMessage());
        assertEquals(List.of(Json.line(row(7))), Files.readAllLines(Path.of(aside.group(1))));
        Files.delete(Path.of(aside.group(1)));
        again.append(row(8));
        again.close();
        writer.close();
    }

    @Test
    void blobsAreNamedByTheirHashOrNotKept() throws IOException {
        Path from = Files.createDirectory(temp.resolve("from"));
        String sha = Seal.sha256("code");
        Files.writeString(from.resolve(sha), "code");
        Files.writeString(from.resolve(sha + ".part"), "co");
        Files.writeString(from.resolve(Seal.sha256("other")), "damaged");
        try (RunWriter writer = RunWriter.open(temp.resolve("run"), manifest(1))) {
            writer.adoptBlobs(from);
        }
        try (var files = Files.list(temp.resolve("run").resolve(RunFolder.BLOBS))) {
            assertEquals(List.of(sha), files.map(f -> f.getFileName().toString()).toList());
        }
        try (var files = Files.list(from)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void anInterruptedThreadStillWrites() {
        try (RunWriter writer = RunWriter.open(temp, manifest(1))) {
            Thread.currentThread().interrupt();
            writer.append(row(0));
            writer.append(trial());
            writer.finish("{}\n".getBytes(StandardCharsets.UTF_8));
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertEquals(1, rows().size());
        assertTrue(RunFolder.open(temp).sealed());
    }

    @Test
    void laterVersionsAndOtherFoldersAreRefusedInWords() {
        assertTrue(assertThrows(StoreException.class, () -> RunFolder.open(temp)).getMessage().contains("has no manifest.json"));
        RunWriter.open(temp, manifest(99)).close();
        assertTrue(assertThrows(StoreException.class, () -> RunFolder.open(temp)).getMessage().contains("version 99"));
    }

    @Test
    void runIdsSortByTime() {
        String earlier = RunId.create(Instant.parse("2026-01-01T00:00:00Z")), later = RunId.create(Instant.parse("2026-01-01T00:00:00.001Z"));
        assertTrue(earlier.compareTo(later) < 0, earlier + " " + later);
        assertTrue(earlier.matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), earlier);
        assertFalse(earlier.equals(RunId.create(Instant.parse("2026-01-01T00:00:00Z"))));
        assertEquals("20260101-000000-" + earlier.substring(28), RunId.folder(Instant.parse("2026-01-01T00:00:00Z"), earlier));
    }
}
