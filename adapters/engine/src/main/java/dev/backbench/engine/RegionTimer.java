package dev.backbench.engine;

import dev.backbench.spi.BackendException;

/** Called by an engine at the ends of what it times; the argument is the engine's to pass through and is not used. */
class RegionTimer {
    static final RegionTimer IGNORED = new RegionTimer() {
        @Override
        void begin(long context) {}

        @Override
        void end(long context) {}
    };

    long firstMark;
    long wall;
    boolean marked;
    /** What did not fit: an exception must not leave a function that native code calls. */
    private String wrong;
    private boolean open;
    private long opened;

    void begin(long context) {
        if (open) wrong = "starts a region within a region";
        open = true;
        opened = System.nanoTime();
        if (!marked) firstMark = opened;
        marked = true;
    }

    void end(long context) {
        if (!open) wrong = "ends a region that it has not begun";
        open = false;
        wall += System.nanoTime() - opened;
    }

    /** @throws BackendException begins and ends did not take turns, so that {@link #wall} is no measurement */
    void check() {
        if (open) wrong = "does not end the region that it has begun";
        if (wrong != null) throw new BackendException("the engine's execution timer " + wrong);
    }
}
