package dev.backbench.container;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.Containers.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The words of {@code docker run} for a process of ours: what it reads and writes is mounted, nothing is copied or pulled, and the engine keeps no log. */
final class DockerRun {
    static final String DOCKER = "docker";
    private static final String MEMORY = "4g";
    static final String LIMITS = "no network, 4 GiB, the worker's cores; this machine's JDK, build and cache are mounted";

    private DockerRun() {}

    /** Whether there is such a command. */
    static boolean here() {
        String path = System.getenv("PATH");
        for (String folder : (path == null ? "/usr/bin" : path).split(":")) if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, DOCKER))) return true;
        return false;
    }

    static List<String> command(Box box) {
        List<String> words = new ArrayList<>(List.of(DOCKER, "run", "--rm", "--interactive", "--pull=never", "--log-driver=none", "--network=none", "--memory=" + MEMORY, "--memory-swap=" + MEMORY,
                "--name=" + box.name(), "--cidfile=" + box.idFile()));
        if (box.cpus() != null) words.add("--cpuset-cpus=" + box.cpus());
        words.add("--user=" + owner(box.writable().iterator().next()));
        for (String variable : new TreeSet<>(box.environment())) words.addAll(List.of("--env", variable));
        for (Path path : outermost(box.writable(), Set.of())) mount(words, path, "");
        for (Path path : outermost(box.readable(), box.writable())) mount(words, path, ",readonly");
        words.add(box.image());
        return words;
    }

    private static String owner(Path path) {
        try {
            return Files.getAttribute(path, "unix:uid") + ":" + Files.getAttribute(path, "unix:gid");
        } catch (IOException e) {
            throw new BackendException("whose file " + path + " is cannot be told: " + e.getMessage(), e);
        }
    }

    /** A field with a comma or a quote is quoted, as in files of comma-separated values. */
    private static void mount(List<String> words, Path path, String mode) {
        words.add("--mount");
        words.add("type=bind," + field("source=" + path) + ',' + field("target=" + path) + mode);
    }

    private static String field(String text) {
        return text.indexOf(',') < 0 && text.indexOf('"') < 0 ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** Without what lies in another one of them, or in one of {@code taken}. */
    private static List<Path> outermost(Set<Path> paths, Set<Path> taken) {
        List<Path> outermost = new ArrayList<>();
        for (Path path : new TreeSet<>(paths)) {
            boolean inside = taken.stream().anyMatch(path::startsWith) || outermost.stream().anyMatch(path::startsWith);
            if (!inside) outermost.add(path);
        }
        return outermost;
    }
}
