package dev.backbench.core.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.backbench.core.fake.Fakes;
import dev.backbench.core.plan.Backends;
import dev.backbench.workloads.Catalogue;
import dev.backbench.workloads.Origin;
import dev.backbench.workloads.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerCacheTest {
    @TempDir Path temp;

    @Test
    void eachLevelAndEachSetOfOptionsHasItsOwn() {
        List<Backends.Chosen> chosen = Fakes.all().resolve(List.of("good:O0", "good:O2", "good:O2+fast", "good:O2+threads=2", "good:O2+bounds=explicit", "hosted:O2"), 1);
        Set<String> files = new HashSet<>();
        for (Backends.Chosen one : chosen) files.add(WorkerCache.file("build", one));
        assertEquals(6, files.size(), files.toString());
        assertEquals(WorkerCache.file("build", chosen.getFirst()), WorkerCache.file("build", Fakes.all().resolve(List.of("good:O0"), 1).getFirst()));
        assertNotEquals(WorkerCache.file("build", chosen.getFirst()), WorkerCache.file("other", chosen.getFirst()));
    }

    @Test
    void trainingIsOnNothingThatIsMeasuredNorOnItsShape() {
        Catalogue catalogue = new Catalogue(temp);
        List<Workload> own = catalogue.own();
        assertEquals(Origin.GENERATED, WorkerCache.training(own, catalogue).origin());
        List<Workload> planned = new ArrayList<>(catalogue.resolve("sweep:10"));
        planned.addAll(own.subList(1, own.size()));
        assertEquals(own.getFirst().sha256(), WorkerCache.training(planned, catalogue).sha256(), "the only one that is left");
        planned.addAll(own);
        assertNull(WorkerCache.training(planned, catalogue), "what is left is of the shape that is measured");
    }
}
