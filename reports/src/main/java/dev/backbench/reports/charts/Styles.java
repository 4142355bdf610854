package dev.backbench.reports.charts;

import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/** The look that all charts share. */
final class Styles {
    private Styles() {}

    static void axes(AxesChartStyler style) {
        style.setChartBackgroundColor(Palette.GROUND).setChartFontColor(Palette.TEXT).setChartTitleVisible(false).setChartPadding(8).setBaseFont(Palette.PLAIN);
        style.setPlotBackgroundColor(Palette.GROUND).setPlotBorderVisible(false).setAntiAlias(true);
        style.setLegendBackgroundColor(Palette.GROUND).setLegendBorderColor(Palette.GROUND).setLegendFont(Palette.PLAIN).setLegendPosition(Styler.LegendPosition.OutsideE);
        style.setAxisTickLabelsFont(Palette.PLAIN).setAxisTitleFont(Palette.PLAIN).setPlotGridLinesColor(Palette.GRID).setAxisTickMarksColor(Palette.GRID);
        style.setXAxisTickLabelsColor(Palette.TEXT).setYAxisTickLabelsColor(Palette.TEXT).setXAxisTitleColor(Palette.TEXT).setYAxisTitleColor(Palette.TEXT);
        style.setPlotGridVerticalLinesVisible(false).setPlotContentSize(0.96);
    }
}
