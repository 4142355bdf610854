package dev.backbench.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.conformance.ir.IrCompiler;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The oracle against what the shared translation builds, as it is and with bugs planted: the budget that finds nothing in the one finds each of the others. */
class DifferentialTest {
    static final long SEED = 1;
    static final int CASES = 300;

    private static final List<FuzzCase> cases = new ArrayList<>();
    private static final List<List<String>> expected = new ArrayList<>();

    @BeforeAll
    static void observeTheOracle() {
        try (Compiler oracle = BackendSpec.parse("interp").newCompiler()) {
            for (int i = 0; i < CASES; i++) {
                FuzzCase test = ModuleGenerator.generate(Rng.seed(SEED, i), true);
                cases.add(test);
                expected.add(Differential.observe(test, oracle));
            }
        }
    }

    /** The first case in which the compiler differs, or -1. */
    private static int firstDifference(Compiler compiler) {
        for (int i = 0; i < CASES; i++) {
            if (Differential.firstDifference(expected.get(i), Differential.observe(cases.get(i), compiler)) >= 0) return i;
        }
        return -1;
    }

    @Test
    void theSharedTranslationMeansWhatTheOracleMeans() {
        assertEquals(-1, firstDifference(new IrCompiler(builder -> builder)));
    }

    @Test
    void everyPlantedBugIsFound() {
        List<String> missed = new ArrayList<>();
        for (PlantedBug bug : PlantedBug.all()) {
            if (firstDifference(new IrCompiler(bug.plant())) < 0) missed.add(bug.name());
        }
        assertEquals(List.of(), missed);
    }
}
