package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.conformance.fuzz.Fuzz;
import dev.backbench.spi.abi.TrapReason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Generated modules, the same in every run, under the interpreter and under what compiles to machine code; all that can be seen is compared. */
class DifferentialFuzzTest {
    private static final String ORACLE = "interp";
    private static final List<String> SUBJECTS = List.of("llvm:O2", "gcc:O0", "qbe-port", "cranelift-port:speed");
    private static final long SEED = 2025;
    private static final int CASES = 20;
    /** Against hanging only: far more than the cases take. */
    private static final Duration BUDGET = Duration.ofMinutes(5);
    private static final int LEAST_OPCODES = 195;

    /** Kept on failure: the module of a difference is in it. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path modules;

    @Test
    void theBackEndsDoWhatTheOracleDoes() throws Exception {
        List<String> subjects = new ArrayList<>(), missing = new ArrayList<>();
        for (String subject : SUBJECTS) {
            String why = BackEnds.missing(subject);
            if (why == null) subjects.add(subject);
            else missing.add(why);
        }
        assumeTrue(!subjects.isEmpty(), () -> String.join("; ", missing));

        Fuzz.Result result = Fuzz.run(new Fuzz.Options(ORACLE, subjects, SEED, 0, CASES, BUDGET, modules), System.out);
        int opcodes = (int) Arrays.stream(result.written()).filter(count -> count > 0).count();
        System.out.println("seed " + SEED + ": " + result.cases() + " cases of " + ORACLE + " against " + subjects + ", " + opcodes + " opcodes, traps " + result.traps()
            + (missing.isEmpty() ? "" : "; not compared: " + missing));
        assertEquals(CASES, result.cases(), "cases run before the time was over");
        assertEquals(List.of(), result.findings());
        assertEquals(List.of(), result.outvoted(), "the oracle stands alone");
        assertTrue(opcodes >= LEAST_OPCODES, opcodes + " opcodes are too few to mean much");
        Set<TrapReason> unreached = EnumSet.allOf(TrapReason.class);
        unreached.removeIf(reason -> result.traps().containsKey(reason.toString()));
        assertEquals(EnumSet.of(TrapReason.UNKNOWN), unreached, "traps that no case reached");
    }
}
