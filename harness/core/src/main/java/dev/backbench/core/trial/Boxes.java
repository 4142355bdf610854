package dev.backbench.core.trial;

import dev.backbench.core.worker.WorkerSpec.Module;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Containers;
import dev.backbench.spi.setup.Cache;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Containers for workers: what of this machine is in one, so that the same JVM with the same class path does the same work there. */
public final class Boxes {
    private static final AtomicLong COUNT = new AtomicLong();
    /** Of the user's environment, what finds programs and folders. */
    private static final List<String> HANDED_ON = List.of("PATH", "HOME", "LANG", "LC_ALL");
    private static final int DEEP = 4;

    private Boxes() {}

    /** An empty one. @param work folder of this machine for its id */
    static Containers.Box bare(Containers.Image image, String cpus, Path work) {
        Path id = work.toAbsolutePath().resolve("container-" + COUNT.incrementAndGet());
        String name = "backbench-" + ProcessHandle.current().pid() + '-' + Long.toHexString(System.nanoTime());
        return new Containers.Box(image.name(), name, cpus, id, Set.of(), Set.of(work.toAbsolutePath()), Set.of());
    }

    /**
     * One for a worker.
     *
     * @param cpus null for all
     * @param modules that it works with
     * @param work folder in which it finds its tasks and leaves what it makes
     * @param log its file for output, in another folder perhaps
     */
    public static Containers.Box worker(Containers.Image image, String cpus, List<Module> modules, Path work, Path log) {
        Containers.Box bare = bare(image, cpus, work);
        Set<Path> readable = new LinkedHashSet<>(image.files()), writable = new LinkedHashSet<>(bare.writable());
        writable.add(log.toAbsolutePath().getParent());
        readable.addAll(java());
        readable.addAll(classPath());
        readable.add(Cache.directory().toAbsolutePath());
        for (Module module : modules) {
            for (String file : new String[] {module.wasm(), module.stdin(), module.expectedStdout(), module.expectedStderr()}) {
                if (file != null) readable.add(Path.of(file).toAbsolutePath().getParent());
            }
            if (module.folder() != null) writable.add(Path.of(module.folder()).toAbsolutePath());
        }
        readable.removeIf(path -> !Files.exists(path));
        return new Containers.Box(image.name(), bare.name(), cpus, bare.idFile(), readable, writable, environment());
    }

    /** The container's user may have no home of the name. */
    private static Set<String> environment() {
        Set<String> names = System.getenv().keySet().stream().filter(n -> HANDED_ON.contains(n) || n.startsWith("BENCH_")).collect(Collectors.toCollection(TreeSet::new));
        names.remove("BENCH_CACHE");
        names.add("BENCH_CACHE=" + Cache.directory().toAbsolutePath());
        names.add("BENCH_PADDING");
        return names;
    }

    /** The JDK, and what a distribution keeps of it elsewhere, such as its settings below {@code /etc}. */
    private static Set<Path> java() {
        Path home = Path.of(System.getProperty("java.home"));
        Set<Path> paths = new LinkedHashSet<>(Set.of(home));
        try (Stream<Path> files = Files.find(home, DEEP, (file, attributes) -> attributes.isSymbolicLink())) {
            for (Path link : files.toList()) {
                Path real = Files.exists(link) ? link.toRealPath() : home;
                if (!real.startsWith(home)) paths.add(Files.isDirectory(real) ? real : real.getParent());
            }
            paths.add(home.toRealPath());
        } catch (IOException e) {
            throw new BackendException("the JDK in " + home + " cannot be read: " + e.getMessage(), e);
        }
        return paths;
    }

    /** Each folder of jars once: of a build that is all there is. */
    private static Set<Path> classPath() {
        Set<Path> paths = new LinkedHashSet<>();
        List<Path> entries = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).filter(e -> !e.isEmpty()).map(e -> Path.of(e).toAbsolutePath()).toList();
        List<Path> folders = entries.stream().map(Path::getParent).toList();
        for (Path entry : entries) {
            boolean several = Files.isRegularFile(entry) && Collections.frequency(folders, entry.getParent()) > 1;
            paths.add(several ? entry.getParent() : entry);
        }
        return paths;
    }
}
