package dev.backbench.cranelift.regalloc;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.mach.VCode;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every allocator on random code, judged by {@link Checker}. */
class AllocatorsTest {
    /** All but rsp and rbp; r11 and xmm15 kept out; few. */
    private static final int[] ALLOCATABLE = {0xFFFFFFCF, 0x7FFFF7CF, 0x001FF04F};

    static Allocator named(String name) {
        return switch (name) {
            case "fast" -> new FastAllocator();
            case "splitting" -> new SplittingAllocator();
            case "inexact" -> new SplittingAllocator(0); // as in functions too large for exact liveness
            default -> throw new IllegalArgumentException(name);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "splitting", "inexact"})
    void randomCode(String name) {
        Allocator allocator = named(name);
        Allocation allocation = new Allocation();
        VCode code = new VCode();
        int moves = 0, slots = 0;
        for (int seed = 0; seed < 800; seed++) {
            Random random = new Random(seed);
            int allocatable = ALLOCATABLE[random.nextInt(ALLOCATABLE.length)];
            new RandomVCode(random, code, allocatable, 1 + random.nextInt(seed % 10 == 0 ? 25 : 6), 1 + random.nextInt(12));
            try {
                allocator.run(code, allocatable, allocation);
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            assertNull(Checker.check(code, allocatable, allocation), "seed " + seed);
            moves += allocation.moves();
            slots += allocation.slots();
        }
        assertTrue(moves > 1000 && slots > 1000);
    }
}
