package dev.backbench.toy;

import static dev.backbench.wasm.Opcode.*;
import static dev.backbench.wasm.build.BodyWriter.EMPTY;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.conformance.ConformanceCommandRunner;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The toy, found by its service file, passes a script of the suite's form through the runner that every back end goes through. */
class ToyBackendTest {
    private static final int I32 = ValType.I32, I64 = ValType.I64;

    @TempDir
    Path folder;

    private final ModuleWriter module = new ModuleWriter();
    private final List<String> commands = new ArrayList<>();

    private void function(String name, int[] parameters, int[] results, BodyWriter body) {
        module.export(name, WasmModule.FUNCTION, module.function(new FuncType(parameters, results), body));
    }

    private static int[] types(int... types) {
        return types;
    }

    private static String values(int type, long... values) {
        StringBuilder text = new StringBuilder();
        for (long value : values) text.append(text.isEmpty() ? "" : ",").append("{\"type\":\"").append(ValType.name(type)).append("\",\"value\":\"").append(value).append("\"}");
        return text.toString();
    }

    private void command(String type, String function, String arguments, String more) {
        commands.add("{\"type\":\"" + type + "\",\"line\":" + (commands.size() + 1) + ",\"action\":{\"type\":\"invoke\",\"field\":\"" + function + "\",\"args\":[" + arguments + "]}," + more + "}");
    }

    private void returns(String function, int type, long result, long... arguments) {
        command("assert_return", function, values(type, arguments), "\"expected\":[" + values(type, result) + "]");
    }

    private void traps(String function, String text, long... arguments) {
        command("assert_trap", function, values(I32, arguments), "\"text\":\"" + text + "\"");
    }

    private String run() throws IOException {
        Files.write(folder.resolve("toy.0.wasm"), module.toBytes());
        commands.addFirst("{\"type\":\"module\",\"line\":0,\"filename\":\"toy.0.wasm\",\"module_type\":\"binary\"}");
        Files.writeString(folder.resolve("toy.json"), "{\"commands\":[" + String.join(",", commands) + "]}");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            ConformanceCommandRunner.run("toy", List.of(folder), ConformanceCommandRunner.Options.USUAL, print, print);
        }
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void passesASmallConformanceSet() throws IOException {
        int host = module.importFunction("spectest", "print_i32", new FuncType(types(I32), types()));
        module.memory(1, 1);
        function("arithmetic", types(I32, I32), types(I32), new BodyWriter(2).get(0).get(1).op(I32_SUB).get(0).op(I32_MUL).get(1).op(I32_XOR));
        function("less", types(I64, I64), types(I64), new BodyWriter(2).get(0).get(1).op(I64_LT_S).op(I64_EXTEND_I32_U).get(0).get(1).op(I64_LT_U).op(I64_EXTEND_I32_U).i64(2).op(I64_MUL).op(I64_OR));
        function("memory", types(I32, I32), types(I32), new BodyWriter(2).get(0).get(1).memory(I32_STORE, 2, 8).get(0).memory(I32_LOAD, 2, 8));
        function("unreachable", types(I32), types(I32), new BodyWriter(1).op(UNREACHABLE));
        int factorial = module.declare(new FuncType(types(I64), types(I64)));
        module.define(factorial, new BodyWriter(1).get(0).op(I64_EQZ).block(IF, I64).i64(1).op(ELSE).get(0).get(0).i64(1).op(I64_SUB).call(factorial).op(I64_MUL).end());
        module.export("factorial", WasmModule.FUNCTION, factorial);
        function("fibonacci", types(I32), types(I32), fibonacci());
        function("endless", types(I32), types(I32), new BodyWriter(1).get(0).call(factorial + 2));
        function("host", types(I32), types(I32), new BodyWriter(1).get(0).call(host).get(0));

        returns("arithmetic", I32, (7 - 9) * 7 ^ 9, 7, 9);
        returns("arithmetic", I32, -2147483647, -2147483648, 1);
        returns("less", I64, 1, -1, 1);
        returns("less", I64, 2, 1, -1);
        returns("less", I64, 3, 1, 2);
        returns("memory", I32, 42, 65524, 42);
        traps("memory", "out of bounds memory access", 65525, 1);
        traps("memory", "out of bounds memory access", -4, 1);
        traps("unreachable", "unreachable", 0);
        returns("factorial", I64, 2432902008176640000L, 20);
        returns("fibonacci", I32, 102334155, 40);
        returns("fibonacci", I32, 0, 0);
        command("assert_exhaustion", "endless", values(I32, 1), "\"text\":\"call stack exhausted\"");
        returns("host", I32, 5, 5);
        String report = run();
        assertTrue(report.endsWith(commands.size() + " passed, 0 failed, 0 skipped"), report);
    }

    /** Two values that change places around a loop: parallel moves along its edge. */
    private static BodyWriter fibonacci() {
        BodyWriter b = new BodyWriter(1);
        int one = b.local(I32), other = b.local(I32);
        b.i32(1).set(other).block(BLOCK, EMPTY).block(LOOP, EMPTY).get(0).op(I32_EQZ).brIf(1).get(other).get(one).get(other).op(I32_ADD).set(other).set(one);
        return b.get(0).i32(1).op(I32_SUB).set(0).br(0).end().end().get(one);
    }

    @Test
    void whatItDoesNotDoFailsByName() throws IOException {
        function("divide", types(I32, I32), types(I32), new BodyWriter(2).get(0).get(1).op(I32_DIV_S));
        String report = run();
        assertTrue(report.contains("binary operation 0x6d"), report);
        assertTrue(report.endsWith("0 passed, 1 failed, 0 skipped"), report);
    }

    @Test
    void isUnderAHundredAndFiftyLines() throws IOException {
        assertTrue(Files.readAllLines(Path.of("src/test/java/dev/backbench/toy/ToyBackend.java")).size() < 150);
    }
}
