package dev.backbench.conformance.reduce;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The child process that examines inputs, a file's path a line; answers are lines of a word and fields, with tabs between. */
final class ReduceWorker {
    static final String MARK = "@reduce\t";
    /** READY at the start; TURN with whether it is the back end's; FINE, or FAILS with kind and what; BROKEN with why, and it ends. */
    static final String READY = "ready", TURN = "turn", FINE = "fine", FAILS = "fails", BROKEN = "broken";
    private static final long STACK_BYTES = 64L << 20;

    private ReduceWorker() {}

    /** @param arguments form, back end, oracle */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = System.out;
        System.setOut(System.err);
        Thread thread = new Thread(null, () -> run(arguments, out), "reduce", STACK_BYTES);
        thread.start();
        thread.join();
    }

    private static void run(String[] a, PrintStream out) {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Examination examination = Examination.of(a[0], a[1], a[2])) {
            say(out, READY);
            for (String path = in.readLine(); path != null; path = in.readLine()) {
                Examination.Failure failure = examine(examination, Files.readAllBytes(Path.of(path)), out);
                if (failure == null) say(out, FINE);
                else say(out, FAILS, failure.kind(), failure.what());
            }
        } catch (IOException | RuntimeException e) {
            say(out, BROKEN, String.valueOf(e.getMessage()));
        }
    }

    private static Examination.Failure examine(Examination examination, byte[] input, PrintStream out) {
        try {
            return examination.examine(input, backEnd -> say(out, TURN, String.valueOf(backEnd)));
        } catch (RuntimeException | Error e) {
            return Examination.thrown("the comparison", e);
        }
    }

    private static void say(PrintStream out, String... fields) {
        StringBuilder line = new StringBuilder(MARK);
        for (int i = 0; i < fields.length; i++) line.append(i > 0 ? "\t" : "").append(fields[i].replace('\t', ' ').replace('\n', ' '));
        out.print(line.append('\n'));
        out.flush();
    }
}
