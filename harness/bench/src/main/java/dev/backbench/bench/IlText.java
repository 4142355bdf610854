package dev.backbench.bench;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * QBE's IL as a C front end writes it: every local variable is a stack slot that is loaded and stored around each operation, structs are reached through pointers and offsets, loops are
 * nested, functions call those before them, strings are data. The same size and seed give the same text.
 */
public final class IlText {
    private static final String[] BINARY = {"add", "sub", "mul", "and", "or", "xor", "shl", "shr", "sar", "add", "sub", "add"};
    private static final String[] COMPARE = {"eq", "ne", "slt", "sle", "sgt", "sge", "ult", "uge"};

    private final SplittableRandom random;
    private final StringBuilder il = new StringBuilder();
    private int temporary, label, locals, functions;

    private IlText(long seed) {
        random = new SplittableRandom(seed);
    }

    /** @param bytes at least so many */
    public static byte[] generate(int bytes, long seed) {
        IlText text = new IlText(seed);
        while (text.il.length() < bytes) text.function();
        return text.il.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void function() {
        temporary = label = 0;
        locals = 3 + random.nextInt(10);
        il.append("data $str").append(functions).append(" = { b \"message ").append(functions).append("\\n\", b 0 }\n");
        il.append("export\nfunction w $f").append(functions).append("(w %n, l %p, l %q) {\n@start\n");
        for (int v = 0; v < locals; v++) il.append("\t%v").append(v).append(" =l alloc4 4\n");
        il.append("\t%pp =l alloc8 8\n\t%tmp =l alloc8 32\n\tstorel %p, %pp\n");
        for (int v = 0; v < locals; v++) il.append("\tstorew ").append(v == 0 ? "%n" : String.valueOf(random.nextInt(100))).append(", %v").append(v).append('\n');
        statements(2 + random.nextInt(12), 0);
        String result = load();
        il.append("\tret ").append(result).append("\n}\n\n");
        functions++;
    }

    private void statements(int count, int depth) {
        for (int s = 0; s < count; s++) {
            int kind = random.nextInt(depth < 3 ? 12 : 9);
            if (kind < 4) assign();
            else if (kind < 6) field();
            else if (kind < 8) element();
            else if (kind == 8) call();
            else if (kind < 11) branch(depth);
            else loop(depth);
        }
    }

    private String fresh() {
        return "%t" + temporary++;
    }

    private String variable() {
        return "%v" + random.nextInt(locals);
    }

    private void line(String text) {
        il.append('\t').append(text).append('\n');
    }

    private String load() {
        String t = fresh();
        line(t + " =w loadw " + variable());
        return t;
    }

    private String expression(int depth) {
        if (depth == 0) return random.nextInt(3) == 0 ? String.valueOf(random.nextInt(256)) : load();
        String operation = BINARY[random.nextInt(BINARY.length)], a = expression(depth - 1), t = fresh();
        // a count beyond the width is undefined in C, and native QBE hands a folded one to the assembler as it is
        String b = operation.startsWith("s") && !operation.equals("sub") ? String.valueOf(1 + random.nextInt(31)) : expression(random.nextInt(depth));
        line(t + " =w " + operation + " " + a + ", " + b);
        return t;
    }

    private void assign() {
        line("storew " + expression(1 + random.nextInt(3)) + ", " + variable());
    }

    /** {@code p->field}, read or written. */
    private void field() {
        String p = fresh(), at = fresh();
        line(p + " =l loadl %pp");
        line(at + " =l add " + p + ", " + 4 * random.nextInt(16));
        if (random.nextBoolean()) {
            line("storew " + expression(1) + ", " + at);
            return;
        }
        String t = fresh();
        line(t + " =w loadw " + at);
        line("storew " + t + ", " + variable());
    }

    /** {@code q[i & 4095]}; without a bound a folded index would be no displacement. */
    private void element() {
        String i = load(), bounded = fresh(), wide = fresh(), scaled = fresh(), at = fresh(), t = fresh();
        line(bounded + " =w and " + i + ", 4095");
        line(wide + " =l extsw " + bounded);
        line(scaled + " =l mul " + wide + ", 4");
        line(at + " =l add %q, " + scaled);
        line(t + " =w loadw " + at);
        line("storew " + t + ", " + variable());
    }

    private void call() {
        String argument = expression(1), t = fresh();
        if (functions == 0 || random.nextInt(4) == 0) {
            line(t + " =w call $printf(l $str" + functions + ", ..., w " + argument + ")");
        } else {
            line("storel 0, %tmp");
            line(t + " =w call $f" + random.nextInt(functions) + "(w " + argument + ", l %p, l %tmp)");
            line("storew " + t + ", " + variable());
        }
    }

    private String condition() {
        String a = expression(1), b = expression(0), t = fresh();
        line(t + " =w c" + COMPARE[random.nextInt(COMPARE.length)] + "w " + a + ", " + b);
        return t;
    }

    private void branch(int depth) {
        int n = label++;
        boolean otherwise = random.nextBoolean();
        line("jnz " + condition() + ", @then" + n + ", @" + (otherwise ? "else" : "join") + n);
        il.append("@then").append(n).append('\n');
        statements(1 + random.nextInt(4), depth + 1);
        if (otherwise) {
            line("jmp @join" + n);
            il.append("@else").append(n).append('\n');
            statements(1 + random.nextInt(3), depth + 1);
        }
        il.append("@join").append(n).append('\n');
    }

    private void loop(int depth) {
        int n = label++;
        String variable = variable(), i = fresh(), next = fresh();
        line("storew 0, " + variable);
        il.append("@cond").append(n).append('\n');
        line("jnz " + condition() + ", @body" + n + ", @end" + n);
        il.append("@body").append(n).append('\n');
        statements(2 + random.nextInt(5), depth + 1);
        line(i + " =w loadw " + variable);
        line(next + " =w add " + i + ", 1");
        line("storew " + next + ", " + variable);
        line("jmp @cond" + n);
        il.append("@end").append(n).append('\n');
    }
}
