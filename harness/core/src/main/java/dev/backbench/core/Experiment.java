package dev.backbench.core;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.Planner;
import dev.backbench.core.row.Manifest;
import dev.backbench.core.store.RunFolder;
import dev.backbench.core.store.RunId;
import dev.backbench.core.store.StoreException;
import dev.backbench.core.trial.StartHosts;
import dev.backbench.core.trial.WorkerCache;
import dev.backbench.core.trial.WorkerCommand;
import dev.backbench.spi.setup.Cache;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** From what the user asked for to a sealed run folder: plan, schedule, spawn, record, summarise. */
public final class Experiment {
    static final Path RUNS = Path.of("bench-out");
    static final String LATEST = "latest";
    /** How long the end of the process waits for the experiment to put down what it has. */
    private static final long LAST_SECONDS = 20;

    private Experiment() {}

    /**
     * What {@link #run} would do, for {@code --dry-run}.
     *
     * @throws UsageException an option that cannot be served
     * @throws dev.backbench.workloads.WorkloadException an unknown or unreadable workload
     */
    public static Plan plan(PlanOptions options) {
        return Planner.plan(options, Backends.onClassPath());
    }

    /**
     * Measures. An interrupt of the calling thread, or of the process, keeps what is done and ends with {@link ExitCode#INTERRUPTED}.
     *
     * @throws UsageException an option that cannot be served, or an output folder that cannot be used
     * @throws dev.backbench.workloads.WorkloadException an unknown or unreadable workload
     * @throws StoreException the run folder cannot be written; what was measured before is kept, and the message says where
     */
    public static Outcome run(PlanOptions options, ExperimentListener listener) {
        return run(options, Backends.onClassPath(), listener);
    }

    /** The same with other back ends than those on the class path. */
    public static Outcome run(PlanOptions options, Backends backends, ExperimentListener listener) {
        Instant now = Instant.now();
        Path earlier = options.resume ? resumable(options) : null;
        RunFolder resumed = earlier == null ? null : RunFolder.open(earlier);
        if (resumed != null && options.seed == null) options.seed = resumed.manifest().plan().seed();
        Plan plan = Planner.plan(options, backends);
        WorkerCommand command = new WorkerCommand(plan.cpu(), plan.workerFlags());
        command.with(WorkerCache.prepare(plan, command, options.cache == null ? Cache.directory() : options.cache, listener::note)).with(StartHosts.prepare(plan, listener::note));
        String run = resumed == null ? RunId.create(now) : resumed.manifest().run();
        Manifest manifest = Manifests.create(plan, options, command, run, now.toEpochMilli());
        if (resumed != null) manifest = Resume.check(resumed, manifest, now.toEpochMilli());
        Path folder = resumed != null ? resumed.path() : newFolder(options, now, run);
        RunLoop loop = new RunLoop(plan, options, command, manifest, folder, resumed, listener);
        return guarded(loop);
    }

    /** Runs the loop so that Ctrl-C and SIGTERM let it finish what it must. */
    private static Outcome guarded(RunLoop loop) {
        CountDownLatch done = new CountDownLatch(1);
        Thread experiment = Thread.currentThread();
        Thread hook = Thread.ofPlatform().name("end of the experiment").unstarted(() -> {
            loop.stop();
            experiment.interrupt();
            try {
                done.await(LAST_SECONDS, TimeUnit.SECONDS);
                awaitExit(experiment);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return loop.run();
        } finally {
            done.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException alreadyEnding) {
                // the hook is what called us back
            }
        }
    }

    /** Until the experiment's thread has printed what it found: then it ends, or waits in {@link System#exit} for us. */
    private static void awaitExit(Thread experiment) throws InterruptedException {
        for (int i = 0; i < LAST_SECONDS * 20 && experiment.isAlive(); i++) {
            for (StackTraceElement frame : experiment.getStackTrace()) if (frame.getClassName().equals("java.lang.Shutdown")) return;
            Thread.sleep(50);
        }
    }

    private static Path resumable(PlanOptions options) {
        Path folder = options.out != null ? options.out : RUNS.resolve(LATEST);
        if (!RunFolder.is(folder)) throw new UsageException("--resume: " + folder + " is not a run folder; name one with --out=DIR");
        return folder;
    }

    private static Path newFolder(PlanOptions options, Instant now, String run) {
        Path folder = options.out != null ? options.out : RUNS.resolve(RunId.folder(now, run));
        try {
            if (options.out != null && occupied(folder)) {
                if (!options.force) throw new UsageException(folder + " is not empty: go on with it by --resume, replace its run by --force, or name another --out");
                clear(folder);
            }
            Files.createDirectories(folder);
            if (options.out == null) link(folder);
            return folder.toRealPath();
        } catch (IOException e) {
            throw new UsageException("cannot make the folder " + folder.toAbsolutePath() + ": " + reason(e) + "; name another with --out=DIR");
        }
    }

    private static boolean occupied(Path folder) throws IOException {
        if (!Files.exists(folder)) return false;
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isPresent();
        }
    }

    /** Removes an earlier run, and nothing that is not one. */
    private static void clear(Path folder) throws IOException {
        if (!RunFolder.is(folder)) throw new UsageException("--force replaces a run, and " + folder + " holds something else: name another --out");
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> files = walk.sorted(java.util.Comparator.reverseOrder()).toList();
            for (Path file : files) if (!file.equals(folder)) delete(file);
        }
    }

    private static void delete(Path file) throws IOException {
        try {
            Files.delete(file);
        } catch (DirectoryNotEmptyException changedMeanwhile) {
            throw new IOException(file + " is being written to", changedMeanwhile);
        }
    }

    private static void link(Path folder) {
        Path link = folder.resolveSibling(LATEST);
        try {
            if (Files.isSymbolicLink(link)) Files.delete(link);
            Files.createSymbolicLink(link, folder.getFileName());
        } catch (IOException | UnsupportedOperationException noLinks) {
            // a convenience only: the folder's own name is printed
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            case java.nio.file.NoSuchFileException missing -> "no folder can be made there";
            case java.nio.file.FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.getMessage();
        };
    }
}
