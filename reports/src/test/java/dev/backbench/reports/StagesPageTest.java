package dev.backbench.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StagesPageTest {
    private static String page() {
        Map<String, String> stages = new LinkedHashMap<>();
        stages.put("clif", "function %a<b(i32) {\nblock0(v0: i32):\n    v1 = iadd v0, v0\n    return v1\n}\n");
        stages.put("opt", "    v1 = iadd v0, v0\n");
        stages.put("allocated", "    v1@rax = addl v0@rdi, v0@rdi\n");
        stages.put("asm", "\taddl %edi, %eax\n");
        return StagesPage.html("x.clif, port:speed", List.of(new StagesPage.Function("%a<b", stages), new StagesPage.Function("%c", Map.of("clif", ""))));
    }

    @Test
    void theIndexLeadsToEachFunctionAndNothingIsFetched() {
        String page = page();
        assertTrue(page.contains("<a href=\"#f0\">%a&lt;b</a>") && page.contains("<section id=\"f0\">"), page);
        assertTrue(page.contains("<a href=\"#f1\">%c</a>") && page.contains("<section id=\"f1\">"), page);
        assertFalse(page.contains("%a<b"), "a name is not markup");
        assertFalse(page.contains("src=") || page.contains("http"), "nothing is fetched");
    }

    @Test
    void whatIsTheSameIsMarkedAsTheSame() {
        String page = page();
        assertEquals(3, count(page, "<b data-is=\"clif v1\">v1</b>"), "in CLIF before and after the mid-end");
        assertEquals(1, count(page, "<b data-is=\"vcode v1\">v1</b>"), "another value");
        assertEquals(1, count(page, "<b data-is=\"reg ax\">rax</b>") + count(page, "<b data-is=\"reg ax\">%rax</b>"));
        assertEquals(1, count(page, "<b data-is=\"reg ax\">%eax</b>"), "the same register under another name");
        assertEquals(3, count(page, "data-is=\"reg di\""));
    }

    @Test
    void linesOfOnePlaceBelongTogether() {
        Map<String, String> stages = new LinkedHashMap<>();
        stages.put("wasm", "f (i32)\n    4a  local.get 0\n    4c  i32.add\n");
        stages.put("clif", "@004c    v1 = iadd v0, v0\n         return v1\n");
        stages.put("asm", "\taddl %edi, %eax\t# @4c\n\tret\n");
        String page = StagesPage.html("x", List.of(new StagesPage.Function("f", stages)));
        assertEquals(3, count(page, "data-at=\"4c\""), page);
        assertEquals(1, count(page, "data-at=\"4a\""), page);
        assertEquals(3, count(page, "class=\"l\" tabindex=\"0\""), "one stop for each stage");
        assertEquals(4, count(page, "class=\"l\""), page);
    }

    @Test
    void anEnormousFunctionIsCut() {
        String page = StagesPage.html("x", List.of(new StagesPage.Function("f", Map.of("opt", "    nop\n".repeat(StagesPage.LINES + 7)))));
        assertTrue(page.contains("… 7 lines more, which 'bench compile --emit=opt' shows"), page.substring(page.length() - 4000));
        assertEquals(StagesPage.LINES, count(page, "    nop\n"));
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }
}
