package dev.backbench.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.UsageException;
import dev.backbench.core.fake.Fakes;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendSpecTest {
    private final Backends backends = Fakes.all();

    private List<String> names(String... words) {
        return backends.resolve(List.of(words), 1).stream().map(Backends.Chosen::name).toList();
    }

    private String refusal(String word) {
        return assertThrows(UsageException.class, () -> names(word)).getMessage();
    }

    @Test
    void allPartsAreTakenApart() {
        assertEquals(new BackendSpec("llvm", "20.1", "O2", List.of("a", "b"), null), BackendSpec.parse("llvm@20.1:O2+b+a"));
        assertEquals(new BackendSpec("gcc", null, null, List.of(), null), BackendSpec.parse("gcc"));
        assertEquals(new BackendSpec("engine", null, null, List.of(), Path.of("/x/a:b+c@d.so")), BackendSpec.parse("engine=/x/a:b+c@d.so"));
        assertEquals(List.of("bounds=explicit"), BackendSpec.parse("gcc+bounds=explicit").options());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":O2", "llvm:", "llvm@:O2", "llvm++x", "llvm+", "a|b", "engine="})
    void malformedNamesAreRefused(String text) {
        assertTrue(assertThrows(BackendException.class, () -> BackendSpec.parse(text)).getMessage().contains("ID[@VERSION][:LEVEL][+OPTION...]"));
    }

    @Test
    void theSameThingHasOneName() {
        assertEquals(List.of("good:O2"), names("good", "good:O2"));
        assertEquals(List.of("good:O0", "good:O1", "good:O2"), names("good:*"));
        assertEquals(List.of("good:O2+fast+slow"), names("good+slow+fast", "good:O2+fast+slow+fast"));
    }

    @Test
    void commonOptionsReachTheAdapterAsSuch() {
        CompileOptions options = backends.resolve(List.of("good+bounds=explicit+threads=3+fast"), 1).getFirst().options();
        assertEquals(CompileOptions.Bounds.EXPLICIT, options.bounds());
        assertEquals(3, options.threads());
        assertEquals(java.util.Set.of("fast"), options.extra());
    }

    @Test
    void unknownNamesComeWithTheNearOnes() {
        assertTrue(refusal("hangng").contains("did you mean hanging?"), refusal("hangng"));
        assertTrue(refusal("good:O7").contains("has no level 'O7'"), refusal("good:O7"));
        assertTrue(refusal("good+fats").contains("did you mean fast"), refusal("good+fats"));
        assertTrue(refusal("good@2").contains("one version only"), refusal("good@2"));
        assertTrue(refusal("good=/x").contains("takes no file"), refusal("good=/x"));
        assertTrue(refusal("good+threads=0").contains("from 1 up"), refusal("good+threads=0"));
        assertTrue(refusal("zzzzzz").contains("known are"), refusal("zzzzzz"));
    }

    @Test
    void differentOptionsHaveDifferentDigests() {
        List<Backends.Chosen> chosen = backends.resolve(List.of("good", "good:O0", "good+fast", "good+bounds=explicit", "hosted"), 1);
        assertEquals(4, chosen.stream().limit(4).map(Backends.Chosen::optionsDigest).distinct().count());
        assertEquals(chosen.getFirst().optionsDigest(), chosen.getLast().optionsDigest(), "the back end's id is beside it, not in it");
    }

    @Test
    void aFileTakesOneOption() {
        BackendSpec contained = BackendSpec.parse("cmd=/a+b:c@d.json+in=container"), plain = BackendSpec.parse("cmd=/a+b:c@d.json");
        assertEquals(java.nio.file.Path.of("/a+b:c@d.json"), contained.file());
        assertEquals(java.util.List.of(BackendSpec.CONTAINER), contained.options());
        assertEquals("cmd=/a+b:c@d.json+in=container", contained.canonical(true));
        assertEquals(contained, BackendSpec.parse(contained.canonical(true)));
        assertEquals(java.util.List.of(), plain.options());
    }
}
