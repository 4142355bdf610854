package dev.backbench.core.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MachineFactsTest {
    private final Map<String, String> unknown = new TreeMap<>();
    private final MachineFacts facts = new MachineFacts(unknown);

    @Test
    void machinesAreToldApartByTheirInstallation() {
        assertEquals(facts.machineId("abc", "one", "cpu"), facts.machineId("abc", "two", "cpu"));
        assertNotEquals(facts.machineId("abc", "one", "cpu"), facts.machineId("abd", "one", "cpu"));
        assertTrue(unknown.isEmpty());
    }

    @Test
    void withoutOneByNameAndProcessorAndThatIsSaid() {
        assertNotEquals(facts.machineId("", "one", "cpu"), facts.machineId(null, "two", "cpu"));
        assertNotEquals(facts.machineId(null, "one", "cpu"), facts.machineId(null, "one", "other cpu"));
        assertTrue(unknown.get("machine.id_source").contains("/etc/machine-id"));
    }

    @Test
    void nobodysMachineHasNoId() {
        assertNull(facts.machineId(null, null, "cpu"));
        assertNull(facts.machineId("uninitialized", "localhost", "cpu"));
        assertTrue(unknown.get("machine.id").contains("comparable with no other"));
    }
}
