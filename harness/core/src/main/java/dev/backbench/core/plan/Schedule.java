package dev.backbench.core.plan;

import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.stats.SampleTable;
import dev.backbench.workloads.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/**
 * The order of trials: first every cell once, sweeps before fresh processes, back ends interleaved at random so that slow drift of the machine meets all alike; then, one by one, the unit
 * that serves the cell with the widest interval, until every cell has samples of as many processes as planned.
 */
public final class Schedule {
    private final Plan plan;
    private final List<Unit> units = new ArrayList<>();
    private final Map<Unit, List<CellKey>> served = new HashMap<>();
    private final Random random;

    public Schedule(Plan plan) {
        this.plan = plan;
        random = new Random(plan.seed());
        for (Backends.Chosen chosen : plan.backends()) if (chosen.availability().yes() && chosen.takesWasm()) addUnits(chosen);
        for (CellKey cell : plan.cells()) for (Unit unit : units) if (serves(unit, cell)) served.computeIfAbsent(unit, u -> new ArrayList<>()).add(cell);
        Collections.shuffle(units, random);
        // a sweep serves most cells for its time, so a short budget is best spent on sweeps
        units.sort(Comparator.comparing(unit -> unit.kind() != Unit.Kind.SWEEP));
    }

    private void addUnits(Backends.Chosen chosen) {
        boolean compile = plan.measures(Measure.COMPILE), memory = plan.measures(Measure.MEMORY), cold = plan.measures(Measure.COLD);
        List<String> names = plan.workloads().stream().map(Workload::name).toList();
        if (compile || plan.measures(Measure.RUN) || plan.measures(Measure.SIZE)) units.add(new Unit(Unit.Kind.SWEEP, chosen.name(), names));
        if (memory) units.add(new Unit(Unit.Kind.EMPTY, chosen.name(), List.of()));
        // cold starts split a compile into phases by the way
        if (compile && plan.phases() && !cold) units.add(new Unit(Unit.Kind.PHASES, chosen.name(), names));
        for (Workload workload : plan.workloads()) {
            if (compile || memory) units.add(new Unit(Unit.Kind.FIRST, chosen.name(), List.of(workload.name())));
            if (cold && workload.runnable()) units.add(new Unit(Unit.Kind.COLD, chosen.name(), List.of(workload.name())));
        }
    }

    /** Whether a unit gives the cell a sample that no other kind of unit gives, or gives it most cheaply. */
    private static boolean serves(Unit unit, CellKey cell) {
        if (!unit.backend().equals(cell.backend()) || unit.kind() != Unit.Kind.EMPTY && !unit.workloads().contains(cell.workload())) return false;
        return switch (cell.measure()) {
            case COMPILE -> unit.kind() == (cell.regime().equals(Regime.FIRST) ? Unit.Kind.FIRST : Unit.Kind.SWEEP);
            case RUN, SIZE -> unit.kind() == Unit.Kind.SWEEP;
            case COLD -> unit.kind() == Unit.Kind.COLD;
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
        return cells.isEmpty() || cells.stream().anyMatch(c -> table.status(c).pending());
    }

    /**
     * The unit to repeat next: that of the widest interval among cells that have too few processes; of equally wide ones, one at random.
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
            double width = width(unit, table);
            if (width < 0 || width < widest) continue;
            alike = width > widest ? 1 : alike + 1;
            if (random.nextInt(alike) == 0) best = unit;
            widest = width;
        }
        return best;
    }

    /** Of the widest cell served that wants more, -1 without one. */
    private double width(Unit unit, SampleTable table) {
        double widest = -1;
        CellKey baseline = new CellKey(unit.backend(), TaskList.EMPTY_NAME, Measure.MEMORY, Regime.FIRST);
        if (unit.kind() == Unit.Kind.EMPTY && table.processes(baseline) >= plan.processes()) return -1;
        for (CellKey cell : served.getOrDefault(unit, List.of())) {
            if (cell.measure() == Measure.SIZE || table.failed(cell) || table.samples(cell) == 0 || table.processes(cell) >= plan.processes()) continue;
            widest = Math.max(widest, table.relativeWidth(cell));
        }
        return widest;
    }
}
