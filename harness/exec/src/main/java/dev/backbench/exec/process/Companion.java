package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A compiler that runs beside this process for as long as it is needed. Requests are lines of percent-encoded words; the reply to each is {@code ok key=value ...}, with {@code cpu}
 * (nanoseconds so far) and {@code rss} (peak bytes) of that process among the keys, or {@code error KIND MESSAGE}.
 */
public final class Companion implements AutoCloseable {
    /** The companion said no. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String kind;

        Refusal(String kind, String message) {
            super(message);
            this.kind = kind;
        }

        /** The error's class, in the companion's words. */
        public String kind() {
            return kind;
        }
    }

    private final String owner;
    private final Path folder, log;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader replies;
    private long cpu;
    private long peak;

    /**
     * @param owner for messages
     * @param command makes the command when it is given the folder for what is exchanged, in which it may put files
     * @throws BackendException it could not be started
     */
    public Companion(String owner, Function<Path, List<String>> command) {
        this.owner = owner;
        try {
            folder = Files.createTempDirectory("bench-companion-");
            log = folder.resolve("companion.log");
            process = new ProcessBuilder(command.apply(folder)).redirectError(log.toFile()).start();
            requests = process.outputWriter();
            replies = process.inputReader();
        } catch (IOException e) {
            throw new BackendException(owner + " could not be started: " + e.getMessage(), e);
        }
    }

    /** For files that are exchanged; removed on {@link #close}. */
    public Path folder() {
        return folder;
    }

    public boolean alive() {
        return process.isAlive();
    }

    /** CPU nanoseconds of the process up to its last reply. */
    public long cpu() {
        return cpu;
    }

    /** Its peak resident bytes up to then. */
    public long peakBytes() {
        return peak;
    }

    /**
     * @return the fields of the reply
     * @throws Refusal it answered with an error
     * @throws BackendException it died
     */
    public Map<String, String> request(String... words) {
        try {
            requests.write(String.join(" ", Stream.of(words).map(Companion::encode).toList()));
            requests.newLine();
            requests.flush();
            String reply = replies.readLine();
            if (reply == null) throw new IOException("it closed its output");
            return parse(reply);
        } catch (IOException e) {
            throw new BackendException(owner + " died" + exit() + ": " + words(), e);
        }
    }

    private Map<String, String> parse(String reply) {
        String[] words = reply.split(" ");
        if (words[0].equals("error")) throw new Refusal(decode(words[1]), words.length > 2 ? decode(words[2]) : "");
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

    private String words() {
        try {
            String text = Files.readString(log).strip();
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
