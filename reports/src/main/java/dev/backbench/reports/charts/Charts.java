package dev.backbench.reports.charts;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Start;
import dev.backbench.core.row.Summary;
import dev.backbench.reports.RunData;
import java.awt.GraphicsEnvironment;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.knowm.xchart.internal.chartpart.Chart;

/** The charts of a run, drawn without a display. */
public final class Charts {
    private static final int WIDTH = 860, HEIGHT = 440, TALL = 520;
    /** Pixels by point in PNG files. */
    private static final int DENSITY = 2;
    /** Name of the chart of the first set of programs; those of others have it as their beginning. */
    public static final String TRADE_OFF = "tradeoff";

    /** Name of the chart that compares all kinds of cold start. */
    public static final String COLD_STARTS = "cold-starts";

    /**
     * @param name of its files
     * @param caption what it shows, one or two sentences
     */
    public record Drawn(String name, String title, String caption, String svg) {}

    private Charts() {}

    /** @return null if charts can be drawn; otherwise why not, and what to type */
    public static String obstacle() {
        System.setProperty("java.awt.headless", "true");
        try {
            String[] fonts = GraphicsEnvironment.getLocalGraphicsEnvironment().getAvailableFontFamilyNames();
            if (fonts.length > 0 && Palette.PLAIN.canDisplay('x')) return null;
        } catch (RuntimeException | LinkageError e) {
            // said below: the JDK fails in several ways without fontconfig
        }
        return "no charts: this machine has no fonts that Java can draw with. Type: apt-get install fontconfig fonts-dejavu-core";
    }

    /** All that the run has data for, in the order of the page. Only where {@link #obstacle} is null. */
    private static Map<Drawn, Chart<?, ?>> draw(RunData data) throws IOException {
        Map<Drawn, Chart<?, ?>> charts = new LinkedHashMap<>();
        for (String set : data.sets()) tradeOff(data, set, charts);
        split(charts, data.phases(), 1000, "phases", "Compile time by phase", "seconds per MB of code section",
            "Wall time from trials of their own, in which the phase clock runs; \"other\" is what lies between the phases.");
        if (data.cold().size() > 1) {
            add(charts, COLD_STARTS, "Every kind of cold start", "Where a program is started and from what; left is faster. Dashed: a process, or container, that does nothing but say a word.",
                ColdStartChart.of(data, WIDTH));
        }
        for (Map.Entry<String, RunData.Split> cold : data.cold().entrySet()) cold(charts, Start.of(cold.getKey()), cold.getValue());
        split(charts, data.size(), 1, "size", "Code size", "bytes per byte of code section", "Machine code and its constants, without trap tables and unwind data.");
        return charts;
    }

    /** Of the chart of one kind of cold start. */
    public static String cold(String regime) {
        return regime.equals(Regime.PROCESS_COMPILED) ? "cold" : "cold-" + regime;
    }

    private static void cold(Map<Drawn, Chart<?, ?>> charts, Start start, RunData.Split split) throws IOException {
        boolean usual = start.equals(Start.USUAL);
        split(charts, split, 1e6, cold(start.regime()), "Cold start" + (usual ? "" : ", " + start.words()), "milliseconds to the first mark",
            (start.host().fresh() ? "From starting a fresh " + (start.host() == Start.Host.CONTAINER ? "container" : "process") : "From asking a resident process") + " to the program's first mark, "
                + (start.precompiled() ? "from an image of its code" : "compiling included") + ", with files cached by the system.");
    }

