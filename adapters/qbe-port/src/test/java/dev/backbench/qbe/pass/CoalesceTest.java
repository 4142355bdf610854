package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.qbe.il.Fn;
import org.junit.jupiter.api.Test;

class CoalesceTest {
    private final PassHarness harness = new PassHarness();
    private final Alias alias = new Alias();
    private final Coalesce coalesce = new Coalesce();

    private void run(Fn fn) {
        alias.compute(fn);
        coalesce.run(fn, harness.cfg, alias);
    }

    @Test
    void functionsGiveWhatTheyGaveBefore() {
        harness.sameEverywhere(47, 3_000, this::run);
    }

    @Test
    void slotsThatAreNeverLiveTogetherShareOnePlace() {
        assertEquals("""
            function w $f(w %x) {
            @start
            	%a =l alloc8 16
            	%b =l copy %a
            	%dead =l copy undefined
            	%c =l alloc4 4
            	storeb %x, %c
            	storeb %x, %a
            	%u =w loadsh %a
            	storeb %u, %b
            	%v =w loadsh %b
            	%w =w loadsh %c
            	%r =w add %v, %w
            	ret %r
            }
            """, harness.after("""
            function w $f(w %x) {
            @start
            	%a =l alloc4 8
            	%b =l alloc8 16
            	%dead =l alloc4 4
            	%c =l alloc4 4
            	storeb %x, %c
            	storeb %x, %a
            	%u =w loadsh %a
            	storel 0, %a
            	storeb %u, %b
            	%v =w loadsh %b
            	storeb %u, %dead
            	storeh %u, %dead
            	%w =w loadsh %c
            	%r =w add %v, %w
            	ret %r
            }
            """, this::run));
    }
}
