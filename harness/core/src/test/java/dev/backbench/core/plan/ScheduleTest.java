package dev.backbench.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.UsageException;
import dev.backbench.core.fake.Fakes;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Status;
import dev.backbench.core.stats.SampleTable;
import dev.backbench.core.worker.WorkerSpec.Kind;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.workloads.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleTest {
    @TempDir Path temp;
    private Path programs;

    @BeforeEach
    void makePrograms() throws IOException {
        programs = temp.resolve("programs");
        Fakes.programs(programs, "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k");
    }

    private Plan plan(long seed, String backend, Measure measure, Measure... more) {
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), measure, more);
        options.preset = PlanPreset.QUICK;
        options.seed = seed;
        options.backends = List.of(backend.split(","));
        return Planner.plan(options, Fakes.all());
    }

    private static TaskList tasks(Plan plan, Unit.Kind kind, long seed) {
        Unit unit = new Schedule(plan).firstPass().stream().filter(u -> u.kind() == kind).findFirst().orElseThrow();
        return TaskList.of(plan, unit, new Random(seed), Path.of("empty.wasm"));
    }

    @Test
    void theSeedIsTheOrder() {
        List<Unit> one = new Schedule(plan(1, "good,good:O0", Measure.COMPILE, Measure.COLD)).firstPass();
        assertEquals(one, new Schedule(plan(1, "good,good:O0", Measure.COMPILE, Measure.COLD)).firstPass());
        assertNotEquals(one, new Schedule(plan(2, "good,good:O0", Measure.COMPILE, Measure.COLD)).firstPass());
        // a sweep and a look at phases with each back end, and a fresh process for each of eleven programs
        assertEquals(2 * (1 + 1 + 11), one.size());
        long changes = 0;
        for (int i = 1; i < one.size(); i++) if (!one.get(i).backend().equals(one.get(i - 1).backend())) changes++;
        assertTrue(changes > 10, "back ends are interleaved: " + changes);
    }

    @Test
    void theReferenceIsSweptFirst() {
        for (int seed = 1; seed <= 20; seed++) {
            Plan plan = plan(seed, "hosted,good,good:O0,good:O1", Measure.COMPILE, Measure.RUN);
            assertEquals(plan.reference(), new Schedule(plan).firstPass().getFirst().backend());
        }
    }

    @Test
    void aLargeModuleMayCompileLongerUnlessTheUserSaysHowLong() {
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), Measure.COMPILE);
        options.backends = List.of("good");
        options.workloads = List.of(programs.toString(), "sweep:1000");
        options.timeouts = new PlanOptions().timeouts;
        Plan plan = Planner.plan(options, Fakes.all());
        Duration usual = options.timeouts.get("compile");
        Workload large = plan.workloads().stream().filter(w -> w.code().codeBytes() > 50_000).findFirst().orElseThrow();
        assertEquals(usual, plan.timeout("compile", "a"));
        assertEquals(usual, plan.timeout("load", "(empty)"), "what is no program of the plan");
        assertEquals(usual.plusSeconds(large.code().codeBytes() * 250L / 1_000_000), plan.timeout("compile", large.name()));
        assertEquals(plan.timeout("run", "a"), plan.timeout("run", large.name()));
        options.timeouts.remove(Plan.COMPILE_PER_MB);
        assertEquals(usual, Planner.plan(options, Fakes.all()).timeout("compile", large.name()));
    }

    @Test
    void noModuleIsCompiledTwiceRunning() {
        Plan plan = plan(3, "hosted", Measure.COMPILE, Measure.RUN);
        assertEquals(Regime.STEADY, plan.steady());
        for (int seed = 0; seed < 50; seed++) {
            List<Task> compiles = tasks(plan, Unit.Kind.SWEEP, seed).tasks().stream().filter(t -> t.kind() == Kind.COMPILE).toList();
            assertEquals(11 * (PlanPreset.QUICK.warmup() + PlanPreset.QUICK.rounds()), compiles.size());
            for (int i = 1; i < compiles.size(); i++) assertNotEquals(compiles.get(i - 1).module(), compiles.get(i).module());
        }
    }

    @Test
    void fewModulesArePaddedOrCalledByTheirName() {
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), Measure.COMPILE);
        options.backends = List.of("good");
        options.filter = java.util.regex.Pattern.compile("^[ab]$");
        Plan plan = Planner.plan(options, Fakes.all());
        assertEquals(2, plan.workloads().size());
        boolean padded = plan.workloads().size() + plan.padding().size() >= Planner.STEADY_MODULES;
        assertEquals(padded ? Regime.STEADY : Regime.SELF_WARM, plan.steady());
        assertTrue(plan.cells().stream().noneMatch(c -> plan.padding().stream().anyMatch(p -> p.name().equals(c.workload()))));
        TaskList list = tasks(plan, Unit.Kind.SWEEP, 1);
        for (Task task : list.tasks()) assertFalse(list.padding(task.module()) && task.hold());
    }

    @Test
    void codeIsKeptForTheRunsThatFollow() {
        List<Task> tasks = tasks(plan(3, "good", Measure.COMPILE, Measure.RUN), Unit.Kind.SWEEP, 1).tasks();
        List<Integer> held = tasks.stream().filter(Task::hold).map(Task::module).sorted().toList();
        List<Integer> run = tasks.stream().filter(t -> t.kind() == Kind.RUN).map(Task::module).sorted().toList();
        assertEquals(held, run);
        assertEquals(11, run.size());
    }

    private static void sample(SampleTable table, CellKey cell, int process, double millis) {
        Row.Ns ns = new Row.Ns(Math.round(millis * 1e6), -1, -1, -1, -1, -1);
        table.add(new Row(1, "r", 0, cell, process, 0, false, 0, cell.measure(), cell.measure().definition(cell.regime()), cell.regime(), Status.OK, null, ns, Map.of(), Row.Counts.UNKNOWN,
                new Row.Work(1, 1, 1, 1, 1), null, null));
    }

    @Test
    void laterTheWidestIntervalComesFirst() {
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), Measure.COLD);
        options.preset = new PlanPreset("quick", 4, 1, 0, 0, 1, true, Integer.MAX_VALUE, null);
        options.backends = List.of("good");
        Plan plan = Planner.plan(options, Fakes.all());
        Schedule schedule = new Schedule(plan);
        SampleTable table = new SampleTable();
        assertNull(schedule.next(table, u -> false), "cells without a sample belong to the first pass");
        for (CellKey cell : plan.cells()) {
            double spread = cell.workload().equals("d") ? 0.2 : 0.01;
            for (int process = 0; process < 3; process++) sample(table, cell, process, 100 * (1 + process * spread));
        }
        assertEquals(List.of("d"), schedule.next(table, u -> false).workloads());
        assertNotEquals(List.of("d"), schedule.next(table, u -> u.workloads().equals(List.of("d"))).workloads(), "a blocked unit is passed over");
        for (CellKey cell : plan.cells()) sample(table, cell, 3, 100);
        assertNull(schedule.next(table, u -> false), "every cell has its four processes");
    }

    @Test
    void theQuickPresetStartsFourOfItsProgramsAfresh() {
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), Measure.COMPILE, Measure.RUN, Measure.COLD, Measure.MEMORY);
        options.preset = PlanPreset.QUICK;
        options.backends = List.of("good");
        assertEquals(11, Planner.plan(options, Fakes.all()).fresh().size(), "of programs that were named, all");
        options.workloads = List.of();
        Plan plan = Planner.plan(options, Fakes.all());
        assertEquals(4, plan.fresh().size());
        List<Integer> sizes = plan.workloads().stream().map(w -> w.code().codeBytes()).sorted().toList();
        List<Integer> fresh = plan.freshNames().stream().map(n -> plan.workload(n).code().codeBytes()).sorted().toList();
        assertEquals(List.of(sizes.getFirst(), sizes.get(sizes.size() - 2), sizes.getLast()), List.of(fresh.get(0), fresh.get(2), fresh.get(3)));
        long cold = plan.cells().stream().filter(c -> c.measure() == Measure.COLD).count();
        long first = plan.cells().stream().filter(c -> c.regime().equals(Regime.FIRST) && c.measure() == Measure.COMPILE).count();
        assertEquals(List.of(4L, 4L), List.of(cold, first));
        assertEquals(plan.workloads().size(), plan.cells().stream().filter(c -> c.measure() == Measure.RUN).count());
        assertEquals(4, new Schedule(plan).firstPass().stream().filter(u -> u.kind() == Unit.Kind.FIRST).count());
    }

    @Test
    void cellsWithoutAnIntervalComeBeforeAllOthers() {
        Plan plan = plan(1, "good", Measure.RUN, Measure.COLD);
        Schedule schedule = new Schedule(plan);
        SampleTable table = new SampleTable();
        for (CellKey cell : plan.cells()) sample(table, cell, 0, 100);
        assertEquals(Unit.Kind.SWEEP, schedule.next(table, u -> false).kind(), "it serves eleven cells");
        for (CellKey cell : plan.cells()) if (cell.measure() == Measure.RUN) sample(table, cell, 1, 100);
        assertEquals(Unit.Kind.FIRST, schedule.next(table, u -> false).kind(), "one process is less than two");
    }

    @Test
    void contradictionsAreUsageErrors() {
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), Measure.RUN);
        options.backends = List.of("good");
        options.reference = "hosted";
        assertTrue(assertThrows(UsageException.class, () -> Planner.plan(options, Fakes.all())).getMessage().contains("add it to --backends"));
        options.reference = null;
        options.runs = 0;
        assertThrows(UsageException.class, () -> Planner.plan(options, Fakes.all()));
        options.runs = null;
        options.cpu = "none";
        assertThrows(UsageException.class, () -> Planner.plan(options, Fakes.all()));
    }
}
