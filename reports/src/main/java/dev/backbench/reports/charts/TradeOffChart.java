package dev.backbench.reports.charts;

import dev.backbench.reports.Figures;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Throughput against code quality. XChart lays out axes, grid and legend; points, intervals in both directions, the frontier and labels that keep clear
 * of each other are drawn over it, because XChart has intervals in one direction only and no labels that move.
 */
final class TradeOffChart extends XYChart {
    private static final double RADIUS = 5.5, GAP = 9;
    private static final int TICK_ROOM = 38;

    private static final BasicStroke HALO = new BasicStroke(4, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke HAIR = new BasicStroke(0.8f);

    private final List<TradeOff.Point> points;
    private final List<String> backends;

    TradeOffChart(List<TradeOff.Point> points, String regime, String reference, int width, int height) {
        super(width, height);
        this.points = points;
        backends = points.stream().map(TradeOff.Point::backend).toList();
        Styles.axes(getStyler());
        setXAxisTitle("compile throughput (" + regime + "), MB of code section per second, log");
        setYAxisTitle("speed of the code, " + reference + " = 1");
        getStyler().setXAxisLogarithmic(true).setAxisTicksVisible(false).setAxisTitlePadding(TICK_ROOM).setPlotGridLinesVisible(false).setLegendVisible(false);
        bounds();
        // one invisible series makes XChart lay the axes out
        XYSeries frame = addSeries("frame", new double[] {getStyler().getXAxisMin(), getStyler().getXAxisMax()}, new double[] {getStyler().getYAxisMin(), getStyler().getYAxisMax()});
        frame.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter).setMarker(SeriesMarkers.NONE);
    }

    /** Room for every interval, in whole thirds of a decade and from zero where that is near. */
    private void bounds() {
        double xMin = Double.MAX_VALUE, xMax = 0, yMin = Double.MAX_VALUE, yMax = 0;
        for (TradeOff.Point p : points) {
            xMin = Math.min(xMin, Math.min(p.xLow(), p.first()));
            xMax = Math.max(xMax, Math.max(p.xHigh(), p.first()));
            yMin = Math.min(yMin, p.yLow());
            yMax = Math.max(yMax, p.yHigh());
        }
        getStyler().setXAxisMin(Math.pow(10, Math.floor(Math.log10(xMin / 1.3) * 3) / 3)).setXAxisMax(Math.pow(10, Math.ceil(Math.log10(xMax * 1.3) * 3) / 3));
        getStyler().setYAxisMin(Math.max(0, Math.floor((yMin - 0.08) * 10) / 10)).setYAxisMax(Math.ceil((yMax + 0.08) * 10) / 10);
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
        super.paint(g, width, height);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        xTicks(g);
        yTicks(g);
        frontier(g);
        families(g);
        List<Rectangle2D> taken = new ArrayList<>();
        for (TradeOff.Point p : points) {
            point(g, p);
            taken.add(new Rectangle2D.Double(x(p.x()) - RADIUS, y(p.y()) - RADIUS, 2 * RADIUS, 2 * RADIUS));
            taken.add(new Rectangle2D.Double(x(p.xLow()), y(p.y()) - 1, x(p.xHigh()) - x(p.xLow()), 2));
            taken.add(new Rectangle2D.Double(x(p.x()) - 1, y(p.yHigh()), 2, y(p.yLow()) - y(p.yHigh())));
        }
        for (TradeOff.Point p : points) label(g, p, taken, width, height);
    }

    /** At 1, 2 and 5 of each decade: XChart writes out the decades only, and often there is none in sight. */
    private void xTicks(Graphics2D g) {
        double min = getStyler().getXAxisMin(), max = getStyler().getXAxisMax(), bottom = y(getStyler().getYAxisMin());
        for (double decade = Math.pow(10, Math.floor(Math.log10(min))); decade <= max; decade *= 10) {
            for (int lead = 1; lead <= 5; lead += lead == 1 ? 1 : 3) {
                double at = decade * lead;
                if (at < min || at > max) continue;
                grid(g, new Line2D.Double(x(at), y(getStyler().getYAxisMax()), x(at), bottom));
                TextLayout text = new TextLayout(Figures.number(at), Palette.PLAIN, g.getFontRenderContext());
                fill(g, text, x(at) - text.getBounds().getWidth() / 2, bottom + 22);
            }
        }
    }

    private void yTicks(Graphics2D g) {
        double min = getStyler().getYAxisMin(), max = getStyler().getYAxisMax(), left = x(getStyler().getXAxisMin());
        double step = max - min > 4 ? 1 : max - min > 1.4 ? 0.5 : max - min > 0.5 ? 0.2 : 0.1;
        for (long n = (long) Math.ceil(min / step - 1e-9); n * step <= max + 1e-9; n++) {
            double at = n * step;
            grid(g, new Line2D.Double(left, y(at), x(getStyler().getXAxisMax()), y(at)));
            TextLayout text = new TextLayout(Figures.number(at), Palette.PLAIN, g.getFontRenderContext());
            fill(g, text, left - 10 - text.getBounds().getWidth(), y(at) + text.getBounds().getHeight() / 2);
        }
    }

