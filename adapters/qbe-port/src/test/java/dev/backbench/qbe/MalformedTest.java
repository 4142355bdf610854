package dev.backbench.qbe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.il.IlException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever stands in a file, it is compiled or refused with file, line and column; nothing else comes out. */
class MalformedTest {
    private static final String IL = """
            type :pair = { l, s 2 }
            type :any = { { w } { d } }
            type :dark = align 16 { 32 }
            export section ".d" "aw" data $a = align 8 { b "text\\n" 0, w 1 -2, l $f+8, d d_1.5, s s_-2, z 16 }
            thread data $t = { w 0 }
            dbgfile "a.c"
            export function :pair $f(env %e, :any %u, :dark %k, sb %b, w %x, l %p, s %s, d %d, ...) {
            @start
            	%v =l alloc8 24
            	%c =l alloc4 4
            	vastart %v
            	%n =l vaarg %v
            	storew %x, %c
            	storeh %b, %c
            	dbgloc 3, 4
            	jnz %x, @loop, @end
            @loop
            	%i =w phi @start 0, @loop %j, @back %y
            	%j =w add %i, 1
            	%y =w loadsh %c
            	%z =d mul %d, d_0.5
            	%q =l extsw %j
            	%o =w csltl %q, %n
            	%f =w cltd %z, %d
            	%h =l div %q, 7
            	%g =w dtosi %z
            	%m =:pair call $f(env %h, :any %u, :dark %k, ub %o, w %f, l thread $t, s %s, d %z, ..., l %q, w %g)
            	blit %m, %p, 16
            	jnz %o, @loop, @back
            @back
            	jnz %f, @loop, @end
            @end
            	%r =w phi @start 0, @back %i
            	storew %r, %p
            	ret %p
            }
            function $g() {
            @start
            	hlt
            }
            """;
    private static final String[] WORDS = {"9223372036854775807", "-9223372036854775808", "2147483648", "0", "-1", "d_nan", "s_inf", "d_", "d_1e999", "thread $a", "env", "...", "sb", "uh", ":pair", ":none", "phi", "call", "blit",
        "alloc16", "vaarg", "storeb", "loadw", "hlt", "ret", "jmp", "jnz", "{", "}", "(", ")", ",", "=", "align", "\"", "#", "\n", "@start", "@none", "%x", "%none", "$f", "$\"q\"", "%", "\0", "\u00ff", "rotl", "sel0", "nop", "cnes", "w", "l", "s", "d", "b", "h", "z"};

    private final QbeCompiler compiler = new QbeCompiler();
    private int compiled, refused;

    @Test
    void filesThatEndAnywhere() {
        for (int end = 0; end < IL.length(); end++) compile(IL.substring(0, end));
        assertTrue(refused > 800, refused + " refused");
    }

    /** Numbers that would take more memory than there is. */
    @Test
    void sizesThatNothingHolds() {
        compile("data $a = { z 1000000000000 }\n");
        assertEquals(1, compiled, "a reservation");
        for (String il : new String[] {
            "data $a = { b 1, z 9223372036854775807 }", "data $a = { z 300000000, b 1 }", "section \".d\" data $a = { z 300000000 }", "data $a = { z 9223372036854775807, z 9223372036854775807 }",
            "type :t = { w 1048576, w 9999999 }", "type :t = align 1 { 9223372036854775807 }", "type :t = { l 1048576 }\ntype :u = { :t 1048576 }", "type :t = align 4294967296 { 4 }",
            "function $f(l %p) {\n@s\n\tblit %p, %p, 4294967296\n\tret\n}", "function $f() {\n@s\n\tdbgloc 4294967296\n\tret\n}"}) compile(il + "\n");
        assertEquals(10, refused);
    }

    /** Frames and copies that are large but can be compiled are: in code that does not grow with them. */
    @Test
    void largeFramesAndCopies() {
        compile("function w $f(l %p) {\n@s\n\t%a =l alloc16 2000000000\n\t%b =l alloc16 9000000000\n\tblit %p, %a, 100000000\n\tstorew 1, %b\n\t%v =w call $g(l %a, l %b)\n\tret %v\n}\n");
        compile("type :t = { l 1048576, l 1048576 }\nfunction w $f(l %p) {\n@s\n\t%v =w call $g(:t %p, :t %p)\n\tret %v\n}\n");
        assertEquals(2, compiled + refused);
    }

    /** This file and, where there is a corpus, QBE's. {@code -Dqbe.mutations=N} for as many. */
    @Test
    void filesWithChangedWords() throws IOException {
        List<String> texts = new ArrayList<>(List.of(IL));
        Path corpus = Path.of(System.getProperty("corpus", System.getenv().getOrDefault("BENCH_CORPUS", "../../../shared/corpus"))).resolve("ssa");
        if (Files.isDirectory(corpus)) {
            try (Stream<Path> files = Files.list(corpus)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".ssa")).sorted().toList()) texts.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        for (String text : texts) compile(text);
        assertEquals(texts.size(), compiled, "the texts themselves");
        int mutations = Integer.getInteger("qbe.mutations", 5_000);
        SplittableRandom random = new SplittableRandom(20_29);
        for (int round = 0; round < mutations; round++) {
            String text = texts.get(random.nextBoolean() ? 0 : random.nextInt(texts.size()));
            for (int n = random.nextInt(2); n >= 0; n--) text = change(text, random);
            compile(text);
        }
        assertEquals(mutations + texts.size(), compiled + refused);
        assertTrue(refused > mutations / 2 && compiled > mutations / 50, refused + " refused, " + compiled + " compiled");
    }

    private static String change(String text, SplittableRandom random) {
        int from = random.nextInt(text.length() - 1), to = from;
        while (from > 0 && !Character.isWhitespace(text.charAt(from - 1))) from--;
        while (to < text.length() && !Character.isWhitespace(text.charAt(to))) to++;
        return switch (random.nextInt(5)) {
            case 0 -> text.substring(0, from) + text.substring(to);
            case 1 -> text.substring(0, to) + " " + text.substring(from);
            default -> text.substring(0, from) + WORDS[random.nextInt(WORDS.length)] + (random.nextBoolean() ? "," : "") + text.substring(to);
        };
    }

    private void compile(String text) {
        try {
            compiler.compile("F.ssa", text.getBytes(StandardCharsets.ISO_8859_1), OutputStream.nullOutputStream());
            compiled++;
        } catch (IlException wrong) {
            assertTrue(wrong.getMessage().matches("(?s)F\\.ssa:[0-9]+:[0-9]+: .+") && wrong.line() <= text.lines().count() + 1, wrong.getMessage());
            refused++;
        } catch (RuntimeException | AssertionError | IOException inside) {
            throw new AssertionError(inside + "\n" + text, inside);
        }
    }
}
