package dev.backbench.spi;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Splits a compile into phases with common names; a back end that does several at once joins their names with {@code +} and never invents
 * one. Time outside any phase is "other" and belongs to whoever timed the whole.
 */
public final class PhaseClock {
    public static final String DECODE = "decode", TRANSLATE = "translate", OPTIMISE = "optimise", SELECT = "select", ALLOCATE = "allocate",
            EMIT = "emit", ASSEMBLE = "assemble", LINK = "link";

    /** Measures nothing; headline figures run with it. */
    public static final PhaseClock OFF = new PhaseClock(false, null, null);

    private final boolean on;
    /** The one phase that is timed; null for all. */
    private final String only;
    /** Counts beside the time, such as bytes allocated; null for none. */
    private final LongSupplier counter;
    private String[] names = new String[8];
    private long[] nanos = new long[8], counts = new long[8];
    private int count;
    private int current = -1;
    private long since, countedSince;

    private PhaseClock(boolean on, String only, LongSupplier counter) {
        this.on = on;
        this.only = only;
        this.counter = counter;
    }

    public static PhaseClock running() {
        return new PhaseClock(true, null, null);
    }

    /** Splits what {@code counter} counts up as well: {@link #counts}. */
    public static PhaseClock counting(LongSupplier counter) {
        return new PhaseClock(true, null, counter);
    }

    /** Times one phase, and nearly nothing is spent on the others. */
    public static PhaseClock only(String phase) {
        return new PhaseClock(true, phase, null);
    }

    /** Ends the phase under way, if any, and begins {@code phase}. */
    public void enter(String phase) {
        if (on) switchTo(only == null || only.equals(phase) ? phase : null);
    }

    /** Ends the phase under way. */
    public void leave() {
        if (on) switchTo(null);
    }

    /** Counts time that another process measured towards a phase; not to be used inside one. */
    public void add(String phase, long elapsed) {
        if (!on) return;
        int index = indexOf(phase);
        nanos[index] += elapsed;
    }

    private void switchTo(String phase) {
        if (phase == null && current < 0) return;
        long now = System.nanoTime(), counted = counter == null ? 0 : counter.getAsLong();
        if (current >= 0) {
            nanos[current] += now - since;
            counts[current] += counted - countedSince;
        }
        current = phase == null ? -1 : indexOf(phase);
        since = now;
        countedSince = counted;
    }

    private int indexOf(String phase) {
        for (int i = 0; i < count; i++) if (names[i].equals(phase)) return i;
        if (count == names.length) {
            names = Arrays.copyOf(names, 2 * count);
            nanos = Arrays.copyOf(nanos, 2 * count);
            counts = Arrays.copyOf(counts, 2 * count);
        }
        names[count] = phase;
        nanos[count] = counts[count] = 0;
        return count++;
    }

    /** Nanoseconds per phase, in order of first entry. */
    public Map<String, Long> nanos() {
        Map<String, Long> result = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) result.put(names[i], nanos[i]);
        return result;
    }

    /** What the counter counted per phase, in the same order. */
    public Map<String, Long> counts() {
        Map<String, Long> result = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) result.put(names[i], counts[i]);
        return result;
    }

    public void reset() {
        count = 0;
        current = -1;
    }
}
