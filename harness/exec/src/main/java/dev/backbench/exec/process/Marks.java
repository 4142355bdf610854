package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.ProgramResult;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The lines a program wrote about its region, taken for nothing until they fit: starts and ends take turns beginning with a start, no time runs backwards, and all lies
 * within the process's life, so that no other clock and no forgotten mark passes for a measurement.
 */
final class Marks {
    private static final Pattern MARK = Pattern.compile("(start|end) [1-8]?\\d{1,18}( [1-8]?\\d{1,18})?");

    private final String owner;
    private long at, cpu, first = -1, wall, used;
    private boolean open, cpuKnown = true;
    private int line;

    private Marks(String owner) {
        this.owner = owner;
    }

    /**
     * @param owner who ran, for messages
     * @param asked {@link System#nanoTime} before the process was started
     * @param total nanoseconds until it had ended
     * @throws BackendException a line is none, or does not fit the ones before it or the process; names the line
     */
    static ProgramResult read(String owner, int exit, long asked, long total, List<String> lines) {
        if (lines.isEmpty()) return new ProgramResult(exit, false, asked, total, -1, -1, -1, -1, -1, 0, total);
        Marks marks = new Marks(owner);
        for (String line : lines) marks.add(line, asked, asked + total);
        // A program that failed may have stopped anywhere; its exit code says so.
        if (marks.open && exit == 0) throw marks.wrong("the region that this line starts has no end");
        return new ProgramResult(exit, true, marks.first, marks.wall, marks.cpuKnown ? marks.used : -1, -1, -1, -1, -1, marks.first - asked, total);
    }

    private void add(String text, long from, long to) {
        line++;
        if (!MARK.matcher(text).matches()) throw wrong("'" + text + "' is neither 'start NANOS [CPU]' nor 'end NANOS [CPU]'");
        String[] words = text.split(" ");
        boolean starts = words[0].equals("start");
        if (starts == open) throw wrong("'" + text + "' " + (starts ? "starts a region within a region: the start before it has no end" : "ends a region that no start before it began"));
        long before = at, cpuBefore = cpu;
        at = Long.parseLong(words[1]);
        if (at - from < 0 || to - at < 0) throw wrong("'" + text + "' is not within the process's life, " + from + " to " + to + " ns of CLOCK_MONOTONIC: was another clock read?");
        if (first < 0) first = at;
        else if (at < before) throw wrong("'" + text + "' is " + (before - at) + " ns before the mark ahead of it");
        cpuKnown &= words.length > 2;
        if (cpuKnown) {
            cpu = Long.parseLong(words[2]);
            if (cpu < cpuBefore) throw wrong("'" + text + "' has less CPU time than the mark ahead of it");
        }
        if (!starts) {
            wall += at - before;
            used += cpu - cpuBefore;
        }
        open = starts;
    }

    private BackendException wrong(String what) {
        return new BackendException(owner + ": mark " + line + " of the run: " + what);
    }
}
