package dev.backbench.v8;

import java.util.List;

/** V8's optimising compiler alone. */
public final class V8TurboFan extends V8Backend {
    public V8TurboFan() {
        super("v8-turbofan", "V8 TurboFan, the optimising compiler, through node", List.of("--no-liftoff"));
    }
}
