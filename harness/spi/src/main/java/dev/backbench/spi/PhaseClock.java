package dev.backbench.spi;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Splits a compile into phases with common names; a back end that does several at once joins their names with {@code +} and never invents
 * one. Time outside any phase is "other" and belongs to whoever timed the whole.
 */
public final class PhaseClock {
    public static final String DECODE = "decode", TRANSLATE = "translate", OPTIMISE = "optimise", SELECT = "select", ALLOCATE = "allocate",
            EMIT = "emit", ASSEMBLE = "assemble", LINK = "link";

    /** Measures nothing; headline figures run with it. */
    public static final PhaseClock OFF = new PhaseClock(false, null);

    private final boolean on;
    /** The one phase that is timed; null for all. */
    private final String only;
    private String[] names = new String[8];
    private long[] nanos = new long[8];
    private int count;
    private int current = -1;
    private long since;

    private PhaseClock(boolean on, String only) {
        this.on = on;
        this.only = only;
    }

    public static PhaseClock running() {
        return new PhaseClock(true, null);
    }

    /** Times one phase, and nearly nothing is spent on the others. */
    public static PhaseClock only(String phase) {
        return new PhaseClock(true, phase);
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
        long now = System.nanoTime();
        if (current >= 0) nanos[current] += now - since;
        since = now;
        current = phase == null ? -1 : indexOf(phase);
    }

    private int indexOf(String phase) {
        for (int i = 0; i < count; i++) if (names[i].equals(phase)) return i;
        if (count == names.length) {
            names = Arrays.copyOf(names, 2 * count);
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        names[count] = phase;
        nanos[count] = 0;
        return count++;
    }

    /** Nanoseconds per phase, in order of first entry. */
    public Map<String, Long> nanos() {
        Map<String, Long> result = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) result.put(names[i], nanos[i]);
        return result;
    }

    public void reset() {
        count = 0;
        current = -1;
    }
}
