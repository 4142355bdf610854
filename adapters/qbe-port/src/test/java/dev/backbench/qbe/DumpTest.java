package dev.backbench.qbe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.Pipeline.Pass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The IL after each pass, by a golden file for all of them ({@code -Dgolden.update=true} writes it again), and that it is IL. */
class DumpTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/dumps.ssa");
    private static final String TYPES = "type :pair = { l, l }\n";
    /** A slot to promote and one to remove, a load that is known, a loop, a call, a selection, a division, and more values than registers across a call. */
    private static final String IL = TYPES + """
        function w $f(w %n, l %p, :pair %q) {
        @start
        	%s =l alloc4 4
        	%t =l alloc8 16
        	storew 0, %s
        	storel %p, %t
        	%pp =l loadl %t
        	%a =l loadl %q
        	%b1 =w loadw %pp
        	%b2 =w mul %b1, 4
        	%b3 =w udiv %b2, 10
        	%b4 =w add %b3, %b2
        	%v1 =w call $h()
        	%v2 =w call $h()
        	%v3 =w call $h()
        	%i =w copy 0
        @loop
        	%c =w csltw %i, %n
        	jnz %c, @body, @end
        @body
        	%o =l extsw %i
        	%o4 =l mul %o, 4
        	%e =l add %p, %o4
        	%x =w loadw %e
        	%y =w loadw %s
        	%z =w add %x, %y
        	storew %z, %s
        	%k =w csgtw %z, 100
        	jnz %k, @big, @next
        @big
        	%z =w call $g(w %z, l %a, w 0)
        	storew %z, %s
        @next
        	%i =w add %i, 1
        	%m =w csltw %i, %b1
        	jnz %m, @less, @loop
        @less
        	%i =w copy %b1
        	jmp @loop
        @end
        	%r =w loadw %s
        	%r =w add %r, %b2
        	%r =w add %r, %b3
        	%r =w add %r, %b4
        	%r =w xor %r, %v1
        	%r =w xor %r, %v2
        	%r =w xor %r, %v3
        	ret %r
        }
        """;

    private final QbeCompiler compiler = new QbeCompiler();

    private String dump(String il, Pass pass) {
        return compiler.dump("test.ssa", il.getBytes(StandardCharsets.UTF_8), pass);
    }

    @Test
    void eachPassShowsWhatItMade() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Pass pass : Pass.values()) all.append("# after ").append(pass.shown()).append('\n').append(dump(IL, pass));
        if (Boolean.getBoolean("golden.update")) Files.writeString(GOLDEN, all);
        assertEquals(Files.readString(GOLDEN), all.toString(), "to accept what is new: -Dgolden.update=true");
    }

    /** Up to the calling convention a dump can be compiled itself. */
    @Test
    void dumpsAreIl() {
        for (Pass pass : Pass.values()) {
            if (pass == Pass.ABI) break;
            String again = dump(TYPES + dump(IL, pass), Pass.SIMPLJMP);
            assertTrue(again.contains("call $g()") && again.contains("ret"), again);
        }
    }

    @Test
    void namesLeadToPasses() {
        for (Pass pass : Pass.values()) assertEquals(pass, Pass.named(pass.shown()));
        assertEquals(null, Pass.named("nothing"));
    }
}
