package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFolderTest {
    @TempDir
    Path temp;

    /** A file where the cache's folder should be: nobody can make one there, whatever his rights. */
    @Test
    void programsGoToATemporaryFolderWhereTheCacheCannotBeWritten() throws Exception {
        Path blocked = Files.writeString(temp.resolve("file"), "no folder").resolve("cache");
        List<String> said = new ArrayList<>();
        Catalogue catalogue = new Catalogue(blocked, said::add);
        assertEquals(List.of(), said, "nothing was asked for yet");
        Path first = catalogue.resolve("sweep:10").getFirst().wasm(), second = catalogue.resolve("sweep:10:2").getFirst().wasm();
        assertTrue(Files.size(first) > 0 && Files.size(second) > 0);
        assertFalse(first.startsWith(temp));
        assertEquals(1, said.size(), said.toString());
        assertTrue(said.getFirst().startsWith(blocked.resolve("workloads") + " cannot be written: programs are unpacked into ") && said.getFirst().contains("BENCH_CACHE"), said.toString());
    }
}
