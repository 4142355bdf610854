package dev.backbench.reports.charts;

import dev.backbench.core.row.Start;
import dev.backbench.reports.Figures;
import dev.backbench.reports.RunData;
import java.awt.Graphics2D;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Every kind of cold start of every back end on one logarithmic axis: a row for each back end, a mark for each kind, and lines where a process or container that does nothing lies. */
final class ColdStartChart extends XYChart {
    private static final int ROW = 46, FRAME = 120;
    private static final double NAME = 8;
    private static final Marker[] MARKERS = {SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP, SeriesMarkers.TRIANGLE_DOWN,
        SeriesMarkers.RECTANGLE, SeriesMarkers.PLUS, SeriesMarkers.CROSS};

    private final List<String> backends;
    private final Map<String, Double> bare;

    private ColdStartChart(List<String> backends, Map<String, Double> bare, int width) {
        super(width, FRAME + ROW * backends.size());
        this.backends = backends;
        this.bare = bare;
    }

    /** @param data of a run with cold starts */
    static ColdStartChart of(RunData data, int width) {
        List<String> backends = data.backends().stream().filter(b -> data.cold().values().stream().anyMatch(s -> s.parts().containsKey(b))).toList();
        ColdStartChart chart = new ColdStartChart(backends, data.bare(), width);
        chart.fill(data.cold());
        return chart;
    }

    private void fill(Map<String, RunData.Split> cold) {
        Styles.axes(getStyler());
        setXAxisTitle("milliseconds to the first mark, log");
        getStyler().setXAxisLogarithmic(true).setYAxisTicksVisible(false).setPlotGridHorizontalLinesVisible(false).setPlotGridVerticalLinesVisible(true).setXAxisDecimalPattern("#,##0.###");
        getStyler().setYAxisMin(-0.5).setYAxisMax(backends.size() - 0.5).setMarkerSize(9);
        double least = Double.MAX_VALUE, most = 0;
        for (double millis : bare.values()) least = Math.min(least, millis);
        int index = 0;
        for (Map.Entry<String, RunData.Split> kind : cold.entrySet()) {
            List<Double> x = new ArrayList<>(), y = new ArrayList<>();
            for (String backend : backends) {
                if (!kind.getValue().parts().containsKey(backend)) continue;
                double millis = kind.getValue().whole(backend) / 1e6;
                x.add(millis);
                y.add((double) row(backend));
                least = Math.min(least, millis);
                most = Math.max(most, millis);
            }
            XYSeries series = addSeries(Start.of(kind.getKey()).words(), x, y);
            series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter).setMarker(MARKERS[index % MARKERS.length]).setMarkerColor(Palette.series(index++));
        }
        // whole decades, so that there is a number at each end
        getStyler().setXAxisMin(Math.pow(10, Math.floor(Math.log10(least)))).setXAxisMax(Math.pow(10, Math.ceil(Math.log10(most))));
    }

    /** The first back end lies on top. */
    private int row(String backend) {
        return backends.size() - 1 - backends.indexOf(backend);
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
        super.paint(g, width, height);
        double left = getScreenXFromChart(getStyler().getXAxisMin()), right = getScreenXFromChart(getStyler().getXAxisMax());
        double top = getScreenYFromChart(getStyler().getYAxisMax()), bottom = getScreenYFromChart(getStyler().getYAxisMin());
        for (String backend : backends) {
            double y = getScreenYFromChart(row(backend));
            g.setColor(Palette.GRID);
            g.setStroke(Palette.DOTTED);
            g.draw(new Line2D.Double(left, y, right, y));
            text(g, backend, left, y - NAME);
        }
        boolean high = true;
        for (Map.Entry<String, Double> line : bare.entrySet()) {
            double x = getScreenXFromChart(line.getValue());
            g.setColor(Palette.TEXT);
            g.setStroke(Palette.DASHED);
            g.draw(new Line2D.Double(x, top, x, bottom));
            text(g, "bare " + Start.of(line.getKey()).host().label() + ", " + Figures.number(line.getValue()) + " ms", x + 5, high ? top + 4 : top + 20);
            high = !high;
        }
    }

    private static void text(Graphics2D g, String words, double x, double y) {
        g.setColor(Palette.TEXT);
        g.fill(new TextLayout(words, Palette.PLAIN, g.getFontRenderContext()).getOutline(AffineTransform.getTranslateInstance(x, y)));
    }
}
