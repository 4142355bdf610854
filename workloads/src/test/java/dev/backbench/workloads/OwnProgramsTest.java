package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The catalogue says what is there, and what is there is in the catalogue. */
class OwnProgramsTest {
    private static final Path PROGRAMS = Path.of("programs");

    @TempDir
    Path cache;

    @Test
    void everyFolderWithAModuleIsListed() throws Exception {
        List<String> listed = CatalogueFile.read().programs().stream().map(CatalogueFile.Program::name).sorted().toList();
        try (Stream<Path> folders = Files.list(PROGRAMS)) {
            List<String> present = folders.map(f -> f.getFileName().toString()).filter(n -> Files.exists(PROGRAMS.resolve(n).resolve(n + ".wasm"))).sorted().toList();
            assertEquals(present, listed);
        }
    }

    @Test
    void modulesAreTheOnesListed() {
        List<Workload> own = new Catalogue(cache).own();
        Map<String, CatalogueFile.Program> entries = new HashMap<>();
        for (CatalogueFile.Program entry : CatalogueFile.read().programs()) entries.put(entry.name(), entry);
        for (Workload workload : own) {
            CatalogueFile.Program entry = entries.get(workload.name());
            assertEquals(entry.sha256(), workload.sha256(), workload.name() + ": run workloads/build.sh");
            assertEquals(entry.codeBytes(), workload.code().codeBytes(), workload.name());
            assertEquals(entry.functions(), workload.code().functions(), workload.name());
        }
    }

    @Test
    void scriptsAreTheOnesListed() throws Exception {
        Catalogue catalogue = new Catalogue(cache);
        List<Workload> scripts = catalogue.scripts(null);
        try (Stream<Path> folders = Files.list(Path.of("scripts"))) {
            assertEquals(folders.map(f -> f.getFileName().toString()).sorted().toList(), scripts.stream().map(Workload::name).sorted().toList());
        }
        for (CatalogueFile.Script entry : CatalogueFile.read().scripts()) {
            Workload script = catalogue.resolve(entry.name()).getFirst();
            assertEquals(entry.sha256(), script.sha256(), entry.name() + ": run workloads/tools/describe.mjs");
            assertEquals(entry.input(), script.input());
            assertEquals("own-" + entry.input(), script.set());
            assertTrue(Files.size(script.expectedStdout()) > 0 && script.runnable(), entry.name());
            assertTrue(entry.why().length() > 40, entry.name() + " does not say why it is there");
        }
        for (String form : List.of("js", "python")) assertTrue(catalogue.resolve(form).size() >= 8, form);
    }

    @Test
    void allCanBeRunAndChecked() {
        for (Workload workload : new Catalogue(cache).own()) {
            String name = workload.name();
            assertTrue(workload.code().readable(), name);
            assertNull(workload.compileOnly(), name);
            assertTrue(workload.code().imports().containsAll(List.of("bench.start", "bench.end")), name + " has no marks");
            assertNotNull(workload.expectedStdout(), name + " has no expected output");
            assertTrue(workload.why().length() > 40, name + " does not say why it is there");
            assertFalse(workload.language().isEmpty(), name);
            assertNotNull(workload.preset(), name);
            for (String source : workload.source().split(", ")) {
                Path base = source.contains("/") ? Path.of("") : Path.of("programs", name);
                assertTrue(Files.exists(base.resolve(source)), name + ": no source " + source);
            }
        }
    }
}
