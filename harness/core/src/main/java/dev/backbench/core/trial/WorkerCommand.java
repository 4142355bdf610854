package dev.backbench.core.trial;

import dev.backbench.core.host.Cpus;
import dev.backbench.core.worker.WorkerMain;
import dev.backbench.spi.Containers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * How a worker is started: one fixed JVM configuration, pinned, in a session of its own (so that Ctrl-C reaches only the experiment, and the whole tree can be
 * killed as a group), standard output and error into a log, and the pipe to the experiment on file descriptor 3.
 */
public final class WorkerCommand {
    /** The workers' collector and heap, named in the manifest. */
    public static final String COLLECTOR = "serial", HEAP = "1g";
    /** The shell moves the pipe, waits to be let go on, and gives way: what follows is the process itself. */
    static final String MOVE_PIPE = "exec 3>&1 >\"$0\" 2>&1; echo ready >&3; read -r go || exit 1; exec \"$@\"";
    private static final String KEEP_TERMINAL = "exec 3>\"$0\"; exec \"$@\"";
    /** What goes on is the command that starts a container, which hands its output on to the pipe and keeps its own words for the log. */
    private static final String AWAIT_BOX = "echo ready; read -r go || exit 1; exec \"$@\" 2>>\"$0\"";
    /** The first process of a container takes no harm from signals, so the worker is not it. */
    private static final String IN_BOX = "exec 3>&1 >>\"$0\" 2>&1; echo inside >&3; \"$@\"; exit $?", KEEP_TERMINAL_IN_BOX = "exec 3>\"$0\"; \"$@\"; exit $?";
    /**
     * Beside the flags of all, of a worker that compiles one module or starts one program in a JVM of its own, whatever the back end: the JVM's first compiler alone. The
     * second is paid for in the same CPU time, and none of what it makes lives long enough to give that back.
     */
    public static final List<String> BRIEF = List.of("-XX:TieredStopAtLevel=1");
    /** What the shell says before it waits. */
    static final String READY = "ready", INSIDE = "inside";
    private static final int PAGE = 4096, LINE = 64;

    private final String cpu;
    private final List<String> flags;
    private WorkerCache cache = WorkerCache.NONE;
    private StartHosts hosts = StartHosts.NONE;

    /** @param cpu cores to pin to, null for none @param extraFlags of the JVM, after the fixed ones */
    public WorkerCommand(String cpu, List<String> extraFlags) {
        this.cpu = cpu;
        flags = new ArrayList<>(List.of("-XX:+UseSerialGC", "-Xms" + HEAP, "-Xmx" + HEAP, "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Djmh.ignoreLock=true"));
        flags.addAll(extraFlags);
    }

    /** What the workers' JVM starts from. */
    public WorkerCommand with(WorkerCache startUp) {
        cache = startUp;
        return this;
    }

    public WorkerCache cache() {
        return cache;
    }

    /** What starts native engines without a JVM. */
    public WorkerCommand with(StartHosts found) {
        hosts = found;
        return this;
    }

    public StartHosts hosts() {
        return hosts;
    }

    /** The JVM's flags that do not differ between trials. */
    public List<String> flags() {
        return List.copyOf(flags);
    }

    /**
     * The argument vector for a back end, named canonically: each program gives way to the next, and the shell is the last before the JVM.
     *
     * @param cached whether the JVM starts from the back end's start-up cache, if there is one
     * @param brief whether it has the flags {@link #BRIEF}
     * @param box the container it starts in; null for none
     */
    public List<String> arguments(String backend, boolean cached, boolean brief, Path spec, Path log, long layoutSeed, Containers.Box box) {
        return behindShell(log, java(cached ? cache.flag(backend) : null, brief, spec, log, layoutSeed), box);
    }

    /** The same for a host without a JVM. */
    List<String> arguments(List<String> host, Path spec, Path log, Containers.Box box) {
        List<String> command = new ArrayList<>(host);
        command.add(spec.toString());
        return behindShell(log, command, box);
    }

    /** Of a process or container that only says a word. */
    List<String> bare(Path log, Containers.Box box) {
        if (box == null) return behindShell(log, List.of("/bin/sh", "-c", "echo bare >&3"), null);
        List<String> argv = awaitBox(log, box);
        argv.addAll(List.of("/bin/echo", "bare"));
        return argv;
    }

    private static List<String> awaitBox(Path log, Containers.Box box) {
        List<String> argv = new ArrayList<>();
        if (Cpus.program("setsid") != null) argv.add("setsid");
        argv.addAll(List.of("/bin/sh", "-c", AWAIT_BOX, log.toString()));
        argv.addAll(Containers.found().orElseThrow().command(box));
        return argv;
    }

