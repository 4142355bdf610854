package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs a program as a process of its own. A program that knows of the experiment appends a line {@code start NANOS [CPU]} or {@code end NANOS [CPU]} at each mark to the
 * file that {@code BENCH_MARKS} names: nanoseconds of CLOCK_MONOTONIC, which is {@link System#nanoTime}, and of its own CPU time if it can tell. Of a program that does not, the region is the
 * whole process.
 */
public final class ProgramProcess implements AutoCloseable {
    private static final String MARKS = "BENCH_MARKS";
    private static final Pattern MARK = Pattern.compile("(start|end) \\d{1,18}( \\d{1,18})?");
    private static final int LOG_LINES = 3;

    private final String owner;
    private final Path folder;

    /** @param owner who runs, for messages */
    public ProgramProcess(String owner) {
        this.owner = owner;
        try {
            folder = Files.createTempDirectory("bench-process-");
        } catch (IOException e) {
            throw new BackendException("no temporary folder: " + e.getMessage(), e);
        }
    }

    /** A folder for what is compiled, removed on {@link #close}. */
    public Path folder() {
        return folder;
    }

    /**
     * Runs a compiler's command to its end in {@link #folder}; its output goes to a log.
     *
     * @param install what to type if it cannot be started; null if nobody knows
     * @throws BackendException it could not be started or failed, with its last words
     */
    public void compile(List<String> command, String install) {
        Path log = folder.resolve("compile.log");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(Redirect.to(log.toFile()));
        int exit = waitFor(start(builder, install));
        if (exit != 0) throw new BackendException(owner + ": '" + command.getFirst() + "' ended with " + exit + ": " + tail(log));
    }

    /** Runs a program; {@code config}'s arguments are not added. Its working folder is the preopened one. */
    public ProgramResult run(List<String> command, ProgramConfig config, String install) {
        try {
            Path in = folder.resolve("stdin"), out = folder.resolve("stdout"), err = folder.resolve("stderr"), marks = folder.resolve("marks");
            Files.deleteIfExists(marks);
            Files.write(in, config.in() == null ? new byte[0] : readAll(config.in()));
            Path home = config.preopen() == null ? folder : config.preopen();
            ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile()).redirectInput(in.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().putAll(config.environment());
            builder.environment().put(MARKS, marks.toString());
            long asked = System.nanoTime();
            int exit = waitFor(start(builder, install));
            long total = System.nanoTime() - asked;
            copy(out, config.out());
            copy(err, config.err());
            return result(exit, asked, total, Files.exists(marks) ? Files.readAllLines(marks) : List.of());
        } catch (IOException e) {
            throw new BackendException(owner + ": " + e.getMessage(), e);
        }
    }

    private ProgramResult result(int exit, long asked, long total, List<String> marks) {
        if (marks.isEmpty()) return new ProgramResult(exit, false, asked, total, -1, -1, -1, -1, -1, 0, total);
        long first = -1, opened = 0, openedCpu = 0, wall = 0, cpu = 0;
        boolean cpuKnown = true;
        for (String line : marks) {
            if (!MARK.matcher(line).matches()) throw new BackendException(owner + ": a mark is 'start NANOS' or 'end NANOS', not '" + line + "'");
            String[] words = line.split(" ");
            long at = Long.parseLong(words[1]), used = words.length > 2 ? Long.parseLong(words[2]) : 0;
            cpuKnown &= words.length > 2;
            if (words[0].equals("start")) {
                opened = at;
                openedCpu = used;
                if (first < 0) first = at;
            } else {
                wall += at - opened;
                cpu += used - openedCpu;
            }
        }
        return new ProgramResult(exit, true, first, wall, cpuKnown ? cpu : -1, -1, -1, -1, -1, first - asked, total);
    }

    private Process start(ProcessBuilder builder, String install) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new BackendException(owner + ": cannot start '" + builder.command().getFirst() + "'" + (install == null ? "" : "; " + install), e);
        }
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while a process ran", e);
        }
    }

    private static byte[] readAll(InputStream in) throws IOException {
        try (in) {
            return in.readAllBytes();
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.isEmpty() ? "it said nothing" : String.join("; ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "its log cannot be read";
        }
    }

    private static void copy(Path from, OutputStream to) throws IOException {
        if (to != null) Files.copy(from, to);
    }

    /** Removes what is in {@link #folder}, for the next module. */
    public void clear() {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) if (!path.equals(folder)) Files.delete(path);
        } catch (IOException | UncheckedIOException e) {
            throw new BackendException("could not clear " + folder + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        clear();
        try {
            Files.delete(folder);
        } catch (IOException e) {
            throw new BackendException("could not remove " + folder, e);
        }
    }
}
