package dev.backbench.workloads;

import java.util.Locale;

/** How much a comparison takes in. Each preset holds the programs of those before it. */
public enum Preset {
    QUICK, STANDARD, PAPER;

    /** @return null if there is no such preset */
    public static Preset named(String name) {
        for (Preset preset : values()) {
            if (preset.label().equals(name)) return preset;
        }
        return null;
    }

    /** As typed on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
