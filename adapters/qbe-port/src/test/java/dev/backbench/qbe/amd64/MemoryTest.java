package dev.backbench.qbe.amd64;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.qbe.QbeCompiler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies, addresses, data, sections, thread-locals: linked with a C driver that looks at them, once as an object and once through the GNU assembler. */
class MemoryTest {
    @TempDir
    private Path folder;

    /** Links and runs both forms; their code must disassemble to the same. */
    private void check(String il, String driver) throws IOException {
        Cc.assumePresent();
        QbeCompiler compiler = new QbeCompiler();
        byte[] bytes = il.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        compiler.compile("memory.ssa", bytes, object);
        Files.write(folder.resolve("memory.o"), object.toByteArray());
        Files.writeString(folder.resolve("text.s"), compiler.assembly("memory.ssa", bytes));
        Files.writeString(folder.resolve("driver.c"), driver);
        Cc.run(folder, "cc", "-c", "-o", "text.o", "text.s");
        for (String form : new String[] {"memory.o", "text.o"}) {
            Cc.run(folder, "cc", "-pthread", "-o", "program", "driver.c", form);
            assertEquals("", Cc.run(folder, "./program"), form);
        }
        String expected = disassembled("text.o");
        assertTrue(expected.lines().count() > 20);
        assertEquals(expected, disassembled("memory.o"));
    }

    /** Without the targets of calls, which the assembler resolves where it can. */
    private String disassembled(String object) throws IOException {
        String text = Cc.run(folder, "objdump", "-d", "--no-show-raw-insn", object);
        return text.lines().skip(3).map(line -> line.replaceAll("(call|#) .*", "$1")).collect(Collectors.joining("\n"));
    }

