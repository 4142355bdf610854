package dev.backbench.v8;

/** V8 as a browser would run it: compile time is spread over the run. */
public final class V8Default extends V8Backend {
    public V8Default() {
        super("v8", "V8 as it comes: lazy, tiering, through node", null);
    }
}
