package dev.backbench.reports.charts;

import dev.backbench.reports.Figures;
import dev.backbench.reports.RunData;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;

/** A bar for each back end, divided into parts, with the whole written over it. */
final class StackedChart extends CategoryChart {
    private final RunData.Split split;
    private final List<String> backends;
    private final double scale;

    /**
     * @param scale divides the split's numbers to give those of the axis
     * @param axis what the axis shows, with its unit
     */
    StackedChart(RunData.Split split, double scale, String axis, int width, int height) {
        super(width, height);
        this.split = split;
        this.scale = scale;
        backends = new ArrayList<>(split.parts().keySet());
        Styles.axes(getStyler());
        getStyler().setDefaultSeriesRenderStyle(CategorySeries.CategorySeriesRenderStyle.Bar).setStacked(true).setAvailableSpaceFill(backends.size() < 4 ? 0.3 : 0.6);
        setYAxisTitle(axis);
        double highest = 0;
        for (String backend : backends) highest = Math.max(highest, split.whole(backend) / scale);
        getStyler().setYAxisMin(0.0).setYAxisMax(highest * 1.1);
        getStyler().setYAxisDecimalPattern(highest < 3 ? "0.##" : "#,###");
        if (backends.size() > 8) getStyler().setXAxisLabelRotation(45);
        series();
    }

    private void series() {
        int index = 0;
        for (String name : split.names()) {
            List<Double> values = new ArrayList<>();
            for (String backend : backends) values.add(split.parts().get(backend).getOrDefault(name, 0.0) / scale);
            CategorySeries series = addSeries(name, backends, values);
            Color color = name.equals("other") ? Palette.OTHER : Palette.series(index++);
            series.setFillColor(color);
        }
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
        super.paint(g, width, height);
        g.setColor(Palette.TEXT);
        for (int i = 0; i < backends.size(); i++) {
            double whole = split.whole(backends.get(i)) / scale;
            TextLayout text = new TextLayout(Figures.number(whole), Palette.PLAIN, g.getFontRenderContext());
            double x = center(i) - text.getBounds().getWidth() / 2, y = getScreenYFromChart(whole) - 6;
            g.fill(text.getOutline(AffineTransform.getTranslateInstance(x, y)));
        }
    }

    /** Where XChart puts a category: equal steps over the inner part of the plot. */
    private double center(int category) {
        double width = plot.getBounds().getWidth(), inner = getStyler().getPlotContentSize() * width;
        return plot.getBounds().getX() + (width - inner) / 2 + (category + 0.5) * inner / backends.size();
    }
}
