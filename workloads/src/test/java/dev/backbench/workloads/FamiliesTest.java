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

    @Test
    void operationsAreCountedWhereAllAreKnown() {
        // local.get 0, i32.const 300, i32.add, i32.load, br_table, f64.const, memory.copy, call, end
        byte[] body = {0x20, 0, 0x41, (byte) 0xAC, 2, 0x6A, 0x28, 2, (byte) 0x80, 1, 0x0E, 2, 0, 0, 0, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, (byte) 0xFC, 10, 0, 0, 0x10, 5, 0x0B};
        assertEquals(9, Families.operations(module(body)));
        assertEquals(-1, Families.operations(module(new byte[] {(byte) 0xFD, 12, 1, 0x0B})), "SIMD");
        assertEquals(-1, Families.operations(module(new byte[] {0x12, 1, 0x0B})), "a tail call");
        assertEquals(-1, Families.operations(new byte[] {0, 'a', 's', 'm', 1, 0, 0, 0, 10, 100, 3}));
    }

    private static byte[] module(byte[] body) {
        byte[] head = {0, 'a', 's', 'm', 1, 0, 0, 0, 10, (byte) (body.length + 3), 1, (byte) (body.length + 1), 0};
        byte[] module = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, module, head.length, body.length);
        return module;
    }

    private void put(String name, byte[] bytes) throws Exception {
        Files.createDirectories(folder.resolve(name).getParent());
        assertTrue(Files.write(folder.resolve(name), bytes).toFile().isFile());
    }
}
