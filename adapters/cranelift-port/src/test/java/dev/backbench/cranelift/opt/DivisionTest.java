package dev.backbench.cranelift.opt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.text.Printer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quotients and remainders by constants against division: divisors of every size and shape, dividends next to multiples of them. */
class DivisionTest {
    @ParameterizedTest
    @CsvSource({"udiv, i32", "urem, i32", "sdiv, i32", "srem, i32", "udiv, i64", "urem, i64", "sdiv, i64", "srem, i64"})
    void productsGiveTheQuotient(String op, String type) throws Exception {
        int bits = Integer.parseInt(type.substring(1));
        SplittableRandom random = new SplittableRandom(bits);
        List<Long> divisors = divisors(bits, random);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < divisors.size(); i++) {
            text.append("function %f").append(i).append("(").append(type).append(") -> ").append(type).append(" fast {\nblock0(v0: ").append(type).append("):\n v1 = iconst.").append(type).append(' ')
                    .append(divisors.get(i)).append("\n v2 = ").append(op).append(" v0, v1\n return v2\n}\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        List<Function> before = Clif.functions(bytes), after = Clif.functions(bytes);
        Optimizer optimizer = new Optimizer();
        for (Function f : after) optimizer.run(f);
        Interpreter plain = new Interpreter(before), optimized = new Interpreter(after);
        for (int i = 0; i < divisors.size(); i++) {
            String shown = Printer.print(after.get(i));
            assertFalse(shown.contains("div") || shown.contains("rem"), shown);
            for (int round = 0; round < 20; round++) {
                long dividend = dividend(divisors.get(i), random);
                long[] argument = {bits < 64 ? dividend & (1L << bits) - 1 : dividend, 0};
                assertArrayEquals(plain.run(i, argument), optimized.run(i, argument), () -> op + " of " + dividend + ": " + shown);
            }
        }
    }

    private static List<Long> divisors(int bits, SplittableRandom random) {
        TreeSet<Long> all = new TreeSet<>();
        for (long d = 3; d < 40; d++) all.add(d);
        for (int k = 4; k < bits; k++) {
            for (long near : new long[] {-1, 1, 3, -6}) all.add((1L << k) + near);
            all.add(random.nextLong() >>> 64 - k);
            all.add((random.nextLong() >>> 64 - k) & -4);
        }
        List<Long> out = new ArrayList<>();
        int type = bits == 32 ? Types.I32 : Types.I64;
        for (long d : all) {
            for (long signed : new long[] {d, -d}) {
                long value = Constants.signExtend(type, signed);
                if (value != 0 && Long.bitCount(Math.abs(value)) > 1 && Long.bitCount(Constants.mask(type, value)) > 1 && !out.contains(value)) out.add(value);
            }
        }
        return out;
    }

    private static long dividend(long divisor, SplittableRandom random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextLong();
            case 1 -> (1L << random.nextInt(64)) + random.nextInt(-1, 2);
            case 2 -> random.nextInt(-3, 4);
            default -> divisor * (random.nextLong() >> random.nextInt(64)) + random.nextInt(-1, 2);
        };
    }
}