    @Test
    void copiesOfEverySize() throws IOException {
        int[] sizes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 63, 100, 127, 128, 129, 130, 135, 136, 1000, 4095};
        StringBuilder il = new StringBuilder(), driver = new StringBuilder("#include <string.h>\n#include <stdio.h>\nstatic unsigned char from[5000], to[5000], want[5000];\n");
        for (int size : sizes) {
            il.append("export function $blit").append(size).append("(l %from, l %to) {\n@start\n\t%f =l add %from, 1\n\tblit %f, %to, ").append(size).append("\n\tret\n}\n");
            il.append("type :t").append(size).append(" = align 1 { ").append(size).append(" }\n");
            driver.append("extern void blit").append(size).append("(void *, void *);\n");
        }
        driver.append("static void check(int size, void (*f)(void *, void *)) {\n    for (int i = 0; i < 5000; i++) from[i] = i * 7 + i / 256, to[i] = want[i] = i * 3;\n    memcpy(want + 5, from + 1, size);\n"
            + "    f(from, to + 5);\n    if (memcmp(to, want, 5000)) printf(\"%d bytes\\n\", size);\n}\nint main(void) {\n");
        for (int size : sizes) driver.append("    check(").append(size).append(", blit").append(size).append(");\n");
        check(il.toString(), driver.append("    return 0;\n}\n").toString());
    }

    /** Slots that become temporaries, or must not, by how they are written and read. */
    @Test
    void slotsOfEveryKind() throws IOException {
        String[][] stores = {{"w", "int", "4"}, {"s", "float", "4"}, {"l", "long", "8"}, {"d", "double", "8"}};
        String[][] loads = {{"w", "loadw", "int", "int", "4"}, {"l", "loadsw", "long", "int", "4"}, {"l", "loaduw", "long", "unsigned", "4"}, {"s", "loads", "float", "float", "4"},
            {"l", "loadl", "long", "long", "8"}, {"d", "loadd", "double", "double", "8"}};
        StringBuilder il = new StringBuilder(), driver = new StringBuilder("#include <string.h>\n#include <stdio.h>\nint main(void) {\n");
        int count = 0;
        for (String[] store : stores) {
            for (String[] load : loads) {
                if (!store[2].equals(load[4])) continue;
                String name = "slot" + count++;
                il.append("export function %s $%s(%s %%x) {\n@start\n\t%%p =l alloc8 8\n\tstore%s %%x, %%p\n\t%%y =%s %s %%p\n\tret %%y\n}\n".formatted(load[0], name, store[0], store[0], load[0], load[1]));
                driver.append("    { extern %s %s(%s); %s x = -3; %s raw; memcpy(&raw, &x, %s); %s want = raw, y = %s(x); if (memcmp(&y, &want, sizeof y)) puts(\"%s from store%s\"); }\n"
                        .formatted(load[2], name, store[1], store[1], load[3], store[2], load[2], name, load[1], store[0]));
            }
        }
        assertEquals(12, count);
        check(il.toString(), driver.append("    return 0;\n}\n").toString());
    }

    /** On an edge an address may have to go into a float register or into memory, while every general register holds something. */
    @Test
    void addressesOnEdges() throws IOException {
        StringBuilder il = new StringBuilder("""
            export function l $toFloat(w %c, l %p, l %y) {
            @start
            	%v =l mul %y, %y
            	jnz %c, @a, @b
            @a
            	%d =d copy $toFloat
            	jmp @e
            @b
            	%n =d swtof %c
            	jmp @e
            @e
            	%r =d phi @a %d, @b %n
            	stored %r, %p
            	ret %v
            }
            export function l $toMemory(w %c, l %p, l %y) {
            @start
            """);
        int values = 20;
        for (int i = 0; i < values; i++) il.append("\t%v").append(i).append(" =l mul %y, ").append(i + 3).append('\n');
        il.append("\tjnz %c, @a, @b\n@a\n\tjmp @e\n@b\n\tjmp @e\n@e\n\t%r =l phi @a $toMemory, @b 5\n");
        for (int i = 0; i < values; i++) il.append("\t%q").append(i).append(" =l add %p, ").append(8 * i + 8).append("\n\tstorel %v").append(i).append(", %q").append(i).append('\n');
        il.append("\tstorel %r, %p\n\tret %v0\n}\n");
        check(il.toString(), """
            #include <stdio.h>
            extern long toFloat(int, void *, long), toMemory(int, void *, long);
            int main(void) {
                long place[21];
                if (toFloat(1, place, 7) != 49 || place[0] != (long) toFloat) puts("an address in a float register");
                if (toFloat(0, place, 7) != 49 || place[0] != 0) puts("a number beside it");
                if (toMemory(1, place, 7) != 21 || place[0] != (long) toMemory) puts("an address in memory");
                for (int i = 0; i < 20; i++) if (place[i + 1] != 7 * (i + 3)) printf("value %d\\n", i);
                if (toMemory(0, place, 7) != 21 || place[0] != 5) puts("a constant beside it");
                return 0;
            }
            """);
    }

    /** Fields of no size do not hide the one behind them; a slot and a symbol do not fit into one machine address. */
    @Test
    void rareShapes() throws IOException {
        check("""
            type :empty = { }
            type :behind = { :empty 64, w }
            export function w $behind(:behind %p) {
            @start
            	%x =w loadw %p
            	ret %x
            }
            export function l $apart(l %i) {
            @start
            	%s =l alloc8 16
            	storel %i, %s
            	%a =l add %s, $place
            	%b =l sub %a, $place
            	%x =l loadl %b
            	%k =l sub %a, %s
            	%y =l loadl %k
            	%z =l add %x, %y
            	ret %z
            }
            export function l $never(w %c) {
            @start
            	jnz %c, @large, @out
            @large
            	%p =l alloc8 3000000000
            	storel 1, %p
            	ret %p
            @out
            	ret 7
            }
            """, """
            #include <stdio.h>
            struct behind { struct {} e[64]; int x; };
            extern int behind(struct behind);
            extern long apart(long), never(int);
            long place = 5;
            int main(void) {
                if (behind((struct behind) {.x = 77}) != 77) puts("a field behind empty ones");
                if (apart(30) != 35) puts("a slot and a symbol");
                if (never(0) != 7) puts("a large allocation");
                return 0;
            }
            """);
    }

    @Test
    void addressesOfEveryShape() throws IOException {
        StringBuilder il = new StringBuilder("export data $table = { l 10 11 12 13 14 15 16 17 18 19 }\n"), driver = new StringBuilder("#include <stdio.h>\nextern long table[];\nint main(void) {\n");
        String[] bases = {"%p", "$table", "%s"};
        int count = 0;
        for (String base : bases) {
            for (int scale = 0; scale <= 4; scale++) {
                for (long offset : new long[] {0, 8, -8}) {
                    il.append("export function l $f").append(count).append("(l %p, l %i) {\n@start\n\t%s =l alloc8 80\n\tblit %p, %s, 80\n");
                    il.append("\t%k =l mul %i, ").append(1 << scale).append("\n\t%a =l add %k, ").append(offset).append("\n\t%b =l add ").append(base).append(", %a\n");
                    il.append("\t%v =l loadl %b\n\tstorel 99, %b\n\t%w =l loadl %b\n\tstorel %v, %b\n\t%x =l sub %w, 99\n\t%y =l add %v, %x\n\tret %y\n}\n");
                    int index = 16 * 2 >> scale, at = (int) (32 + offset) / 8;
                    driver.append("    { extern long f").append(count).append("(long *, long); long v = f").append(count).append("(table, ").append(index).append("); if (v != ").append(10 + at)
                        .append(") printf(\"").append(base.replace("%", "%%")).append(" scale ").append(1 << scale).append(" offset ").append(offset).append(": %ld\\n\", v); }\n");
                    count++;
                }
            }
        }
        assertEquals(45, count);
        check(il.toString(), driver.append("    return 0;\n}\n").toString());
    }

    @Test
    void dataOfEveryKind() throws IOException {
        check("""
            data $local = { w -2, h 3 4, b "a\\"b\\n\\101", b 0, l $local+4, s s_1.5, d d_-2.5, z 3, b 9 }
            export data $zeros = align 64 { z 100, w 0 }
            export data $first = { l $local }
            export common data $shared = align 32 { z 40 }
            export section "mine" "aw" data $here = { w 77 }
            export section ".data.rel.ro.x" "aw" data $there = { l $f, l $outside+8 }
            export thread data $counter = { w 5 }
            export thread data $blank = { z 16 }
            section ".init_array" data $init = { l $start }
            export data $"odd name" = { w 3 }
            function $start() {
            @start
            	%n =w loadw $ran
            	%n1 =w add %n, 1
            	storew %n1, $ran
            	ret
            }
            export data $ran = { w 41 }
            export section ".text.cold" "ax" function w $f(w %x) {
            @start
            	dbgloc 3, 4
            	%c =w loadw thread $counter
            	%d =w add %c, %x
            	storew %d, thread $counter
            	%b =l add thread $blank, 8
            	storel 7, %b
            	%p =l copy thread $elsewhere
            	%e =w loadw %p
            	%s =w add %d, %e
            	ret %s
            }
            export function l $addresses(w %which) {
            @start
            	jnz %which, @one, @two
            @one
            	jmp @join
            @two
            	jmp @join
            @join
            	%p =l phi @one $zeros, @two thread $counter
            	ret %p
            }
            """, """
            #include <pthread.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <string.h>
            #define CHECK(what) if (!(what)) puts(#what)
            struct data { int w; short h[2]; char text[6], rest; } __attribute__((packed));
            extern char *first, zeros[104], shared[40];
            extern int here, ran;
            extern void *there[2];
            extern __thread int counter;
            extern __thread long blank[2];
            __thread int elsewhere = 100;
            int outside[4];
            int f(int);
            void *addresses(int);
            static void *thread(void *unused) {
                CHECK(counter == 5 && f(1) == 106 && counter == 6 && blank[1] == 7);
                return 0;
            }
            int main(void) {
                struct data *local = (struct data *) first;
                CHECK(local->w == -2 && local->h[0] == 3 && local->h[1] == 4 && !strcmp(local->text, "a\\"b\\nA"));
                char *p = first + 14;
                CHECK(*(char **) p == first + 4);
                CHECK(*(float *) (p + 8) == 1.5f && *(double *) (p + 12) == -2.5);
                CHECK(!p[20] && !p[22] && p[23] == 9);
                for (int i = 0; i < 104; i++) if (zeros[i]) puts("zeros");
                CHECK((uintptr_t) zeros % 64 == 0 && (uintptr_t) shared % 32 == 0);
                shared[39] = 1;
                CHECK(here == 77 && there[0] == (void *) f && there[1] == outside + 2);
                CHECK(ran == 42);
                CHECK(f(10) == 115 && counter == 15);
                CHECK(addresses(1) == zeros && addresses(0) == &counter);
                pthread_t other;
                pthread_create(&other, 0, thread, 0);
                pthread_join(other, 0);
                return 0;
            }
            """);
    }
}
