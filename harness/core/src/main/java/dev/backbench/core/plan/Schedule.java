package dev.backbench.core.plan;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Start;
import dev.backbench.core.stats.SampleTable;
import dev.backbench.spi.Containers;
import dev.backbench.workloads.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The order of trials: first every cell once, sweeps before fresh processes, that of the reference first, back ends interleaved at random so that slow drift of the machine meets all alike; then, one by one, the unit
 * that serves the cell with the widest interval, until every cell has samples of as many processes as planned. Cells with too few samples for an interval come before all others:
 * those with the fewest processes, and of these the unit that serves most of them.
 */
public final class Schedule {
    /** Above any interval's width, and any number of cells. */
    private static final double NO_INTERVAL = 1e9;

    private final Plan plan;
    private final List<Unit> units = new ArrayList<>();
    private final Map<Unit, List<CellKey>> served = new HashMap<>();
    private final Random random;
    private final Set<CellKey> cells;

    public Schedule(Plan plan) {
        this.plan = plan;
        random = new Random(plan.seed());
        cells = Set.copyOf(plan.cells());
        for (Backends.Chosen chosen : plan.backends()) if (chosen.availability().yes() && !plan.workloads(chosen).isEmpty()) addUnits(chosen);
        addBare();
        for (CellKey cell : plan.cells()) for (Unit unit : units) if (serves(unit, cell)) served.computeIfAbsent(unit, u -> new ArrayList<>()).add(cell);
        Collections.shuffle(units, random);
        // a sweep serves most cells for its time, so a short budget is best spent on sweeps; without the reference's there would be no ratio at all
        units.sort(Comparator.comparingInt(unit -> unit.kind() != Unit.Kind.SWEEP ? 2 : unit.backend().equals(plan.reference()) ? 0 : 1));
    }

    private void addUnits(Backends.Chosen chosen) {
        List<Workload> workloads = plan.workloads(chosen);
        boolean compile = plan.measures(Measure.COMPILE), memory = plan.measures(Measure.MEMORY) && workloads.stream().anyMatch(w -> w.input().equals(Workload.WASM)), cold = plan.measures(Measure.COLD);
        List<String> names = workloads.stream().map(Workload::name).toList();
        if (compile || plan.measures(Measure.RUN) || plan.measures(Measure.SIZE)) units.add(new Unit(Unit.Kind.SWEEP, chosen.name(), names));
        if (memory) units.add(new Unit(Unit.Kind.EMPTY, chosen.name(), List.of()));
        List<String> fresh = plan.freshNames().stream().filter(names::contains).toList();
        if (compile && plan.phases() && !fresh.isEmpty()) units.add(new Unit(Unit.Kind.PHASES, chosen.name(), fresh));
        for (String name : fresh) {
            boolean start = cold && !plan.startsApart(chosen) && plan.started().contains(name) && plan.workload(name).runnable();
            if (compile || memory || start) units.add(new Unit(Unit.Kind.FIRST, chosen.name(), List.of(name)));
        }
        if (cold && plan.startsApart(chosen)) addStarts(chosen, names.stream().filter(n -> plan.started().contains(n) && plan.workload(n).runnable()).toList());
    }

    private void addStarts(Backends.Chosen chosen, List<String> names) {
        for (Start start : plan.starts()) {
            List<String> asked = names.stream().filter(n -> cells.contains(new CellKey(chosen.name(), n, Measure.COLD, start.regime()))).toList();
            if (asked.isEmpty() || chosen.obstacle(start) != null || !chosen.available(start).yes()) continue;
            if (!start.host().fresh()) units.add(new Unit(Unit.Kind.START, chosen.name(), asked, start));
            else for (String name : asked) units.add(new Unit(Unit.Kind.START, chosen.name(), List.of(name), start));
        }
    }

    /** A process and a container that do nothing, where starts are compared with them. */
    private void addBare() {
        if (!plan.measures(Measure.COLD) || plan.starts().equals(List.of(Start.USUAL))) return;
        addBare(Start.Host.PROCESS);
        boolean contains = plan.starts().stream().anyMatch(s -> s.host() == Start.Host.CONTAINER);
        if (contains && Containers.availability(Containers.BARE.name()).yes()) addBare(Start.Host.CONTAINER);
    }

