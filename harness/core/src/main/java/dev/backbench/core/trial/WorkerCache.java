package dev.backbench.core.trial;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.store.Seal;
import dev.backbench.core.worker.WorkerSpec;
import dev.backbench.core.worker.WorkerSpec.Kind;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.workloads.Catalogue;
import dev.backbench.workloads.Origin;
import dev.backbench.workloads.Workload;
import dev.backbench.spi.Containers;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Start-up (AOT) caches of the workers' JVM, one for each back end at each level and with each set of options: made once for a build and a JVM, by a worker
 * with the same level and options that compiles and runs a module which is no workload of the plan, nor like one.
 */
public final class WorkerCache {
    /** Starting without: nothing that a class path of folders could use. */
    public static final WorkerCache NONE = new WorkerCache(null, null, "workers start without one");
    private static final long LIMIT_SECONDS = 120;
    /** Of a generated module. */
    private static final int FUNCTIONS = 37;
    /** Of the code of one of our programs, so that every back end is trained within the limit. */
    private static final int MOST_BYTES = 100_000;

    /** Of the build, the JVM, its flags and the training; null without a cache. */
    private final String key;
    private final String trained, obstacle;
    /** By canonical name: what one level touches at its start is no other's. */
    private final Map<String, Path> byBackend = new HashMap<>();

    private WorkerCache(String key, String trained, String obstacle) {
        this.key = key;
        this.trained = trained;
        this.obstacle = obstacle;
    }

    /**
     * Finds or makes the caches for the plan's back ends. Where one cannot be made, that back end's workers start without.
     *
     * @param folder the user's cache folder
     * @param note takes lines for the user
     */
    public static WorkerCache prepare(Plan plan, WorkerCommand command, Path folder, Consumer<String> note) {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.endsWith(".jar")) return new WorkerCache(null, null, "the class path holds folders, as in a development tree");
        }
        Workload training = training(plan, folder);
        if (training == null) {
            note.accept("workers start without a start-up cache: generated modules and nearly all of our programs are measured, nothing is left to train one on");
            return new WorkerCache(null, null, "nothing unlike the measured programs is left to train one on");
        }
        WorkerCache cache = new WorkerCache(key(command, training), training.sha256(), null);
        Path start = folder.resolve("start");
        try {
            Files.createDirectories(start);
        } catch (IOException e) {
            note.accept("workers start without a start-up cache: " + start + " cannot be made");
            return new WorkerCache(null, null, start + " cannot be made");
        }
        for (Backends.Chosen chosen : plan.backends()) {
            if (!chosen.availability().yes() || !chosen.takes(training) || chosen.backend().takesFile()) continue;
            Path made = cache.one(chosen, training, command, start, note);
            if (made != null) cache.byBackend.put(chosen.name(), made);
        }
        return cache.byBackend.isEmpty() ? new WorkerCache(null, null, "none could be made in " + start) : cache;
    }

    private static Workload training(Plan plan, Path folder) {
        List<Workload> taken = new ArrayList<>(plan.workloads());
        taken.addAll(plan.padding());
        return training(taken, new Catalogue(folder));
    }

    /**
     * Generated, so that nobody's program has its profile taken; but where generated modules are measured, which are all of one shape, the smallest of our
     * programs that takes no part.
     *
     * @return null where only those are left that take minutes to compile
     */
    static Workload training(List<Workload> taken, Catalogue catalogue) {
        Set<String> hashes = taken.stream().map(Workload::sha256).collect(Collectors.toSet());
        if (taken.stream().anyMatch(w -> w.origin() == Origin.GENERATED)) {
            return catalogue.own().stream().filter(w -> w.runnable() && w.code().codeBytes() <= MOST_BYTES && !hashes.contains(w.sha256()))
                    .min(Comparator.comparingInt(w -> w.code().codeBytes())).orElse(null);
        }
        for (int seed = 2;; seed++) {
            Workload drawn = catalogue.resolve("sweep:" + FUNCTIONS + ":" + seed).getFirst();
            if (!hashes.contains(drawn.sha256())) return drawn;
        }
    }

    private static String key(WorkerCommand command, Workload training) {
        StringBuilder text = new StringBuilder(Runtime.version().toString()).append(System.getProperty("java.home")).append(command.flags()).append(training.sha256());
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            File file = new File(jar);
            text.append('\n').append(jar).append(' ').append(file.length()).append(' ').append(file.lastModified());
        }
        return Seal.sha256(text.toString()).substring(0, 16);
    }

    /** Level and options are the digest's. */
    static String file(String key, Backends.Chosen chosen) {
        String options = Seal.sha256(chosen.optionsDigest() + '\n' + chosen.options().version() + '\n' + chosen.options().file());
        return "worker-" + key + '-' + chosen.backend().id() + '-' + options.substring(0, 16) + ".aot";
    }

    /** @return null if there is none and none can be made */
    private Path one(Backends.Chosen chosen, Workload training, WorkerCommand command, Path start, Consumer<String> note) {
        Path place = start.resolve(file(key, chosen));
        if (Files.exists(place)) return place;
        note.accept("making the start-up cache of " + chosen.name() + "'s workers, once for this build");
        try {
            Path work = Files.createTempDirectory(start, "making-");
            try {
                Path made = work.resolve("cache");
                if (!train(chosen, training, command, work, made)) {
                    note.accept(chosen.name() + "'s workers start without a start-up cache: it could not be made");
                    return null;
                }
                Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
                return place;
            } finally {
                for (File file : work.toFile().listFiles()) Files.delete(file.toPath());
                Files.delete(work);
            }
        } catch (IOException e) {
            note.accept(chosen.name() + "'s workers start without a start-up cache: " + start + " cannot be written");
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static boolean train(Backends.Chosen chosen, Workload training, WorkerCommand command, Path work, Path made) throws IOException, InterruptedException {
        WorkerSpec.Module module = TaskList.module(training);
        List<Task> tasks = List.of(new Task(0, Kind.COLD, 0, false, false, 1), new Task(1, Kind.PHASES, 0, false, false, 1), new Task(2, Kind.COMPILE, 0, false, true, 1),
                new Task(3, Kind.RUN, 0, false, false, 1));
        Path spec = work.resolve("tasks"), events = Files.createFile(work.resolve("events")), log = work.resolve("log");
        Files.writeString(spec, new WorkerSpec(chosen.backend().getClass().getName(), chosen.workerOptions(), false, true, null, List.of(module), tasks).text());
        Containers.Image image = chosen.contained() ? chosen.backend().image(chosen.options()) : null;
        Containers.Box box = image == null ? null : Boxes.worker(image, command.cpus(), List.of(module), work, log);
        Process process = command.environment(new ProcessBuilder(command.training(spec, log, events, made, box))).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return process.exitValue() == 0 && Files.exists(made) && Files.size(made) > 0;
    }

    /** The flag for the workers of a back end, named canonically; null without a cache. */
    String flag(String backend) {
        Path file = byBackend.get(backend);
        return file == null ? null : "-XX:AOTCache=" + file;
    }

    /** Its name for the manifest, with the back ends, levels and options that were trained; null without one. */
    public String name() {
        return key == null ? null : "worker-" + key + ", trained with each of " + String.join(", ", byBackend.keySet().stream().sorted().toList());
    }

    /** Modules it was trained on, by SHA-256. */
    public List<String> training() {
        return trained == null ? List.of() : List.of(trained);
    }

    /** Why there is none; null if there is one. */
    public String obstacle() {
        return obstacle;
    }
}
