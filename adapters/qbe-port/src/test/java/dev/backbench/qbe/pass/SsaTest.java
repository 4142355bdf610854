package dev.backbench.qbe.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IlSink;
import dev.backbench.qbe.il.Linkage;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Parser;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Ref;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The passes up to SSA form, held against the definition of that form and, by an interpreter of words, against what the function did before. */
class SsaTest {
    private final Symbols symbols = new Symbols();
    private final Types types = new Types();
    private final Parser parser = new Parser("test.ssa", symbols, types);
    private final Cfg cfg = new Cfg();
    private final Dominators dominators = new Dominators();
    private final Uses uses = new Uses();
    private final Promote promote = new Promote();
    private final Ssa ssa = new Ssa();
    private int checked;

    private interface OnFunction extends IlSink {
        @Override
        default void beginData(int symbol, Linkage linkage) {}

        @Override
        default void dataNumber(int width, long bits) {}

        @Override
        default void dataAddress(int width, int symbol, long offset) {}

        @Override
        default void dataString(byte[] bytes) {}

        @Override
        default void dataZeros(long count) {}

        @Override
        default void endData() {}

        @Override
        default void debugFile(String name) {}
    }

    private void toSsa(Fn fn) {
        cfg.compute(fn);
        uses.compute(fn);
        promote.run(fn, uses);
        dominators.compute(fn, cfg);
        ssa.run(fn, cfg, dominators);
        check(fn);
    }

    /** One definition each, which dominates every use. */
    private void check(Fn fn) {
        uses.compute(fn);
        String text = new Printer(symbols, types, parser::name).print(fn);
        for (int t = Ref.FIRST_TEMPORARY; t < fn.temporaries; t++) {
            if (uses.count(t) == 0 && uses.defCount[t] == 0) continue;
            assertEquals(1, uses.defCount[t], () -> "definitions in\n" + text);
            for (int u = uses.start[t]; u < uses.start[t + 1]; u++) {
                int site = uses.site[u];
                assertTrue(dominators.dominates(uses.defBlock[t], uses.block[u]), text);
                boolean before = uses.defBlock[t] != uses.block[u] || !Uses.isInstruction(uses.def[t]) || !Uses.isInstruction(site) || uses.def[t] < site;
                assertTrue(before, text);
            }
        }
        checked++;
    }

    @Test
    void upstreamsFunctionsReachSsaForm() throws IOException {
        Path corpus = Path.of(System.getProperty("corpus", System.getenv().getOrDefault("BENCH_CORPUS", "../../../shared/corpus"))).resolve("ssa");
        assumeTrue(Files.isDirectory(corpus), () -> "skipped: no corpus at " + corpus.toAbsolutePath().normalize());
        try (Stream<Path> files = Files.list(corpus)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".ssa")).toList()) {
                types.reset();
                parser.parse(Files.readAllBytes(file), (OnFunction) this::toSsa);
            }
        }
        assertTrue(checked > 90, checked + " functions");
    }

    /** Random graphs over a few words and stack slots: the result must be what it was before. */
    @Test
    void randomFunctionsGiveWhatTheyGaveBefore() {
        SplittableRandom random = new SplittableRandom(20_26);
        int finished = 0;
        for (int round = 0; round < 1_500; round++) {
            byte[] il = generate(random).getBytes(StandardCharsets.UTF_8);
            long[] before = new long[1], after = new long[1];
            parser.parse(il, (OnFunction) fn -> before[0] = run(fn));
            parser.parse(il, (OnFunction) fn -> {
                toSsa(fn);
                after[0] = run(fn);
            });
            assertEquals(before[0], after[0], () -> new String(il, StandardCharsets.UTF_8));
            if (before[0] != TOO_LONG) finished++;
        }
        assertTrue(finished > 500, finished + " functions came to an end");
    }

    private static String generate(SplittableRandom random) {
        int blocks = 2 + random.nextInt(7), names = 1 + random.nextInt(4);
        StringBuilder il = new StringBuilder("function w $f() {\n@b0\n\t%s =l alloc4 4\n\tstorew 7, %s\n");
        for (int v = 0; v < names; v++) il.append("\t%v").append(v).append(" =w copy ").append(v).append('\n');
        for (int b = 0; b < blocks; b++) {
            if (b > 0) il.append("@b").append(b).append('\n');
            for (int n = random.nextInt(4); n > 0; n--) {
                String a = "%v" + random.nextInt(names), c = "%v" + random.nextInt(names);
                switch (random.nextInt(4)) {
                    case 0 -> il.append("\tstorew ").append(a).append(", %s\n");
                    case 1 -> il.append('\t').append(a).append(" =w loadw %s\n");
                    case 2 -> il.append('\t').append(a).append(" =w sub ").append(c).append(", 1\n");
                    default -> il.append('\t').append(a).append(" =w add ").append(a).append(", ").append(c).append('\n');
                }
            }
            int t1 = 1 + random.nextInt(blocks - 1), t2 = 1 + random.nextInt(blocks - 1);
            String value = "%v" + random.nextInt(names);
            if (b == blocks - 1 || random.nextInt(5) == 0) il.append("\tret ").append(value).append('\n');
            else if (random.nextBoolean()) il.append("\tjmp @b").append(t1).append('\n');
            else il.append("\tjnz ").append(value).append(", @b").append(t1).append(", @b").append(t2).append('\n');
        }
        return il.append("}\n").toString();
    }

    private static final long TOO_LONG = Long.MIN_VALUE;

    /** Interprets words, one stack slot, and phis; the undefined value is 0. */
    private static long run(Fn fn) {
        int[] value = new int[fn.temporaries];
        int memory = 0, block = 0, from = -1;
        for (int steps = 0; steps < 300; steps++) {
            int[] phis = new int[fn.phiEnd[block] - fn.phiStart[block]];
            for (int p = 0; p < phis.length; p++) phis[p] = read(fn, value, argument(fn, fn.phiStart[block] + p, from));
            for (int p = 0; p < phis.length; p++) value[Ref.value(fn.phi[Fn.STRIDE * (fn.phiStart[block] + p) + 1])] = phis[p];
            for (int i = fn.insStart[block]; i < fn.insEnd[block]; i++) {
                int at = Fn.STRIDE * i, a = read(fn, value, fn.ins[at + 2]), b = read(fn, value, fn.ins[at + 3]), to = Ref.value(fn.ins[at + 1]);
                switch (Fn.op(fn.ins[at])) {
                    case Op.COPY -> value[to] = a;
                    case Op.ADD -> value[to] = a + b;
                    case Op.SUB -> value[to] = a - b;
                    case Op.LOAD -> value[to] = memory;
                    case Op.STOREW -> memory = a;
                    case Op.ALLOC4, Op.NOP -> { }
                    default -> throw new AssertionError(Op.name(Fn.op(fn.ins[at])));
                }
            }
            int next = fn.s1[block];
            if (next < 0) return read(fn, value, fn.jumpArg[block]);
            if (fn.s2[block] >= 0 && read(fn, value, fn.jumpArg[block]) == 0) next = fn.s2[block];
            from = block;
            block = next;
        }
        return TOO_LONG;
    }

    private static int argument(Fn fn, int p, int from) {
        int at = Fn.STRIDE * p;
        for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) if (fn.phiArg[a] == from) return fn.phiArg[a + 1];
        throw new AssertionError("no argument for block " + from + " in " + Arrays.toString(fn.phiArg));
    }

    private static int read(Fn fn, int[] value, int ref) {
        if (Ref.isTmp(ref)) return value[Ref.value(ref)];
        return Ref.isCon(ref) ? (int) fn.bits(ref) : 0;
    }
}
