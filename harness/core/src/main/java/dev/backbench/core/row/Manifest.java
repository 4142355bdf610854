package dev.backbench.core.row;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.backbench.spi.Ledger;
import java.util.List;
import java.util.Map;

/**
 * {@code manifest.json}: everything about a run but its samples. What is null has its reason in {@code unknown}, by dotted path.
 *
 * @param run time-ordered unique id
 * @param started milliseconds since the epoch
 * @param argv the command line after {@code ./bench}
 */
public record Manifest(int schema, String run, long started, List<Long> attempts, Machine machine, Jvm jvm, Commit commit, List<BackendEntry> backends,
        List<WorkloadEntry> workloads, PlanEntry plan, List<String> argv, Map<String, String> labels, Ci ci, Map<String, String> unknown) {

    /** @param id a salted hash: tells machines apart without telling which they are */
    public record Machine(String id, String cpuModel, String microcode, int cpus, Long memoryBytes, String kernel, Map<String, String> mitigations, Boolean smt,
            String governor, Boolean turbo, String hugePages, Integer aslr, String clockSource, Map<String, String> cgroup, String hypervisor, String libc) {}

    /**
     * The workers' JVM.
     *
     * @param aotTraining modules an AOT cache was trained on, by SHA-256
     * @param briefFlags what workers that compile one module or start one program have beside the others; null in older runs, where they had none
     */
    public record Jvm(String version, String vendor, String vm, List<String> flags, String collector, String heap, String aotCache, List<String> aotTraining,
            @JsonInclude(JsonInclude.Include.NON_NULL) List<String> briefFlags) {}

    public record Commit(String id, Boolean dirty) {}

    public record Ci(String system, String commit, String branch) {}

    /**
     * @param backend canonical name
     * @param version from the ledger
     * @param binarySha256 of the library or engine
     * @param optionsDigest SHA-256 over level, threads, bounds and options
     * @param reason why it is not available; null if it is
     * @param fix what to type
     * @param startHost kind of the process without a JVM that cold starts are made in, or {@link #HOSTED} and why there is none; null if a JVM is part of the back end
     */
    public record BackendEntry(String backend, String id, String version, String upstreamCommit, String binary, String binarySha256, String level,
            List<String> options, String optionsDigest, boolean available, String reason, String fix, boolean tiered, boolean javaHosted,
            @JsonInclude(JsonInclude.Include.NON_NULL) String startHost, Ledger ledger) {
        /** Beginning of {@code startHost} where a JVM stands in for a process without one; why follows. */
        public static final String HOSTED = "hosted: ";

        public BackendEntry(String backend, String id, String version, String upstreamCommit, String binary, String binarySha256, String level, List<String> options,
                String optionsDigest, boolean available, String reason, String fix, boolean tiered, boolean javaHosted, Ledger ledger) {
            this(backend, id, version, upstreamCommit, binary, binarySha256, level, options, optionsDigest, available, reason, fix, tiered, javaHosted, null, ledger);
        }

        /** Whether its cold starts are charged with a JVM that is no part of it. */
        public boolean hosted() {
            return startHost != null && startHost.startsWith(HOSTED);
        }
    }

    /**
     * @param operations Wasm operations; -1 unknown
     * @param origin the set that totals may pool it with: where it is from and, for another form than Wasm, the form, such as {@code own-js}
     * @param familyBy {@code bodies} if shared function bodies decide, {@code catalogue} if whoever wrote the program said
     */
    public record WorkloadEntry(String name, String sha256, String family, String familyBy, String origin, String source, String language, String why,
            long fileBytes, long codeSectionBytes, long functions, long operations, List<String> arguments, boolean expectedOutput, String compileOnly) {}

    /**
     * @param budgetSeconds null for none
     * @param processes that each cell should have samples of
     * @param rounds timed compiles of each module in a process
     * @param runs timed runs of each module in a process
     * @param warmup discarded rounds; null for what suits the back end
     * @param order the trials of the first pass, {@code kind backend workload…}, as the seed ordered them
     * @param padding modules compiled only to make the regime steady, {@code name sha256}
     * @param starts regimes of cold start; null in files of before there was a choice
     * @param startsPlanned how many starts each of their cells should have; null likewise
     */
    public record PlanEntry(String preset, List<String> backends, List<String> workloads, List<Measure> measures, long seed, Long budgetSeconds, int processes,
            int rounds, int runs, Integer warmup, int threads, String cpu, String reference, List<String> require, Map<String, Long> timeoutMillis, List<CellKey> cells,
            List<String> order, List<String> padding, String digest, @JsonInclude(JsonInclude.Include.NON_NULL) List<String> starts,
            @JsonInclude(JsonInclude.Include.NON_NULL) Integer startsPlanned) {
        public PlanEntry(String preset, List<String> backends, List<String> workloads, List<Measure> measures, long seed, Long budgetSeconds, int processes, int rounds, int runs,
                Integer warmup, int threads, String cpu, String reference, List<String> require, Map<String, Long> timeoutMillis, List<CellKey> cells, List<String> order,
                List<String> padding, String digest) {
            this(preset, backends, workloads, measures, seed, budgetSeconds, processes, rounds, runs, warmup, threads, cpu, reference, require, timeoutMillis, cells, order, padding,
                    digest, null, null);
        }
    }
}
