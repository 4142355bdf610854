package dev.backbench.conformance.reduce;

import dev.backbench.conformance.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The parent's side: inputs go to a worker; its death or silence is a failure of the input, and the next one gets a new worker. */
final class ReduceProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final String END = "";

    private final List<String> arguments;
    private final Path candidate, log;
    private Process process;
    private LinkedBlockingQueue<String> lines;
    private volatile String signal;
    private int started;

    /** @param folder for the input under way and the worker's log */
    ReduceProcess(String form, String backend, String against, Path folder) {
        arguments = List.of(form, backend, against);
        candidate = folder.resolve("candidate." + form).toAbsolutePath();
        log = folder.resolve("worker.log").toAbsolutePath();
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    int started() {
        return started;
    }

    /** @return null where nothing is wrong with it, or the oracle does not end */
    Examination.Failure examine(byte[] input, Duration limit) throws IOException, InterruptedException {
        Files.write(candidate, input);
        if (process == null || !process.isAlive()) start();
        process.getOutputStream().write((candidate + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        boolean backEnd = true;
        for (long end = System.nanoTime() + limit.toNanos();;) {
            String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                kill();
                return backEnd ? new Examination.Failure("hangs", "no end within " + limit.toMillis() / 1000.0 + " s") : null;
            }
            String[] f = line.split("\t", -1);
            switch (f[0]) {
                case ReduceWorker.TURN -> {
                    backEnd = Boolean.parseBoolean(f[1]);
                    end = System.nanoTime() + limit.toNanos();
                }
                case ReduceWorker.FINE -> {
                    return null;
                }
                case ReduceWorker.FAILS -> {
                    return new Examination.Failure(f[1], f[2]);
                }
                default -> {
                    String how = line.equals(END) ? death() : f[1];
                    kill();
                    return new Examination.Failure("kills the process: " + how.replaceAll(" at pc.*|\\d+", ""), "kills the process: " + how);
                }
            }
        }
    }

    private void start() throws IOException, InterruptedException {
        started++;
        signal = null;
        process = ChildJvm.start(ReduceWorker.class, arguments, log);
        LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
        lines = answers;
        Process now = process;
        Thread.ofPlatform().daemon().name("worker output").start(() -> read(now, answers));
        String first = lines.poll(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (ReduceWorker.READY.equals(first)) return;
        kill();
        String why = first == null ? "did not start" : first.equals(END) ? "died at its start; its log: " + log : first.substring(first.indexOf('\t') + 1);
        throw new IOException("the worker process: " + why);
    }

    private void read(Process from, LinkedBlockingQueue<String> answers) {
        try (BufferedReader out = from.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                int mark = line.indexOf(ReduceWorker.MARK);
                if (mark >= 0) answers.add(line.substring(mark + ReduceWorker.MARK.length()));
                else if (line.startsWith(ChildJvm.SIGNAL)) signal = line.substring(1).strip();
            }
        } catch (IOException e) {
            // the process is gone: the end mark says so
        }
        answers.add(END);
    }

    private String death() throws InterruptedException {
        if (!process.waitFor(5, TimeUnit.SECONDS)) return "it closed its output";
        return signal != null ? signal : "exit code " + process.exitValue();
    }

    private void kill() {
        if (process != null) process.destroyForcibly();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        kill();
        if (process != null) process.waitFor();
        Files.deleteIfExists(candidate);
        if (Files.exists(log) && Files.size(log) == 0) Files.delete(log);
    }
}
