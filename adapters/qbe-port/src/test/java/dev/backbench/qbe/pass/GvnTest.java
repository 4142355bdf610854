package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import org.junit.jupiter.api.Test;

/** Value numbering and code motion, which belong together: the first leaves computations where they may not be. */
class GvnTest {
    private final PassHarness harness = new PassHarness();
    private final Gvn gvn = new Gvn();
    private final Gcm gcm = new Gcm();
    private final Loops loops = new Loops();

    private void run(Fn fn) {
        gvn.run(fn, harness.cfg, harness.dominators);
        motion(fn);
    }

    private void motion(Fn fn) {
        harness.dominators.compute(fn, harness.cfg);
        loops.compute(fn, harness.cfg, harness.dominators);
        gcm.run(fn, harness.dominators, loops);
    }

    @Test
    void motionAloneGivesWhatWasThereBefore() {
        harness.sameEverywhere(5, 3_000, this::motion);
    }

    @Test
    void numberingAndMotionGiveWhatWasThereBefore() {
        harness.sameEverywhere(6, 3_000, this::run);
    }

    @Test
    void loadsStayWhereTheirTrapsAre() {
        harness.sameEverywhere(8, 1_000, fn -> {
            fn.loadsTrap = true;
            run(fn);
        });
    }

    @Test
    void equalComputationsAreDoneOnceOutsideTheLoop() {
        assertEquals("""
            function w $f(w %n, l %p, w %x) {
            @start
            	%k =w mul %x, 12
            	%off =l extsw %k
            	%q =l add %p, %off
            	jmp @loop
            @loop
            	%i =w phi @start 0, @next %i1
            	%c =w csgtw %n, %i
            	jnz %c, @body, @end
            @body
            	jmp @even
            @even
            	storew %k, %q
            	jmp @next
            @next
            	%i1 =w add %i, 1
            	jmp @loop
            @end
            	ret %x
            }
            """, harness.after("""
            function w $f(w %n, l %p, w %x) {
            @start
            	%zero =w sub %x, %x
            	jmp @loop
            @loop
            	%i =w phi @start 0, @next %i1
            	%same =w phi @start %x, @next %same2
            	%k =w mul %x, 12
            	%off =l extsw %k
            	%q =l add %p, %off
            	%c =w csltw %i, %n
            	%d =w cnew %c, 0
            	jnz %d, @body, @end
            @body
            	%e =w ceqw %d, 0
            	jnz %e, @odd, @even
            @odd
            	%same1 =w add %same, 3
            	jmp @next
            @even
            	%k2 =w mul %x, 12
            	storew %k2, %q
            	jmp @next
            @next
            	%same2 =w phi @odd %same1, @even %same
            	%i1 =w add %i, 1
            	jmp @loop
            @end
            	%r =w add %same, %zero
            	ret %r
            }
            """, this::run));
    }

    @Test
    void identities() {
        assertEquals("""
            function l $f(w %a, l %b, d %d) {
            @start
            	%18 =w div 5, 0
            	%19 =w div -2147483648, -1
            	%2 =l add %b, 24
            	%5 =l extub %a
            	%6 =l add %2, %5
            	%8 =w extsb %a
            	%11 =l csltw %8, 5
            	%12 =l add %6, %11
            	%15 =w cltd %d, 4607182418800017408
            	%16 =w ceqw %15, 0
            	%20 =w add %18, %19
            	%21 =w add %16, %20
            	%22 =l extuw %21
            	%23 =l add %12, %22
            	ret %23
            }
            """, harness.after("""
            function l $f(w %a, l %b, d %d) {
            @start
            	%1 =l add 8, %b
            	%2 =l sub %1, -16
            	%3 =w and %a, 255
            	%4 =w extsh %3
            	%5 =l extsw %4
            	%6 =l add %2, %5
            	%7 =w shl %a, 24
            	%8 =w sar %7, 24
            	%9 =w cslew 5, %8
            	%10 =w ceqw %9, 0
            	%11 =l extuw %10
            	%12 =l add %11, %6
            	%13 =d neg %d
            	%14 =d neg %13
            	%15 =w cltd %14, d_1
            	%16 =w ceqw %15, 0
            	%17 =w udiv %16, 1
            	%18 =w div 5, 0
            	%19 =w div -2147483648, -1
            	%20 =w add %18, %19
            	%21 =w add %20, %17
            	%22 =l extuw %21
            	%23 =l add %12, %22
            	ret %23
            }
            """, this::run));
    }

    /** None of the divisions dominates another and each may trap, so that all stay; what looking for an equal one costs may not grow with their number. */
    @Test
    void equalDivisionsInBlocksApartCostNoMoreEachTheMoreThereAre() {
        double few = probesPerDivision(100), many = probesPerDivision(2_000);
        assertTrue(few >= 1, "no division met an equal one: " + few);
        assertTrue(many < 2 * few + 2, few + " probes a division, then " + many);
    }

    private double probesPerDivision(int count) {
        StringBuilder text = new StringBuilder("function w $f(w %x, w %y, w %c) {\n@start\n");
        for (int n = 0; n < count; n++) text.append("\tjnz %c, @l").append(n + 1).append(", @d").append(n).append("\n@d").append(n)
            .append("\n\t%q").append(n).append(" =w udiv %x, %y\n@l").append(n + 1).append("\n\t%c =w add %c, 1\n");
        Fn[] after = new Fn[1];
        harness.after(text.append("\tret %x\n}\n").toString(), fn -> {
            fn.loadsTrap = true;
            run(fn);
            after[0] = fn;
        });
        int divisions = 0;
        for (int b = 0; b < after[0].blocks; b++) {
            for (int i = after[0].insStart[b]; i < after[0].insEnd[b]; i++) if (Fn.op(after[0].ins[Fn.STRIDE * i]) == Op.UDIV) divisions++;
        }
        assertEquals(count, divisions);
        return (double) gvn.probes / count;
    }
}
