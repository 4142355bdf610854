package dev.backbench.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table of text, in the forms that documents need. Columns after the first {@code left} ones are aligned to the right. */
public final class Grid {
    private static final int GAP = 2;

    private final String[] head;
    private final int left;
    private final List<String[]> rows = new ArrayList<>();
    private int lineBefore = -1;

    /** @param left how many columns hold words and not numbers */
    public Grid(int left, String... head) {
        this.left = left;
        this.head = head;
    }

    /** @param cells as many as the head has, or fewer */
    public Grid add(String... cells) {
        rows.add(Arrays.copyOf(cells, Math.max(1, cells.length)));
        return this;
    }

    /** A line across before the next row: what comes is of another kind. */
    public void line() {
        lineBefore = rows.size();
    }

    public int size() {
        return rows.size();
    }

    /** Aligned columns, for a terminal. */
    public String text() {
        int[] width = new int[head.length];
        for (int c = 0; c < head.length; c++) {
            width[c] = width(head[c]);
            for (String[] row : rows) if (c < row.length) width[c] = Math.max(width[c], width(row[c]));
        }
        StringBuilder text = new StringBuilder();
        line(text, head, width);
        for (int r = 0; r < rows.size(); r++) {
            if (r == lineBefore) text.append("-".repeat(Math.max(1, Arrays.stream(width).sum() + GAP * (head.length - 1)))).append('\n');
            line(text, rows.get(r), width);
        }
        return text.toString();
    }

    private void line(StringBuilder text, String[] cells, int[] width) {
        StringBuilder line = new StringBuilder();
        for (int c = 0; c < cells.length; c++) {
            String pad = " ".repeat(width[c] - width(cells[c]));
            line.append(c < left ? cells[c] + pad : pad + cells[c]).append(" ".repeat(GAP));
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    public String markdown() {
        StringBuilder text = new StringBuilder("|");
        for (String cell : head) text.append(' ').append(markdown(cell)).append(" |");
        text.append("\n|");
        for (int c = 0; c < head.length; c++) text.append(c < left ? "---|" : "--:|");
        text.append('\n');
        for (String[] row : rows) {
            text.append('|');
            for (int c = 0; c < head.length; c++) text.append(' ').append(c < row.length ? markdown(row[c]) : "").append(" |");
            text.append('\n');
        }
        return text.toString();
    }

    private static String markdown(String cell) {
        return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_").replace("`", "\\`").replace("\n", "; ");
    }

    private static String lines(String cell) {
        int end = cell.indexOf('\n');
        return end < 0 ? cell : cell.substring(0, end) + "<br><small>" + cell.substring(end + 1).replace("\n", "<br>") + "</small>";
    }

    /** Rows below {@link #line} carry the class {@code below}; a cell's later lines are set small. @param caption read out by screen readers, shown small */
    String html(String caption) {
        StringBuilder text = new StringBuilder("<div class=\"wide\"><table><caption>").append(Html.escape(caption)).append("</caption><thead><tr>");
        for (int c = 0; c < head.length; c++) text.append(c < left ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"n\">").append(Html.escape(head[c])).append("</th>");
        text.append("</tr></thead><tbody>\n");
        for (int r = 0; r < rows.size(); r++) {
            text.append(lineBefore >= 0 && r >= lineBefore ? "<tr class=\"below\">" : "<tr>");
            String[] row = rows.get(r);
            for (int c = 0; c < head.length; c++) {
                String cell = lines(Html.escape(c < row.length ? row[c] : ""));
                if (c == 0) text.append("<th scope=\"row\">").append(cell).append("</th>");
                else text.append(c < left ? "<td>" : "<td class=\"n\">").append(cell).append("</td>");
            }
            text.append("</tr>\n");
        }
        return text.append("</tbody></table></div>\n").toString();
    }
}
