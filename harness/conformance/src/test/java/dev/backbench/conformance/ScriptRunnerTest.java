package dev.backbench.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One outcome per command, by the rules of the class, over a back end that does what its modules' words say. */
class ScriptRunnerTest {
    @TempDir
    Path folder;

    /** A letter per command: p, f or s. */
    private static String letters(Scripts.Builder script) throws Exception {
        StringBuilder letters = new StringBuilder();
        for (Outcome o : run(script)) letters.append(Character.toLowerCase(o.status().name().charAt(0)));
        return letters.toString();
    }

    private static List<Outcome> run(Scripts.Builder script) throws Exception {
        try (Compiler compiler = BackendSpec.parse("fake").newCompiler()) {
            return WasmSuite.runHere(List.of(script.write()), compiler).getFirst().outcomes();
        }
    }

    private Scripts.Builder script() {
        return new Scripts.Builder(folder, "script");
    }

    @Test
    void resultsAreComparedBitByBit() throws Exception {
        String one = "{\"type\":\"i32\",\"value\":\"1\"}", minus = "{\"type\":\"i32\",\"value\":\"-1\"}", big = "{\"type\":\"i64\",\"value\":\"18446744073709551615\"}";
        assertEquals("pppppffff", letters(script().module("m").returns("i32:1", one).returns("i32:ffffffff", minus).returns("i64:ffffffffffffffff", big).returns("i32:1,i32:ffffffff", one + "," + minus)
                .returns("i32:2", one) // value
                .returns("i64:1", one) // type
                .returns("i32:1", one + "," + one) // count
                .returns("i32:ffffffffffffffff", minus))); // upper half of an i32 must be zero
    }

    @Test
    void nanPatterns() throws Exception {
        String canonical = "{\"type\":\"f32\",\"value\":\"nan:canonical\"}", arithmetic = "{\"type\":\"f32\",\"value\":\"nan:arithmetic\"}";
        String canonical64 = "{\"type\":\"f64\",\"value\":\"nan:canonical\"}", arithmetic64 = "{\"type\":\"f64\",\"value\":\"nan:arithmetic\"}";
        assertEquals("pppppffppppffff", letters(script().module("m").returns("f32:7fc00000", canonical).returns("f32:ffc00000", canonical).returns("f32:7fc00001", arithmetic).returns("f32:ffe00000", arithmetic)
                .returns("f32:7fc00001", canonical).returns("f32:7f800001", arithmetic)
                .returns("f64:7ff8000000000000", canonical64).returns("f64:fff8000000000000", canonical64).returns("f64:7ff8000000000001", arithmetic64).returns("f64:fff8000000000000", arithmetic64)
                .returns("f64:7ff8000000000001", canonical64).returns("f64:7ff0000000000001", arithmetic64)
                .returns("f64:7ff0000000000000", arithmetic64).returns("f32:3f800000", canonical)));
    }

    @Test
    void referencesAndAlternatives() throws Exception {
        String null1 = "{\"type\":\"refnull\"}", any = "{\"type\":\"funcref\"}", host = "{\"type\":\"externref\",\"value\":\"6\"}", nullHost = "{\"type\":\"externref\",\"value\":\"null\"}";
        String either = "{\"type\":\"either\",\"values\":[{\"type\":\"i32\",\"value\":\"1\"},{\"type\":\"i32\",\"value\":\"2\"}]}";
        assertEquals("pppppppffff", letters(script().module("m").returns("funcref:0", null1).returns("funcref:5", any).returns("externref:7", host).returns("externref:0", nullHost).returns("i32:1", either)
                .returns("i32:2", either).returns("i32:3", either).returns("funcref:0", any).returns("externref:6", host).returns("externref:1", nullHost)));
    }

    @Test
    void trapsByReason() throws Exception {
        assertEquals("pppffff", letters(script().module("m").traps("trap:UNREACHABLE", "unreachable").traps("trap:UNINITIALIZED_ELEMENT", "uninitialized element 2")
                .traps("trap:UNREACHABLE", "out of bounds memory access").traps("i32:1", "unreachable").returns("trap:UNREACHABLE", "").traps("missing", "unreachable")));
    }

    @Test
    void refusals() throws Exception {
        assertEquals("ppppsff", letters(script().module("assert_malformed", "malformed", "").module("assert_malformed", "invalid", "").module("assert_invalid", "invalid", "").module("assert_invalid", "malformed", "")
                .module("assert_invalid", "unsupported:x", "").module("assert_invalid", "fine", "").module("assert_invalid", "error", "")));
    }

    @Test
    void linkingAndInstantiation() throws Exception {
        String oob = ",\"text\":\"out of bounds memory access\"";
        assertEquals("pffspffs", letters(script().module("assert_unlinkable", "unlinkable", "").module("assert_unlinkable", "fine", "").module("assert_unlinkable", "trap:UNREACHABLE", "")
                .module("assert_unlinkable", "unsupported:x", "").module("assert_uninstantiable", "trap:MEMORY_OUT_OF_BOUNDS", oob).module("assert_uninstantiable", "trap:UNREACHABLE", oob)
                .module("assert_uninstantiable", "fine", oob).module("assert_uninstantiable", "unsupported:x", oob)));
    }

    @Test
    void whatActsOnASkippedOrFailedModuleSharesItsFate() throws Exception {
        Scripts.Builder s = script().module("module", "unsupported:threads", ",\"name\":\"A\"").returns("i32:1", "").add("\"type\":\"register\",\"as\":\"A\",\"name\":\"A\"").module("module", "error", ",\"name\":\"B\"")
                .returns("i32:1", "").module("good").returns("i32:1", "{\"type\":\"i32\",\"value\":\"1\"}").add("\"type\":\"action\",\"action\":{\"type\":\"invoke\",\"module\":\"A\",\"field\":\"x\",\"args\":[]}")
                .add("\"type\":\"action\",\"action\":{\"type\":\"invoke\",\"module\":\"nobody\",\"field\":\"x\",\"args\":[]}");
        assertEquals("sssffppsf", letters(s));
        assertEquals("threads", run(s).get(1).feature());
    }

    @Test
    void textModulesAndDefinitions() throws Exception {
        Scripts.Builder s = script().add("\"type\":\"module\",\"filename\":\"x.wat\",\"module_type\":\"text\"").returns("i32:1", "").module("module_definition", "good", ",\"name\":\"D\"")
                .add("\"type\":\"module_instance\",\"instance\":\"I\",\"module\":\"D\"").returns("i32:1", "{\"type\":\"i32\",\"value\":\"1\"}").add("\"type\":\"nonsense\"");
        assertEquals("sspppf", letters(s));
        assertEquals("text", run(s).get(1).feature());
    }
}
