package dev.backbench.qbe.il;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParserTest {
    /** Prints functions and notes data, so that a file can be compared with itself. */
    private static final class Text implements IlSink {
        final Symbols symbols = new Symbols();
        final Types types = new Types();
        final Parser parser = new Parser("test.ssa", symbols, types);
        final StringBuilder out = new StringBuilder();
        final List<byte[]> strings = new ArrayList<>();
        private final Printer printer = new Printer(symbols, types, parser::name);
        int functions;

        Text parse(String il) {
            out.setLength(0);
            parser.parse(il.getBytes(StandardCharsets.UTF_8), this);
            return this;
        }

        @Override
        public void function(Fn fn) {
            functions++;
            out.append(printer.print(fn));
        }

        @Override
        public void beginData(int symbol, Linkage linkage) {
            out.append("data $").append(symbols.name(symbol)).append(" align ").append(linkage.align()).append(" =");
        }

        @Override
        public void dataNumber(int width, long bits) {
            out.append(' ').append(width).append(':').append(Long.toHexString(bits));
        }

        @Override
        public void dataAddress(int symbol, long offset) {
            out.append(" $").append(symbols.name(symbol)).append('+').append(offset);
        }

        @Override
        public void dataString(byte[] bytes) {
            strings.add(bytes);
        }

        @Override
        public void dataZeros(long count) {
            out.append(" z").append(count);
        }

        @Override
        public void endData() {
            out.append('\n');
        }

        @Override
        public void debugFile(String name) {
            out.append("file ").append(name).append('\n');
        }
    }

    private static final String EVERYTHING = """
            export
            section ".text.f" "ax"
            function w $f(env %e, w %a, sb %n, :pair %p, d %x, ...) {
            @start
            	%s =l alloc8 16
            	blit %p, %s, 16
            	%y =d add %x, s_1.5
            	%c =w cltd %y, d_-2
            	dbgloc 12, 3
            	jnz %c, @loop, @end
            @loop
            	%i =w phi @start 0, @loop %j
            	%j =w add %i, 1
            	storew %j, %s
            	%r =:pair call $g(env %e, w %j, ub 7, :pair %s, ..., l $g)
            	%t =l load thread $tls
            	%u =l loadl $"quoted name"+-8
            	%k =w csltw %j, 10
            	jnz %k, @loop, @end
            @end
            	ret 0
            }
            """;

    @Test
    void readsAndPrintsEveryKindOfLine() {
        String printed = new Text().parse("type :pair = { l, w 2 }\n" + EVERYTHING).out.toString();
        String again = new Text().parse("type :pair = { l, w 2 }\n" + printed).out.toString();
        assertEquals(printed, again);
        for (String line : List.of("blit %p, %s, 16", "%r =:pair call $g(env %e, w %j, ub 7, :pair %s, ..., l $g)", "%t =l loadl thread $tls", "%u =l loadl $\"quoted name\"+-8", "section \".text.f\" \"ax\"", "dbgloc 12, 3", "%i =w phi @start 0, @loop %j")) {
            assertTrue(printed.contains(line), () -> "'" + line + "' is not in\n" + printed);
        }
        assertTrue(printed.contains("%c =w cltd %y, " + Double.doubleToRawLongBits(-2)), printed);
    }

    @Test
    void readsDataOfEveryKind() {
        Text text = new Text().parse("""
                dbgfile "a.c"
                export data $a = align 16 { b 1 255, h 2, w 3, l $a+4 -1 $b, s s_1, d d_2 1, z 5, b "x\\n\\0\\x41\\101\\"" }
                """);
        assertEquals("file a.c\ndata $a align 16 = 1:1 1:ff 2:2 4:3 $a+4 8:ffffffffffffffff $b+0 4:3f800000 8:4000000000000000 8:1 z5\n", text.out.toString());
        assertArrayEquals(new byte[] {'x', '\n', 0, 'A', 'A', '"'}, text.strings.getFirst());
    }

    @Test
    void laysOutAggregatesAsC() {
        Text text = new Text().parse("""
                type :in = { b, w }
                type :s = { b, :in 2, h }
                type :u = { { b 3 } { l } }
                type :o = align 8 { 24 }
                type :a = align 16 { w }
                """);
        Types types = text.types;
        assertEquals(8, types.get(0).size());
        assertEquals(24, types.get(1).size());
        assertEquals(List.of(0, 4, 12, 20), types.get(1).variants().getFirst().stream().map(Types.Field::offset).toList());
        assertTrue(types.get(2).union() && types.get(2).size() == 8 && types.get(2).align() == 8);
        assertTrue(types.get(3).opaque() && types.get(3).size() == 24);
        assertEquals(16, types.get(4).size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            function w $f() {;@s;%a =w ad 1, 2;ret %a;} | 3 | 7 | unknown word 'ad'
            function w $f() {;@s;%a =w add 1;ret %a;} | 3 | 12 | expected ',', not the end of the line
            function w $f() {;@s;ret %b;} | 3 | 5 | %b is never defined
            function w $f() {;@s;jmp @t;} | 3 | 5 | block @t is never defined
            function w $f() {;@s;%a =s copy s_1;%b =w add %a, 1;ret %b;} | 4 | 1 | add wants w but %a is s
            function $f() {;@s;%a =w copy 1;%a =l copy 1;ret;} | 4 | 1 | two classes
            function $f() {;@s;jmp @s;} | 3 | 1 | the first block is no target
            function $f() {;@s;jmp @t;@t;%a =w phi @s 1, @t 2;ret;} | 5 | 1 | does not name each predecessor of @t once
            function $f() {;@s;%a =w storew 1, 2;ret;} | 3 | 7 | storew has no result
            function $f() {;@s;%a =d loadw 8;ret;} | 3 | 7 | does not fit
            function $f() {;@s;ret 1;} | 3 | 5 | the function returns nothing
            function $f() {;@s;%a =w copy 1 | 3 | 13 | not the end of the file
            type :t = { :u } | 1 | 13 | type :u is not defined before
            data $d = { h $x } | 1 | 15 | an address is data of kind l
            data $d = { w $x } | 1 | 15 | an address is data of kind l
            data $d = { l s_1 } | 1 | 15 | a single is data of kind s
            data $d = { b d_1 } | 1 | 15 | a double is data of kind d
            data $d = { l 1 18446744073709551616 } | 1 | 17 | more than 64 bits
            data $d = { l -9223372036854775809 } | 1 | 15 | more than 64 bits
            function $f() {;@s;%a =l copy 123456789012345678901234567890;ret;} | 3 | 12 | from -2^63 to 2^64 - 1
            data $d = { d d_0x1p3 } | 1 | 15 | '0x1p3' is not a floating-point number
            data $d = { d d_1.5d } | 1 | 15 | '1.5d' is not a floating-point number
            data $d = { s s_1f } | 1 | 15 | '1f' is not a floating-point number
            data $d = { s s_-.e1 } | 1 | 15 | '-.e1' is not a floating-point number
            data $d = { s s_1e+ } | 1 | 15 | '1e+' is not a floating-point number
            function $f(env %e, w %a, env %b) {;@s;ret;} | 1 | 27 | env stands twice
            function $f() {;@s;call $f(env 1, w 1);call $f(env 1, env 2);ret;} | 4 | 16 | env stands twice
            function $f() {;@s;%x =l copy $x+4294967296;ret;} | 3 | 15 | 2^31 bytes
            type :t = align 8 { 268435456 };function $f(l %p) {;@s;call $g(:t %p);ret;} | 4 | 9 | 256 MiB
            function $f(l %p) {;@s;vastart %p;ret;} | 3 | 1 | without ...
            thread function $f() {;@s;ret;} | 1 | 8 | only data is thread
            common function $f() {;@s;ret;} | 1 | 8 | only data is common
            data $d = { z 1 };data $d = { z 1 } | 2 | 6 | $d is defined twice
            data $d = { z 1 };function $d() {;@s;ret;} | 2 | 10 | $d is defined twice
            section ".bss";data $d = { z 8, w 0 1 } | 2 | 22 | all zeros
            data $d = align 3 { z 1 } | 1 | 17 | power of two
            function $f() {;@s;%a =w copy ?;ret;} | 3 | 12 | begins nothing
            """)
    void anErrorHasItsPlace(String lines, int line, int column, String what) {
        IlException error = assertThrows(IlException.class, () -> new Text().parse(lines.strip().replace(';', '\n')));
        assertTrue(error.getMessage().contains(what.strip()), error.getMessage());
        assertEquals(line + ":" + column, error.line() + ":" + error.column(), error.getMessage());
    }

    @Test
    void cutAnywhereItIsAnIlErrorOrAWholeFile() {
        String il = "type :pair = { l, w 2 }\n" + EVERYTHING + "data $d = { b \"text\", w 1 }\n";
        Text text = new Text();
        for (int end = 0; end < il.length(); end++) {
            String cut = il.substring(0, end);
            text.types.reset();
            try {
                text.parse(cut);
            } catch (IlException expected) {
                assertTrue(expected.line() > 0 && expected.column() > 0);
            }
        }
    }

    /** Growth is measured in allocation and in work done, not in time: a function twice as long after warm-up allocates nothing more. */
    @Test
    void nothingIsAllocatedForAnInstruction() {
        Text text = new Text();
        IlSink counting = fn -> {};
        byte[] small = chain(2_000), large = chain(20_000);
        for (int i = 0; i < 3; i++) text.parser.parse(large, counting);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        text.parser.parse(small, counting);
        long between = threads.getCurrentThreadAllocatedBytes();
        text.parser.parse(large, counting);
        long after = threads.getCurrentThreadAllocatedBytes();
        assertTrue(after - between < between - before + 2_000, (between - before) + " bytes for the small, " + (after - between) + " for the large");
    }

    private static byte[] chain(int length) {
        StringBuilder il = new StringBuilder("function w $f(w %t0) {\n@start\n");
        for (int i = 1; i < length; i++) il.append("\t%t").append(i).append(" =w add %t").append(i - 1).append(", ").append(i % 50).append('\n');
        return il.append("\tret %t").append(length - 1).append("\n}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void upstreamsFilesSurviveARoundTrip() throws IOException {
        Path corpus = Path.of(System.getProperty("corpus", System.getenv().getOrDefault("BENCH_CORPUS", "../../../shared/corpus"))).resolve("ssa");
        assumeTrue(Files.isDirectory(corpus), () -> "skipped: no corpus at " + corpus.toAbsolutePath().normalize());
        int functions = 0;
        try (Stream<Path> files = Files.list(corpus)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".ssa")).toList()) {
                String il = Files.readString(file);
                Text first = new Text().parse(il);
                functions += first.functions;
                if (il.contains("type :") || il.contains("data ")) continue; // the printer is one of functions
                assertEquals(first.out.toString(), new Text().parse(first.out.toString()).out.toString(), file.toString());
            }
        }
        assertTrue(functions > 90, functions + " functions");
    }

    @Test
    void numbersOfAllBitsAndFloatsWithoutDigits() {
        Text text = new Text().parse("data $a = { l 18446744073709551615 -9223372036854775808 0000000000000000000000001, d d_INF d_-inf d_nan d_-nan d_+1.5E-3, s s_-infinity s_1e+2 s_.5e1 }\n");
        assertEquals("data $a align 0 = 8:ffffffffffffffff 8:8000000000000000 8:1 8:7ff0000000000000 8:fff0000000000000 8:7ff8000000000000 8:fff8000000000000 8:"
                + Long.toHexString(Double.doubleToRawLongBits(1.5e-3)) + " 4:ff800000 4:42c80000 4:40a00000\n", text.out.toString());
    }

    /** The short way of plain decimals and the library's agree to the bit. */
    @Test
    void floatsAreTheNearest() {
        SplittableRandom random = new SplittableRandom(20_28);
        for (int i = 0; i < 20_000; i++) {
            String exponent = random.nextInt(4) == 0 ? "e" + random.nextInt(-340, 310) : "";
            String digits = String.valueOf(random.nextLong(1L << random.nextInt(1, 60)));
            int point = random.nextInt(digits.length() + 1);
            String number = (random.nextBoolean() ? "-" : "") + (random.nextInt(4) > 0 ? digits.substring(0, point) + "." + digits.substring(point) : digits) + exponent;
            if (number.startsWith("-.") || number.startsWith(".")) continue;
            String expected = " 4:" + Integer.toHexString(Float.floatToRawIntBits(Float.parseFloat(number))) + " 8:" + Long.toHexString(Double.doubleToRawLongBits(Double.parseDouble(number)));
            String text = new Text().parse("data $a = { s s_" + number + ", d d_" + number + " }\n").out.toString();
            assertTrue(text.contains(expected), () -> number + ": " + text + ", not " + expected);
        }
    }
}
