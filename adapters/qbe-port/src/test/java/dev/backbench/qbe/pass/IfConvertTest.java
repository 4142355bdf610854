package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.qbe.il.Fn;
import org.junit.jupiter.api.Test;

class IfConvertTest {
    private final PassHarness harness = new PassHarness();
    private final IfConvert ifconvert = new IfConvert();

    private void run(Fn fn) {
        ifconvert.run(fn, harness.cfg);
    }

    @Test
    void functionsGiveWhatTheyGaveBefore() {
        harness.sameEverywhere(83, 3_000, this::run);
    }

    @Test
    void smallBranchesBecomeSelections() {
        assertEquals("""
            function l $f(w %x, l %p) {
            @start
            	%y =w add %x, 1
            	sel0 %x
            	%r =w sel1 %y, 7
            	%c =w csltw %r, 5
            	sel0 %c
            	%s =l sel1 %p, 0
            	ret %s
            }
            """, harness.after("""
            function l $f(w %x, l %p) {
            @start
            	jnz %x, @a, @b
            @a
            	%y =w add %x, 1
            	jmp @join
            @b
            	jmp @join
            @join
            	%r =w phi @b 7, @a %y
            	%c =w csltw %r, 5
            	jnz %c, @end, @other
            @other
            	jmp @end
            @end
            	%s =l phi @join %p, @other 0
            	ret %s
            }
            """, this::run));
    }

    @Test
    void loadsAndFloatsStayBehindTheirBranch() {
        String il = """
            function w $f(w %x, l %p) {
            @start
            	jnz %x, @a, @join
            @a
            	%y =w loadw %p
            	jmp @join
            @join
            	%r =w phi @start 7, @a %y
            	ret %r
            }
            """;
        assertEquals(il, harness.after(il, this::run));
    }
}
