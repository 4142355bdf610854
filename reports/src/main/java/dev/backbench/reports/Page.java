package dev.backbench.reports;

import dev.backbench.core.Commands;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.row.Summary;
import dev.backbench.reports.charts.Charts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One run as one page: no scripts, nothing fetched, light or dark as the reader's system is. */
final class Page {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

    private final RunData data;
    private final List<String> sentences;
    private final List<Charts.Drawn> charts;
    private final String obstacle;
    private final StringBuilder page = new StringBuilder();

    /**
     * @param sentences what was found
     * @param obstacle why there are no charts; null if there are
     */
    Page(RunData data, List<String> sentences, List<Charts.Drawn> charts, String obstacle) {
        this.data = data;
        this.sentences = sentences;
        this.charts = charts;
        this.obstacle = obstacle;
    }

    String html() {
        head();
        findings();
        for (String set : data.sets()) {
            chart(set.equals(data.sets().getFirst()) ? Charts.TRADE_OFF : Charts.TRADE_OFF + "-" + set);
            totals(set);
        }
        failures();
        split("phases", data.phases(), 1000, "s per MB of code section");
        coldStarts();
        split("size", data.size(), 1, "bytes per byte of code section");
        programs();
        ledger();
        run();
        return page.append("</main></body></html>\n").toString();
    }

    private void head() {
        Manifest m = data.manifest();
        String title = "Backbench " + m.run();
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .append("<meta name=\"color-scheme\" content=\"light dark\"><title>").append(Html.escape(title)).append("</title><style>\n").append(style())
            .append("</style></head><body><main>\n<header><h1>What each back end gives for the time it takes</h1><p class=\"quiet\">")
            .append(Html.escape("Run " + m.run() + ", " + TIME.format(Instant.ofEpochMilli(m.started())) + ", " + machine() + ", preset " + m.plan().preset()
                + ", seed " + m.plan().seed())).append("</p></header>\n");
    }

    private String machine() {
        Manifest.Machine machine = data.manifest().machine();
        return machine == null || machine.cpuModel() == null ? "unknown machine" : machine.cpuModel() + ", " + machine.cpus() + " cores";
    }

