package dev.backbench.gcc;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The options every context gets. Those that make GCC keep Wasm's semantics can be left out one at a time, to measure what each costs. */
final class GccFlags {
    /**
     * @param name what {@code +without-NAME} takes off, to measure its cost again
     * @param flags passed to GCC
     * @param why what goes wrong without
     * @param cost what leaving it out changed, measured once with GCC 12.2
     */
    private record Semantic(String name, List<String> flags, String why, String cost) {}

    private static final String WITHOUT = "without-";

    private static final String SAME = "the same code byte for byte on five Sightglass programs at O2";
    private static final String SIZE = "code size differs by under 0.2%, speed by nothing seen above noise, on five Sightglass programs at O2";

    private static final List<Semantic> SEMANTICS = List.of(
            new Semantic("recursion", List.of("-fno-optimize-sibling-calls"), "unbounded recursion would run for ever instead of trapping", SIZE),
            new Semantic("signaling-nans", List.of("-fsignaling-nans"), "x * 1.0, x - 0.0 and the like would not quieten a NaN", SIZE),
            new Semantic("wrapping", List.of("-fwrapv"), "integer overflow would be undefined", SAME),
            new Semantic("contraction", List.of("-ffp-contract=off"), "a multiplication and an addition would round once", SAME),
            new Semantic("aliasing", List.of("-fno-strict-aliasing"), "a slot for results, used under several types, could be read before it is written",
                    "code of the same length on five Sightglass programs at O2, byte for byte the same on four"),
            new Semantic("infinite-loops", List.of("-fno-finite-loops"), "a loop without an exit would be taken to end", SAME),
            new Semantic("stack-probes", List.of("-fstack-clash-protection"), "a large frame would step over the guard page", SAME));

    /** What the form of our output asks for. */
    private static final List<String> FORM = List.of("-fPIE", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-fcf-protection=none", "-fno-stack-protector",
            "-fno-omit-frame-pointer", "-fno-math-errno", "-fno-reorder-blocks-and-partition", "-fno-ident");

    private final List<String> flags = new ArrayList<>(FORM);

    GccFlags(CompileOptions options) {
        for (String option : options.extra()) if (!names().contains(option)) throw new BackendException("gcc has no option +" + option + "; there are: " + names());
        for (Semantic semantic : SEMANTICS) if (!options.extra().contains(WITHOUT + semantic.name)) flags.addAll(semantic.flags);
        flags.addAll(CpuFlags.host());
    }

    List<String> list() {
        return flags;
    }

    /** Options after {@code +}. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (Semantic semantic : SEMANTICS) names.add(WITHOUT + semantic.name);
        return names;
    }

    /** For the ledger: each semantics-preserving flag with its reason and how to measure its cost. */
    static Map<String, String> notes(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>();
        for (Semantic semantic : SEMANTICS) {
            boolean off = options.extra().contains(WITHOUT + semantic.name);
            String effect = "without it " + semantic.why + "; " + semantic.cost + " (+" + WITHOUT + semantic.name + ")";
            notes.put(String.join(" ", semantic.flags), off ? "off, so " + semantic.why : effect);
        }
        return notes;
    }
}
