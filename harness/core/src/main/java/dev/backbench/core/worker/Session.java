package dev.backbench.core.worker;

import dev.backbench.core.row.Status;
import dev.backbench.core.worker.WorkerSpec.Kind;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.spi.WrongResultException;
import dev.backbench.wasm.WasmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Does a worker's tasks with one back end and reports each sample as it comes. What an exception can tell is reported as the task's failure, and the next module's
 * turn comes; an {@link Error} is reported too, but after it nothing in this process is to be trusted, so the process ends.
 */
final class Session {
    /** Timed runs of a module go on until the regions add up to this, in nanoseconds … */
    private static final long ENOUGH = 20_000_000;
    /** … or there were so many. */
    private static final int MOST_RUNS = 50;

    private final WorkerSpec spec;
    private final Reporter reporter;
    private final Program[] programs;
    private final Set<Integer> failedModules = new HashSet<>();
    private final Map<Integer, CompiledModule> held = new HashMap<>();
    private Compiler compiler;
    private Meter meter;
    private Settling settling;
    private String stage;

    Session(WorkerSpec spec, Reporter reporter) {
        this.spec = spec;
        this.reporter = reporter;
        programs = new Program[spec.modules().size()];
    }

    void perform(Task task) {
        if (failedModules.contains(task.module()) || task.warm() && task.kind() == Kind.COMPILE && settling != null && settling.settled()) return;
        try {
            Program program = program(task.module());
            boolean first = task.kind() == Kind.FIRST || task.kind() == Kind.COLD;
            if (!task.kind().starts()) program.wasm(); // what reading costs is in no other figure
            if (!first && !task.kind().starts()) load(task);
            switch (task.kind()) {
                case COMPILE -> compile(task, program);
                case FIRST -> first(task, program, false);
                case PHASES -> phases(task, program);
                case RUN -> run(task, program);
                case COLD -> first(task, program, true);
                case START, START_IMAGE -> {
                    if (!new Starts(this, reporter).start(task, program)) failedModules.add(task.module());
                }
                case IMAGE -> new Starts(this, reporter).image(task, program, compiler);
            }
            reporter.send("end", task.id());
        } catch (Exception e) {
            fail(task, e);
        } catch (Error e) {
            fail(task, e);
            Runtime.getRuntime().halt(WorkerMain.BROKEN);
        }
    }

    /** Closes all that it made; the next task begins anew. Call it on the thread that performed. */
    void release() {
        held.values().forEach(CompiledModule::close);
        held.clear();
        if (compiler != null) compiler.close();
        compiler = null;
    }

    /** Says in words only what is under way, so that telling takes no time. */
    void during(String nextStage) {
        stage = nextStage;
    }

    void begin(Task task, String nextStage) {
        stage = nextStage;
        reporter.send("begin", task.id(), stage);
    }

    private void load(Task task) throws ReflectiveOperationException {
        if (compiler != null) return;
        begin(task, "load");
        open(false);
    }

    /** Lets the JVM's compilers finish what earlier tasks left them. */
    void rest() {
        settling().rest();
    }

    private Settling settling() {
        if (settling == null) settling = new Settling();
        return settling;
    }

    boolean loaded() {
        return compiler != null;
    }

    Compiler compiler() {
        return compiler;
    }

    /** @param loader what runs serialised modules is enough */
    void open(boolean loader) throws ReflectiveOperationException {
        stage = "load";
        Backend backend = (Backend) Class.forName(spec.backend()).getConstructor().newInstance();
        compiler = loader ? backend.newLoader(spec.options()) : backend.newCompiler(spec.options());
    }

    private Program program(int module) {
        if (programs[module] == null) programs[module] = new Program(spec.modules().get(module));
        return programs[module];
    }

    private Meter meter() {
        if (meter == null) meter = new Meter();
        return meter;
    }

