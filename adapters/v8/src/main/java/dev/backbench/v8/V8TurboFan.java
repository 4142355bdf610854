package dev.backbench.v8;

import dev.backbench.spi.CompileOptions;
import java.util.List;

/** V8's optimising compiler alone. */
public final class V8TurboFan extends V8Backend {
    public V8TurboFan() {
        super("v8-turbofan", "V8 TurboFan, the optimising compiler, through node", List.of("--no-liftoff"));
    }

    /** V8 serialises what TurboFan made, and nothing else. */
    @Override
    public boolean serialises(CompileOptions options) {
        return true;
    }
}
