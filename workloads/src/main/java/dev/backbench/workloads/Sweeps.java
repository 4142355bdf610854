package dev.backbench.workloads;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Modules of one shape and growing size, as {@code sweep:FUNCTIONS[:SEED]}, or {@code sweep} for the usual series. */
final class Sweeps {
    static final String WORD = "sweep";
    /** Three to a decade as far as LLVM's -O2 takes under two minutes; larger ones are asked for by number. */
    private static final int[] SERIES = {10, 30, 100, 300, 1000, 3000, 10_000};
    private static final String WHY = "Compile time against size: functions of one mixture, drawn from a seed, whose number is the only thing that changes.";

    private final ProgramFolder folder;
    private final List<CatalogueFile.Sweep> known;

    Sweeps(ProgramFolder folder, List<CatalogueFile.Sweep> known) {
        this.folder = folder;
        this.known = known;
    }

    static boolean isSweep(String word) {
        return word.equals(WORD) || word.startsWith(WORD + ":");
    }

    List<Workload> resolve(String word) {
        List<Workload> found = new ArrayList<>();
        if (word.equals(WORD)) {
            for (int functions : SERIES) found.add(one(functions, 1));
            return found;
        }
        String[] parts = word.split(":", -1);
        try {
            if (parts.length <= 3) return List.of(one(Integer.parseInt(parts[1].replace("_", "")), parts.length == 3 ? Long.parseLong(parts[2]) : 1));
        } catch (NumberFormatException notANumber) {
            // Said below, together with a wrong number of parts.
        }
        throw new WorkloadException("'" + word + "' is no sweep: write " + WORD + ":FUNCTIONS or " + WORD + ":FUNCTIONS:SEED, such as " + WORD + ":1000");
    }

    private Workload one(int functions, long seed) {
        byte[] bytes = new SweepGenerator(functions, seed).module();
        String name = WORD + ":" + functions + (seed == 1 ? "" : ":" + seed);
        String hash = Hex.sha256(bytes);
        Path file = CacheFiles.put(folder.path().resolve("sweep").resolve(functions + "-" + seed).resolve("sweep.wasm"), bytes), expected = null;
        for (CatalogueFile.Sweep sweep : known) {
            if (sweep.sha256().equals(hash)) {
                expected = CacheFiles.put(file.resolveSibling("sweep.stdout.expected"), (sweep.stdout() + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        }
        return new Workload(name, WORD, Origin.GENERATED, WHY, "generated", Workload.WASM, file, hash, List.of(), null, file.getParent(), expected, null,
                "SweepGenerator, " + functions + " functions, seed " + seed, null, null, ModuleSummary.of(bytes));
    }
}
