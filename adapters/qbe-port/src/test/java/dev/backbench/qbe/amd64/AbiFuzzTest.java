package dev.backbench.qbe.amd64;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.qbe.QbeCompiler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * System V against the C compiler. C calls a function in IL, which calls one in C with the same arguments in another order and gives back its result; C compares all values,
 * field by field. {@code -Dqbe.abi.calls=10000} makes it that many calls, {@code -Dqbe.abi.seed} begins elsewhere.
 */
class AbiFuzzTest {
    private static final int CALLS = Integer.getInteger("qbe.abi.calls", 400), PER_FILE = 1000;
    private static final String[] IL = {"w", "l", "s", "d", "sb", "ub", "sh", "uh"};
    private static final String[] C = {"int", "long", "float", "double", "signed char", "unsigned char", "short", "unsigned short"};
    private static final String[] FIELD_IL = {"w", "l", "s", "d", "b", "b", "h", "h"};

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private Random random;
    private StringBuilder c, il;
    private List<Type> aggregates;

    /** A scalar by its index in the tables, or an aggregate with a number. @param leaves of an aggregate: paths to its scalars */
    private record Type(String il, String c, boolean aggregate, List<String> leaves) {}

    @Test
    void callsBothWaysPassAndReturnWhatTheCCompilerPasses() throws IOException {
        Cc.assumePresent();
        random = new Random(Long.getLong("qbe.abi.seed", 42));
        for (int done = 0; done < CALLS; done += PER_FILE) batch(Math.min(PER_FILE, CALLS - done) / 2);
    }

    private void batch(int functions) throws IOException {
        c = new StringBuilder("""
                #include <stdarg.h>
                #include <stdio.h>
                #include <string.h>
                static unsigned long state = 88172645463325252ul;
                static int failures, checks;
                static void fill(void *to, unsigned long size) {
                    for (unsigned long i = 0; i < size; i++) {
                        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
                        ((unsigned char *) to)[i] = state;
                    }
                }
                static void check(const void *a, const void *b, unsigned long size, int function, const char *what) {
                    checks++;
                    if (memcmp(a, b, size) && failures++ < 20) printf("function %d: %s differs\\n", function, what);
                }
                long noise(void) {
                    __asm__ volatile("mov $-1, %%rcx; mov %%rcx, %%rdx; mov %%rcx, %%rsi; mov %%rcx, %%rdi; mov %%rcx, %%r8; mov %%rcx, %%r9; mov %%rcx, %%r10; mov %%rcx, %%r11;"
                        "movq %%rcx, %%xmm0; movq %%rcx, %%xmm1; movq %%rcx, %%xmm2; movq %%rcx, %%xmm3; movq %%rcx, %%xmm4; movq %%rcx, %%xmm5; movq %%rcx, %%xmm6; movq %%rcx, %%xmm7"
                        ::: "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "memory");
                    return -1;
                }
                """);
        il = new StringBuilder();
        aggregates = new ArrayList<>();
        for (int t = 0; t < 60; t++) aggregate(t);
        StringBuilder main = new StringBuilder();
        for (int k = 0; k < functions; k++) {
            function(k);
            main.append("    test").append(k).append("();\n");
        }
        c.append("int main(void) {\n").append(main).append("    printf(\"%d functions, %d failures\\n\", ").append(functions).append(", failures);\n    return checks < ").append(functions).append(";\n}\n");
        Files.writeString(folder.resolve("driver.c"), c);
        Files.writeString(folder.resolve("functions.ssa"), il);
        try (OutputStream out = Files.newOutputStream(folder.resolve("functions.o"))) {
            new QbeCompiler().compile("functions.ssa", il.toString().getBytes(StandardCharsets.UTF_8), out);
        }
        Cc.run(folder, "cc", "-O1", "-w", "-fno-tree-vrp", "-o", "program", "driver.c", "functions.o");
        assertEquals(functions + " functions, 0 failures\n", Cc.run(folder, "./program"), () -> "seed " + Long.getLong("qbe.abi.seed", 42) + ", in " + folder);
    }

    // ---- types ----

