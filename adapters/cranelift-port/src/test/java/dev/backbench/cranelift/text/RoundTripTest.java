package dev.backbench.cranelift.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.cranelift.Clif;
import dev.backbench.cranelift.ir.Function;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundTripTest {
    static final String EVERYTHING = """
        function %all(i64 vmctx, i32 uext, f64) -> i32, i128 system_v {
            ss0 = explicit_slot 24, align = 16, key = 7
            region0 = 36 "the first"
            gv0 = vmctx
            gv1 = load.i64 notrap aligned readonly region0 gv0-8
            gv2 = iadd_imm.i64 gv1, 0x0001_0000
            gv3 = symbol colocated %data+16
            sig0 = (i32, i64 sarg(16)) -> i32 tail
            sig1 = (i64) -> i64 fast
            fn0 = %callee sig0
            fn1 = colocated u0:3 sig1
            const0 = 0x00000000000000010000000000000002
            stack_limit = gv1

        block0(v0: i64, v1: i32, v2: f64):
            v3 = iconst.i32 -5
            v4 = iadd v1, v3  ; v3 = -5
            v40 -> v4
            v5 = load.i32 notrap little region0 v0+4
            store user7 v5, v0-12
            v6, v7 = uadd_overflow v4, v5
            v8 = icmp slt v6, v40
            brif v8, block1(v6, v0), block2

        block1(v9: i32, v10: i64):
            v11 = iadd v9, v1
            br_table v11, block2, [block1(v9, v10), block3]

        block2 cold:
            v12 = vconst.i32x4 const0
            v13 = extractlane v12, 3  ; v12 = const0
            v14 = atomic_rmw.i32 little xchg v0, v13
            v15 = f64const 0x1.8000000000000p1
            v16 = fcmp.f64 ult v2, v15  ; v15 = 0x1.8000000000000p1
            trapz v16, int_ovf
            try_call fn0(v14, v0), sig0, block4(ret0), [ tag3: block3, context v0, default: block5(exn0) ]

        block3:
            trap heap_oob

        block4(v17: i32):
            v18 = uextend.i128 v17
            return v17, v18

        block5(v19: i64):
            v20 = stack_addr.i64 ss0+8
            v21 = call fn1(v20), stack_map=[i32 @ ss0+0]
            v22 = call_indirect sig1, v20(v21)
            trap user1
        }
        """;

    @Test
    void theTextComesBack() {
        assertEquals(EVERYTHING, Printer.print(Clif.function(EVERYTHING)));
    }

    @Test
    void aReusedFunctionHoldsNothingOfTheOneBefore() throws ClifException {
        String small = "function %small() fast {\nblock0:\n    return\n}\n";
        Function f = new Function();
        new Parser(EVERYTHING.getBytes(StandardCharsets.UTF_8)).next(f);
        new Parser(small.getBytes(StandardCharsets.UTF_8)).next(f);
        assertEquals(small, Printer.print(f));
        new Parser(EVERYTHING.getBytes(StandardCharsets.UTF_8)).next(f);
        assertEquals(EVERYTHING, Printer.print(f));
    }

    @Test
    void sourceLocations() {
        String pad = " ".repeat(32);
        String text = "function %f() -> i32 fast {\n" + pad + "block0:\n@0001                               v0 = iconst.i32 1\n" + pad + "    v1 -> v0\n"
            + "@deadbeef                           v2 = iadd v0, v1  ; v0 = 1, v1 = 1\n" + pad + "    return v2\n}\n";
        assertEquals(text, Printer.print(Clif.function(text)));
        assertEquals(text, Printer.print(Clif.function(text.replaceAll(" {2,}", " "))));
    }

    @Test
    void corpus() throws Exception {
        List<Path> files = Clif.corpus();
        assumeTrue(!files.isEmpty(), "no corpus; name one with -Dcorpus=DIR or BENCH_CORPUS");
        int functions = 0;
        for (Path file : files) {
            for (Function f : Clif.functions(Files.readAllBytes(file))) {
                String once = Printer.print(f);
                assertEquals(once, Printer.print(Clif.function(once)), file.toString());
                functions++;
            }
        }
        assertTrue(functions > 1700, functions + " functions");
    }
}
