package dev.backbench.qbe.pass;

import java.util.SplittableRandom;

/**
 * Random functions over a few variables of every class, stack slots read and written at several widths, globals, unknown and merged pointers, calls that are given some of
 * the slots, blits, and a random control-flow graph. Every variable is set in the first block; slots may be read before they are written.
 */
public final class RandomIl {
    private static final String[] INT = {"add", "sub", "mul", "and", "or", "xor", "sar", "shr", "shl", "add", "sub"};
    private static final String[] CMP = {"eq", "ne", "sge", "sgt", "sle", "slt", "uge", "ugt", "ule", "ult"};
    private static final String[] FCMP = {"eq", "ge", "gt", "le", "lt", "ne", "o", "uo"};
    private static final String[] EXT = {"extsb", "extub", "extsh", "extuh"};
    private static final String[] LOADS = {"loadsb", "loadub", "loadsh", "loaduh", "loadsw", "loaduw"};
    private static final String[] CONSTANTS = {"0", "1", "-1", "2", "3", "4", "7", "8", "31", "32", "63", "255", "-128", "65535", "2147483647", "-2147483648", "4294967295", "9223372036854775807", "-9223372036854775808"};

    private final SplittableRandom random;
    private final StringBuilder il = new StringBuilder();
    private final int words, longs, slots;
    private int fresh;

    private RandomIl(SplittableRandom random) {
        this.random = random;
        words = 1 + random.nextInt(4);
        longs = 1 + random.nextInt(3);
        slots = random.nextInt(4);
    }

    public static String generate(SplittableRandom random) {
        return new RandomIl(random).function();
    }

    private String function() {
        il.append("function w $f(w %w0, l %l0, s %s0, d %d0) {\n@b0\n");
        for (int s = 0; s < slots; s++) il.append("\t%a").append(s).append(" =l alloc").append(pick("4", "8", "16")).append(" 16\n");
        for (int v = 1; v < words; v++) line("%w" + v + " =w copy " + pick(CONSTANTS));
        for (int v = 1; v < longs; v++) line("%l" + v + " =l copy " + pick(CONSTANTS));
        line("%q =l call $ptr(w 1)");
        int blocks = 1 + random.nextInt(8);
        for (int b = 0; b < blocks; b++) {
            if (b > 0) il.append("@b").append(b).append('\n');
            for (int n = random.nextInt(9); n > 0; n--) instruction();
            jump(b, blocks);
        }
        return il.append("}\n").toString();
    }

    private void jump(int b, int blocks) {
        if (b == blocks - 1 || random.nextInt(8) == 0) {
            line("ret " + word());
            return;
        }
        boolean back = random.nextInt(4) == 0;
        int t1 = back ? 1 + random.nextInt(blocks - 1) : b + 1 + random.nextInt(blocks - 1 - b), t2 = random.nextInt(3) == 0 ? 1 + random.nextInt(blocks - 1) : b + 1;
        if (random.nextInt(3) == 0) {
            line("jmp @b" + t1);
            return;
        }
        String condition = word();
        if (random.nextInt(3) > 0) line((condition = name("c")) + " =w c" + pick(CMP) + "w " + word() + ", " + word());
        if (random.nextInt(6) == 0) condition = pick("0", "1", "4294967296");
        line("jnz " + condition + ", @b" + t1 + ", @b" + t2);
    }