    private static void grid(Graphics2D g, Line2D line) {
        g.setColor(Palette.GRID);
        g.setStroke(HAIR);
        g.draw(line);
    }

    private static void fill(Graphics2D g, TextLayout text, double x, double y) {
        g.setColor(Palette.TEXT);
        g.fill(text.getOutline(AffineTransform.getTranslateInstance(x, y)));
    }

    /** A staircase: what can be had at least, going from the best code to the fastest compile. */
    private void frontier(Graphics2D g) {
        List<TradeOff.Point> best = TradeOff.frontier(points);
        if (best.isEmpty()) return;
        Path2D path = new Path2D.Double();
        double left = x(getStyler().getXAxisMin()), bottom = y(getStyler().getYAxisMin());
        path.moveTo(left, y(best.getFirst().y()));
        for (int i = 0; i < best.size(); i++) {
            path.lineTo(x(best.get(i).x()), y(best.get(i).y()));
            path.lineTo(x(best.get(i).x()), i + 1 < best.size() ? y(best.get(i + 1).y()) : bottom);
        }
        g.setColor(Palette.TEXT);
        g.setStroke(Palette.DASHED);
        g.draw(path);
    }

    /** Levels of one back end belong together. */
    private void families(Graphics2D g) {
        g.setStroke(Palette.THIN);
        for (String family : Palette.families(backends)) {
            Path2D path = null;
            for (TradeOff.Point p : points) {
                if (!Palette.family(p.backend()).equals(family)) continue;
                if (path == null) (path = new Path2D.Double()).moveTo(x(p.x()), y(p.y()));
                else path.lineTo(x(p.x()), y(p.y()));
            }
            Color color = Palette.family(backends, family);
            g.setColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), 90));
            g.draw(path);
        }
    }

    private void point(Graphics2D g, TradeOff.Point p) {
        g.setColor(Palette.family(backends, p.backend()));
        g.setStroke(Palette.THIN);
        double x = x(p.x()), y = y(p.y());
        g.draw(new Line2D.Double(x(p.xLow()), y, x(p.xHigh()), y));
        g.draw(new Line2D.Double(x, y(p.yLow()), x, y(p.yHigh())));
        if (p.first() != p.x()) {
            g.setStroke(Palette.DOTTED);
            g.draw(new Line2D.Double(x(p.first()), y, x, y));
            g.setStroke(Palette.THIN);
            g.draw(new Ellipse2D.Double(x(p.first()) - RADIUS / 2, y - RADIUS / 2, RADIUS, RADIUS));
        }
        Shape dot = new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS);
        if (p.ranked()) {
            g.fill(dot);
        } else {
            Color color = g.getColor();
            g.setColor(Palette.GROUND);
            g.fill(dot);
            g.setColor(color);
            g.draw(dot);
        }
    }

    /** Right of the point if that is free, else at one of the places around it, near ones first, and at last right again whatever is there, but inside the picture. */
    private void label(Graphics2D g, TradeOff.Point p, List<Rectangle2D> taken, int width, int height) {
        TextLayout text = new TextLayout(p.backend() + (p.ranked() ? "" : " (not ranked)"), Palette.PLAIN, g.getFontRenderContext());
        Rectangle2D size = text.getBounds();
        double x = x(p.x()), y = y(p.y()), w = size.getWidth(), h = size.getHeight();
        double right = x(p.xHigh()) + GAP, left = x(p.xLow()) - GAP - w, above = y - GAP, below = y + GAP + h, line = h + GAP;
        double[][] places = {{right, y + h / 2}, {x + GAP, above}, {x + GAP, below}, {left, y + h / 2}, {x - GAP - w, above}, {x - GAP - w, below},
            {x - w / 2, y(p.yHigh()) - GAP}, {x - w / 2, y(p.yLow()) + GAP + h}, {x + GAP, below + line}, {x + GAP, above - line}, {x - GAP - w, below + line},
            {x - GAP - w, above - line}, {Math.min(right, width - w - 4), y + h / 2}};
        for (int i = 0; i < places.length; i++) {
            Rectangle2D box = new Rectangle2D.Double(places[i][0] - 2, places[i][1] - h - 2, w + 4, h + 4);
            boolean free = box.getMinX() > x(getStyler().getXAxisMin()) && box.getMaxX() < width - 2 && box.getMinY() > 0 && box.getMaxY() < height;
            for (Rectangle2D other : taken) free &= !other.intersects(box);
            if (!free && i < places.length - 1) continue;
            taken.add(box);
            Shape outline = text.getOutline(AffineTransform.getTranslateInstance(places[i][0], places[i][1]));
            g.setColor(Palette.GROUND); // keeps lines behind it from touching the letters
            g.setStroke(HALO);
            g.draw(outline);
            g.setColor(Palette.TEXT);
            g.fill(outline);
            return;
        }
    }

    private double x(double value) {
        return getScreenXFromChart(value);
    }

    private double y(double value) {
        return getScreenYFromChart(value);
    }
}