    private void aggregate(int number) {
        String name = "t" + number;
        boolean union = random.nextInt(6) == 0;
        int align = random.nextInt(8) == 0 ? 16 : 0;
        StringBuilder fieldsC = new StringBuilder(), fieldsIl = new StringBuilder();
        List<String> leaves = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(3) == 0 ? 6 : 3);
        for (int f = 0; f < count; f++) {
            String field = "f" + f, text;
            int array = random.nextInt(5) == 0 ? 1 + random.nextInt(4) : 0;
            if (!aggregates.isEmpty() && random.nextInt(6) == 0) {
                Type inner = aggregates.get(random.nextInt(aggregates.size()));
                array = 0;
                fieldsC.append("    ").append(inner.c).append(' ').append(field).append(";\n");
                text = inner.il;
                if (!union) for (String leaf : inner.leaves) leaves.add(field + "." + leaf);
            } else {
                int scalar = random.nextInt(IL.length);
                fieldsC.append("    ").append(C[scalar]).append(' ').append(field).append(array > 0 ? "[" + array + "]" : "").append(";\n");
                text = FIELD_IL[scalar] + (array > 0 ? " " + array : "");
                if (!union) leaves.add(field);
            }
            fieldsIl.append(union ? "{ " : f > 0 ? ", " : "").append(text).append(union ? " } " : "");
        }
        // Of a union all bytes count, so that it has no padding: the last alternative covers it
        if (union) {
            fieldsC.append("    char all[16];\n");
            fieldsIl.append("{ b 16 } ");
            leaves.add("all");
        }
        c.append("typedef ").append(union ? "union" : "struct").append(" {\n").append(fieldsC).append("} ").append(align > 0 ? "__attribute__((aligned(16))) " : "").append(name).append(";\n");
        il.append("type :").append(name).append(" = ").append(align > 0 ? "align 16 " : "").append("{ ").append(fieldsIl).append(" }\n");
        aggregates.add(new Type(":" + name, name, true, leaves));
    }

    private Type scalar(int index) {
        return new Type(IL[index], C[index], false, List.of());
    }

    private Type any() {
        return random.nextInt(5) < 2 ? aggregates.get(random.nextInt(aggregates.size())) : scalar(random.nextInt(IL.length));
    }

    // ---- functions ----

    private void function(int k) {
        Type result = random.nextInt(8) == 0 ? null : any();
        boolean variadic = random.nextInt(4) == 0;
        List<Type> parameters = new ArrayList<>();
        for (int n = (variadic ? 1 : 0) + random.nextInt(random.nextInt(4) == 0 ? 16 : 8); n > 0; n--) parameters.add(any());
        List<Type> rest = new ArrayList<>();
        // Variadic arguments of the function in IL, which it passes on, are what its language can read: words, longs and doubles
        if (variadic) for (int n = random.nextInt(12); n > 0; n--) rest.add(scalar(new int[] {0, 1, 3}[random.nextInt(3)]));
        List<Integer> order = new ArrayList<>();
        for (int n = 0; n < parameters.size(); n++) order.add(n);
        Collections.shuffle(order, random);
        // The function in C also takes some of the parameters again as variadic ones, aggregates included
        List<Integer> again = new ArrayList<>();
        if (variadic) for (int n : order) if (promoted(parameters.get(n)) && random.nextBoolean()) again.add(n);
        values(k, result, parameters, rest);
        callee(k, result, parameters, rest, order, again);
        caller(k, result, parameters, rest);
        inIl(k, result, parameters, rest, order, again);
    }

    /** Whether C passes it unchanged as a variadic argument. */
    private static boolean promoted(Type type) {
        return type.aggregate || type.il.equals("w") || type.il.equals("l") || type.il.equals("d");
    }

    private void values(int k, Type result, List<Type> parameters, List<Type> rest) {
        if (result != null) c.append("static ").append(result.c).append(" r").append(k).append(";\n");
        for (int n = 0; n < parameters.size(); n++) c.append("static ").append(parameters.get(n).c).append(" a").append(k).append('_').append(n).append(";\n");
        for (int n = 0; n < rest.size(); n++) c.append("static ").append(rest.get(n).c).append(" v").append(k).append('_').append(n).append(";\n");
    }

    private void compare(int k, Type type, String got, String wanted, String what) {
        List<String> leaves = type.aggregate ? type.leaves : List.of("");
        for (String leaf : leaves) {
            String path = leaf.isEmpty() ? "" : "." + leaf;
            c.append("    check(&").append(got).append(path).append(", &").append(wanted).append(path).append(", sizeof ").append(got).append(path).append(", ").append(k).append(", \"").append(what).append(path).append("\");\n");
        }
    }

    private static String declared(Type type) {
        return type == null ? "void" : type.c;
    }

    private void callee(int k, Type result, List<Type> parameters, List<Type> rest, List<Integer> order, List<Integer> again) {
        c.append(declared(result)).append(" callee").append(k).append('(');
        String separator = "", last = "";
        for (int n : order) {
            c.append(separator).append(parameters.get(n).c).append(last = " p" + n);
            separator = ", ";
        }
        boolean variadic = !rest.isEmpty() || !again.isEmpty();
        c.append(variadic ? ", ..." : separator.isEmpty() ? "void" : "").append(") {\n");
        for (int n : order) compare(k, parameters.get(n), "p" + n, "a" + k + "_" + n, "argument " + n + " of the callee");
        if (variadic) {
            c.append("    va_list list;\n    va_start(list,").append(last).append(");\n");
            for (int n = 0; n < rest.size(); n++) fetched(k, rest.get(n), "x" + n, "v" + k + "_" + n);
            for (int n : again) fetched(k, parameters.get(n), "y" + n, "a" + k + "_" + n);
            c.append("    va_end(list);\n");
        }
        c.append(result == null ? "" : "    return r" + k + ";\n").append("}\n");
    }

    private void fetched(int k, Type type, String name, String wanted) {
        c.append("    ").append(type.c).append(' ').append(name).append(" = va_arg(list, ").append(type.c).append(");\n");
        compare(k, type, name, wanted, "variadic argument " + name);
    }

    private void caller(int k, Type result, List<Type> parameters, List<Type> rest) {
        c.append("extern ").append(declared(result)).append(" function").append(k).append('(');
        String separator = "";
        StringBuilder arguments = new StringBuilder();
        for (int n = 0; n < parameters.size(); n++) {
            c.append(separator).append(parameters.get(n).c);
            arguments.append(separator).append('a').append(k).append('_').append(n);
            separator = ", ";
        }
        for (int n = 0; n < rest.size(); n++) arguments.append(", v").append(k).append('_').append(n);
        c.append(!rest.isEmpty() ? ", ..." : separator.isEmpty() ? "void" : "").append(");\nstatic void test").append(k).append("(void) {\n");
        if (result != null) c.append("    fill(&r").append(k).append(", sizeof r").append(k).append(");\n");
        for (int n = 0; n < parameters.size(); n++) c.append("    fill(&a").append(k).append('_').append(n).append(", sizeof a").append(k).append('_').append(n).append(");\n");
        for (int n = 0; n < rest.size(); n++) c.append("    fill(&v").append(k).append('_').append(n).append(", sizeof v").append(k).append('_').append(n).append(");\n");
        c.append("    ").append(result == null ? "" : result.c + " got = ").append("function").append(k).append('(').append(arguments).append(");\n");
        if (result == null) c.append("    checks++;\n");
        else compare(k, result, "got", "r" + k, "result");
        c.append("}\n");
    }

    private void inIl(int k, Type result, List<Type> parameters, List<Type> rest, List<Integer> order, List<Integer> again) {
        il.append("export function ").append(result == null ? "" : result.il + " ").append("$function").append(k).append('(');
        String separator = "";
        for (int n = 0; n < parameters.size(); n++) {
            il.append(separator).append(parameters.get(n).il).append(" %p").append(n);
            separator = ", ";
        }
        il.append(rest.isEmpty() ? "" : ", ...").append(") {\n@start\n");
        if (!rest.isEmpty()) {
            il.append("\t%list =l alloc8 24\n\tvastart %list\n");
            for (int n = 0; n < rest.size(); n++) il.append("\t%v").append(n).append(" =").append(rest.get(n).il).append(" vaarg %list\n");
        }
        if (random.nextBoolean()) il.append("\t%noise =l call $noise()\n");
        il.append('\t').append(result == null ? "" : "%r =" + result.il + " ").append("call $callee").append(k).append('(');
        separator = "";
        for (int n : order) {
            il.append(separator).append(parameters.get(n).il).append(" %p").append(n);
            separator = ", ";
        }
        if (!rest.isEmpty() || !again.isEmpty()) il.append(", ...");
        for (int n = 0; n < rest.size(); n++) il.append(", ").append(rest.get(n).il).append(" %v").append(n);
        for (int n : again) il.append(", ").append(parameters.get(n).il).append(" %p").append(n);
        il.append(")\n");
        if (random.nextBoolean()) il.append("\tcall $noise()\n");
        il.append(result == null ? "\tret\n}\n" : "\tret %r\n}\n");
    }
}
