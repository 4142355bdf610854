package dev.backbench.v8;

import dev.backbench.spi.BackendException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A running {@code node} with our worker script; requests and replies are lines, see {@code worker.mjs}. */
final class NodeProcess implements AutoCloseable {
    /** The engine said no: the class and message of the JavaScript error. */
    static final class ScriptError extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String kind;

        ScriptError(String kind, String message) {
            super(message);
            this.kind = kind;
        }

        String kind() {
            return kind;
        }
    }

    private final Path folder;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader replies;
    private long cpu;
    private long peak;

    NodeProcess(List<String> flags) {
        try {
            folder = Files.createTempDirectory("bench-v8-");
            List<String> command = new ArrayList<>(List.of("node", "--no-warnings"));
            command.addAll(flags);
            command.add(Node.script("worker.mjs", folder).toString());
            process = new ProcessBuilder(command).redirectError(folder.resolve("node.log").toFile()).start();
            requests = process.outputWriter();
            replies = process.inputReader();
        } catch (IOException e) {
            throw new BackendException("node could not be started: " + e.getMessage(), e);
        }
    }

    Path folder() {
        return folder;
    }

    boolean alive() {
        return process.isAlive();
    }

    /** CPU nanoseconds of the process up to its last reply. */
    long cpu() {
        return cpu;
    }

    long peakBytes() {
        return peak;
    }

    /**
     * @return the fields of the reply
     * @throws ScriptError the script threw
     * @throws BackendException node died
     */
    Map<String, String> request(String... words) {
        try {
            requests.write(String.join(" ", Stream.of(words).map(NodeProcess::encode).toList()));
            requests.newLine();
            requests.flush();
            String reply = replies.readLine();
            if (reply == null) throw new IOException("it closed its output");
            return parse(reply);
        } catch (IOException e) {
            throw new BackendException("node died" + exit() + ": " + log(), e);
        }
    }

    private Map<String, String> parse(String reply) {
        String[] words = reply.split(" ");
        if (words[0].equals("error")) throw new ScriptError(decode(words[1]), words.length > 2 ? decode(words[2]) : "");
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            fields.put(words[i].substring(0, equals), decode(words[i].substring(equals + 1)));
        }
        cpu = Long.parseLong(fields.get("cpu"));
        peak = Long.parseLong(fields.get("rss"));
        return fields;
    }

    private String exit() {
        try {
            return process.waitFor(1, TimeUnit.SECONDS) ? " with exit code " + process.exitValue() : "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private String log() {
        try {
            String text = Files.readString(folder.resolve("node.log")).strip();
            return text.isEmpty() ? "it said nothing" : text.lines().limit(5).reduce((a, b) -> a + "; " + b).orElse("");
        } catch (IOException e) {
            return "its log cannot be read";
        }
    }

    private static String encode(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String decode(String word) {
        return URLDecoder.decode(word.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new BackendException("could not remove " + folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
