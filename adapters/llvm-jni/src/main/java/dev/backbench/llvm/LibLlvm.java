package dev.backbench.llvm;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.setup.Cache;
import dev.backbench.spi.setup.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/** libLLVM, carried by an artifact of the Maven repository: fetched by the Maven client, and of its 470 MB the one library unpacked into the cache. */
final class LibLlvm implements Requirement {
    static final String VERSION = "20.1.7";
    static final String CARRIER = VERSION + "-1.5.12";
    private static final String COORDINATES = "org.bytedeco:llvm:" + CARRIER + ":jar:linux-x86_64";
    private static final String JAR = "llvm-" + CARRIER + "-linux-x86_64.jar";
    private static final String ENTRY = "org/bytedeco/llvm/linux-x86_64/libLLVM.so";
    private static final String COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";
    private static final long JAR_BYTES = 147_506_405, LIBRARY_BYTES = 176_497_096;
    private static final String LIBRARY_SHA256 = "6cb7e2a7f38a617ea76fe503ccccbb6e6b8ece399dbf1a26ff1002479250eeaa";
    private static final int MINUTES = 30;

    static final LibLlvm REQUIREMENT = new LibLlvm(Cache.directory());

    private final Path folder;
    private final Path library;

    LibLlvm(Path cache) {
        folder = cache.resolve("llvm-" + CARRIER);
        library = folder.resolve("libLLVM.so");
    }

    /** Loads it into this process. */
    static NativeLibrary open() {
        if (!REQUIREMENT.present()) throw new BackendException("libLLVM is not there; type: ./bench setup llvm");
        try {
            return NativeLibrary.open(REQUIREMENT.library);
        } catch (UnsatisfiedLinkError e) {
            throw new BackendException("libLLVM does not load: " + e.getMessage() + ". It needs the system's libstdc++.so.6, libgcc_s.so.1 and libz.so.1"
                    + " (Debian: libstdc++6 and zlib1g)", e);
        }
    }

    @Override
    public String what() {
        return "libLLVM " + VERSION;
    }

    @Override
    public long downloadBytes() {
        return mavensOwn() == null ? JAR_BYTES : 0;
    }

    @Override
    public Path where() {
        return library;
    }

    @Override
    public boolean present() {
        try {
            return Files.size(library) == LIBRARY_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public String byHand() {
        return "mvn " + COPY_GOAL + " -Dartifact=" + COORDINATES + " -DoutputDirectory=" + folder + " && unzip -j " + folder.resolve(JAR) + " " + ENTRY + " -d " + folder;
    }

    @Override
    public void fetch(PrintStream progress) throws IOException, InterruptedException {
        Cache.make(folder);
        Path jar = mavensOwn();
        boolean copied = jar == null;
        if (copied) {
            needSpace(JAR_BYTES + LIBRARY_BYTES);
            progress.println("fetching " + COORDINATES + " with Maven (" + (JAR_BYTES >> 20) + " MB)");
            jar = download();
        }
        needSpace(LIBRARY_BYTES);
        progress.println("unpacking libLLVM.so (" + (LIBRARY_BYTES >> 20) + " MB) to " + folder);
        unpack(jar);
        if (copied) Files.deleteIfExists(jar);
    }

    /** The artifact where Maven keeps it by default, or null. */
    private static Path mavensOwn() {
        Path jar = Path.of(System.getProperty("user.home"), ".m2", "repository", "org", "bytedeco", "llvm", CARRIER, JAR);
        try {
            return Files.size(jar) == JAR_BYTES ? jar : null;
        } catch (IOException e) {
            return null;
        }
    }

    private void needSpace(long bytes) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < bytes) throw new IOException("no room in " + folder + ": " + (bytes >> 20) + " MB needed, " + (free >> 20) + " MB free; make room or set BENCH_CACHE to another folder");
    }

    private Path download() throws IOException, InterruptedException {
        Path log = folder.resolve("maven.log");
        ProcessBuilder maven = new ProcessBuilder(List.of("mvn", "-B", "-q", COPY_GOAL, "-Dartifact=" + COORDINATES, "-DoutputDirectory=" + folder));
        Process process;
        try {
            process = maven.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        } catch (IOException e) {
            throw new IOException("cannot run mvn (" + e.getMessage() + "); install Maven", e);
        }
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) throw new IOException("mvn did not finish in " + MINUTES + " minutes; its output is in " + log);
            if (process.exitValue() != 0) throw new IOException("mvn failed with exit code " + process.exitValue() + "; its output is in " + log);
        } finally {
            process.destroyForcibly();
        }
        Files.deleteIfExists(log);
        return folder.resolve(JAR);
    }

    /** To a temporary file first, renamed when its hash is right: a half-written library is never seen. */
    void unpack(Path jar) throws IOException {
        Path temporary = Files.createTempFile(folder, "libLLVM", ".part");
        try (JarFile archive = new JarFile(jar.toFile())) {
            ZipEntry entry = archive.getEntry(ENTRY);
            if (entry == null) throw new IOException(jar + " holds no " + ENTRY);
            MessageDigest sha = sha256();
            try (InputStream in = new DigestInputStream(archive.getInputStream(entry), sha); OutputStream out = Files.newOutputStream(temporary)) {
                in.transferTo(out);
            }
            String found = HexFormat.of().formatHex(sha.digest());
            if (!found.equals(LIBRARY_SHA256)) throw new IOException("libLLVM.so in " + jar + " has SHA-256 " + found + " instead of " + LIBRARY_SHA256 + "; delete that file and try again");
            Files.move(temporary, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IOException("unpacking libLLVM.so to " + folder + ": " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
