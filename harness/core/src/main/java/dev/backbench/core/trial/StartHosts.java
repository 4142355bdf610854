package dev.backbench.core.trial;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.row.Manifest.BackendEntry;
import dev.backbench.core.row.Measure;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.StartHost;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The programs without a JVM that cold starts of native engines are made in, where they can be had. */
public final class StartHosts {
    /** Nothing but JVMs. */
    public static final StartHosts NONE = new StartHosts();

    /** By canonical name of the back end. */
    private final Map<String, List<String>> commands = new HashMap<>();
    private final Map<String, String> kinds = new HashMap<>();

    private StartHosts() {}

    /**
     * Finds or makes those of the plan's back ends.
     *
     * @param note takes lines for the user
     */
    public static StartHosts prepare(Plan plan, Consumer<String> note) {
        StartHosts hosts = new StartHosts();
        if (plan.measures(Measure.COLD)) for (Backends.Chosen chosen : plan.backends()) if (chosen.availability().yes()) hosts.prepare(chosen, note);
        return hosts;
    }

    private void prepare(Backends.Chosen chosen, Consumer<String> note) {
        StartHost host = chosen.backend().startHost(chosen.options());
        if (host == null) {
            if (chosen.commands()) kinds.put(chosen.name(), BackendEntry.HOSTED + "its commands are started by a JVM, which is in its cold start");
            return;
        }
        try {
            commands.put(chosen.name(), host.command());
            kinds.put(chosen.name(), host.kind());
        } catch (BackendException e) {
            kinds.put(chosen.name(), BackendEntry.HOSTED + "a JVM is in its cold start: " + e.getMessage());
            note.accept(chosen.name() + " is started in a JVM and not ranked for cold start: " + e.getMessage());
        }
    }

    /** For the manifest: the kind of host, or why it is a JVM; null if a JVM is part of the back end. */
    public String kind(String backend) {
        return kinds.get(backend);
    }

    /** @return null if a JVM it is */
    List<String> command(String backend) {
        return commands.get(backend);
    }
}
