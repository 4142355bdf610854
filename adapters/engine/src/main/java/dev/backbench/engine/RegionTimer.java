package dev.backbench.engine;

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
    private long opened;

    void begin(long context) {
        opened = System.nanoTime();
        if (!marked) firstMark = opened;
        marked = true;
    }

    void end(long context) {
        wall += System.nanoTime() - opened;
    }
}
