package dev.backbench.core.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Regime;
import dev.backbench.core.row.Start;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerCommandTest {
    /** Only a process that lives for one module has them, and its rows say so by their definition. */
    @Test
    void aProcessForOneModuleHasFlagsOfItsOwn() {
        List<String> usual = arguments(false), brief = new ArrayList<>(arguments(true));
        assertTrue(brief.containsAll(WorkerCommand.BRIEF), brief.toString());
        brief.removeAll(WorkerCommand.BRIEF);
        assertEquals(usual, brief);
        assertTrue(new Unit(Unit.Kind.FIRST, "b", List.of("w")).brief() && new Unit(Unit.Kind.EMPTY, "b", List.of()).brief(), "memory is their difference");
        assertTrue(!new Unit(Unit.Kind.SWEEP, "b", List.of("w")).brief() && !new Unit(Unit.Kind.PHASES, "b", List.of("w")).brief());
        for (Start start : Start.WITHOUT_CONTAINER) {
            boolean alone = new Unit(Unit.Kind.START, "b", List.of("w"), start).brief();
            assertEquals(start.host() != Start.Host.RESIDENT, alone, start.words());
            assertEquals(alone, !Measure.COLD.definition(start.regime()).equals("cold/2"), start.words());
        }
        assertEquals("compile/4", Measure.COMPILE.definition(Regime.STEADY));
        assertEquals("compile/5", Measure.COMPILE.definition(Regime.FIRST));
    }

    private static List<String> arguments(boolean brief) {
        return new WorkerCommand(null, List.of()).arguments("b", true, brief, Path.of("tasks"), Path.of("log"), 1, null);
    }
}
