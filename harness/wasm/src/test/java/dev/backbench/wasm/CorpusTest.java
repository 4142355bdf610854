package dev.backbench.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Real programs and the specification's suite. */
class CorpusTest {
    private static final Pattern COMMAND = Pattern.compile(
            "\"type\":\"(module|module_definition|assert_\\w+)\",\"line\":(\\d+),(?:\"name\":\"[^\"]*\",)?\"filename\":\"([^\"]+)\",\"module_type\":\"binary\"");

    @Test
    void realProgramsTranslate() {
        assumeTrue(Corpus.exists(), "no corpus at " + Corpus.folder());
        CheckingBuilder builder = new CheckingBuilder();
        int modules = 0;
        for (Path file : Corpus.files("sightglass", ".wasm")) {
            byte[] bytes = Corpus.read(file);
            if (file.toString().contains("simd")) {
                WasmException refused = org.junit.jupiter.api.Assertions.assertThrows(WasmException.class, () -> Corpus.check(bytes, builder));
                assertEquals("SIMD", refused.what());
                continue;
            }
            try {
                Corpus.check(bytes, builder);
            } catch (WasmException | AssertionError e) {
                throw new AssertionError(file.toString(), e);
            }
            modules++;
        }
        System.out.println(modules + " modules, " + builder.operations + " operations, " + builder.blockCount + " blocks, " + builder.blockParameters
                + " parameters, " + builder.aliases + " aliases");
        assertTrue(modules >= 10, modules + " modules");
    }

    @Test
    void theSpecificationsSuiteIsAcceptedAndRefusedAsItSays() {
        assumeTrue(Corpus.exists(), "no corpus at " + Corpus.folder());
        List<String> failures = new ArrayList<>();
        Map<String, Integer> skipped = new TreeMap<>();
        int passed = 0;
        for (Path json : Corpus.files("wasm-spec", ".json")) {
            Matcher command = COMMAND.matcher(new String(Corpus.read(json), java.nio.charset.StandardCharsets.UTF_8));
            while (command.find()) {
                boolean bad = command.group(1).equals("assert_invalid") || command.group(1).equals("assert_malformed");
                String where = command.group(1) + " " + json.getFileName() + ":" + command.group(2) + " " + command.group(3);
                try {
                    Corpus.check(Corpus.read(json.resolveSibling(command.group(3))), new CheckingBuilder());
                    if (bad) failures.add(where + ": accepted");
                    else passed++;
                } catch (WasmException e) {
                    if (e.kind() == WasmException.Kind.UNSUPPORTED) skipped.merge((bad ? "bad " : "") + e.what(), 1, Integer::sum);
                    else if (bad) passed++;
                    else failures.add(where + ": " + e.getMessage());
                } catch (RuntimeException | AssertionError e) {
                    failures.add(where + ": " + e + " " + e.getCause());
                }
            }
        }
        System.out.println(passed + " passed, " + failures.size() + " failed, skipped " + skipped);
        assertEquals(List.of(), failures);
        assertTrue(passed > 1500, passed + " passed");
    }
}
