package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One program that runs as a process of its own, and the folder it was made in. A program that knows of the experiment appends a line {@code start NANOS [CPU]} or
 * {@code end NANOS [CPU]} at each mark to the file that {@code BENCH_MARKS} names: nanoseconds of CLOCK_MONOTONIC, which is {@link System#nanoTime}, and of its own CPU time if it can tell.
 * Of a program that does not, the region is the whole process. Marks that cannot be a region's are a {@link BackendException} of {@link #run}.
 */
public final class ProgramProcess implements AutoCloseable {
    private static final String MARKS = "BENCH_MARKS";
    private static final int LOG_LINES = 3;

    private final String owner, install;
    private final Place place;
    private final Path folder;
    private Path preopened;

    /**
     * @param owner who runs, for messages
     * @param place where; not closed here
     * @param install what to type if a command cannot be started; null if nobody knows
     */
    public ProgramProcess(String owner, Place place, String install) {
        this.owner = owner;
        this.place = place;
        this.install = install;
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

    /** Puts a file into {@link #folder}, before the first command. */
    public Path put(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new BackendException(owner + ": cannot hand over " + name + ": " + e.getMessage(), e);
        }
    }

    /** Hands over what was {@link #put}. */
    public void send() {
        place.send(folder);
    }

    /**
     * Runs a compiler's command to its end in {@link #folder}; its output goes to a log.
     *
     * @throws BackendException it could not be started or failed, with its last words
     */
    public void compile(List<String> command) {
        Path log = folder.resolve("compile.log");
        int exit = run(new Place.Step(command, folder, Map.of(), null, log, null));
        if (exit == 0) return;
        place.fetch(log);
        throw new BackendException(owner + ": '" + command.getFirst() + "' ended with " + exit + ": " + tail(log));
    }

    /** What a command printed. */
    public record Said(int exit, String firstLine) {}

    /** Runs a command that answers a question, such as one about its version. @throws BackendException it could not be started */
    public Said ask(List<String> command) {
        Path answer = folder.resolve("answer");
        int exit = run(new Place.Step(command, folder, Map.of(), null, answer, null));
        place.fetch(answer);
        try (Stream<String> lines = Files.lines(answer)) {
            return new Said(exit, lines.findFirst().orElse("").strip());
        } catch (IOException | UncheckedIOException e) {
            throw new BackendException(owner + ": its answer cannot be read: " + e.getMessage(), e);
        }
    }

    /** Runs a program; {@code config}'s arguments are not added. Its working folder is the preopened one. */
    public ProgramResult run(List<String> command, ProgramConfig config, Map<String, String> environment) {
        try {
            Path in = folder.resolve("stdin"), out = folder.resolve("stdout"), err = folder.resolve("stderr"), marks = folder.resolve("marks");
            for (Path file : List.of(marks, out, err)) Files.deleteIfExists(file);
            ProgramCompiler.writeInput(in, config.in());
            Files.createFile(marks);
            place.send(in);
            place.send(marks);
            Path home = config.preopen() == null ? folder : config.preopen().toAbsolutePath();
            if (!home.equals(folder) && !home.equals(preopened)) place.send(home);
            preopened = home;
            Map<String, String> variables = new HashMap<>(config.environment());
            variables.putAll(environment);
            variables.put(MARKS, marks.toString());
            long asked = System.nanoTime();
            int exit = run(new Place.Step(command, home, variables, in, out, err));
            long total = System.nanoTime() - asked;
            for (Path file : List.of(marks, out, err)) place.fetch(file);
            ProgramCompiler.readOutput(out, config.out());
            ProgramCompiler.readOutput(err, config.err());
            return Marks.read(owner, exit, asked, total, Files.readAllLines(marks));
        } catch (IOException e) {
            throw new BackendException(owner + ": " + e.getMessage(), e);
        }
    }

    private int run(Place.Step step) {
        try {
            return place.run(step);
        } catch (Place.NoSuchCommand e) {
            throw new BackendException(owner + ": cannot start '" + e.getMessage() + "'" + (install == null ? "" : "; " + install), e);
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

    @Override
    public void close() {
        place.forget(folder);
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(path);
        } catch (IOException | UncheckedIOException e) {
            throw new BackendException("could not remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
