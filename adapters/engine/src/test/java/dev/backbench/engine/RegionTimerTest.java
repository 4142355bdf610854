package dev.backbench.engine;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.BackendException;
import org.junit.jupiter.api.Test;

class RegionTimerTest {
    @Test
    void regionsInARowAreAdded() {
        RegionTimer timer = new RegionTimer();
        for (int i = 0; i < 3; i++) {
            timer.begin(0);
            timer.end(0);
        }
        timer.check();
        assertTrue(timer.marked && timer.wall >= 0);
    }

    @Test
    void whatDoesNotPairIsNoMeasurement() {
        RegionTimer nested = new RegionTimer(), unbegun = new RegionTimer(), unended = new RegionTimer();
        nested.begin(0);
        nested.begin(0);
        nested.end(0);
        unbegun.end(0);
        unended.begin(0);
        for (RegionTimer timer : new RegionTimer[] {nested, unbegun, unended}) assertThrows(BackendException.class, timer::check);
    }
}
