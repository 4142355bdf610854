package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's tables say what the catalogue says, and the presets are what was promised of them. */
class ReadmeTest {
    @Test
    void tablesAreTheCatalogues() throws Exception {
        CatalogueFile file = CatalogueFile.read();
        String readme = Files.readString(Path.of("README.md"));
        for (CatalogueFile.Program p : file.programs()) {
            assertTrue(readme.contains("| `" + p.name() + "` | " + p.language() + " | " + p.preset().label() + " | " + p.codeBytes() + " | " + p.functions() + " | " + p.why() + " |"), p.name());
        }
        for (PinnedModules.Pinned p : file.pinned()) {
            assertTrue(readme.contains("| `" + p.name() + "` | " + p.packageName() + " " + p.version() + " (" + p.client() + ") | " + p.codeBytes() + " | " + p.why() + " |"), p.name());
        }
        for (CatalogueFile.Script s : file.scripts()) assertTrue(readme.contains("| `" + s.name() + "` | " + s.language() + " | " + s.why() + " |"), s.name());
        long rows = readme.lines().filter(l -> Pattern.matches("\\| `[a-z-]+` \\|.*", l)).count();
        assertEquals(file.programs().size() + file.scripts().size() + file.pinned().size(), rows, "rows that the catalogue does not have");
    }

    @Test
    void quickIsNeitherTrivialNorLong() {
        List<CatalogueFile.Program> quick = CatalogueFile.read().programs().stream().filter(p -> p.preset() == Preset.QUICK).toList();
        assertTrue(quick.size() >= 10);
        int total = quick.stream().mapToInt(CatalogueFile.Program::codeBytes).sum();
        assertTrue(total >= 300_000 && total <= 400_000, total + " bytes of code");
        Set<String> compilers = new HashSet<>();
        for (CatalogueFile.Program p : quick) {
            if (p.codeBytes() > 50_000) compilers.add(p.language().split(" ")[0]);
        }
        assertTrue(compilers.size() >= 3, "compilers of modules over 50 KB: " + compilers);
    }

    @Test
    void severalLanguages() {
        Set<String> languages = new HashSet<>();
        for (CatalogueFile.Program p : CatalogueFile.read().programs()) languages.add(p.language().split("[ ,]")[0]);
        assertTrue(CatalogueFile.read().programs().size() >= 14 && languages.size() >= 4, languages.toString());
    }
}
