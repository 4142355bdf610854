package dev.backbench.qbe.growth;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** Programs that are large in one direction, by name: each makes IL of a size that grows with its argument. In text, {@code #} is the number of a repetition, {@code +} behind it the next. */
final class Shapes {
    static final Map<String, IntFunction<String>> ALL = new LinkedHashMap<>();

    private Shapes() {}

    /** {@code text} for 0 up to {@code n - 1}. */
    private static String up(int n, String text) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < n; i++) all.append(text.replace("#+", String.valueOf((i + 1) % n)).replace("#", String.valueOf(i)));
        return all.toString();
    }

    private static String down(int n, String text) {
        StringBuilder all = new StringBuilder();
        for (int i = n - 1; i >= 0; i--) all.append(text.replace("#", String.valueOf(i)));
        return all.toString();
    }

    private static String function(String body) {
        return "export function w $f(w %x, w %y, l %p) {\n@start\n" + body + "\tret %x\n}\n";
    }

    private static String small(int n) {
        return up(n, "function w $g#(w %x) {\n@start\n\t%a =l alloc4 4\n\tstorew %x, %a\n\t%y =w loadw %a\n\t%y =w add %y, #\n\tret %y\n}\n");
    }

    static {
        // instructions
        ALL.put("chain of additions", n -> function(up(n, "\t%x =w add %x, #\n\t%x =w xor %x, %y\n")));
        ALL.put("equal expressions", n -> function(up(n, "\t%t# =w add %x, %y\n") + up(n, "\t%x =w mul %x, %t#\n")));
        ALL.put("copies", n -> function(up(n, "\t%y =w copy %x\n\t%x =w copy %y\n")));
        ALL.put("loads and stores", n -> function(up(n, "\t%a# =l add %p, #\n\t%v# =w loadw %a#\n\tstorew %v#, %p\n")));
        ALL.put("pointers", n -> function(up(n, "\t%p =l loadl %p\n")));
        ALL.put("extensions", n -> function(up(n, "\t%w =w copy %p\n\t%p =l extsw %w\n\tstorel %p, %p\n")));
        ALL.put("comparisons", n -> function(up(n, "\t%c# =w csltw %x, %y\n\t%x =w add %x, %c#\n")));
        ALL.put("divisions", n -> function(up(n, "\t%x =w div %x, %y\n\t%y =w shl %y, %x\n")));
        ALL.put("constants", n -> function(up(n, "\t%p =l xor %p, 98765432#\n")));
        ALL.put("floating-point constants", n -> "function d $f(d %x) {\n@start\n" + up(n, "\t%x =d mul %x, d_1.#\n") + "\tret %x\n}\n");
        ALL.put("addresses", n -> function(up(n, "\t%p# =l add %p, #\n\t%q# =l mul %p#, 4\n\t%r# =l add %q#, %p\n\t%v# =w loadw %r#\n\tstorew %v#, %p\n")));
        ALL.put("positions", n -> "dbgfile \"a.c\"\n" + function(up(n, "\tdbgloc #\n\t%x =w add %x, %y\n")));
        ALL.put("copied blocks", n -> function(up(n, "\tblit %p, %p, 24\n")));
        ALL.put("variable arguments", n -> "function l $f(l %x, ...) {\n@start\n\t%v =l alloc8 24\n\tvastart %v\n" + up(n, "\t%p =l vaarg %v\n\t%x =l add %x, %p\n") + "\tret %x\n}\n");
        // temporaries that live at once
        ALL.put("live at once", n -> function(up(n, "\t%a# =l add %p, #\n\t%t# =w loadw %a#\n") + "\tcall $g()\n" + up(n, "\t%x =w sub %x, %t#\n")));
        ALL.put("live across blocks", n -> function(up(n, "\t%a# =l add %p, #\n\t%t# =w loadw %a#\n") + up(n, "\tjnz %t#, @a#, @b#\n@a#\n\tcall $g()\n@b#\n") + up(n, "\t%x =w sub %x, %t#\n")));
        ALL.put("floats across calls", n -> function(up(n, "\t%t# =d loadd %p\n\tcall $g()\n") + up(n, "\tstored %t#, %p\n")));
        // control flow
        ALL.put("diamonds", n -> function(up(n, "\tjnz %x, @a#, @b#\n@a#\n\t%x =w call $g(w %y)\n\tjmp @c#\n@b#\n\t%x =w mul %x, %y\n@c#\n")));
        ALL.put("selections", n -> function(up(n, "\t%c# =w csltw %x, #\n\tjnz %c#, @a#, @b#\n@a#\n\t%x =w copy %y\n@b#\n")));
        ALL.put("way out of every block", n -> function(up(n, "\t%t =w add %x, #\n\tjnz %t, @end, @a#\n@a#\n") + "@end\n"));
        ALL.put("way back from every block", n -> function("@head\n" + up(n, "\t%x =w add %x, #\n\tjnz %x, @head, @a#\n@a#\n")));
        ALL.put("jumps to jumps", n -> function("\tjmp @a0\n" + down(n, "@b#\n\tjmp @a#\n") + up(n, "@a#\n\tjmp @b#+\n") + "@end\n"));
        ALL.put("loops in a row", n -> function(up(n, "@a#\n\t%x =w add %x, %y\n\tjnz %x, @a#, @b#\n@b#\n")));
        ALL.put("irreducible loops", n -> function(up(n, "\tjnz %x, @a#, @b#\n@a#\n\t%x =w add %x, #\n\tjmp @b#\n@b#\n\t%x =w sub %x, %y\n\tjnz %x, @a#, @c#\n@c#\n")));
        ALL.put("switch", n -> function(up(n, "\t%c# =w ceqw %x, #\n\tjnz %c#, @k#, @n#\n@n#\n") + "\tjmp @end\n" + up(n, "@k#\n\t%x =w call $g(w #)\n\tjmp @end\n") + "@end\n"));
        ALL.put("switch in a loop over variables", n -> function(up(n, "\t%v# =w copy #\n") + "@top\n" + up(n, "\t%c# =w ceqw %x, #\n\tjnz %c#, @k#, @n#\n@n#\n") + "\tret %v0\n" + up(n, "@k#\n\t%v# =w add %v#+, 1\n\t%x =w call $g(w %v#)\n\tjmp @top\n") + "@end\n"));
        ALL.put("switch in a loop over slots", n -> function(up(n, "\t%v# =l alloc8 16\n") + up(n, "\tstorel #, %v#\n") + "@top\n" + up(n, "\t%c# =w ceqw %x, #\n\tjnz %c#, @k#, @n#\n@n#\n") + "\tret %x\n" + up(n, "@k#\n\t%l# =w loadw %v#+\n\t%m# =w add %l#, 1\n\t%h# =l add %v#, 2\n\tstoreh %m#, %h#\n\t%x =w call $g(w %m#)\n\tjmp @top\n") + "@end\n"));
        ALL.put("phis of a loop", n -> function("@head\n" + up(n, "\t%p# =w phi @start #, @head %p#+\n") + "\tjnz %p0, @head, @end\n@end\n"));
        ALL.put("arguments of a phi", n -> function(up(n, "\t%c# =w ceqw %x, #\n\tjnz %c#, @end, @n#\n@n#\n") + "\tjmp @end\n@end\n\t%r =w phi @start 0" + up(n - 1, ", @n# #") + ", @n" + (n - 1) + " 1\n\tstorew %r, %p\n"));
        ALL.put("nested branches", n -> function(up(n, "\t%x =w add %x, 1\n\tjnz %x, @a#, @b#\n@a#\n") + down(n, "@b#\n\t%x =w mul %x, 3\n")));
        ALL.put("nested loops", n -> function(up(n, "@a#\n") + "\t%x =w call $g(w %x)\n" + down(n, "\tjnz %x, @a#, @b#\n@b#\n")));
        ALL.put("nested loops, each with its variable", n -> function(up(n, "\t%i# =w copy 0\n@a#\n") + "\tcall $g()\n" + down(n, "\t%i# =w add %i#, 1\n\t%c# =w csltw %i#, %x\n\tjnz %c#, @a#, @b#\n@b#\n")));
        // slots
        ALL.put("slots", n -> function(up(n, "\t%s# =l alloc4 4\n") + up(n, "\tstorew %x, %s#\n\t%x =w add %x, 1\n") + up(n, "\t%v# =w loadw %s#\n\t%x =w mul %x, %v#\n")));
        ALL.put("slots whose address is taken", n -> function(up(n, "\t%s# =l alloc4 4\n") + up(n, "\tstorew %x, %s#\n\tcall $g(l %s#)\n") + up(n, "\t%v# =w loadw %s#\n\t%x =w mul %x, %v#\n")));
        ALL.put("slots read in parts", n -> function(up(n, "\t%s# =l alloc8 16\n") + up(n, "\tstorew %x, %s#\n\t%a# =l add %s#, 2\n\tjnz %x, @a#, @b#\n@a#\n\tstoreh %x, %a#\n@b#\n") + up(n, "\t%v# =w loadw %s#\n\t%x =w add %x, %v#\n")));
        ALL.put("slots in nested loops", n -> function(up(n, "\t%s# =l alloc4 4\n") + up(n, "\tstorew 0, %s#\n@a#\n\t%v# =w loadw %s#\n\tjnz %v#, @m#, @b#\n@m#\n") + down(n, "\t%i# =w loadw %s#\n\t%j# =w add %i#, 1\n\tstorew %j#, %s#\n\tjmp @a#\n@b#\n")));
        ALL.put("slots around a loop", n -> function(up(n, "\t%s# =l alloc8 16\n\tstorel 0, %s#\n") + "@top\n" + up(n, "\t%a# =l add %s#, 2\n\tjnz %x, @a#, @b#\n@a#\n\tstoreh %x, %a#\n@b#\n\t%v# =w loadw %s#\n\t%x =w add %x, %v#\n") + "\tjnz %x, @top, @out\n@out\n"));
        // calls and types
        ALL.put("arguments", n -> function(up(n, "\t%a# =l add %p, #\n\t%t# =w loadw %a#\n") + "\t%x =w call $g(l %p" + up(n, ", w %t#") + ")\n"));
        ALL.put("parameters", n -> "function w $f(w %x" + up(n, ", w %a#, d %b#") + ") {\n@start\n" + up(n, "\t%x =w add %x, %a#\n") + "\tret %x\n}\n");
        ALL.put("calls", n -> function(up(n, "\t%x =w call $g(w %x, ..., d d_1.5, l 3)\n")));
        ALL.put("aggregates as arguments", n -> "type :t = { l, w, d }\ntype :u = { w, s }\n" + function("\t%x =w call $g(l %p" + up(n, ", :t %p, :u %p") + ")\n"));
        ALL.put("aggregates as results", n -> "type :t = { l, w, d }\ntype :u = { w, s }\n" + function(up(n, "\t%r# =:t call $g(:t %p, :u %p)\n\t%q# =:u call $g(:t %r#)\n")));
        ALL.put("types in types", n -> "type :t0 = { w }\n" + up(n, "type :u# = { :t0 1 }\n") + "type :v = { " + up(n, ":u#, ") + "w }\n" + function("\t%v =w call $g(:v %p)\n"));
        ALL.put("unions", n -> "type :t = { " + up(n, "{ w } { s, s } ") + "}\n" + function("\t%v =w call $g(:t %p)\n"));
        // files
        ALL.put("long names", n -> up(n, "data $a_long_prefix_that_all_names_share# = { w # }\n") + function(up(n, "\t%another_long_prefix_of_names# =w loadw $a_long_prefix_that_all_names_share#\n\t%x =w add %x, %another_long_prefix_of_names#\n")));
        ALL.put("functions", Shapes::small);
        ALL.put("functions behind one with many constants", n -> ALL.get("constants").apply(n) + small(n));
        ALL.put("functions behind one with many blocks", n -> ALL.get("switch").apply(n) + small(n));
        ALL.put("functions behind one with many slots", n -> ALL.get("slots read in parts").apply(n) + small(n));
        ALL.put("items of data", n -> "data $d = {" + up(n, " w #, l $d+#, b \"text\\n\",") + " z 8 }\n");
        ALL.put("sections", n -> up(n, "section \".s#\" data $d# = { w # }\n"));
    }
}
