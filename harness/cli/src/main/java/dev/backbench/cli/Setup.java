package dev.backbench.cli;

import dev.backbench.core.plan.Backends;
import dev.backbench.spi.Availability;
import dev.backbench.spi.setup.Requirement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Fetches what back ends need into the user's cache, saying what, how big and where to before it does. */
final class Setup {
    private final Console console;
    private final boolean offline;

    Setup(Console console, boolean offline) {
        this.console = console;
        this.offline = offline;
    }

    static List<Requirement> requirements(Backends.Chosen chosen) {
        String version = chosen.options().version();
        return version == null ? chosen.backend().requirements() : chosen.backend().requirements(version);
    }

    /** What of the back end's requirements is not there. */
    static List<Requirement> missing(List<Requirement> requirements) {
        List<Requirement> missing = new ArrayList<>();
        for (Requirement r : requirements) if (!r.present()) missing.add(r);
        return missing;
    }

    /** Fetches all that is missing; a failure is said and the rest goes on. @return whether nothing is missing any more */
    boolean fetch(String backend, List<Requirement> requirements) throws InterruptedException {
        boolean complete = true;
        for (Requirement requirement : missing(requirements)) complete &= fetch(backend, requirement);
        return complete;
    }

    static String size(Requirement requirement) {
        return requirement.downloadBytes() == 0 ? "downloaded already" : "about " + Text.bytes(requirement.downloadBytes());
    }

    private boolean fetch(String backend, Requirement requirement) throws InterruptedException {
        String what = backend + " needs " + requirement.what() + " (" + size(requirement) + ", to " + requirement.where() + ")";
        if (offline) {
            console.warn(what + "; not fetched, because of --offline. By hand: " + requirement.byHand());
            return false;
        }
        console.say(what + "; fetching it");
        try {
            requirement.fetch(console.err);
        } catch (IOException e) {
            console.warn("could not fetch " + requirement.what() + ": " + e.getMessage() + ". By hand: " + requirement.byHand());
            return false;
        }
        if (requirement.present()) return true;
        console.warn("fetched " + requirement.what() + " but it is not in " + requirement.where() + ". By hand: " + requirement.byHand());
        return false;
    }
}
