package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.qbe.il.Fn;
import org.junit.jupiter.api.Test;

class LoadOptTest {
    private final PassHarness harness = new PassHarness();
    private final Alias alias = new Alias();
    private final LoadOpt loadopt = new LoadOpt();

    private void run(Fn fn) {
        alias.compute(fn);
        loadopt.run(fn, harness.cfg, alias);
    }

    @Test
    void functionsGiveWhatTheyGaveBefore() {
        harness.sameEverywhere(31, 3_000, this::run);
    }

    @Test
    void loadsBecomeWhatWasStoredOrLoaded() {
        assertEquals("""
            function w $f(l %p, w %x, d %d) {
            @start
            	%slot =l alloc8 16
            	%high =l add %slot, 8
            	storel %p, %slot
            	%.77 =l shr %p, 16
            	stored %d, %high
            	%.78 =l cast %d
            	%a =w extuh %p
            	%h =l add %slot, 2
            	%b =w extsb %.77
            	%c =l copy %.78
            	call $g(w %a, w %b, l %c)
            	%e =w loadw %p
            	%q =l add %p, 4
            	storew 1, %q
            	%g =w copy %e
            	%i =w add %e, %g
            	ret %i
            }
            """, harness.after("""
            function w $f(l %p, w %x, d %d) {
            @start
            	%slot =l alloc8 16
            	%high =l add %slot, 8
            	storel %p, %slot
            	stored %d, %high
            	%a =w loaduh %slot
            	%h =l add %slot, 2
            	%b =w loadsb %h
            	%c =l loadl %high
            	call $g(w %a, w %b, l %c)
            	%e =w loadw %p
            	%q =l add %p, 4
            	storew 1, %q
            	%g =w loadw %p
            	%i =w add %e, %g
            	ret %i
            }
            """, this::run));
    }

    @Test
    void waysThatDifferMeetInAPhi() {
        assertEquals("""
            function w $f(w %x) {
            @start
            	%slot =l alloc4 4
            	%same =l alloc4 4
            	storeb 7, %slot
            	storeh %x, %same
            	jnz %x, @one, @two
            @one
            	storeb %x, %slot
            	jmp @join
            @two
            	jmp @join
            @join
            	%.70 =w phi @one %x, @two 7
            	%a =w extsb %.70
            	%b =w extub %x
            	storew 0, %slot
            	%c =w add %a, %b
            	ret %c
            }
            """.replace("@two\n@join", "@two\n\tjmp @join\n@join"), harness.after("""
            function w $f(w %x) {
            @start
            	%slot =l alloc4 4
            	%same =l alloc4 4
            	storeb 7, %slot
            	storeh %x, %same
            	jnz %x, @one, @two
            @one
            	storeb %x, %slot
            	jmp @join
            @two
            @join
            	%a =w loadsb %slot
            	%b =w loadub %same
            	storew 0, %slot
            	%c =w add %a, %b
            	ret %c
            }
            """, this::run));
    }
}
