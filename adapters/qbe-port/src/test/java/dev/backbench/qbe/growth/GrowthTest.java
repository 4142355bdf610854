package dev.backbench.qbe.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** No pass is super-linear: four times the program is about four times the steps, counted ({@link Work}), not timed, in every direction a program may be large in. */
class GrowthTest {
    private static final int SIZE = 1_000, FACTOR = 4;
    /** Above the factor: logarithms, arrays that double, longer names. A square would be the factor itself. */
    private static final double MARGIN = 1.5;

    private static final Work COUNTING = new Work();

    private final Class<?> compiler;
    private final Method compile;

    GrowthTest() throws ReflectiveOperationException {
        compiler = COUNTING.loadClass("dev.backbench.qbe.QbeCompiler");
        compile = compiler.getMethod("compile", String.class, byte[].class, OutputStream.class);
    }

    static Iterable<String> shapes() {
        return Shapes.ALL.keySet();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void stepsGrowAsTheProgram(String shape) throws ReflectiveOperationException {
        long small = steps(shape, SIZE), large = steps(shape, FACTOR * SIZE);
        assertTrue(small > 10 * SIZE, () -> small + " steps: nothing is counted");
        assertTrue(large < MARGIN * FACTOR * small, () -> String.format("%d steps for %d, %d for %d: %.1f times", small, SIZE, large, FACTOR * SIZE, (double) large / small));
    }

    /** Where a bound comes into play at larger sizes only: what it leaves is not much for an instruction either. */
    @ParameterizedTest
    @CsvSource({"switch in a loop over variables, 8000, 4000", "'nested loops, each with its variable', 4000, 4000", "slots in nested loops, 4000, 4000"})
    void stepsAnInstructionAreFew(String shape, int size, int most) throws ReflectiveOperationException {
        long steps = steps(shape, size), instructions = Shapes.ALL.get(shape).apply(size).lines().count();
        assertTrue(steps < most * instructions, () -> steps / instructions + " steps an instruction");
    }

    @Test
    void countsAreTheSameEachTime() throws ReflectiveOperationException {
        assertEquals(steps("switch", 100), steps("switch", 100));
    }

    private long steps(String shape, int size) throws ReflectiveOperationException {
        byte[] il = Shapes.ALL.get(shape).apply(size).getBytes(StandardCharsets.US_ASCII);
        Object fresh = compiler.getConstructor().newInstance();
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        Work.take();
        compile.invoke(fresh, shape, il, object);
        assertTrue(object.size() > 200, "an object");
        return Work.take();
    }
}
