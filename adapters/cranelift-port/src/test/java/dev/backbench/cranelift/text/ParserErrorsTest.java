package dev.backbench.cranelift.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.ir.Function;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where and how texts that are not CLIF are refused. */
class ParserErrorsTest {
    private static final int MUTATIONS = 20_000;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        v1 = iadd v0 v0           | 3:14: expected ',', found 'v0'
        v1 = iadd v0, v7          | 3:15: v7 is not defined
        v1 = nonsense v0          | 3:6: expected an instruction, found 'nonsense'
        v0 = iconst.i32 1         | 3:1: v0 is defined twice
        v1 = iconst 1             | 3:6: iconst needs a type, as in iconst.i32
        v1 = iconst.i32 x         | 3:17: expected an integer of 64 bits, found 'x'
        v1 = iconst.q 1           | 3:13: expected a type, found 'q'
        v1, v2 = iadd v0, v0      | 3:10: iadd has 1 results, 2 are named
        v1 = iadd v9, v0          | 3:6: the type of v9 is not known yet: write it, as in iadd.i32
        call fn3()                | 3:6: fn3 is not declared
        v1 = icmp big v0, v0      | 3:11: expected a condition of icmp, such as slt, found 'big'
        v1 = f32const 0x1.0000001 | 3:15: expected a float of 32 bits, exact and hexadecimal such as 0x1.8p1, found '0x1.0000001'
        v1 = load.i32 little big v0 | 3:22: both big and little
        v1 -> v1                  | 3:1: v1 would be an alias of itself
        trap user251              | 3:6: expected a trap code: stk_ovf, int_ovf, heap_oob, int_divz, bad_toint or userN, found 'user251'
        v99999999 = iconst.i32 1  | 3:1: v numbers go up to 16777215
        jump 'x'                  | 3:6: ''' means nothing here
        return.i32                | 3:1: return takes no type
        """)
    void errors(String line, String message) {
        String text = "function %f(i32) {\nblock0(v0: i32):\n" + line + "\n}\n";
        ClifException e = assertThrows(ClifException.class, () -> Clif.functions(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals(message, e.getMessage());
    }

    @Test
    void endOfText() {
        ClifException e = assertThrows(ClifException.class, () -> Clif.functions("function %f() {\nblock0:\n  return".getBytes(StandardCharsets.UTF_8)));
        assertEquals("3:9: expected '}', found the end of the text", e.getMessage());
    }

    /** Whatever is done to a text, it is read or refused, and what is read can be printed. */
    @Test
    void mutations() {
        Random random = new Random(5);
        Function f = new Function();
        int refused = 0, read = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] text = Mutations.mutate(Mutations.SAMPLE, random);
            try {
                Parser parser = new Parser(text);
                while (parser.next(f)) Printer.print(f);
                read++;
            } catch (ClifException e) {
                refused++;
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(new String(text, StandardCharsets.ISO_8859_1), e);
            }
        }
        assertTrue(refused > MUTATIONS / 4 && read > MUTATIONS / 100, refused + " refused, " + read + " read");
    }
}
