package dev.backbench.conformance.fuzz;

/** SplitMix64 (Steele, Lea, Flood 2014): the same numbers for a seed on every JDK, for ever, so that a printed seed means something. */
final class Rng {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    Rng(long seed) {
        state = seed;
    }

    /** The seed of the {@code index}-th case of a run. */
    static long seed(long run, long index) {
        return new Rng(run + index * 0xD1342543DE82EF95L).next();
    }

    long next() {
        state += GAMMA;
        long z = state;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** In {@code [0, bound)}. */
    int below(int bound) {
        return (int) ((next() >>> 32) * bound >>> 32);
    }

    /** In {@code [from, to]}. */
    int between(int from, int to) {
        return from + below(to - from + 1);
    }

    boolean percent(int chance) {
        return below(100) < chance;
    }

    int of(int[] values) {
        return values[below(values.length)];
    }

    long of(long[] values) {
        return values[below(values.length)];
    }
}
