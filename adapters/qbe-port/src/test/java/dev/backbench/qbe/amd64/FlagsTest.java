package dev.backbench.qbe.amd64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.qbe.QbeCompiler;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A word is tested where no instruction before has left the flags of it; what else leaves flags, or leaves those of 64 bits, does not count. */
class FlagsTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "%z =w sub %x, %y", "%z =w xor %x, %y", "%z =w or %x, 5", // the flags of the result
        "test: %z =w mul %x, %y", "test: %z =w shl %x, %y", "test: %z =w udiv %x, %y", // no flags, or other ones
        "test: %z =w copy %l", "test: %z =w sub %x, 1", // of 64 bits; an address computation
    })
    void wordsAreTestedWhereFlagsAreNotKnown(String text) {
        boolean tested = text.startsWith("test: ");
        String il = "function w $f(w %x, w %y, l %l) {\n@start\n\tstorew %x, $g\n\t%l =l sub %l, 9\n\tstorel %l, $g\n\t" + text.replace("test: ", "") + "\n\tjnz %z, @a, @b\n@a\n\tret %z\n@b\n\tret %x\n}\n";
        String assembly = new QbeCompiler().assembly("f.ssa", il.getBytes(StandardCharsets.UTF_8));
        assertEquals(tested, assembly.contains("testl"), assembly);
    }
}
