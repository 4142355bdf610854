package dev.backbench.conformance.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.conformance.reduce.ReduceRun;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import dev.backbench.wasm.parts.WasmParts;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Modules on which a back end fails become small ones on which it fails in the same way, whatever that way does to the process. */
class ReduceTest {
    private static final FuncType TYPE = new FuncType(new int[] {ValType.I64, ValType.I64}, new int[] {ValType.I64});

    @TempDir
    Path folder;

    @Test
    void aWrongResultOfAGeneratedModuleIsLeftInAFewInstructions() throws Exception {
        FuzzCase test = null;
        try (Compiler right = BackendSpec.parse("interp").newCompiler(); Compiler wrong = BackendSpec.parse("flawed:wrong").newCompiler()) {
            for (long seed = 1; test == null; seed++) {
                FuzzCase random = ModuleGenerator.generate(seed, true);
                if (random.written()[Opcode.I64_ROTR] > 0 && !Differential.observe(random, right).equals(Differential.observe(random, wrong))) test = random;
            }
        }
        byte[] small = reduce("wrong", FuzzCalls.with(test));
        int instructions = new WasmParts(small).bodies.stream().mapToInt(body -> body.code().size()).sum(), bodies = new WasmParts(small).bodies.size();
        assertTrue(instructions < 12 + 3 * bodies, instructions + " instructions in " + bodies + " bodies");
    }

    @Test
    void anExceptionFromInsideIsKept() throws Exception {
        oneIsLeft(reduce("throws", module()));
    }

    @Test
    void whatKillsTheProcessIsKept() throws Exception {
        ModuleWriter module = new ModuleWriter();
        module.export("one", WasmModule.FUNCTION, module.function(TYPE, new BodyWriter(2).get(0).get(1).op(Opcode.I64_ROTR).get(1).op(Opcode.I64_XOR)));
        oneIsLeft(reduce("dies", module.toBytes()));
    }

    @Test
    void whatDoesNotFailIsSaid() throws Exception {
        Path file = Files.write(folder.resolve("right.wasm"), new ModuleWriter().toBytes());
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ReduceRun.Options options = new ReduceRun.Options(file, "flawed:wrong", "interp", Duration.ofSeconds(20), Duration.ofMinutes(2), null);
        assertEquals(1, ReduceRun.run(options, new PrintStream(said), new PrintStream(OutputStream.nullOutputStream())));
        assertTrue(said.toString().contains("does not fail"), said.toString());
    }

    private static void oneIsLeft(byte[] small) {
        WasmParts parts = new WasmParts(small);
        assertEquals(1, parts.bodies.stream().flatMap(body -> body.code().stream()).filter(i -> (i[0] & 0xFF) == Opcode.I64_ROTR).count());
        assertTrue(parts.bodies.stream().mapToInt(body -> body.code().size()).sum() <= 8, "instructions left: " + parts.bodies.stream().mapToInt(body -> body.code().size()).sum());
    }

    /** Two functions of which one has the operation, in a loop. */
    private static byte[] module() {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 2);
        module.data(8, new byte[100]);
        BodyWriter one = new BodyWriter(2).op(Opcode.BLOCK, BodyWriter.EMPTY).op(Opcode.LOOP, BodyWriter.EMPTY).get(0).op(Opcode.I64_EQZ).op(Opcode.BR_IF, 1)
            .get(1).get(0).op(Opcode.I64_ROTR).op(Opcode.LOCAL_SET, 1).get(0).get(0).op(Opcode.I64_POPCNT).op(Opcode.I64_SUB).op(Opcode.LOCAL_SET, 0)
            .op(Opcode.END).op(Opcode.END).get(1);
        module.export("one", WasmModule.FUNCTION, module.function(TYPE, one));
        module.export("other", WasmModule.FUNCTION, module.function(TYPE, new BodyWriter(2).get(0).get(1).op(Opcode.I64_XOR)));
        return module.toBytes();
    }

    private byte[] reduce(String flaw, byte[] module) throws Exception {
        Path file = Files.write(folder.resolve("failing.wasm"), module);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ReduceRun.Options options = new ReduceRun.Options(file, "flawed:" + flaw, "interp", Duration.ofSeconds(20), Duration.ofMinutes(2), null);
        assertEquals(0, ReduceRun.run(options, new PrintStream(said), new PrintStream(said)), said::toString);
        System.out.println("reduce: " + said.toString().strip().lines().reduce((a, b) -> b).orElse(""));
        return Files.readAllBytes(folder.resolve("failing.reduced.wasm"));
    }
}
