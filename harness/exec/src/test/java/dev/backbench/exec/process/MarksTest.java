package dev.backbench.exec.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.ProgramResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that lived from 1000 to 2000 ns, and what it said. */
class MarksTest {
    private static ProgramResult read(int exit, String... lines) {
        return Marks.read("house", exit, 1000, 1000, List.of(lines));
    }

    @Test
    void regionsAreSummed() {
        ProgramResult result = read(0, "start 1100 5", "end 1150 45", "start 1200 50", "end 1230 57");
        assertEquals(80, result.regionWall());
        assertEquals(47, result.regionCpu());
        assertEquals(1100, result.firstMark());
        assertEquals(100, result.instantiate());
        assertTrue(result.marked());
        assertEquals(-1, read(0, "start 1100 5", "end 1150").regionCpu());
        assertEquals(-1, read(0, "start 1100", "end 1150 7").regionCpu());
        assertEquals(0, read(0, "start 1000", "end 1000").regionWall());
        assertEquals(1000, read(0).regionWall());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        end 1500                                   | mark 1 of the run: 'end 1500' ends a region that no start before it began
        start 1100/end 1200/end 1300               | mark 3 of the run: 'end 1300' ends a region that no start before it began
        start 1100/start 1200/end 1300             | mark 2 of the run: 'start 1200' starts a region within a region
        start 1200/end 1100                        | mark 2 of the run: 'end 1100' is 100 ns before the mark ahead of it
        start 1100/end 1200/start 1150/end 1300    | mark 3 of the run: 'start 1150' is 50 ns before
        start 1100 9/end 1200 8                    | mark 2 of the run: 'end 1200 8' has less CPU time
        start 0/end 1500                           | mark 1 of the run: 'start 0' is not within the process's life, 1000 to 2000 ns
        start 1500/end 2001                        | mark 2 of the run: 'end 2001' is not within
        start 1500                                 | mark 1 of the run: the region that this line starts has no end
        start 1100/end 1200/start 1300             | mark 3 of the run: the region
        start 1100/ end 1200                       | mark 2 of the run: ' end 1200' is neither
        start -5/end 1200                          | mark 1 of the run: 'start -5' is neither
        """)
    void whatCannotBeARegionIsRefused(String lines, String message) {
        String said = assertThrows(BackendException.class, () -> read(0, lines.split("/"))).getMessage();
        assertTrue(said.startsWith("house: " + message), said);
    }

    /** It is judged by its exit code. */
    @Test
    void aProgramThatFailedMayLeaveItsRegionOpen() {
        assertEquals(134, read(134, "start 1100").exitCode());
        assertThrows(BackendException.class, () -> read(134, "end 1100"));
    }
}
