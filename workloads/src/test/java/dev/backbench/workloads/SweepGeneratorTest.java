package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generated modules: the same for the same seed, linear in the number of functions, the same functions at any size. */
class SweepGeneratorTest {
    @TempDir
    Path cache;

    @Test
    void sameSeedSameBytes() {
        assertArrayEquals(new SweepGenerator(200, 7).module(), new SweepGenerator(200, 7).module());
        assertFalse(Arrays.equals(new SweepGenerator(200, 7).module(), new SweepGenerator(200, 8).module()));
    }

    @Test
    void sizeIsLinear() {
        double reference = perFunction(2000);
        for (int functions : new int[] {4000, 20_000, 100_000}) assertEquals(1, perFunction(functions) / reference, 0.12, functions + " functions");
    }

    private static double perFunction(int functions) {
        ModuleSummary code = ModuleSummary.of(new SweepGenerator(functions, 1).module());
        assertTrue(code.readable());
        assertEquals(functions + 1, code.functions());
        return (double) code.codeBytes() / functions;
    }

    @Test
    void aSmallModulesFunctionsAreALargeOnesFirst() {
        // Both are whole multiples of the levels, so no function has another type for want of a root.
        assertTrue(Families.bodies(new SweepGenerator(6400, 3).module()).containsAll(bodiesButStart(new SweepGenerator(64, 3).module())));
    }

    private static java.util.Set<Long> bodiesButStart(byte[] module) {
        java.util.Set<Long> start = Families.bodies(new SweepGenerator(1, 3).module()), bodies = Families.bodies(module);
        assertTrue(bodies.size() > 40);
        bodies.removeAll(start);
        return bodies;
    }

    @Test
    void seriesIsTheOneTwoEnginesAgreedOn() throws Exception {
        List<CatalogueFile.Sweep> known = CatalogueFile.read().sweeps();
        List<Workload> series = new Catalogue(cache).resolve("sweep");
        assertEquals(known.size(), series.size());
        for (int i = 0; i < series.size(); i++) {
            assertEquals(known.get(i).sha256(), series.get(i).sha256(), series.get(i).name() + ": the generator changed; see workloads/README.md");
            assertEquals(known.get(i).stdout() + "\n", Files.readString(series.get(i).expectedStdout()));
            assertTrue(series.get(i).runnable());
        }
    }

    @Test
    void byNumberAndSeed() {
        Catalogue catalogue = new Catalogue(cache);
        Workload one = catalogue.resolve("sweep:12:99").getFirst();
        assertEquals("sweep:12:99", one.name());
        assertEquals(Origin.GENERATED, one.origin());
        assertNull(one.expectedStdout());
        assertNotNull(catalogue.resolve("sweep:10").getFirst().expectedStdout());
        for (String wrong : List.of("sweep:", "sweep:x", "sweep:1:2:3", "sweep:99999999999")) {
            assertTrue(assertThrows(WorkloadException.class, () -> catalogue.resolve(wrong)).getMessage().contains("sweep:FUNCTIONS"), wrong);
        }
        for (String wrong : List.of("sweep:0", "sweep:-4", "sweep:1000001")) {
            assertTrue(assertThrows(WorkloadException.class, () -> catalogue.resolve(wrong)).getMessage().contains("1 to 1000000"), wrong);
        }
    }
}
