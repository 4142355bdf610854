package dev.backbench.spi.fuzz;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Delta debugging: ranges of a pass's steps, all of them first, then halves, down to single ones, as long as something that still fails comes of it. Ranges go from the last to the first, since a
 * step taken leaves the numbers before it as they were. Over when no single step of any pass is left that keeps the failure.
 */
public final class Reducer {
    /** Decides over a candidate. */
    public interface Judge {
        boolean stillFails(byte[] candidate) throws IOException, InterruptedException;

        /** Whether to go on. */
        boolean hasTime();
    }

    private final Shrinker shrinker;
    private final Judge judge;
    private final Set<Long> tried = new HashSet<>();
    private byte[] best;

    /** @param input fails */
    public Reducer(Shrinker shrinker, byte[] input, Judge judge) {
        this.shrinker = shrinker;
        this.judge = judge;
        best = input;
    }

    /** @return the smallest found */
    public byte[] run() throws IOException, InterruptedException {
        for (boolean smaller = true; smaller && judge.hasTime();) {
            smaller = false;
            for (String pass : shrinker.passes()) smaller |= pass(pass);
        }
        return best;
    }

    private boolean pass(String pass) throws IOException, InterruptedException {
        boolean any = false;
        int steps = shrinker.steps(pass, best);
        for (int size = steps; size >= 1; size = size == 1 ? 0 : (size + 1) / 2) {
            for (int to = steps; to > 0 && judge.hasTime();) {
                int from = Math.max(0, to - size);
                if (!take(pass, from, to)) {
                    to = from;
                    continue;
                }
                any = true;
                steps = shrinker.steps(pass, best);
                to = Math.min(from, steps);
            }
            size = Math.min(size, Math.max(1, steps));
        }
        return any;
    }

    private boolean take(String pass, int from, int to) throws IOException, InterruptedException {
        byte[] candidate = shrinker.apply(pass, best, from, to);
        if (candidate == null || !tried.add(hash(candidate)) || !judge.stillFails(candidate)) return false;
        best = candidate;
        return true;
    }

    private static long hash(byte[] bytes) {
        return (long) Arrays.hashCode(bytes) << 32 | bytes.length;
    }
}
