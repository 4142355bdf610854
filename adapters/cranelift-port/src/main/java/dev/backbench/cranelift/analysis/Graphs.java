package dev.backbench.cranelift.analysis;

import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.text.Printer;

/** Control flow and dominators as text, in upstream's forms. */
public final class Graphs {
    private Graphs() {}

    /** The control flow graph for Graphviz. */
    public static String cfg(Function f, Cfg cfg) {
        StringBuilder out = new StringBuilder("digraph \"");
        Printer.name(f, f.name, out, true);
        out.append("\" {\n");
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
            out.append("    block").append(block).append(" [shape=record, label=\"{").append(Printer.printBlockHead(f, block)).append(":\n");
            for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) {
                if (f.op(inst).is(Effect.TERMINATOR)) out.append("      | <inst").append(inst).append('>').append(Printer.printOperation(f, inst)).append('\n');
            }
            out.append("    }\"]\n");
        }
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) edges(f, cfg, block, out);
        return out.append("}\n").toString();
    }

    private static void edges(Function f, Cfg cfg, int block, StringBuilder out) {
        int count = cfg.successorCount(block);
        for (int i = 0; i < count; i++) {
            int target = cfg.successor(block, i);
            boolean again = false;
            for (int k = 0; k < i; k++) again |= cfg.successor(block, k) == target;
            if (!again) out.append("    block").append(block).append(":inst").append(f.layout.last(block)).append(" -> block").append(target).append('\n');
        }
    }

    /** The postorder on one line, then each block with its children in the dominator tree, parents first. */
    public static String dominators(Function f, Dominators tree) {
        StringBuilder out = new StringBuilder("cfg_postorder:");
        for (int i = 0; i < tree.reached(); i++) out.append(" block").append(tree.postorder(i));
        out.append("\ndomtree_preorder {\n");
        if (f.layout.entry() >= 0) preorder(tree, f.layout.entry(), out);
        return out.append("}\n").toString();
    }

    private static void preorder(Dominators tree, int entry, StringBuilder out) {
        int block = entry;
        while (block >= 0) {
            out.append("    block").append(block).append(':');
            for (int c = tree.child(block); c >= 0; c = tree.sibling(c)) out.append(" block").append(c);
            out.append('\n');
            if (tree.child(block) >= 0) {
                block = tree.child(block);
                continue;
            }
            while (block != entry && tree.sibling(block) < 0) block = tree.idom(block);
            block = block == entry ? -1 : tree.sibling(block);
        }
    }
}
