package dev.backbench.reports;

import dev.backbench.core.verdict.Sentences;
import dev.backbench.reports.charts.Charts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes what a run folder shows people: {@code index.html}, {@code charts/}, {@code tables.md}, {@code cells.csv}. Raw files are only read. */
public final class Reports {
    public static final String PAGE = "index.html";

    private Reports() {}

    /**
     * @param folder the run folder; what an earlier report wrote is replaced
     * @return what the user should know, such as why there are no charts
     */
    public static List<String> write(RunData data, Path folder) throws IOException {
        List<String> notes = new ArrayList<>();
        List<Charts.Drawn> charts = List.of();
        String obstacle = Charts.obstacle();
        if (obstacle == null) charts = Charts.write(data, folder.resolve("charts"));
        else notes.add(obstacle);
        Files.writeString(folder.resolve("tables.md"), Document.of(data, Document.Format.MARKDOWN, true, false), StandardCharsets.UTF_8);
        Files.writeString(folder.resolve("cells.csv"), Document.of(data, Document.Format.CSV, true, false), StandardCharsets.UTF_8);
        Files.writeString(folder.resolve(PAGE), new Page(data, Sentences.of(data.summary()), charts, obstacle).html(), StandardCharsets.UTF_8);
        return notes;
    }
}
