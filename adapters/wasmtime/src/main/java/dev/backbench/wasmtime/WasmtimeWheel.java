package dev.backbench.wasmtime;

import dev.backbench.spi.setup.Cache;
import dev.backbench.spi.setup.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The C library of one Wasmtime version, out of the wheel that its makers publish for Python. pip is only the client that fetches it: the library runs
 * without Python.
 */
final class WasmtimeWheel implements Requirement {
    static final String DEFAULT_VERSION = "50.0.1";

    /** Wheels whose content this project has seen. Another version is taken as pip verified it, and the ledger says so. */
    private static final Map<String, String> PINNED = Map.of(
            "50.0.1", "cc14c3a17654e0394e0225b11813532ef0cd7bd1e222a0c5494cdedaabeddac4");

    private static final String LIBRARY = "_libwasmtime.so";
    private static final long MINUTES = 10;

    private final String version;

    WasmtimeWheel(String version) {
        this.version = version;
    }

    String version() {
        return version;
    }

    boolean pinned() {
        return PINNED.containsKey(version);
    }

    @Override
    public String what() {
        return "Wasmtime " + version + " (C library, from PyPI)";
    }

    @Override
    public long downloadBytes() {
        return 10_000_000;
    }

    @Override
    public Path where() {
        return Cache.directory().resolve("wasmtime-" + version).resolve(LIBRARY);
    }

    @Override
    public boolean present() {
        return Files.isRegularFile(where());
    }

    @Override
    public String byHand() {
        return "./bench setup wasmtime-cranelift" + (version.equals(DEFAULT_VERSION) ? "" : "@" + version);
    }

    @Override
    public void fetch(PrintStream progress) throws IOException, InterruptedException {
        Path folder = where().getParent();
        Cache.make(folder);
        Path work = Files.createTempDirectory(folder, "fetch");
        try {
            keep(download(work), work);
            progress.println("wasmtime " + version + ": " + where());
        } finally {
            delete(work);
        }
    }

    /** Moves the library out of a wheel to where it belongs. @throws IOException the wheel is not the one this project has seen */
    void keep(Path wheel, Path work) throws IOException {
        String expected = PINNED.get(version), actual = sha256(wheel);
        if (expected != null && !expected.equals(actual)) {
            throw new IOException("wasmtime " + version + ": the wheel's SHA-256 is " + actual + ", expected " + expected + "; nothing was kept");
        }
        Path library = work.resolve(LIBRARY);
        extract(wheel, library);
        Files.move(library, where(), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path download(Path work) throws IOException, InterruptedException {
        List<String> command = List.of("python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
                "--platform=manylinux1_x86_64", "--dest", work.toString(), "wasmtime==" + version);
        Path log = work.resolve("pip.log");
        Process pip;
        try {
            pip = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            throw new IOException("python3 with pip is needed to fetch Wasmtime: install them (Debian: apt-get install python3-pip)", e);
        }
        if (!pip.waitFor(MINUTES, TimeUnit.MINUTES)) {
            pip.destroyForcibly();
            throw new IOException("pip did not finish within " + MINUTES + " minutes; try again: " + byHand());
        }
        if (pip.exitValue() != 0) throw new IOException("pip could not fetch wasmtime " + version + ": " + lastLine(log));
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> file.toString().endsWith(".whl")).findFirst()
                    .orElseThrow(() -> new IOException("pip left no wheel of wasmtime " + version));
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    private void extract(Path wheel, Path library) throws IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.stream().filter(e -> e.getName().endsWith("/" + LIBRARY)).findFirst()
                    .orElseThrow(() -> new IOException("the wheel of wasmtime " + version + " has no " + LIBRARY));
            try (InputStream in = zip.getInputStream(entry)) {
                Files.copy(in, library);
            }
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failed) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
