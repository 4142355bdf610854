package dev.backbench.spi;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a back end works: what a reader must know before comparing its numbers. Field by field in the order of printing; MEASURES says
 * which differences forbid a ranking, so in {@code threads}, {@code inputForm}, {@code bounds}, {@code cpuFeatures} and {@code tiering} the same thing has the same
 * word, and its details are in {@code notes}.
 *
 * @param version of the compiler
 * @param upstreamCommit null with the reason in {@code notes} where unknown
 * @param binary the file whose SHA-256 the manifest records, or null
 * @param process {@code in process}, {@code child process}, {@code in process, with as}
 * @param inputForm one of {@link Backend#inputs}
 * @param bounds {@code guard}, {@code explicit}, {@code none}
 * @param cpuFeatures {@code native} for all that this machine has, {@code baseline} for the least that every x86-64 has
 * @param tiering {@code none}, or how it tiers
 * @param fusedPhases phases that cannot be told apart, such as {@code select+allocate+emit}
 * @param notes anything else, by field name in lower case: what each semantics-preserving flag is, and what stays on
 */
public record Ledger(String version, String upstreamCommit, String binary, String process, String level, int threads, String inputForm, String bounds,
        boolean verifier, String assembler, String linker, boolean nanCanonicalisation, String stackCheck, String cpuFeatures, boolean fastMath,
        String tiering, String fusedPhases, Map<String, String> notes) {
    /** The same of a worker in a container. @param words which image, and under what limits */
    public Ledger inContainer(String words) {
        return with(process + ", worker in a container", "container", words);
    }

    /** The same with one more note. */
    public Ledger noting(String name, String words) {
        return with(process, name, words);
    }

    private Ledger with(String where, String name, String words) {
        Map<String, String> more = new LinkedHashMap<>(notes);
        more.put(name, words);
        return new Ledger(version, upstreamCommit, binary, where, level, threads, inputForm, bounds, verifier, assembler, linker, nanCanonicalisation,
                stackCheck, cpuFeatures, fastMath, tiering, fusedPhases, more);
    }
}
