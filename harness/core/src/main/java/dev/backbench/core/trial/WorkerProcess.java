package dev.backbench.core.trial;

import dev.backbench.core.host.BoxedProcess;
import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.worker.Wire;
import dev.backbench.spi.Containers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running worker: its lines as they come, and its end, natural or not. */
final class WorkerProcess {
    /** No more lines will come. */
    static final List<String> END = List.of("(end)");
    private static final Duration GRACE = Duration.ofSeconds(2);
    /** A container is removed before the command that started it ends. */
    private static final Duration BOX_GRACE = Duration.ofSeconds(20);
    /** A grandchild may hold the pipe open after the worker's death; what was in the pipe is read within this. */
    private static final long DRAIN_MILLIS = 300;

    private volatile long spawned;
    private final Process process;
    private final BlockingQueue<List<String>> lines = new LinkedBlockingQueue<>();
    private final Containers.Box box;
    private final Duration grace;
    private volatile long inside = -1;
    private long deadSince = -1, number = -1, boxed = -1;

    WorkerProcess(ProcessBuilder builder) throws IOException {
        this(builder, null);
    }

    /** @param box the container it runs in; null for none */
    WorkerProcess(ProcessBuilder builder, Containers.Box box) throws IOException {
        this.box = box;
        grace = box == null ? GRACE : BOX_GRACE;
        spawned = System.nanoTime();
        process = builder.start();
        Thread.ofPlatform().daemon().name("worker " + process.pid()).start(this::read);
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals(WorkerCommand.READY)) letGo();
                else if (line.equals(WorkerCommand.INSIDE)) inside = System.nanoTime();
                else lines.add(Wire.fields(line));
            }
        } catch (IOException closed) {
            // the same as the end
        }
        lines.add(END);
    }

    /** The clock is read before the shell goes on, so that nothing of the worker is missed however late this thread is. */
    private void letGo() throws IOException {
        OutputStream in = process.getOutputStream();
        spawned = System.nanoTime();
        in.write('\n');
        in.flush();
    }

    /**
     * {@link System#nanoTime} when the shell that sets the worker up was told to give way to the JVM, whose clock is the same one: what pins it and makes its
     * session is not counted.
     */
    long spawned() {
        return spawned;
    }

    /** The next line's fields, or null if none came in that time, or {@link #END}. */
    List<String> next(long millis) throws InterruptedException {
        List<String> line = lines.poll(Math.max(0, millis), TimeUnit.MILLISECONDS);
        if (line != null || process.isAlive()) return line;
        long now = System.currentTimeMillis();
        if (deadSince < 0) deadSince = now;
        return now - deadSince > DRAIN_MILLIS ? END : null;
    }

    /** Of the worker itself if that can be told, otherwise of what started it. */
    long pid() {
        if (number < 0) return process.pid();
        if (boxed < 0) {
            String id = ProcFiles.read(box.idFile().toString());
            long found = id == null ? -1 : BoxedProcess.find(id, number);
            boxed = found < 0 ? process.pid() : found;
        }
        return boxed;
    }

    /** When it was heard that the container had come up; -1 if it was not. */
    long inside() {
        return inside;
    }

    /** @param own the worker's number where it runs, which is no number here if that is a container */
    void isKnownAs(long own) {
        if (box != null) number = own;
    }

    /** Ends the worker and all its descendants: asked first, killed after two seconds. Returns once it is dead. */
    void kill() {
        List<ProcessHandle> tree;
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            tree = descendants.toList();
        }
        if (box != null) remove();
        group("TERM");
        process.destroy();
        if (!waitFor(GRACE)) {
            group("KILL");
            process.destroyForcibly();
        }
        tree.forEach(ProcessHandle::destroyForcibly);
        waitFor(GRACE);
    }

    /** The command that started a container can be ended without ending that. */
    private void remove() {
        boolean interrupted = Thread.interrupted();
        try {
            List<String> removal = Containers.found().orElseThrow().removal(box.name());
            Process removing = new ProcessBuilder(removal).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!removing.waitFor(BOX_GRACE.toSeconds(), TimeUnit.SECONDS)) removing.destroyForcibly();
        } catch (IOException e) {
            // it ends with its standard input, which is closed below
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** The worker leads its own session, so its process group is the tree, orphans included. */
    private void group(String signal) {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -" + signal + " -" + process.pid() + " 2>/dev/null").start().waitFor(1, TimeUnit.SECONDS);
        } catch (IOException e) {
            // the worker itself is killed below
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean waitFor(Duration time) {
        boolean interrupted = Thread.interrupted();
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end, killing what does not come to it. @return exit code, or 128 + signal */
    int end() {
        if (!waitFor(grace)) kill();
        return process.isAlive() ? 128 + 9 : process.exitValue();
    }
}
