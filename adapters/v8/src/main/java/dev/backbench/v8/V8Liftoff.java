package dev.backbench.v8;

import java.util.List;

/** V8's baseline compiler alone. */
public final class V8Liftoff extends V8Backend {
    public V8Liftoff() {
        super("v8-liftoff", "V8 Liftoff, the baseline compiler, through node", List.of("--liftoff", "--liftoff-only"));
    }
}
