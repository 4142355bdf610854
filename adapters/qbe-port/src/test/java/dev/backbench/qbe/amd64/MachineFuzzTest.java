package dev.backbench.qbe.amd64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.QbeCompiler;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import dev.backbench.qbe.pass.RandomIl;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random functions compiled by the whole pipeline and, unoptimised, by {@link NaiveAllocator}, run side by side: results and memory are the same. What traps or does not end
 * without optimisation is left out. {@code -Dqbe.fuzz.functions} and {@code -Dqbe.fuzz.seed} make it more, and others.
 */
class MachineFuzzTest {
    private static final int FUNCTIONS = Integer.getInteger("qbe.fuzz.functions", 400);
    private static final long SEED = Long.getLong("qbe.fuzz.seed", 1);
    private static final String DRIVER = """
        #include <setjmp.h>
        #include <signal.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/time.h>
        enum { STOPPED = 1, FAULT = 2, ENDED = 4 };
        typedef int F(int, long, float, double);
        char g0[64], g1[64];
        long pool[32];
        static unsigned long state;
        static sigjmp_buf out;
        static char stack[65536];
        int ext(void) {
            state = state * 6364136223846793005ul + 1;
            pool[state >> 40 & 15] ^= state >> 13;
            g0[state >> 50 & 15] = state >> 20;
            return state >> 33;
        }
        long *ptr(int n) { return pool + (n & 7); }
        static void stop(int signal) { siglongjmp(out, signal); }
        static void timer(int microseconds) {
            struct itimerval value = { { 0, 0 }, { 0, microseconds } };
            setitimer(ITIMER_VIRTUAL, &value, 0);
        }
        static unsigned long run(F *f, int input) {
            memset(g0, input, sizeof g0);
            memset(g1, input * 3, sizeof g1);
            for (int i = 0; i < 32; i++) pool[i] = i * 0x9E3779B97F4A7C15ul + input;
            state = input;
            int signal = sigsetjmp(out, 1);
            if (signal) return signal == SIGVTALRM ? STOPPED : FAULT;
            timer(20000);
            unsigned long h = (unsigned) f(input * 77 - 5, input * 0x123456789l - 3, input * 1.5f, input * -2.25);
            timer(0);
            for (int i = 0; i < 64; i++) h = h * 31 + g0[i] * 7 + g1[i];
            for (int i = 0; i < 32; i++) h = h * 0x9E3779B97F4A7C15ul + pool[i];
            return h | ENDED;
        }
        int main(void) {
            stack_t other = { stack, 0, sizeof stack };
            struct sigaction action = { 0 };
            action.sa_handler = stop;
            action.sa_flags = SA_ONSTACK | SA_NODEFER;
            sigaltstack(&other, 0);
            sigaction(SIGVTALRM, &action, 0);
            sigaction(SIGFPE, &action, 0);
            sigaction(SIGSEGV, &action, 0);
            int same = 0, different = 0;
            for (int k = 0; table[k][0]; k++) {
                for (int input = 0; input < 5; input++) {
                    unsigned long plain = run(table[k][0], input);
                    if (plain == STOPPED) break;
                    if (plain == FAULT) continue;
                    if (plain == run(table[k][1], input)) same++;
                    else if (different++ < 10) printf("function %d differs for input %d\\n", k, input);
                }
            }
            printf("%d same, %d different\\n", same, different);
            return 0;
        }
        """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    @Test
    void optimisedCodeDoesWhatPlainCodeDoes() throws IOException {
        Cc.assumePresent();
        SplittableRandom random = new SplittableRandom(SEED);
        StringBuilder plain = new StringBuilder(), optimised = new StringBuilder(), declared = new StringBuilder(), table = new StringBuilder();
        for (int k = 0; k < FUNCTIONS; k++) {
            String function = defined(RandomIl.generate(random));
            plain.append("export ").append(function.replace("$f(", "$plain" + k + "("));
            optimised.append("export ").append(function.replace("$f(", "$optimised" + k + "("));
            declared.append("int plain").append(k).append("(int, long, float, double), optimised").append(k).append("(int, long, float, double);\n");
            table.append("{ plain").append(k).append(", optimised").append(k).append(" }, ");
        }
        Files.writeString(folder.resolve("driver.c"), declared + "static int (*table[][2])(int, long, float, double) = { " + table + "{ 0 } };\n" + DRIVER);
        Files.writeString(folder.resolve("plain.ssa"), plain);
        try (OutputStream out = Files.newOutputStream(folder.resolve("optimised.o"))) {
            new QbeCompiler().compile("optimised.ssa", optimised.toString().getBytes(StandardCharsets.UTF_8), out);
        }
        Symbols symbols = new Symbols();
        Types types = new Types();
        ObjectOutput output = new ObjectOutput(symbols, new NaiveAllocator(types, SEED));
        new Parser("plain.ssa", symbols, types).parse(plain.toString().getBytes(StandardCharsets.UTF_8), output);
        output.finish();
        Files.write(folder.resolve("plain.o"), output.toBytes());
        Cc.run(folder, "cc", "-w", "-o", "program", "driver.c", "plain.o", "optimised.o");
        String result = Cc.run(folder, "./program");
        assertTrue(result.endsWith(" same, 0 different\n"), () -> "seed " + SEED + ", in " + folder + "\n" + result);
        int same = Integer.parseInt(result.substring(0, result.indexOf(' ')));
        assertTrue(same > 4 * FUNCTIONS, same + " runs compared");
        assertEquals(1, result.lines().count());
    }

    /** Slots larger, since accesses may reach beyond their 16 bytes, and never read before they are written. */
    private static String defined(String function) {
        StringBuilder zeros = new StringBuilder();
        for (int offset = 8; offset < 32; offset += 8) zeros.append("\t%$1z").append(offset).append(" =l add %$1, ").append(offset).append("\n\tstorel 0, %$1z").append(offset).append('\n');
        return function.replaceAll("\t%(a\\d) =l alloc(\\d+) 16\n", "\t%$1 =l alloc$2 32\n\tstorel 0, %$1\n" + zeros);
    }
}
