package dev.backbench.cranelift.wasm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.cranelift.interp.Interpreter;
import dev.backbench.cranelift.interp.Trap;
import dev.backbench.cranelift.interp.Unsupported;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.opt.Optimizer;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the translation makes means what Wasm says: assertions of the specification's suite that need no memory, in the interpreter of CLIF, without a compiler. */
class TranslationMeaningTest {
    private static final Pattern COMMAND = Pattern.compile("\\{\"type\":\"(module|assert_return|assert_trap)\",\"line\":(\\d+),(.*?)(?=\\{\"type\":\"(?:module|assert|action|register)|$)", Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("\"filename\":\"([^\"]+)\""), FIELD = Pattern.compile("\"field\":\"([^\"]+)\",\"args\":\\[(.*?)\\]\\}"),
        EXPECTED = Pattern.compile("\"expected\":\\[(.*?)\\]"), VALUE = Pattern.compile("\"type\":\"(\\w+)\",\"value\":\"([^\"]+)\""), TEXT = Pattern.compile("\"text\":\"([^\"]+)\"");

    private final Optimizer optimizer = new Optimizer();
    private WasmModule module;
    private Interpreter interpreter, optimized;
    private int checked;

    @ParameterizedTest
    @ValueSource(strings = {"i32:374", "i64:384", "f64:2500", "f32_cmp:2400", "float_exprs:789", "float_misc:470", "int_exprs:89", "br_if:81", "if:95", "func:72", "nop:65", "br:74", "return:63",
        "labels:25", "switch:26", "fac:6", "unreachable:63"})
    void assertions(String fileAndCount) throws Exception {
        String name = fileAndCount.substring(0, fileAndCount.indexOf(':'));
        int least = Integer.parseInt(fileAndCount.substring(name.length() + 1));
        String set = System.getProperty("corpus", System.getenv("BENCH_CORPUS"));
        Path folder = (set != null ? Path.of(set) : Path.of("..", "..", "..", "shared", "corpus")).resolve("wasm-spec").resolve(name);
        assumeTrue(Files.isDirectory(folder), "no corpus; name one with -Dcorpus=DIR or BENCH_CORPUS");
        for (Matcher m = COMMAND.matcher(Files.readString(folder.resolve(name + ".json"))); m.find(); ) {
            String rest = m.group(3);
            if (m.group(1).equals("module")) load(folder.resolve(first(FILE, rest)));
            else if (check(interpreter, name + " line " + m.group(2), rest, m.group(1).equals("assert_trap"))) {
                assertTrue(check(optimized, name + " line " + m.group(2) + ", optimized", rest, m.group(1).equals("assert_trap")));
                checked++;
            }
        }
        assertTrue(checked >= least, checked + " checked");
    }

    private static String first(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        assertTrue(m.find(), () -> pattern + " in " + text);
        return m.group(1);
    }

    private void load(Path file) throws IOException {
        module = WasmModule.parse(Files.readAllBytes(file));
        interpreter = new Interpreter(functions(false));
        optimized = new Interpreter(functions(true));
    }

    private List<Function> functions(boolean optimize) {
        FunctionTranslator translator = new FunctionTranslator(module);
        List<Function> functions = new ArrayList<>();
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            Function fn = new Function();
            translator.translate(f, new WasmToClif(fn, module, true));
            if (optimize) optimizer.run(fn);
            functions.add(fn);
        }
        return functions;
    }

    /** @return whether it could be told */
    private boolean check(Interpreter interpreter, String where, String command, boolean traps) {
        Matcher invoke = FIELD.matcher(command);
        assertTrue(invoke.find(), where);
        int function = exported(invoke.group(1));
        List<Long> arguments = new ArrayList<>(List.of(0L, 0L));
        for (Matcher m = VALUE.matcher(invoke.group(2)); m.find(); ) arguments.addAll(List.of(bits(m.group(1), m.group(2)), 0L));
        if (module.functionType(function).results().length > 1) return false; // through memory
        try {
            long[] results = interpreter.run(function - module.importedFunctionCount(), arguments.stream().mapToLong(Long::longValue).toArray());
            assertTrue(!traps, where + " does not trap");
            Matcher m = VALUE.matcher(first(EXPECTED, command));
            if (m.find()) assertTrue(same(m.group(1), m.group(2), results[0]), where + ": expected " + m.group(1) + " " + m.group(2) + ", got " + Long.toHexString(results[0]));
        } catch (Trap trap) {
            TrapReason reason = TrapReason.values()[TrapReasons.ordinal(trap.code)];
            if (reason == TrapReason.MEMORY_OUT_OF_BOUNDS) return false; // there is no instance to look into
            assertTrue(traps, () -> where + " traps: " + reason);
            assertEquals(TrapReason.ofMessage(first(TEXT, command)), reason, where);
        } catch (Unsupported needsMore) {
            return false;
        }
        return true;
    }

    private int exported(String field) {
        return module.exports().stream().filter(e -> e.kind() == WasmModule.FUNCTION && e.name().equals(field)).findFirst().orElseThrow().index();
    }

    private static long bits(String type, String value) {
        return type.endsWith("32") ? Long.parseLong(value) & 0xFFFFFFFFL : value.startsWith("-") ? Long.parseLong(value) : Long.parseUnsignedLong(value);
    }

    /** NaNs are canonical with either sign, or arithmetic: anything with the canonical one's bits set. */
    private static boolean same(String type, String expected, long got) {
        boolean narrow = type.endsWith("32");
        long value = narrow ? got & 0xFFFFFFFFL : got, canonical = narrow ? 0x7fc00000L : 0x7ff8L << 48, sign = narrow ? 1L << 31 : 1L << 63;
        if (expected.equals("nan:canonical")) return (value & ~sign) == canonical;
        if (expected.equals("nan:arithmetic")) return (value & canonical) == canonical;
        return value == bits(type, expected);
    }
}