    private static String style() {
        try (InputStream in = Page.class.getResourceAsStream("page.css")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void findings() {
        if (sentences.isEmpty()) return;
        page.append("<section><h2>Findings</h2><ul class=\"findings\">\n");
        for (String sentence : sentences) page.append("<li>").append(Html.escape(sentence)).append("</li>\n");
        page.append("</ul></section>\n");
    }

    private void chart(String name) {
        for (Charts.Drawn chart : charts) {
            if (!chart.name().equals(name)) continue;
            page.append("<figure><h2>").append(Html.escape(chart.title())).append("</h2>").append(inline(chart)).append("<figcaption>").append(Html.escape(chart.caption()))
                .append(" Files: <a href=\"charts/").append(name).append(".svg\">SVG</a>, <a href=\"charts/").append(name).append(".png\">PNG</a>.</figcaption></figure>\n");
        }
    }

    /** The chart's own text, without its file's head, and with the page's colours for ground, text and grid. */
    private static String inline(Charts.Drawn chart) {
        String svg = chart.svg().substring(chart.svg().indexOf("<svg"));
        int end = svg.indexOf('>');
        String viewBox = svg.substring(svg.indexOf("viewBox=\"", 0), svg.indexOf('"', svg.indexOf("viewBox=\"") + 9) + 1);
        return "<svg role=\"img\" aria-label=\"" + Html.escape(chart.title() + ". " + chart.caption() + " The figures are in the tables.") + "\" " + viewBox
            + " xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">"
            + svg.substring(end + 1).replace("rgb(255,255,254)", "var(--ground)").replace("rgb(51,51,52)", "var(--text)").replace("rgb(221,221,222)", "var(--line)");
    }

    private void totals(String set) {
        Overview overview = new Overview(data, set);
        page.append("<section><h2>Totals of ").append(Html.escape(Summary.setName(set))).append("</h2>\n").append(Tables.full(overview).html("Totals of each back end, fastest code first")).append("<ul class=\"notes\">\n");
        for (String note : Tables.notes(data, overview)) page.append("<li>").append(Html.escape(note)).append("</li>\n");
        if (obstacle != null) page.append("<li>").append(Html.escape(obstacle)).append("</li>\n");
        page.append("</ul>\n");
        Grid breakEven = Tables.breakEven(data, set);
        if (breakEven.size() > 0) page.append("<h3>Break-even</h3>").append(breakEven.html("When a slower compile is paid back by faster code"));
        page.append("</section>\n");
    }

    private void failures() {
        List<Summary.Cell> failures = data.failures();
        if (failures.isEmpty()) return;
        page.append("<section><h2>Failed cells</h2><ul class=\"failed\">\n");
        for (Summary.Cell cell : failures) {
            page.append("<li><strong>").append(Html.escape(cell.status().label())).append("</strong> ")
                .append(Html.escape(cell.backend() + ", " + cell.measure().label() + " (" + cell.regime() + "), " + cell.workload() + (cell.reason() == null ? "" : ": " + cell.reason())))
                .append("<br><code>").append(Html.escape(data.repeat(cell))).append("</code></li>\n");
        }
        page.append("</ul></section>\n");
    }

    private void coldStarts() {
        if (ColdStarts.inFull(data)) {
            page.append("<section>\n");
            chart(Charts.COLD_STARTS);
            page.append(ColdStarts.causes(data).html("Cold start by cause, milliseconds")).append("</section>\n");
        }
        data.cold().forEach((regime, split) -> split(Charts.cold(regime), split, 1e6, "ms per start"));
    }

    private void split(String name, RunData.Split split, double scale, String unit) {
        if (split.parts().isEmpty()) return;
        page.append("<section>\n");
        chart(name);
        page.append("<details><summary>The same as a table</summary>").append(Tables.split(split, scale, unit).html(unit)).append("</details></section>\n");
    }

    private void programs() {
        page.append("<section><h2>Program by program</h2>\n");
        for (Overview.Column column : new Overview(data, data.sets().getFirst()).columns) {
            Grid grid = Tables.programs(data, column.measure(), column.regime());
            if (grid.size() == 0) continue;
            String heading = Document.heading(column);
            page.append("<details><summary>").append(Html.escape(heading)).append("</summary>").append(grid.html(heading + ", median with 95% interval")).append("</details>\n");
        }
        Grid grid = new Grid(3, "program", "family", "language", "code section, bytes", "functions");
        for (Manifest.WorkloadEntry w : data.manifest().workloads()) {
            grid.add(w.name(), w.family(), w.language() == null ? "" : w.language(), Long.toString(w.codeSectionBytes()), Long.toString(w.functions()));
        }
        page.append("<details><summary>What the programs are</summary>").append(grid.html("Programs of this run")).append("</details></section>\n");
    }

    private void ledger() {
        page.append("<section><h2>Ledger</h2><p class=\"quiet\">How each back end works: what to know before comparing.</p>\n");
        Grid differ = Tables.ledger(data, true), same = Tables.ledger(data, false);
        if (differ.size() > 0) page.append(differ.html("Where they differ"));
        if (same.size() > 0) page.append("<details><summary>Where they are alike</summary>").append(same.html("The same for all")).append("</details>");
        page.append("</section>\n");
    }

    private void run() {
        Manifest m = data.manifest();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("command", Commands.given(m.argv()));
        facts.put("seed", Long.toString(m.plan().seed()));
        facts.put("commit", m.commit() == null || m.commit().id() == null ? null : m.commit().id() + (Boolean.TRUE.equals(m.commit().dirty()) ? ", with changes" : ""));
        facts.put("budget", m.plan().budgetSeconds() == null ? "none" : m.plan().budgetSeconds() + " s");
        facts.put("core", m.plan().cpu());
        Manifest.Machine c = m.machine();
        if (c != null) {
            facts.put("processor", c.cpuModel() + ", " + c.cpus() + " cores, microcode " + c.microcode());
            facts.put("memory", c.memoryBytes() == null ? null : c.memoryBytes() / (1 << 30) + " GiB");
            facts.put("kernel", c.kernel());
            facts.put("governor", c.governor());
            facts.put("turbo", c.turbo() == null ? null : c.turbo() ? "on" : "off");
            facts.put("hyper-threading", c.smt() == null ? null : c.smt() ? "on" : "off");
            facts.put("hypervisor", c.hypervisor());
            facts.put("C library", c.libc());
        }
        if (m.jvm() != null) facts.put("JDK", m.jvm().vm() + " " + m.jvm().version() + ", " + m.jvm().collector() + ", heap " + m.jvm().heap());
        List<String> unknown = new ArrayList<>();
        page.append("<section><h2>Run and machine</h2><dl>\n");
        facts.forEach((name, value) -> {
            if (value == null) unknown.add(name);
            else page.append("<dt>").append(name).append("</dt><dd>").append(Html.escape(value)).append("</dd>\n");
        });
        if (!unknown.isEmpty()) page.append("<dt>not known here</dt><dd>").append(Html.escape(String.join(", ", unknown) + " (why: manifest.json)")).append("</dd>\n");
        page.append("</dl><p class=\"quiet\">Raw samples: rows.jsonl, trials.jsonl, manifest.json beside this page; the same figures: summary.json, tables.md, cells.csv.</p></section>\n");
    }
}
