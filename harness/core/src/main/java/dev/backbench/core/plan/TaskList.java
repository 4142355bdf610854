package dev.backbench.core.plan;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.core.store.Seal;
import dev.backbench.core.worker.WorkerSpec.Kind;
import dev.backbench.core.worker.WorkerSpec.Module;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.workloads.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * A unit of the schedule spelled out as a worker's tasks, in an order drawn from a seed. Ids are positions. No module is compiled twice running while there
 * is another one.
 */
public final class TaskList {
    /** The module that does nothing: one type, one empty function, exported as {@code _start}. */
    public static final byte[] EMPTY_MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, '_', 's', 't', 'a', 'r', 't', 0, 0, 10, 4, 1,
        2, 0, 0x0B};
    /** What stands in a cell for {@link #EMPTY_MODULE}. */
    public static final String EMPTY_NAME = "(empty)";

    /** Discarded starts of each module in a resident process, beside a compiler's usual ones. */
    private static final int RESIDENT_WARMUP = 1;

    private final Plan plan;
    private final Backends.Chosen backend;
    private final Random random;
    private final List<Module> modules = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final int planned;
    private int last = -1;

    private TaskList(Plan plan, Unit unit, Random random, Path emptyModule) {
        this.plan = plan;
        this.random = random;
        backend = plan.backend(unit.backend());
        if (unit.kind() == Unit.Kind.EMPTY) modules.add(new Module(EMPTY_NAME, emptyModule.toString(), null, null, null, null, List.of()));
        for (String name : unit.workloads()) modules.add(module(plan.workload(name)).with(image(emptyModule, unit.backend(), name).toString()));
        planned = modules.size();
    }

    /**
     * @param emptyModule file that holds {@link #EMPTY_MODULE}
     */
    public static TaskList of(Plan plan, Unit unit, Random random, Path emptyModule) {
        TaskList list = new TaskList(plan, unit, random, emptyModule);
        switch (unit.kind()) {
            case SWEEP -> list.sweep();
            case PHASES -> {
                list.lead(list.indices(list.planned));
                list.round(list.indices(list.planned), Kind.PHASES, false, false);
            }
            case EMPTY -> list.add(Kind.FIRST, 0, false, false, 1);
            case FIRST -> list.add(list.startsToo() ? Kind.COLD : Kind.FIRST, 0, false, false, 1);
            case START -> list.starts(unit.start());
            case IMAGE -> list.indices(list.planned).forEach(module -> list.add(Kind.IMAGE, module, false, false, 1));
            case BARE -> throw new IllegalArgumentException("a bare process has no tasks");
        }
        return list;
    }

    /** The file of a module's serialised form, beside that of the empty module. */
    public static Path image(Path emptyModule, String backend, String workload) {
        return emptyModule.resolveSibling(Seal.sha256(backend + '\n' + workload) + ".image");
    }

    public List<Module> modules() {
        return modules;
    }

    public List<Task> tasks() {
        return tasks;
    }

    /** Whether a module takes part without having cells. */
    public boolean padding(int module) {
        return module >= planned;
    }

    /** Whether the compiles go through JMH. */
    public boolean jmh() {
        return backend.backend().javaHosted() && tasks.size() > 1 && tasks.getFirst().kind() == Kind.COMPILE && !tasks.getFirst().hold();
    }

    private void sweep() {
        boolean compile = plan.measures(Measure.COMPILE), hosted = backend.backend().javaHosted();
        int rounds = compile ? plan.rounds() : plan.measures(Measure.SIZE) ? 1 : 0;
        if (compile) for (Workload pad : plan.padding()) if (backend.takes(pad)) modules.add(module(pad));
        List<Integer> all = indices(modules.size());
        int warm = compile ? plan.warmup(backend) : 0;
        if (compile && warm == 0) lead(all);
        for (int i = 0; i < warm; i++) round(all, Kind.COMPILE, true, false);
        // JMH's thread is not this worker's main thread, and a compiled module stays on the thread that made it
        for (int i = 1; i <= rounds; i++) round(all, Kind.COMPILE, false, i == rounds && !hosted && plan.measures(Measure.RUN));
        if (!plan.measures(Measure.RUN)) return;
        List<Integer> order = indices(planned);
        Collections.shuffle(order, random);
        boolean each = hosted || plan.preset().discardEach(), discard = true;
        for (int module : order) {
            if (!runnable(module)) continue;
            add(Kind.RUN, module, discard, false, plan.runs());
            discard = each;
        }
    }

    private boolean startsToo() {
        return plan.measures(Measure.COLD) && !plan.startsApart(backend) && plan.started().contains(modules.getFirst().name()) && runnable(0);
    }

    /** In a resident process, after starts that are discarded, rounds in which no module follows itself if there is another. */
    private void starts(Start start) {
        Kind kind = start.precompiled() ? Kind.START_IMAGE : Kind.START;
        if (start.host().fresh()) {
            add(kind, 0, false, false, 1);
            return;
        }
        List<Integer> all = indices(planned);
        int warm = RESIDENT_WARMUP + (backend.nativeStart() ? 0 : plan.warmup(backend));
        for (int i = 0; i < warm; i++) round(all, kind, true, false);
        for (int i = 0; i < plan.preset().startsInProcess(); i++) round(all, kind, false, false);
    }

    /** The smallest module compiled first and discarded: what the first use of a back end costs is nobody's steady state. */
    private void lead(List<Integer> all) {
        int smallest = Collections.min(all, Comparator.comparingLong(m -> size(modules.get(m))));
        add(Kind.COMPILE, smallest, true, false, 1);
    }

    private static long size(Module module) {
        return Path.of(module.wasm()).toFile().length();
    }

    private void round(List<Integer> all, Kind kind, boolean warm, boolean hold) {
        List<Integer> order = new ArrayList<>(all);
        Collections.shuffle(order, random);
        if (order.size() > 1 && order.getFirst() == last) Collections.swap(order, 0, 1 + random.nextInt(order.size() - 1));
        for (int module : order) add(kind, module, warm, hold && !padding(module) && runnable(module), 1);
    }

    private boolean runnable(int module) {
        return plan.workload(modules.get(module).name()).runnable();
    }

    private void add(Kind kind, int module, boolean warm, boolean hold, int count) {
        tasks.add(new Task(tasks.size(), kind, module, warm, hold, count));
        last = module;
    }

    private List<Integer> indices(int count) {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < count; i++) indices.add(i);
        return indices;
    }

    /** What a worker has to know of a workload. */
    public static Module module(Workload w) {
        return new Module(w.name(), w.wasm().toString(), text(w.folder()), text(w.stdin()), text(w.expectedStdout()), text(w.expectedStderr()), w.arguments());
    }

    private static String text(Path path) {
        return path == null ? null : path.toAbsolutePath().toString();
    }
}