    private void instruction() {
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> line(wordVariable() + " =w " + pick(INT) + " " + word() + ", " + word());
            case 3, 4 -> {
                String op = pick(INT);
                boolean shift = op.equals("sar") || op.startsWith("sh");
                line(longVariable() + " =l " + op + " " + longer() + ", " + (shift ? word() : longer()));
            }
            case 5 -> line(random.nextBoolean() ? wordVariable() + " =w " + pick(EXT) + " " + word() : longVariable() + " =l " + pick(random.nextBoolean() ? pick(EXT) : pick("extsw", "extuw")) + " " + word());
            case 6 -> line(wordVariable() + " =w c" + pick(CMP) + (random.nextBoolean() ? "w " + word() + ", " + word() : "l " + longer() + ", " + longer()));
            case 7 -> floating();
            case 8, 9 -> load();
            case 10, 11, 12 -> store();
            case 13 -> call();
            case 14 -> special();
            default -> line(random.nextBoolean() ? wordVariable() + " =w copy " + (random.nextInt(3) == 0 ? longer() : word()) : longVariable() + " =l copy " + longer());
        }
    }

    private void floating() {
        String op = pick("add", "sub", "mul", "div");
        switch (random.nextInt(8)) {
            case 0 -> line("%s0 =s " + op + " %s0, s_" + pick("1", "-2.5", "0", "1e30"));
            case 1 -> line("%d0 =d " + op + " %d0, d_" + pick("1", "-2.5", "0", "1e300"));
            case 2 -> line("%s0 =s " + pick("swtof", "uwtof") + " " + word());
            case 3 -> line("%d0 =d " + pick("sltof", "ultof") + " " + longer());
            case 4 -> line(wordVariable() + " =w c" + pick(FCMP) + "s %s0, s_0");
            case 5 -> line(longVariable() + " =l cast %d0");
            case 6 -> line("%s0 =s truncd %d0");
            default -> line(wordVariable() + " =w c" + pick(FCMP) + "d %d0, " + pick("%d0", "d_1"));
        }
    }

    /** An address of up to {@code width} bytes: a slot or an offset into one, a global, an unknown pointer. */
    private String address(int width) {
        int offset = random.nextInt(16 / width) * width;
        if (random.nextInt(5) == 0 && offset + width < 16) offset++;
        if (slots > 0 && random.nextInt(3) > 0) {
            String slot = "%a" + random.nextInt(slots);
            if (offset == 0) return slot;
            String there = name("p");
            line(there + " =l add " + slot + ", " + offset);
            return there;
        }
        if (random.nextBoolean()) return "$g" + random.nextInt(2);
        String there = name("p");
        line(there + " =l add %q, " + random.nextInt(2) * 4);
        return there;
    }

    private void load() {
        switch (random.nextInt(5)) {
            case 0 -> access(longVariable() + " =l loadl ", 8);
            case 1 -> access("%s0 =s loads ", 4);
            case 2 -> access("%d0 =d loadd ", 8);
            case 3 -> access(wordVariable() + " =w loadw ", 4);
            default -> {
                int kind = random.nextInt(6);
                access((random.nextBoolean() ? wordVariable() + " =w " : longVariable() + " =l ") + LOADS[kind] + " ", 1 << kind / 2);
            }
        }
    }

    private void store() {
        switch (random.nextInt(6)) {
            case 0 -> access("storeb " + word() + ", ", 1);
            case 1 -> access("storeh " + word() + ", ", 2);
            case 2 -> access("storew " + word() + ", ", 4);
            case 3 -> access("storel " + longer() + ", ", 8);
            case 4 -> access("stores %s0, ", 4);
            default -> access("stored %d0, ", 8);
        }
    }

    private void access(String text, int width) {
        String there = address(width); // may itself be a line
        line(text + there);
    }

    private void call() {
        String argument = slots > 0 && random.nextInt(3) == 0 ? "l %a" + random.nextInt(slots) : random.nextBoolean() ? "w " + word() : "d %d0";
        line(random.nextBoolean() ? wordVariable() + " =w call $ext(" + argument + ")" : "call $ext(" + argument + ", ..., l " + longer() + ")");
    }

    private void special() {
        switch (random.nextInt(5)) {
            case 0 -> {
                if (slots > 1) line("blit %a0, %a1, " + pick("4", "8", "12", "16"));
            }
            case 1 -> {
                if (slots > 0) line("%q =l add %a" + random.nextInt(slots) + ", " + pick("0", "4", "8"));
            }
            case 2 -> line("%q =l call $ptr(w " + word() + ")");
            case 3 -> {
                String divisor = name("z");
                line(divisor + " =w or " + word() + ", 1");
                line(wordVariable() + " =w " + pick("div", "rem", "udiv", "urem") + " " + word() + ", " + divisor);
            }
            default -> line(wordVariable() + " =w " + pick("div", "rem", "udiv", "urem") + " " + word() + ", " + pick("1", "-1", "3", "8"));
        }
    }

    private String name(String prefix) {
        return "%" + prefix + fresh++;
    }

    private String word() {
        int n = random.nextInt(words + 1);
        return random.nextInt(8) == 0 ? longVariable() : n == words ? pick(CONSTANTS) : "%w" + n;
    }

    private String longer() {
        int n = random.nextInt(longs + 1);
        return n == longs ? pick(CONSTANTS) : "%l" + n;
    }

    private String wordVariable() {
        return "%w" + random.nextInt(words);
    }

    private String longVariable() {
        return "%l" + random.nextInt(longs);
    }

    private String pick(String... from) {
        return from[random.nextInt(from.length)];
    }

    private void line(String text) {
        il.append('\t').append(text).append('\n');
    }
}
