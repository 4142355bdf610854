package dev.backbench.v8;

import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Containers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The {@code node} on the path. */
final class Node {
    /** Threads that node gives V8 for its own work, compilation in the background among it: the default of {@code --v8-pool-size}. */
    static final int POOL = 4;
    private static final int OLDEST_MAJOR = 20;

    private Node() {}

    static Availability available() {
        String version = version();
        if (version == null) return Availability.no("node is not on the path", "install Node.js " + OLDEST_MAJOR + " or later (Debian: apt-get install nodejs)");
        int major = Integer.parseInt(version.substring(1, version.indexOf('.')));
        if (major >= OLDEST_MAJOR) return Availability.YES;
        return Availability.no("node " + version + " is older than " + OLDEST_MAJOR, "install Node.js " + OLDEST_MAJOR + " or later");
    }

    /** Such as {@code v20.20.2}, or null if there is none. */
    static String version() {
        return firstLine("v\\d+\\..*", "node", "--version");
    }

    /** Whether {@code node --v8-options} lists an option. */
    static boolean knows(String option) {
        try {
            Process node = new ProcessBuilder("node", "--v8-options").redirectErrorStream(true).start();
            // to the last line: a node whose reader has gone away never ends
            long found = node.inputReader().lines().filter(line -> line.strip().startsWith(option + " ")).count();
            return node.waitFor() == 0 && found > 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The file the manifest identifies, or null. */
    static String binary() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            Path file = Path.of(folder, "node");
            if (Files.isExecutable(file)) return file.toString();
        }
        return null;
    }

    /** A bare one, with this machine's node in it. */
    static Containers.Image image() {
        String node = binary();
        return node == null ? Containers.BARE : new Containers.Image(Containers.BARE.name(), List.of(Path.of(node)));
    }

    /** Puts one of our scripts where node can read it. */
    static Path script(String name, Path folder) {
        try {
            return Files.write(folder.resolve(name), text(name));
        } catch (IOException e) {
            throw new BackendException("cannot write " + name + ": " + e.getMessage(), e);
        }
    }

    /** One of our scripts. */
    static byte[] text(String name) {
        try (InputStream in = Node.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new BackendException("cannot read " + name + ": " + e.getMessage(), e);
        }
    }

    private static String firstLine(String shape, String... command) {
        try {
            Process node = new ProcessBuilder(command).redirectErrorStream(true).start();
            String line = node.inputReader().readLine();
            return node.waitFor() == 0 && line != null && line.matches(shape) ? line : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
