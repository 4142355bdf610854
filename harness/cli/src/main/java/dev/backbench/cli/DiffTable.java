package dev.backbench.cli;

import dev.backbench.core.verdict.Diff;
import dev.backbench.reports.Figures;
import dev.backbench.reports.Grid;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Two runs against each other as text. */
final class DiffTable {
    private static final String PREFIX = "not comparable: ";

    private DiffTable() {}

    static String text(Diff.Result result, boolean color) {
        StringBuilder text = new StringBuilder("new " + result.newRun() + " against old " + result.oldRun() + " (speed of the new by the old: above 1 is better)\n");
        Grid grid = new Grid(4, "back end", "program", "measure", "verdict", "ratio", "95% interval", "could show");
        Map<Diff.Verdict, Integer> count = new EnumMap<>(Diff.Verdict.class);
        Map<String, Integer> incomparable = new java.util.TreeMap<>(), lost = new java.util.TreeMap<>();
        for (Diff.CellDiff cell : result.cells()) {
            count.merge(cell.verdict(), 1, Integer::sum);
            if (cell.verdict() == Diff.Verdict.NOT_COMPARABLE) incomparable.merge(cell.reason(), 1, Integer::sum);
            else grid.add(row(cell));
            if (cell.verdict() != Diff.Verdict.NOT_COMPARABLE && cell.ratio() == null) lost.merge(word(cell.verdict()) + ": " + cell.reason(), 1, Integer::sum);
        }
        if (grid.size() > 0) text.append(grid.text());
        lost.forEach((reason, cells) -> text.append(counted(reason, cells)));
        incomparable.forEach((reason, cells) -> text.append(counted((reason.startsWith(PREFIX) ? "" : PREFIX) + reason, cells)));
        List<String> totals = new ArrayList<>();
        count.forEach((verdict, cells) -> totals.add(cells + " " + word(verdict)));
        text.append(totals.isEmpty() ? "no cell in common" : String.join(", ", totals)).append('\n');
        String plain = text.toString();
        return color ? plain.replace("  worse", "  \033[31mworse\033[0m").replace("  better", "  \033[32mbetter\033[0m") : plain;
    }

    private static String counted(String reason, int cells) {
        return reason + " (" + cells + (cells == 1 ? " cell" : " cells") + ")\n";
    }

    private static String[] row(Diff.CellDiff cell) {
        return new String[] {cell.cell().backend(), cell.cell().workload(), cell.cell().measure().label() + " " + cell.cell().regime(), word(cell.verdict()), Figures.number(cell.ratio()),
            cell.low() == null ? "-" : Figures.number(cell.low()) + "–" + Figures.number(cell.high()),
            cell.smallest() == null ? "-" : "over " + Diff.change(cell.smallest())};
    }

    private static String word(Diff.Verdict verdict) {
        return verdict.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
