package dev.backbench.qbe.amd64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs the C compiler and what it made. */
final class Cc {
    private Cc() {}

    /** Skips the test, in words, where there is no C compiler for x86-64 Linux. */
    static void assumePresent() {
        assumeTrue(System.getProperty("os.name").equals("Linux") && System.getProperty("os.arch").equals("amd64"), "skipped: the host is not x86-64 Linux");
        try {
            new ProcessBuilder("cc", "--version").redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException e) {
            assumeTrue(false, "skipped: there is no C compiler named cc");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return what it printed; any exit but 0 fails the test */
    static String run(Path folder, String... command) throws IOException {
        Path log = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            if (!ended) process.destroyForcibly();
            String output = java.nio.file.Files.readString(log, StandardCharsets.ISO_8859_1);
            assertTrue(ended, () -> String.join(" ", command) + " did not end");
            assertEquals(0, process.exitValue(), () -> String.join(" ", command) + "\n" + output.substring(0, Math.min(2000, output.length())));
            return output;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
