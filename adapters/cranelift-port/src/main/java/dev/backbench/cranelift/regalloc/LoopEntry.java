package dev.backbench.cranelift.regalloc;

import java.util.Arrays;

/**
 * What lies in registers where a loop begins; the moves that make it so stand on the edge into the loop, outside of it. If more values live in the loop than there are registers, those that it
 * does not use are left in memory. What it uses and finds in memory is brought into registers, as far as they reach the loop's end. If it contains calls, only registers that survive them count.
 */
final class LoopEntry {
    private static final int NONE = RegisterFile.NONE;
    /** So many of the values that once left the registers are looked at, those that left last, to keep loops times values linear. */
    private static final int SCAN = 512;

    private final Liveness live;
    private final RegisterFile file;
    /** Of the loop at hand, by class: values that live through it in memory and that it does not use. */
    private final int[] away = new int[2];
    private final int[] wanted = new int[SCAN];
    private final float[] weights = new float[SCAN];
    private int wantedCount;
    private int end, call, clobbered;

    LoopEntry(Liveness live, RegisterFile file) {
        this.live = live;
        this.file = file;
    }

    /** Before parameters get registers. */
    void makeRoom(int index) {
        end = live.order.loopEndPosition(index);
        call = live.nextClobber(file.position);
        clobbered = call <= end ? live.nextClobberMask() : 0;
        lookAtMemory(index);
        for (int registerClass = 0; registerClass < 2; registerClass++) {
            int more = excess(registerClass, index);
            if (more > 0) spillUnused(file.classRegisters(registerClass), more);
        }
        if (clobbered != 0) saveFromCalls();
    }

    /** Behind them. */
    void bringIn(int index) {
        for (int registerClass = 0; registerClass < 2; registerClass++) bringIn(registerClass, Math.max(0, excess(registerClass, index)));
    }

    /** By how many more values of the class live at once in the loop than there are registers, those left out that stay in memory all along. */
    private int excess(int registerClass, int index) {
        return live.pressure.inLoop(registerClass, index) - away[registerClass] - Integer.bitCount(file.classRegisters(registerClass));
    }

    private void lookAtMemory(int index) {
        Arrays.fill(away, 0);
        wantedCount = 0;
        int n = Math.max(0, file.leftCount - SCAN);
        for (int i = n; i < file.leftCount; i++) {
            int vreg = file.left[i];
            if (live.lastBlock(vreg) < index) continue;
            file.left[n++] = vreg;
            if (file.register(vreg) >= 0 || !live.livesInto(vreg, index)) continue;
            if (!isUsedUpTo(vreg, end)) away[file.registerClass(vreg)]++;
            else if (live.rematerialize[vreg] < 0) wanted[wantedCount++] = vreg;
        }
        file.leftCount = n;
    }

    /** More values live in the loop than fit: those that it does not use make room. */
    private void spillUnused(int registers, int more) {
        for (int set = file.occupied & registers; set != 0 && more > 0; set &= set - 1) {
            int vreg = file.occupant[Integer.numberOfTrailingZeros(set)];
            if (isUsedUpTo(vreg, end)) continue;
            file.release(vreg);
            file.spill(vreg);
            more--;
        }
    }

    private boolean isUsedUpTo(int vreg, int position) {
        int use = live.nextUse(vreg, file.position);
        return use < live.useStart[vreg + 1] && live.usePosition[use] <= position;
    }

    /** What the loop uses goes to registers that survive the calls; what it does not use before the first call, and would be lost there, goes to memory. */
    private void saveFromCalls() {
        for (int pass = 0; pass < 2; pass++) {
            for (int set = file.occupied & clobbered; set != 0; set &= set - 1) {
                int vreg = file.occupant[Integer.numberOfTrailingZeros(set)];
                if (isUsedUpTo(vreg, end) != (pass == 0)) continue;
                int r = live.rematerialize[vreg] < 0 ? file.choose(vreg, clobbered, false) : NONE;
                if (r < 0 && isUsedUpTo(vreg, call)) continue;
                file.release(vreg);
                if (r >= 0) file.bind(vreg, r);
                else file.spill(vreg);
            }
        }
    }

    /** The wanted values of the class that weigh most, all but {@code without} of them. */
    private void bringIn(int registerClass, int without) {
        int count = 0;
        for (int i = 0; i < wantedCount; i++) {
            boolean candidate = file.registerClass(wanted[i]) == registerClass;
            weights[i] = candidate ? file.weight(wanted[i]) : 0;
            if (candidate) count++;
        }
        for (; count > without; count--) {
            int best = NONE;
            float most = 0;
            for (int i = 0; i < wantedCount; i++) {
                if (weights[i] <= most) continue;
                best = i;
                most = weights[i];
            }
            int r = best >= 0 ? file.choose(wanted[best], clobbered, false) : NONE;
            if (r < 0) return;
            file.bind(wanted[best], r);
            weights[best] = 0;
        }
    }
}
