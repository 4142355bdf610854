package dev.backbench.craneliftnative;

import dev.backbench.spi.setup.Cache;
import dev.backbench.spi.setup.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Our program in Rust, built by cargo into the user's cache; another state of its sources is another program. */
final class TimingProgram implements Requirement {
    static final TimingProgram REQUIREMENT = new TimingProgram();

    /** Pinned by {@code Cargo.toml}, which a test compares. */
    static final String CRANELIFT = "0.135.8";
    static final List<String> SOURCES = List.of("Cargo.toml", "Cargo.lock", "src/main.rs", "src/source.rs", "src/code.rs", "src/check.rs", "src/phases.rs", "src/machine.rs");

    private static final String PROGRAM = "backbench-cranelift-native";
    private static final long MINUTES = 30;
    private static final int LAST_LINES = 4;

    private Path where;

    private TimingProgram() {}

    @Override
    public String what() {
        return "Cranelift " + CRANELIFT + " (crates from crates.io, built by cargo in a minute or two)";
    }

    @Override
    public long downloadBytes() {
        return 5_000_000;
    }

    @Override
    public synchronized Path where() {
        if (where == null) where = Cache.directory().resolve("cranelift-native-" + CRANELIFT + "-" + digest()).resolve(PROGRAM);
        return where;
    }

    @Override
    public boolean present() {
        return Files.isExecutable(where());
    }

    @Override
    public String byHand() {
        return "./bench setup cranelift-native";
    }

    @Override
    public void fetch(PrintStream progress) throws IOException, InterruptedException {
        Path cargo = Cargo.find();
        if (cargo == null) throw new IOException("cargo is not on the path: " + Cargo.INSTALL);
        Path folder = where().getParent();
        Cache.make(folder);
        Path work = Files.createTempDirectory(folder, "build");
        try {
            for (String source : SOURCES) {
                Path file = work.resolve(source);
                Files.createDirectories(file.getParent());
                Files.write(file, text(source));
            }
            build(cargo, work);
            Files.move(work.resolve("target/release").resolve(PROGRAM), where(), StandardCopyOption.ATOMIC_MOVE);
            progress.println("cranelift-native " + CRANELIFT + ": " + where());
        } finally {
            delete(work);
        }
    }

    private void build(Path cargo, Path work) throws IOException, InterruptedException {
        Path log = work.resolve("cargo.log");
        ProcessBuilder builder = new ProcessBuilder(cargo.toString(), "build", "--release", "--locked", "--quiet", "--color=never").directory(work.toFile());
        // the program lies where it is looked for, whatever the user's settings say
        builder.environment().put("CARGO_TARGET_DIR", work.resolve("target").toString());
        builder.environment().remove("CARGO_BUILD_TARGET");
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) throw new IOException("cargo did not finish within " + MINUTES + " minutes; try again: " + byHand());
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        if (process.exitValue() != 0) throw new IOException("cargo could not build it: " + lastLines(log));
    }

    private static String lastLines(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log).stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
        return lines.isEmpty() ? "it said nothing" : String.join("; ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    static byte[] text(String source) throws IOException {
        try (InputStream in = TimingProgram.class.getResourceAsStream(source)) {
            if (in == null) throw new IOException("this build lacks " + source + " of cranelift-native");
            return in.readAllBytes();
        }
    }

    private static String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String source : SOURCES) digest.update(text(source));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 12);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(path);
        }
    }
}
