package dev.backbench.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileCheckTest {
    private static final String TEXT = "first line v1\nsecond v12 inst3\nthird inst3\n";

    private static String check(String... directives) {
        return FileCheck.check(Arrays.stream(directives).map(d -> new ClifFile.Comment(1, d)).toList(), TEXT);
    }

    @Test
    void order() {
        assertNull(check("sameln: first", "nextln: second", "check: third"));
        assertNull(check("check: second", "sameln: v12"));
        assertNotNull(check("check: second", "check: first"));
        assertNotNull(check("check: first", "nextln: third"));
        assertNotNull(check("check: first", "sameln: second"));
        assertNull(check("check: first", "unordered: third", "unordered: second"));
    }

    @Test
    void wordsEndWhereTheyEnd() {
        assertNotNull(check("check: second v1"));
        assertNotNull(check("check: econd"));
        assertNull(check("check: second v12"));
    }

    @Test
    void absence() {
        assertNull(check("check: first", "not: fourth", "check: third"));
        assertNotNull(check("check: first", "not: second", "check: third"));
        assertNotNull(check("check: second", "not: third"));
        assertNull(check("check: second", "not: first"));
    }

    @Test
    void variables() {
        assertNull(check("regex: I=\\binst\\d+\\b", "check: second v12 $(X=$I)", "check: third $X"));
        assertNotNull(check("regex: N=v\\d+", "check: $(A=$N)", "nextln: second $A"));
    }

    @Test
    void headOfAFile() {
        ClifFile file = new ClifFile("test cat\ntest verifier\nset opt_level=speed\ntarget x86_64 has_avx ; why\n; preamble\nfunction %f() { ;; error: x\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("cat", "verifier"), file.commands.stream().map(ClifFile.Command::name).toList());
        assertEquals(List.of(List.of("x86_64", "has_avx")), file.targets);
        assertEquals("x86_64", file.firstTarget());
        assertEquals(List.of("opt_level=speed"), file.settings);
        assertEquals(List.of(new ClifFile.Comment(6, "error: x")), file.between(6, 7));
    }
}
