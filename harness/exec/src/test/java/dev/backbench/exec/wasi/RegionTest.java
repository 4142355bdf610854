package dev.backbench.exec.wasi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RegionTest {
    private final Region region = new Region();
    private long calls;

    private void hostCall() {
        region.call((caller, arguments, results) -> calls++, null, null, null);
    }

    @Test
    void anEndWithoutAStartDoesNotCutTheRunShort() {
        region.begin();
        hostCall();
        region.mark(false);
        hostCall();
        region.end();
        assertFalse(region.marked());
        assertEquals(2, region.hostCalls());
    }

    @Test
    void aRegionBeforeTheEntryIsNotContinuedByIt() {
        region.mark(true); // by the module's start function
        hostCall();
        region.mark(false);
        long wall = region.wall(), first = region.first();
        region.begin();
        hostCall();
        region.end();
        assertTrue(region.marked());
        assertEquals(1, region.hostCalls());
        assertEquals(wall, region.wall());
        assertEquals(first, region.first());
        assertEquals(2, calls);
    }

    @Test
    void regionsAddUpAndStartsWithinOneAreIgnored() {
        region.begin();
        hostCall();
        for (int i = 0; i < 2; i++) {
            region.mark(true);
            hostCall();
            region.mark(true);
            hostCall();
            region.mark(false);
            hostCall();
        }
        region.end();
        assertEquals(4, region.hostCalls());
    }
}