    private void addBare(Start.Host host) {
        Unit bare = new Unit(Unit.Kind.BARE, Unit.NO_BACKEND, List.of(), new Start(host, Start.Code.PRECOMPILED));
        units.add(bare);
        served.put(bare, List.of(SampleTable.bare(bare.start())));
    }

    /** Whether a unit gives the cell a sample that no other kind of unit gives, or gives it most cheaply. */
    private boolean serves(Unit unit, CellKey cell) {
        if (!unit.backend().equals(cell.backend()) || unit.kind() != Unit.Kind.EMPTY && !unit.workloads().contains(cell.workload())) return false;
        return switch (cell.measure()) {
            case COMPILE -> unit.kind() == (cell.regime().equals(Regime.FIRST) ? Unit.Kind.FIRST : Unit.Kind.SWEEP);
            case RUN, SIZE -> unit.kind() == Unit.Kind.SWEEP;
            case COLD -> unit.kind() == Unit.Kind.START ? unit.start().regime().equals(cell.regime())
                    : unit.kind() == Unit.Kind.FIRST && !plan.startsApart(plan.backend(cell.backend()));
            case MEMORY -> unit.kind() == Unit.Kind.FIRST || unit.kind() == Unit.Kind.EMPTY;
        };
    }

    /** Each unit once, in the seed's order. */
    public List<Unit> firstPass() {
        return List.copyOf(units);
    }

    /** Whether a unit of the first pass still has something to give; false for what an earlier attempt did. */
    public boolean needed(Unit unit, SampleTable table) {
        List<CellKey> cells = served.getOrDefault(unit, List.of());
        if (unit.kind() == Unit.Kind.EMPTY) return table.samples(SampleTable.empty(unit.backend())) == 0;
        return cells.isEmpty() || cells.stream().anyMatch(c -> table.status(c).pending());
    }

    /**
     * The unit to repeat next: that of the widest interval among cells that have too few processes; of equal ones, one at random.
     *
     * @param blocked units that failures have made pointless
     * @return null if every cell has enough
     */
    public Unit next(SampleTable table, Predicate<Unit> blocked) {
        Unit best = null;
        double widest = -1;
        int alike = 0;
        for (Unit unit : units) {
            if (blocked.test(unit)) continue;
            double width = want(unit, table);
            if (width < 0 || width < widest) continue;
            alike = width > widest ? 1 : alike + 1;
            if (random.nextInt(alike) == 0) best = unit;
            widest = width;
        }
        return best;
    }

    /** How many more times a unit will be started after its first, if time allows. */
    public int repeats(Unit unit, SampleTable table) {
        int most = 0;
        for (CellKey cell : served.getOrDefault(unit, List.of())) {
            boolean counts = cell.measure() != Measure.SIZE && !table.failed(cell);
            if (counts) most = Math.max(most, plan.samples(cell) - Math.max(1, table.processes(cell)));
        }
        if (unit.kind() == Unit.Kind.EMPTY) most = Math.max(0, plan.processes() - Math.max(1, table.processes(SampleTable.empty(unit.backend()))));
        return most;
    }

    /**
     * How much a unit is wanted: the width of the widest interval served, or more than any width where a cell has none yet; -1 if all it serves have enough.
     */
    private double want(Unit unit, SampleTable table) {
        double widest = -1;
        int missing = 0, served = 0;
        if (unit.kind() == Unit.Kind.EMPTY && table.processes(SampleTable.empty(unit.backend())) >= plan.processes()) return -1;
        for (CellKey cell : this.served.getOrDefault(unit, List.of())) {
            if (cell.measure() == Measure.SIZE || table.failed(cell) || table.samples(cell) == 0 || table.processes(cell) >= plan.samples(cell)) continue;
            double width = table.relativeWidth(cell);
            widest = Math.max(widest, width);
            if (width < Double.POSITIVE_INFINITY) continue;
            missing = Math.max(missing, Math.min(plan.processes(), plan.samples(cell)) - table.processes(cell));
            served++;
        }
        return widest == Double.POSITIVE_INFINITY ? NO_INTERVAL * missing + served : widest;
    }
}
