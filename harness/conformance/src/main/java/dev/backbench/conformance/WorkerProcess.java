package dev.backbench.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The parent's side of one {@link Worker}: gives it scripts, and turns its death or silence into failures of the commands that were still to come. */
final class WorkerProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    /** Ends the queue of lines: the process closed its output. */
    private static final String END = "";

    private final Process process;
    private final BufferedWriter in;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Path log;
    private volatile String signal;

    /** @param log where its standard error goes; crash reports of the JVM are put beside it */
    WorkerProcess(String spec, Path log) throws IOException {
        this.log = log;
        process = ChildJvm.start(Worker.class, List.of(spec), log);
        in = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread.ofPlatform().daemon().name("worker output").start(this::read);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int mark = line.indexOf(Worker.MARK);
                if (mark >= 0) lines.add(line.substring(mark + Worker.MARK.length()));
                else if (line.startsWith(ChildJvm.SIGNAL)) signal = line.substring(1).strip();
            }
        } catch (IOException e) {
            // the process is gone: the end mark says so
        }
        lines.add(END);
    }

    /** Waits until it has loaded its back end. @throws IOException it could not, in its words */
    void awaitReady() throws IOException, InterruptedException {
        String line = lines.poll(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (Worker.READY.equals(line)) return;
        String why = line == null ? "did not start within " + START_LIMIT.toSeconds() + " s" : line.equals(END) ? "died at its start: " + death() : line;
        throw new IOException("the worker process " + why + "; its log: " + log);
    }

    /**
     * Runs one script.
     *
     * @return one outcome per command, whatever happens; then {@link #alive} tells whether another script can be given
     */
    FileResult run(Script script, Duration limit) throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>(script.commands.size());
        long deadline = System.nanoTime() + limit.toNanos();
        String end = give(script.file.toAbsolutePath().toString());
        while (end == null) {
            String line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) end = "no answer within the file's limit of " + limit.toSeconds() + " s";
            else if (line.equals(END)) end = "the process died: " + death();
            else if (line.equals(Worker.DONE)) return new FileResult(script.file, outcomes);
            else if (line.startsWith(Worker.BROKEN)) end = "the worker gave up: " + line.substring(Worker.BROKEN.length()).strip();
            else outcomes.add(Worker.parse(line));
        }
        process.destroyForcibly().waitFor();
        failRest(script, outcomes, end + " (log: " + log + ")");
        return new FileResult(script.file, outcomes);
    }

    private String give(String path) throws InterruptedException {
        try {
            in.write(path + "\n");
            in.flush();
            return null;
        } catch (IOException e) {
            return "the process died: " + death();
        }
    }

    private static void failRest(Script script, List<Outcome> outcomes, String end) {
        int culprit = outcomes.size();
        for (int i = culprit; i < script.commands.size(); i++) {
            JsonNode command = script.commands.get(i);
            String why = i == culprit ? end : "not run: line " + Script.line(script.commands.get(culprit)) + " ended the process";
            outcomes.add(Outcome.failed(Script.line(command), Script.describe(command), "a result", why));
        }
    }

    /** How it ended: the signal the JVM reported if it did, otherwise the exit code. */
    private String death() throws InterruptedException {
        if (!process.waitFor(5, TimeUnit.SECONDS)) return "it closed its output";
        return signal != null ? signal : "exit code " + process.exitValue();
    }

    boolean alive() {
        return process.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        try {
            in.close();
        } catch (IOException e) {
            // it is dead already
        }
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    }
}