    private static void tradeOff(RunData data, String set, Map<Drawn, Chart<?, ?>> charts) throws IOException {
        String regime = data.regimes(Measure.COMPILE).contains(Regime.STEADY) ? Regime.STEADY : Regime.FIRST;
        List<TradeOff.Point> points = new ArrayList<>();
        for (String backend : data.backends()) {
            TradeOff.Point point = point(data, set, backend, regime);
            if (point != null) points.add(point);
        }
        if (points.size() < 2) return;
        String rings = regime.equals(Regime.STEADY) ? " A small ring is the first module of a fresh process" + fewer(data, set, regime) + "." : "";
        boolean main = set.equals(data.sets().getFirst());
        String name = main ? TRADE_OFF : TRADE_OFF + "-" + set;
        add(charts, name, "Compile throughput against code quality" + (main ? "" : ", " + Summary.setName(set)), "Right is faster compiling, up is faster code, crosses are 95% intervals, lines join the "
            + "levels of a back end. On the dashed line nothing else is better in both." + rings, new TradeOffChart(points, regime, data.summary().reference(), WIDTH, TALL));
    }

    /** The quick preset starts some of its programs only in processes of their own. */
    private static String fewer(RunData data, String set, String regime) {
        for (String backend : data.backends()) {
            Summary.Total first = data.total(set, backend, Measure.COMPILE, Regime.FIRST), steady = data.total(set, backend, Measure.COMPILE, regime);
            if (first != null && steady != null && first.workloads() != steady.workloads()) return ", over " + first.workloads() + " of the " + steady.workloads() + " programs";
        }
        return "";
    }

    /** The compile interval is of the ratio to the reference; around the throughput it is as wide in proportion. */
    private static TradeOff.Point point(RunData data, String set, String backend, String regime) {
        Summary.Total compile = data.total(set, backend, Measure.COMPILE, regime), first = data.total(set, backend, Measure.COMPILE, Regime.FIRST);
        Summary.Total run = data.total(set, backend, Measure.RUN, Regime.STEADY);
        if (compile == null || run == null || compile.total() == null || run.geomean() == null || !(compile.total() > 0)) return null;
        double x = compile.total(), y = run.geomean();
        boolean ranked = data.ranked(backend, Measure.COMPILE) && data.ranked(backend, Measure.RUN);
        double scale = compile.geomean() == null ? 1 : x / compile.geomean();
        return new TradeOff.Point(backend, x, compile.low() == null ? x : Math.min(x, compile.low() * scale), compile.high() == null ? x : Math.max(x, compile.high() * scale),
            first == null || first.total() == null ? x : first.total(), y, run.low() == null ? y : run.low(), run.high() == null ? y : run.high(), ranked);
    }

    private static void split(Map<Drawn, Chart<?, ?>> charts, RunData.Split split, double scale, String name, String title, String axis, String caption)
            throws IOException {
        if (split.parts().isEmpty()) return;
        String over = " Over the " + split.programs() + (split.programs() == 1 ? " program" : " programs") + " that all of these have samples of.";
        add(charts, name, title, caption + over, new StackedChart(split, scale, axis, WIDTH, HEIGHT));
    }

    private static void add(Map<Drawn, Chart<?, ?>> charts, String name, String title, String caption, Chart<?, ?> chart) throws IOException {
        charts.put(new Drawn(name, title, caption, Svg.of(chart, name)), chart);
    }

    /** Draws all that the run has data for into {@code folder}, as {@code NAME.svg} and {@code NAME.png}, replacing what is there. */
    public static List<Drawn> write(RunData data, Path folder) throws IOException {
        Files.createDirectories(folder);
        Map<Drawn, Chart<?, ?>> charts = draw(data);
        for (Map.Entry<Drawn, Chart<?, ?>> chart : charts.entrySet()) {
            Files.writeString(folder.resolve(chart.getKey().name() + ".svg"), chart.getKey().svg(), StandardCharsets.UTF_8);
            ImageIO.write(bitmap(chart.getValue()), "png", folder.resolve(chart.getKey().name() + ".png").toFile());
        }
        return List.copyOf(charts.keySet());
    }

    private static BufferedImage bitmap(Chart<?, ?> chart) {
        BufferedImage image = new BufferedImage(chart.getWidth() * DENSITY, chart.getHeight() * DENSITY, BufferedImage.TYPE_INT_RGB);
        var g = image.createGraphics();
        g.scale(DENSITY, DENSITY);
        chart.paint(g, chart.getWidth(), chart.getHeight());
        g.dispose();
        return image;
    }
}
