package dev.backbench.core;

import dev.backbench.core.row.Manifest;
import dev.backbench.core.store.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What must not have changed for a run to be gone on with: then its rows could not be told apart from the new ones. */
final class Resume {
    private Resume() {}

    /**
     * @param now what the manifest would be if the run began today
     * @return the manifest of the run with one more attempt
     * @throws UsageException another machine, commit, JVM, core, plan, workload or back end
     */
    static Manifest check(RunFolder earlier, Manifest now, long time) {
        Manifest then = earlier.manifest();
        List<String> differences = new ArrayList<>();
        if (!Objects.equals(then.machine().id(), now.machine().id())) differences.add("another machine");
        if (!Objects.equals(then.commit(), now.commit())) differences.add("another commit of this program (" + text(then.commit()) + ", now " + text(now.commit()) + ")");
        if (!Objects.equals(then.jvm(), now.jvm())) differences.add("another JVM or other flags");
        for (int i = 0; i < Math.min(then.workloads().size(), now.workloads().size()); i++) {
            if (!then.workloads().get(i).sha256().equals(now.workloads().get(i).sha256())) differences.add("another workload " + now.workloads().get(i).name());
        }
        for (int i = 0; i < Math.min(then.backends().size(), now.backends().size()); i++) {
            Manifest.BackendEntry a = then.backends().get(i), b = now.backends().get(i);
            boolean same = Objects.equals(a.version(), b.version()) && Objects.equals(a.binarySha256(), b.binarySha256()) && a.available() == b.available();
            if (a.backend().equals(b.backend()) && !same) differences.add("another version of " + a.backend());
        }
        if (then.plan().seed() != now.plan().seed()) differences.add("another seed");
        if (!Objects.equals(then.plan().cpu(), now.plan().cpu())) differences.add("other cores (" + then.plan().cpu() + ", now " + now.plan().cpu() + ")");
        if (!Objects.equals(then.plan().reference(), now.plan().reference())) differences.add("another reference (" + then.plan().reference() + ", now " + now.plan().reference() + ")");
        if (!then.plan().timeoutMillis().equals(now.plan().timeoutMillis())) differences.add("other time limits (ms: " + then.plan().timeoutMillis() + ", now " + now.plan().timeoutMillis() + ")");
        if (!then.plan().digest().equals(now.plan().digest())) differences.add("another plan (back ends, workloads, measures, preset or counts)");
        if (differences.isEmpty()) return Manifests.resumed(then, time);
        throw new UsageException("cannot go on with " + earlier.path() + ": " + String.join(", ", differences) + "; repeat its command, or start a new run");
    }

    private static String text(Manifest.Commit commit) {
        return commit.id() + (Boolean.TRUE.equals(commit.dirty()) ? " with changes" : "");
    }
}
