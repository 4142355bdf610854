package dev.backbench.conformance.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The child process that runs cases one after another, each told before it begins, so that the parent knows which one ended the process. A line is a word and fields, with tabs between;
 * lines not of the protocol are ignored.
 */
final class FuzzWorker {
    /** Begins each line of the protocol. */
    static final String MARK = "@fuzz\t";
    /** Fields: number. A group, a name, a count. Milliseconds of processor time, and all that was reached is told. Number, file, what. Why. */
    static final String CASE = "case", REACHED = "reached", TOLD = "told", FOUND = "found", ALONE = "alone", BROKEN = "broken", DONE = "done";
    private static final long STACK_BYTES = 64L << 20, TELL_NANOS = 5_000_000_000L;

    private FuzzWorker() {}

    /** @param arguments kind, back end, others with commas, seed, first case, how many, seconds, folder of findings */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = System.out;
        System.setOut(System.err);
        Thread thread = new Thread(null, () -> run(arguments, out), "fuzz", STACK_BYTES);
        thread.start();
        thread.join();
    }

    private static void run(String[] a, PrintStream out) {
        long first = Long.parseLong(a[4]), count = Long.parseLong(a[5]), end = System.nanoTime() + Long.parseLong(a[6]) * 1_000_000_000L, told = System.nanoTime();
        try (FuzzCases cases = FuzzCases.open(a[0], a[1], List.of(a[2].split(",")), Long.parseLong(a[3]), Path.of(a[7]))) {
            for (long i = first; i - first < count && System.nanoTime() < end; i++) {
                say(out, CASE, String.valueOf(i));
                for (FuzzCases.Finding f : cases.run(i)) say(out, f.alone() ? ALONE : FOUND, String.valueOf(i), f.file().toString(), f.what());
                if (System.nanoTime() - told > TELL_NANOS) {
                    tell(cases, out);
                    told = System.nanoTime();
                }
            }
            tell(cases, out);
            say(out, DONE);
        } catch (IOException | RuntimeException | Error e) {
            say(out, BROKEN, e.toString());
        }
    }

    private static void tell(FuzzCases cases, PrintStream out) {
        for (Map.Entry<String, Map<String, Long>> group : cases.reached().entrySet()) {
            group.getValue().forEach((name, n) -> say(out, REACHED, group.getKey(), name, String.valueOf(n)));
        }
        say(out, TOLD, String.valueOf(ProcessHandle.current().info().totalCpuDuration().map(d -> d.toMillis()).orElse(0L)));
    }

    private static void say(PrintStream out, String... fields) {
        StringBuilder line = new StringBuilder(MARK);
        for (int i = 0; i < fields.length; i++) line.append(i > 0 ? "\t" : "").append(fields[i].replace('\t', ' ').replace('\n', ' '));
        out.print(line.append('\n'));
        out.flush();
    }
}
