package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which modules are one family. */
class FamiliesTest {
    @TempDir
    Path folder;

    @Test
    void ourProgramsAreEachAFamily() {
        List<Workload> own = new Catalogue(folder).own();
        List<Set<Long>> bodies = own.stream().map(w -> Families.bodies(w.bytes())).toList();
        for (int i = 0; i < own.size(); i++) {
            assertFalse(bodies.get(i).isEmpty(), own.get(i).name());
            for (int k = 0; k < i; k++) {
                assertFalse(Families.related(bodies.get(i), bodies.get(k)), own.get(i).name() + " and " + own.get(k).name());
                assertNotEquals(own.get(i).family(), own.get(k).family());
            }
        }
    }

    @Test
    void modulesThatShareMostAreJoined() throws Exception {
        put("x/small.wasm", new SweepGenerator(64, 1).module());
        put("x/larger.wasm", new SweepGenerator(80, 1).module());
        put("y/other.wasm", new SweepGenerator(80, 2).module());
        put("z/largest.wasm", new SweepGenerator(96, 2).module());
        put("z/cut.wasm", new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 10, 100});
        List<Workload> found = new Catalogue(folder).resolve(List.of(folder.toString()), null, null);
        assertEquals(List.of("larger: x", "small: x", "other: largest", "cut: cut", "largest: largest"), found.stream().map(w -> w.name() + ": " + w.family()).toList());
    }

    private void put(String name, byte[] bytes) throws Exception {
        Files.createDirectories(folder.resolve(name).getParent());
        assertTrue(Files.write(folder.resolve(name), bytes).toFile().isFile());
    }
}
