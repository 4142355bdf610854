package dev.backbench.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The two streams of a command: {@code out} carries only the document asked for, {@code err} everything said on the way. */
final class Console {
    final PrintStream out;
    final PrintStream err;
    /** Whether standard error is a terminal, so that a progress line may be rewritten. */
    final boolean live;
    private final boolean outTerminal;
    private boolean noColor;
    private boolean quiet;

    /** @param outTerminal whether colour and binary output make a difference @param live whether standard error can rewrite its line */
    Console(PrintStream out, PrintStream err, boolean outTerminal, boolean live) {
        this.out = out;
        this.err = err;
        this.outTerminal = outTerminal;
        this.live = live;
    }

    /** The process's own streams in UTF-8; the launcher says which are terminals, as the JVM cannot ask for each. */
    static Console system() {
        String terminal = System.getProperty("bench.terminal", ""), wish = System.getenv("NO_COLOR");
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        Console console = new Console(utf8(FileDescriptor.out), utf8(FileDescriptor.err), terminal.contains("out"), terminal.contains("err") && !dumb);
        if (dumb || wish != null && !wish.isEmpty()) console.noColor();
        return console;
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** What became of standard output, asked once at the end. @return null if all was written, otherwise why not */
    String lost() {
        out.flush();
        if (!out.checkError()) return null;
        try {
            new FileOutputStream(FileDescriptor.out).write(new byte[] {'\n'}); // a PrintStream does not keep the reason
            return "unknown";
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    void noColor() {
        noColor = true;
    }

    void quiet() {
        quiet = true;
    }

    boolean colorOnOut() {
        return outTerminal && !noColor;
    }

    boolean colorOnErr() {
        return live && !noColor;
    }

    /** A line of what is going on; silent under {@code -q}. */
    void say(String line) {
        if (!quiet) err.println("bench: " + line);
    }

    /** Something the user has to know even under {@code -q}. */
    void warn(String line) {
        err.println("bench: " + line);
    }

    /** Where a part that writes its own progress lines sends them. */
    PrintStream progress() {
        return quiet ? new PrintStream(OutputStream.nullOutputStream()) : err;
    }

    boolean outIsTerminal() {
        return outTerminal;
    }

    boolean isQuiet() {
        return quiet;
    }
}
