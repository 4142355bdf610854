package dev.backbench.cranelift.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.cranelift.regalloc.SplittingAllocator;
import dev.backbench.spi.BackendException;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
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
        return ClifText.emit(text.getBytes(StandardCharsets.UTF_8), stage, only, true, false, name -> new MachineStages(name, new Optimizer(), new SplittingAllocator()));
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

    /** Every stage of a text shows the lines that its instructions come from, and none does unasked. */
    @Test
    void placesInTheInput() {
        byte[] input = TEXT.getBytes(StandardCharsets.UTF_8);
        for (String stage : List.of("clif", "opt", "vcode", "allocated", "asm")) {
            String shown = new String(ClifText.emit(input, stage, 0, true, true, name -> new MachineStages(name, new Optimizer(), new SplittingAllocator())), StandardCharsets.UTF_8);
            assertTrue(Pattern.compile("(?m)^@0010 .*add|add.*# @10$").matcher(shown).find(), "the sum of line 16 in " + shown);
            assertTrue(!text(stage, 0).contains("@0") && !text(stage, 0).contains("# @"), shown);
        }
    }

    @Test
    void offsetsInTheModule() {
        ModuleWriter module = new ModuleWriter();
        module.function(new FuncType(new int[] {ValType.I64}, new int[] {ValType.I64}), new BodyWriter(1).get(0).get(0).op(Opcode.I64_MUL));
        byte[] wasm = module.toBytes();
        int offset = WasmModule.parse(wasm).bodyStart(0) + 1 + 4;
        for (String stage : List.of("clif", "opt", "vcode", "asm")) {
            String shown = new String(ClifText.emit(wasm, stage, 0, true, true, name -> new MachineStages(name, new Optimizer(), new SplittingAllocator())), StandardCharsets.UTF_8);
            assertTrue(shown.lines().anyMatch(line -> line.contains("imul") && line.matches(".*@0*" + Integer.toHexString(offset) + "\\b.*")), offset + " in " + shown);
        }
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