    private void compile(Task task, Program program) throws IOException {
        Meter m = meter();
        settling().before(task.module());
        compiler.prepare(program.wasm());
        rest();
        begin(task, "compile");
        long companion = compiler.companionCpu();
        m.start();
        Artifact artifact = compiler.compile(program.wasm(), PhaseClock.OFF);
        CompiledModule code = compiler.link(artifact, PhaseClock.OFF);
        m.stop();
        long peak = Meter.peakRss(), companions = compiler.companionPeakBytes();
        companion = compiler.companionCpu() - companion;
        m.cpu += companion;
        m.children += companion;
        settling.after(m.cpu - Math.max(0, m.jit));
        reporter.send("sample", task.id(), "compile", "wall", m.wall, "cpu", m.cpu, "children", m.children, "gc", m.gc, "jit", m.jit, "faults", m.faults, "switches",
                m.switches, "collections", m.collections, "allocated", m.allocated, "peak", peak, "companions", companions, "sha", store(artifact), "code", artifact.codeBytes(), "constants",
                artifact.constantBytes(), "emitted", artifact.functionsEmitted());
        keep(task, code);
    }

    private void phases(Task task, Program program) throws IOException {
        begin(task, "compile");
        compiler.prepare(program.wasm());
        PhaseClock phases = PhaseClock.running();
        long start = System.nanoTime();
        CompiledModule code = compiler.link(compiler.compile(program.wasm(), phases), phases);
        phases.leave();
        long wall = System.nanoTime() - start;
        List<Object> fields = new ArrayList<>(List.of("sample", task.id(), "phases", "wall", wall));
        addPhases(fields, phases, wall);
        reporter.send(fields.toArray());
        keep(task, code);
    }

    private void keep(Task task, CompiledModule code) {
        CompiledModule earlier = task.hold() ? held.put(task.module(), code) : code;
        if (earlier != null) earlier.close();
    }

    private void run(Task task, Program program) throws IOException {
        CompiledModule code = held.get(task.module());
        if (code == null) {
            begin(task, "compile");
            compiler.prepare(program.wasm());
            code = compiler.link(compiler.compile(program.wasm(), PhaseClock.OFF), PhaseClock.OFF);
            held.put(task.module(), code);
        }
        boolean right = !task.warm() || run(task, program, code, true) >= 0;
        long regions = 0;
        for (int i = 0; right && (i < task.count() || regions < ENOUGH && i < MOST_RUNS); i++) {
            long region = run(task, program, code, false);
            right = region >= 0;
            regions += region;
        }
        if (!right) failedModules.add(task.module());
        held.remove(task.module()).close();
    }

    /** @return nanoseconds of the region, or -1 if the output is wrong */
    private long run(Task task, Program program, CompiledModule code, boolean warm) throws IOException {
        rest();
        begin(task, "run");
        Program.Outcome outcome = program.run(code);
        ProgramResult r = outcome.result();
        reporter.send("sample", task.id(), "run", "warm", warm, "wall", r.regionWall(), "cpu", r.regionCpu(), "faults", r.regionFaults(), "hostCalls", r.hostCalls(),
                "host", r.hostNanos(), "hostFaults", r.hostFaults(), "instantiate", r.instantiate(), "output", outcome.outputSha256(), "wrong", outcome.wrong());
        return outcome.wrong() == null ? r.regionWall() : -1;
    }

