package dev.backbench.cranelift.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages below CLIF: what they show, and that text and object are of the same instructions. */
class MachineStagesTest {
    private static final String TEXT = """
        function %first(i64, i32, f64) -> i64 system_v {
            fn0 = %second(i64) -> i64
        block0(v0: i64, v1: i32, v2: f64):
            v3 = load.i32 heap_oob v0+8
            v4 = iadd v3, v1
            v5 = uextend.i64 v4
            brif v4, block1(v5), block2

        block1(v6: i64):
            v7 = call fn0(v6)
            v8 = iadd v7, v0
            return v8

        block2:
            v9 = f64const 0x1.8p1
            v10 = fadd v2, v9
            v11 = fcvt_to_sint_sat.i64 v10
            v12 = udiv v11, v0
            return v12
        }

        function %second(i64) -> i64 system_v {
        block0(v0: i64):
            v1 = iadd v0, v0
            return v1
        }
        """;

    @TempDir
    Path folder;

    private static byte[] emit(String text, String stage, int only) {
        return ClifText.emit(text.getBytes(StandardCharsets.UTF_8), stage, only, true, name -> new MachineStages(name, new Optimizer(), new SplittingAllocator()));
    }

    private static String text(String stage, int only) {
        return new String(emit(TEXT, stage, only), StandardCharsets.UTF_8);
    }

    @Test
    void virtualRegisters() {
        String shown = text(MachineStages.VCODE, -1);
        assertTrue(shown.contains("v0:rdi, v1:rsi, v2:xmm0 = args"), shown);
        assertTrue(shown.contains("[v0 + 8]") && shown.contains("may trap: heap_oob"), shown);
        assertTrue(shown.contains("branch ne -> block1, block2") && shown.contains("may trap: int_divz"), shown);
        assertTrue(shown.contains("function second"), shown);
        assertTrue(text(MachineStages.VCODE, 1).startsWith("function second\n"));
    }

    @Test
    void places() {
        String shown = text(MachineStages.ALLOCATED, 0);
        assertTrue(shown.contains("v0@rdi, v1@rsi, v2@xmm0 = args") && shown.contains("rbx <- rdi"), shown);
    }

    /** The assembler chooses other encodings of some instructions, of the same length: disassembled they are the same. */
    @Test
    void assemblyAndObjectAgree() throws Exception {
        Path source = Files.write(folder.resolve("a.s"), emit(TEXT, MachineStages.ASM, -1)), object = Files.write(folder.resolve("b.o"), emit(TEXT, MachineStages.OBJ, -1));
        run("as", "-o", "a.o", source.toString());
        String assembled = instructions("a.o"), made = instructions(object.toString());
        assertTrue(assembled.contains("<first>:") && assembled.contains("<second>:") && assembled.contains("R_X86_64_64") && assembled.contains("second"), assembled);
        assertEquals(withoutRelocations(assembled), withoutRelocations(made));
        assertTrue(made.contains("R_X86_64_64\tsecond"), made);
    }

    private String instructions(String file) throws Exception {
        String listing = run("objdump", "-dr", "--no-show-raw-insn", file);
        return listing.substring(listing.indexOf("Disassembly"));
    }

    /** Constants are reached through relocations only where the assembler has made the object. */
    private static String withoutRelocations(String listing) {
        return listing.lines().filter(line -> !line.contains("R_X86_64")).reduce("", (all, line) -> all + line.strip() + '\n');
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void namesByNumber() {
        String numbered = "function u3:14() -> i32 {\nblock0:\n    v0 = iconst.i32 7\n    return v0\n}\n";
        assertTrue(new String(emit(numbered, MachineStages.ASM, -1), StandardCharsets.UTF_8).contains("\nu3_14:\n"));
    }

    @Test
    void badInput() {
        String invalid = "function %f(i32) -> i64 {\nblock0(v0: i32):\n    return v0\n}\n";
        assertTrue(assertThrows(BackendException.class, () -> emit(invalid, MachineStages.VCODE, -1)).getMessage().contains("not valid CLIF"));
        assertTrue(assertThrows(BackendException.class, () -> emit("function %f( {", MachineStages.ASM, -1)).getMessage().startsWith("line 1, column"));
        assertTrue(assertThrows(BackendException.class, () -> emit(TEXT, MachineStages.OBJ, 2)).getMessage().contains("only 0 to 1"));
        String vector = "function %f(i32x4) -> i32x4 {\nblock0(v0: i32x4):\n    v1 = iadd v0, v0\n    return v1\n}\n";
        assertTrue(assertThrows(BackendException.class, () -> emit(vector, MachineStages.ASM, -1)).getMessage().contains("unsupported feature"));
    }
}
