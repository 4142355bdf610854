package dev.backbench.reports.charts;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;

/** Colours that people with any colour vision tell apart, on white and on dark ground; and the fonts. */
final class Palette {
    /** Text, lines and ground are replaced by the page's own where a chart is put into it: no series may use them. */
    static final Color TEXT = new Color(0x33, 0x33, 0x34), GRID = new Color(0xdd, 0xdd, 0xde), GROUND = new Color(0xff, 0xff, 0xfe);

    /** After Okabe and Ito, darkened or lightened towards equal contrast on both grounds. */
    private static final Color[] SERIES = {new Color(0x1f77b4), new Color(0xd55e00), new Color(0x009e73), new Color(0xcc79a7), new Color(0xb8860b),
        new Color(0x56a4d9), new Color(0x8c6bb1), new Color(0x7f7f7f), new Color(0x8c564b), new Color(0x9aa83a), new Color(0x2b8f9e), new Color(0xe8919c)};

    static final Color OTHER = new Color(0xa9a9b0);
    static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    static final BasicStroke THIN = new BasicStroke(1.2f), DASHED = new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {5, 4}, 0),
        DOTTED = new BasicStroke(1.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {1.5f, 3}, 0);

    private Palette() {}

    static Color series(int index) {
        return SERIES[index % SERIES.length];
    }

    /** The same for the same back end whatever its level: a family of points. */
    static Color family(List<String> backends, String backend) {
        return series(families(backends).indexOf(family(backend)));
    }

    static List<String> families(List<String> backends) {
        return backends.stream().map(Palette::family).distinct().toList();
    }

    /** {@code llvm} of {@code llvm:O2+x}. */
    static String family(String backend) {
        int end = 0;
        while (end < backend.length() && ":+".indexOf(backend.charAt(end)) < 0) end++;
        return backend.substring(0, end);
    }
}