    /** The first thing that the process does, without anything warmed up for it; then, for a cold start, the program. */
    private void first(Task task, Program program, boolean cold) throws IOException, ReflectiveOperationException {
        FirstMeter m = new FirstMeter();
        begin(task, "load");
        m.start();
        open(false);
        begin(task, "compile");
        compiler.prepare(program.wasm());
        m.loaded(compiler);
        Artifact artifact = compiler.compile(program.wasm(), PhaseClock.OFF);
        CompiledModule code = compiler.link(artifact, PhaseClock.OFF);
        m.stop(compiler);
        long peak = Meter.peakRss(), companions = compiler.companionPeakBytes();
        Program.Outcome outcome = null;
        if (cold) {
            begin(task, "run");
            outcome = program.run(code);
        }
        m.finish();
        begin(task, "size"); // what a back end starts to know it is not part of the peak
        reporter.send("sample", task.id(), "load", "wall", m.loadWall(), "cpu", m.loadCpu());
        reporter.send("sample", task.id(), "compile", "wall", m.wall(), "cpu", m.cpu(), "children", m.children(), "gc", m.gc(), "jit", m.jit(),
                "faults", m.faults(), "peak", peak, "companions", companions, "sha", store(artifact), "code", artifact.codeBytes(), "constants", artifact.constantBytes(), "emitted",
                artifact.functionsEmitted());
        if (cold) started(task, m, outcome);
        code.close();
    }

    private void started(Task task, FirstMeter m, Program.Outcome outcome) {
        ProgramResult r = outcome.result();
        reporter.send("sample", task.id(), "cold", "mark", r.firstMark(), "metering", m.spent(), "loaded", m.loadEnd() - m.spentBeforeLoadEnd(), "compile", m.wall(),
                "instantiate", r.instantiate(), "call", r.firstMark() - m.resumed() - r.instantiate(), "output", outcome.outputSha256(), "wrong", outcome.wrong());
        if (outcome.wrong() != null) failedModules.add(task.module());
    }

    private static void addPhases(List<Object> fields, PhaseClock phases, long wall) {
        long other = wall;
        for (Map.Entry<String, Long> phase : phases.nanos().entrySet()) {
            fields.add("phase." + phase.getKey());
            fields.add(phase.getValue());
            other -= phase.getValue();
        }
        fields.add("phase.other");
        fields.add(other);
    }

    /** Writes the machine code for the experiment to collect. @return its name; null if the back end does not show it */
    private String store(Artifact artifact) {
        String sha = artifact.codeSha256();
        byte[] code = sha == null ? null : artifact.normalizedCode();
        if (code == null || spec.blobs() == null) return sha;
        Path file = Path.of(spec.blobs(), sha);
        if (Files.exists(file)) return sha;
        try {
            Path part = Path.of(spec.blobs(), sha + ".part");
            Files.write(part, code);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            reporter.send("unwritable", String.valueOf(e.getMessage())); // a full disk is no fault of the back end's
        }
        return sha;
    }

    private void fail(Task task, Throwable t) {
        System.err.println("task " + task.id() + ", stage " + stage + ", module " + spec.modules().get(task.module()).name() + ":");
        t.printStackTrace();
        failedModules.add(task.module());
        CompiledModule code = held.remove(task.module());
        if (code != null && t instanceof Exception) code.close();
        reporter.send("fail", task.id(), stage == null ? "load" : stage, status(t), reason(t));
        if ("load".equals(stage)) Runtime.getRuntime().halt(WorkerMain.BROKEN);
    }

    private static Status status(Throwable t) {
        return switch (t) {
            // refused for another reason, either the module is broken or who reads it: not a matter of features, and no success
            case WasmException e -> e.kind() == WasmException.Kind.UNSUPPORTED || e.kind() == WasmException.Kind.LIMIT ? Status.UNSUPPORTED : Status.CRASH;
            case LinkException e -> Status.UNSUPPORTED;
            case Trap e -> Status.WRONG;
            case WrongResultException e -> Status.WRONG;
            case OutOfMemoryError e -> Status.OOM;
            default -> Status.CRASH;
        };
    }

    private static String reason(Throwable t) {
        return switch (t) {
            case Trap trap -> "trap: " + trap.getMessage();
            case OutOfMemoryError e -> "out of memory: " + e.getMessage();
            case WasmException e -> e.getMessage();
            case LinkException e -> e.getMessage();
            case BackendException e -> e.getMessage();
            default -> t.toString();
        };
    }

    static boolean compiles(Task task) {
        return task.kind() == Kind.COMPILE;
    }
}