    /** Nothing pins the command that starts a container, which is no part of what is measured; the container is pinned. */
    private List<String> behindShell(Path log, List<String> command, Containers.Box box) {
        if (box != null) {
            List<String> boxed = awaitBox(log, box);
            boxed.addAll(List.of("/bin/sh", "-c", IN_BOX, log.toString()));
            boxed.addAll(command);
            return boxed;
        }
        List<String> argv = new ArrayList<>();
        if (Cpus.program("setsid") != null) argv.add("setsid");
        if (cpu != null) argv.addAll(List.of("taskset", "-c", cpu));
        argv.addAll(List.of("/bin/sh", "-c", MOVE_PIPE, log.toString()));
        argv.addAll(command);
        return argv;
    }

    /** Of a worker that leaves a start-up cache behind, and its lines in a file. */
    List<String> training(Path spec, Path log, Path events, Path made, Containers.Box box) {
        List<String> worker = java("-XX:AOTCacheOutput=" + made, false, spec, log, 0);
        worker.add(1, "-D" + WorkerMain.TRAINING + "=true");
        return keepTerminal(events, worker, box);
    }

    private static List<String> keepTerminal(Path events, List<String> command, Containers.Box box) {
        List<String> argv = new ArrayList<>();
        if (box != null) argv.addAll(Containers.found().orElseThrow().command(box));
        argv.addAll(List.of("/bin/sh", "-c", box == null ? KEEP_TERMINAL : KEEP_TERMINAL_IN_BOX, events.toString()));
        argv.addAll(command);
        return argv;
    }

    /** Cores that workers are pinned to; null for none. */
    String cpus() {
        return cpu;
    }

    /** @param start the flag that says how to start; null for none */
    private List<String> java(String start, boolean brief, Path spec, Path log, long layoutSeed) {
        List<String> argv = new ArrayList<>();
        argv.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (start != null) argv.add(start);
        argv.addAll(flags);
        if (brief) argv.addAll(BRIEF);
        argv.add("-XX:ErrorFile=" + log + ".crash");
        argv.add("-Dbackbench.codeoffset=" + codeOffset(layoutSeed));
        argv.addAll(List.of("-cp", System.getProperty("java.class.path"), WorkerMain.class.getName(), spec.toString()));
        return argv;
    }

    ProcessBuilder builder(List<String> argv, long layoutSeed) {
        return environment(new ProcessBuilder(argv), layoutSeed);
    }

    /** The same worker with this process's terminal, the lines for the experiment in a file, optionally under the debugger. */
    public ProcessBuilder foreground(String backend, boolean brief, Path spec, Path events, long layoutSeed, boolean gdb, Containers.Box box) {
        List<String> command = new ArrayList<>();
        if (cpu != null && box == null) command.addAll(List.of("taskset", "-c", cpu));
        // the JVM uses SIGSEGV for itself, and so do the guard pages
        if (gdb) command.addAll(List.of("gdb", "-ex", "handle SIGSEGV nostop noprint pass", "--args"));
        List<String> worker = java(cache.flag(backend), brief, spec, events, layoutSeed);
        if (gdb) worker.add(1, "-D" + WorkerMain.ALONE + "=true"); // the debugger reads the same input
        command.addAll(worker);
        ProcessBuilder builder = new ProcessBuilder(keepTerminal(events, command, box)).inheritIO();
        if (!gdb) builder.redirectInput(ProcessBuilder.Redirect.PIPE); // a worker ends with its parent: at the end of its input, which may come early elsewhere
        return environment(builder, layoutSeed);
    }

    ProcessBuilder environment(ProcessBuilder builder) {
        return environment(builder, 0);
    }

    /** Nothing of the user's environment but what finds programs and folders, and a size of its own for each layout. */
    private static ProcessBuilder environment(ProcessBuilder builder, long layoutSeed) {
        Map<String, String> kept = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : builder.environment().entrySet()) {
            String name = entry.getKey();
            boolean needed = List.of("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TERM", "XDG_CACHE_HOME", "DOCKER_HOST", "TESTCONTAINERS_RYUK_DISABLED").contains(name);
            if (needed || name.startsWith("BENCH_")) kept.put(name, entry.getValue());
        }
        builder.environment().clear();
        builder.environment().putAll(kept);
        builder.environment().put("BENCH_PADDING", "x".repeat(new Random(layoutSeed).nextInt(PAGE)));
        return builder;
    }

    /** Bytes before the code in its mapping, a multiple of a cache line. */
    static int codeOffset(long layoutSeed) {
        return LINE * new Random(~layoutSeed).nextInt(PAGE / LINE);
    }
}
