package dev.backbench.core.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The SHA-256 sums over a finished run's files, in the form of {@code sha256sum}; reports drawn later are not among them. */
public final class Seal {
    static final String FILE = "SHA256SUMS";
    private static final List<String> SEALED = List.of(RunFolder.MANIFEST, RunFolder.TRIALS, RunFolder.ROWS, RunFolder.SUMMARY, RunFolder.BLOBS, RunFolder.LOGS);

    private Seal() {}

    static void write(Path folder) throws IOException {
        StringBuilder sums = new StringBuilder();
        for (Path file : files(folder)) sums.append(sha256(file)).append("  ").append(folder.relativize(file)).append('\n');
        RunWriter.replace(folder.resolve(FILE), sums.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** What differs, one line per file; a folder without a seal is one line. */
    static List<String> verify(Path folder) throws IOException {
        Path seal = folder.resolve(FILE);
        if (!Files.exists(seal)) return List.of(folder + " is not sealed: the run is unfinished");
        List<String> differences = new ArrayList<>();
        List<Path> unknown = new ArrayList<>(files(folder));
        for (String line : Files.readAllLines(seal)) {
            int gap = line.indexOf("  ");
            if (gap != 64) {
                differences.add(FILE + " is damaged: it has the line '" + line + "'");
                continue;
            }
            Path file = folder.resolve(line.substring(gap + 2));
            unknown.remove(file);
            if (!Files.exists(file)) differences.add(line.substring(gap + 2) + " is missing");
            else if (!sha256(file).equals(line.substring(0, gap))) differences.add(line.substring(gap + 2) + " was changed");
        }
        for (Path file : unknown) differences.add(folder.relativize(file) + " was added");
        return differences;
    }

    private static List<Path> files(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : SEALED) {
            if (!Files.exists(folder.resolve(name))) continue;
            try (Stream<Path> walk = Files.walk(folder.resolve(name))) {
                walk.filter(Files::isRegularFile).sorted().forEach(files::add);
            }
        }
        return files;
    }

    /** Of a file's bytes, lower-case hex. */
    public static String sha256(Path file) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha())) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
        }
    }

    /** Of a text's UTF-8 bytes, lower-case hex. */
    public static String sha256(String text) {
        return HexFormat.of().formatHex(sha().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
