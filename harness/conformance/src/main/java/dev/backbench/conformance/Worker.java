package dev.backbench.conformance;

import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The child process that runs scripts for one back end: reads a file name per line, answers with a line per command and a last one, each flushed at once, so
 * that whatever kills this process leaves what was done. Lines not of the protocol (native code may write where it likes) are ignored by the parent.
 */
final class Worker {
    /** Begins each line of the protocol. */
    static final String MARK = "@backbench\t";
    static final String READY = "ready", DONE = "done", BROKEN = "broken";
    /** An interpreter hosted by the JVM needs room for deep recursion that is not a trap. */
    private static final long STACK_BYTES = 64L << 20;

    private Worker() {}

    /** @param arguments the back end's spec */
    public static void main(String[] arguments) throws InterruptedException {
        PrintStream out = System.out;
        System.setOut(System.err);
        Thread thread = new Thread(null, () -> serve(arguments[0], out), "scripts", STACK_BYTES);
        thread.start();
        thread.join();
    }

    private static void serve(String spec, PrintStream out) {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Compiler compiler = BackendSpec.parse(spec).newCompiler()) {
            say(out, READY);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                serve(Path.of(line), compiler, out);
            }
        } catch (IOException | RuntimeException e) {
            say(out, BROKEN + "\t" + escape(e.toString()));
        }
    }

    private static void serve(Path file, Compiler compiler, PrintStream out) throws IOException {
        try (ScriptRunner runner = new ScriptRunner(Script.read(file), compiler)) {
            runner.run((index, outcome) -> say(out, format(outcome)));
        }
        say(out, DONE);
    }

    private static void say(PrintStream out, String line) {
        out.print(MARK + line + "\n");
        out.flush();
    }

    static String format(Outcome o) {
        return o.status() + "\t" + o.line() + "\t" + escape(o.command()) + "\t" + escape(o.feature()) + "\t" + escape(o.expected()) + "\t" + escape(o.got());
    }

    /** The inverse of {@link #format}. */
    static Outcome parse(String line) {
        String[] f = line.split("\t", -1);
        return new Outcome(Outcome.Status.valueOf(f[0]), Integer.parseInt(f[1]), unescape(f[2]), unescape(f[3]), unescape(f[4]), unescape(f[5]));
    }

    /** Without tabs and line ends; null is {@code \0}. */
    static String escape(String text) {
        return text == null ? "\\0" : text.replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n");
    }

    private static String unescape(String text) {
        if (text.equals("\\0")) return null;
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            plain.append(c != '\\' ? c : switch (text.charAt(++i)) {
                case 't' -> '\t';
                case 'r' -> '\r';
                case 'n' -> '\n';
                default -> '\\';
            });
        }
        return plain.toString();
    }
}
