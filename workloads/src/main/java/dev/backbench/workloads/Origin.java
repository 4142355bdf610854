package dev.backbench.workloads;

import java.util.Locale;

/** Where a program is from. Totals never pool programs of unlike origins. */
public enum Origin {
    /** Written for this project. */
    OWN,
    /** A file or folder that the user named, such as a copy of Sightglass. */
    FOLDER,
    /** Written by {@link SweepGenerator}. */
    GENERATED,
    /** A large real module, pinned by package, version and hash. */
    FETCHED;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
