package dev.backbench.dist;

import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendSpec;

/** Which back ends this machine has. */
final class BackEnds {
    private BackEnds() {}

    /** What is missing and how to get it, or null if the back end can be used. */
    static String missing(String spec) {
        Availability available = BackendSpec.parse(spec).single().backend().available();
        return available.yes() ? null : spec + " is unavailable: " + available.reason() + ". To fix: " + available.fix();
    }
}
