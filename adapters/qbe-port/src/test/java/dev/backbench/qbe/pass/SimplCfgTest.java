package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.qbe.il.Fn;
import org.junit.jupiter.api.Test;

class SimplCfgTest {
    private final PassHarness harness = new PassHarness();
    private final SimplCfg simplcfg = new SimplCfg();

    private void run(Fn fn) {
        simplcfg.run(fn, harness.cfg);
    }

    @Test
    void functionsGiveWhatTheyGaveBefore() {
        harness.sameEverywhere(71, 3_000, this::run);
    }

    @Test
    void emptyBlocksAndPlainJumpsVanish() {
        assertEquals("""
            function w $f(w %x) {
            @start
            	jnz %x, @a, @join
            @a
            	%y =w add %x, 1
            	%z =w add %y, 1
            	jnz %z, @join, @d
            @d
            	ret %y
            @join
            	%r =w phi @start 1, @a %z
            	ret %r
            }
            """, harness.after("""
            function w $f(w %x) {
            @start
            	jnz %x, @a, @empty
            @a
            	%y =w add %x, 1
            	jmp @b
            @b
            	%z =w add %y, 1
            	jnz %z, @join, @c
            @c
            	jmp @d
            @d
            	ret %y
            @empty
            	jmp @join
            @join
            	%r =w phi @b %z, @empty 1
            	ret %r
            }
            """, this::run));
    }
}
