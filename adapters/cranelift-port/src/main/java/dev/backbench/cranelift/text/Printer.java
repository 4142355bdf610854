package dev.backbench.cranelift.text;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import java.math.BigInteger;

/** Writes a function in the syntax that {@link Parser} reads, so that what it reads is the same function. */
public final class Printer {
    private static final String INDENT = "    ";
    /** With source locations, which stand in front. */
    private static final int WIDE = 36;
    private final StringBuilder out;
    private final InstPrinter insts;
    private Function f;
    private Entities entities;
    /** Aliases of each value: {@code head[value]}, then {@code link[alias]}, -1 at the end. */
    private int[] head, link;

    private Printer(Function function, StringBuilder out) {
        this.out = out;
        this.f = function;
        this.entities = function.entities;
        this.insts = new InstPrinter(function, out);
    }

    public static String print(Function function) {
        StringBuilder out = new StringBuilder();
        new Printer(function, out).function();
        return out.toString();
    }

    /** One instruction without its results, as verifier messages and graphs show it. */
    public static String printOperation(Function function, int inst) {
        StringBuilder out = new StringBuilder();
        new InstPrinter(function, out).operation(inst, false);
        return out.toString();
    }

    /** One instruction with its results. */
    public static String printInst(Function function, int inst) {
        StringBuilder out = new StringBuilder();
        InstPrinter printer = new InstPrinter(function, out);
        printer.results(inst);
        printer.operation(inst, false);
        return out.toString();
    }

    /** {@code (i32) -> i32 fast}. */
    public static String printSignature(Function function) {
        StringBuilder out = new StringBuilder();
        new Printer(function, out).signature(function.params, function.returns, function.conv);
        return out.toString();
    }

    /** {@code block0(v1: i32)}. */
    public static String printBlockHead(Function function, int block) {
        StringBuilder out = new StringBuilder();
        new Printer(function, out).blockHead(block);
        return out.toString();
    }

    private void function() {
        gatherAliases();
        out.append("function ");
        name(f, f.name, out, true);
        signature(f.params, f.returns, f.conv);
        out.append(" {\n");
        boolean any = declarations();
        for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) {
            if (any) out.append('\n');
            any = true;
            block(block);
        }
        out.append("}\n");
    }

    private void gatherAliases() {
        int count = f.values();
        head = new int[count];
        link = new int[count];
        for (int v = 0; v < count; v++) head[v] = -1;
        for (int v = count - 1; v >= 0; v--) {
            if (f.valueKind(v) != Function.ALIAS) continue;
            int target = f.valueDefinition(v);
            link[v] = head[target];
            head[target] = v;
        }
    }

    private void aliases(int value) {
        for (int alias = head[value]; alias >= 0; alias = link[alias]) {
            indent(Function.NO_LOCATION);
            out.append('v').append(alias).append(" -> v").append(value).append('\n');
            aliases(alias);
        }
    }

    private boolean declarations() {
        int before = out.length();
        each("dt", entities.dynamicTypes, i -> out.append(Types.name(entities.dynamicTypes.get(i, DYN_BASE))).append("*gv").append(entities.dynamicTypes.get(i, DYN_SCALE)));
        each("dss", entities.dynamicSlots, i -> out.append("explicit_dynamic_slot dt").append(entities.dynamicSlots.get(i, DYN_SLOT_TYPE)));
        each("ss", entities.slots, this::slot);
        each("region", entities.regions, i -> out.append(Integer.toUnsignedString(entities.regions.get(i, REGION_USER))).append(" \"")
            .append(f.text.text(entities.regions.get(i, REGION_TEXT))).append('"'));
        each("gv", entities.globals, this::global);
        each("sig", entities.signatures, this::signature);
        each("fn", entities.functions, this::externalFunction);
        each("const", entities.constants, i -> insts.constant(i));
        if (f.stackLimit >= 0) out.append(INDENT).append("stack_limit = gv").append(f.stackLimit).append('\n');
        return out.length() > before;
    }

    private interface Row {
        void print(int number);
    }

    private void each(String prefix, Table table, Row row) {
        for (int i = 0; i < table.count(); i++) {
            if (!table.has(i)) continue;
            out.append(INDENT).append(prefix).append(i).append(" = ");
            row.print(i);
            out.append('\n');
        }
    }

    private void slot(int slot) {
        Table slots = entities.slots;
        out.append("explicit_slot ").append(slots.get(slot, SLOT_SIZE));
        if (slots.get(slot, SLOT_ALIGN) != 0) out.append(", align = ").append(1 << slots.get(slot, SLOT_ALIGN));
        if (slots.get(slot, SLOT_HAS_KEY) != 0) out.append(", key = ").append(Long.toUnsignedString(slots.getLong(slot, SLOT_KEY)));
    }

    private void global(int gv) {
        Table globals = entities.globals;
        String type = Types.name(globals.get(gv, GV_TYPE));
        int base = globals.get(gv, GV_BASE), flags = globals.get(gv, GV_FLAGS);
        long offset = globals.getLong(gv, GV_OFFSET);
        switch (globals.get(gv, GV_KIND)) {
            case GV_VMCTX -> out.append("vmctx");
            case GV_LOAD -> {
                out.append("load.").append(type);
                MemFlags.print(flags, out);
                out.append(" gv").append(base).append(Numbers.offset(offset));
            }
            case GV_IADD_IMM -> out.append("iadd_imm.").append(type).append(" gv").append(base).append(", ").append(Numbers.integer(offset));
            case GV_SYMBOL -> {
                out.append("symbol ").append((flags & COLOCATED) != 0 ? "colocated " : "").append((flags & TLS) != 0 ? "tls " : "");
                name(f, base, out, false);
                if (offset > 0) out.append('+');
                if (offset != 0) out.append(Numbers.integer(offset));
            }
            default -> out.append("dyn_scale_target_const.").append(type);
        }
    }

    private void externalFunction(int number) {
        Table functions = entities.functions;
        int flags = functions.get(number, FUNC_FLAGS);
        if ((flags & COLOCATED) != 0) out.append("colocated ");
        if ((flags & PATCHABLE) != 0) out.append("patchable ");
        name(f, functions.get(number, FUNC_NAME), out, true);
        out.append(" sig").append(functions.get(number, FUNC_SIG));
    }

    private void signature(int sig) {
        Table signatures = entities.signatures;
        signature(signatures.get(sig, SIG_PARAMS), signatures.get(sig, SIG_RETURNS), signatures.get(sig, SIG_CONV));
    }

    private void signature(int params, int returns, int conv) {
        out.append('(');
        params(params);
        out.append(')');
        if (returns != 0) {
            out.append(" -> ");
            params(returns);
        }
        out.append(' ').append(CallConv.of(conv).text);
    }

    private void params(int list) {
        for (int i = 0; i < f.pool.length(list); i += PARAM_INTS) {
            if (i > 0) out.append(", ");
            param(f.pool, list, i, out);
        }
    }

    /** One parameter of a list of them, from index {@code i}. */
    public static void param(Pool pool, int list, int i, StringBuilder out) {
        out.append(Types.name(pool.get(list, i)));
        int param = pool.get(list, i + 1);
        if (extension(param) != EXT_NONE) out.append(extension(param) == EXT_UEXT ? " uext" : " sext");
        switch (purpose(param)) {
            case PURPOSE_SRET -> out.append(" sret");
            case PURPOSE_VMCTX -> out.append(" vmctx");
            case PURPOSE_STRUCT -> out.append(" sarg(").append(pool.get(list, i + 2)).append(')');
            default -> {}
        }
    }

    /** @param spelled whether numbers are shown as the text gave them, or by their place among the function's names */
    public static void name(Function f, int name, StringBuilder out, boolean spelled) {
        Table user = f.entities.userNames;
        if (name >= 0) out.append('%').append(f.text.text(name));
        else if (spelled && user.has(~name)) {
            out.append('u').append(user.get(~name, NAME_SPACE)).append(':').append(Integer.toUnsignedString(user.get(~name, NAME_INDEX)));
        } else out.append("userextname").append(~name);
    }

    private void indent(int location) {
        if (!f.hasLocations) {
            out.append(INDENT);
            return;
        }
        int start = out.length();
        if (location != Function.NO_LOCATION) {
            String hex = Integer.toHexString(location);
            out.append('@').append("0".repeat(Math.max(0, 4 - hex.length()))).append(hex).append(' ');
        }
        out.repeat(' ', WIDE - (out.length() - start));
    }

    private void block(int block) {
        if (f.hasLocations) out.repeat(' ', WIDE - INDENT.length());
        blockHead(block);
        out.append(f.isCold(block) ? " cold:\n" : ":\n");
        int params = f.blockParams(block);
        for (int i = 0; i < f.pool.length(params); i++) aliases(f.pool.get(params, i));
        for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) {
            indent(f.location(inst));
            insts.results(inst);
            insts.operation(inst, true);
            out.append('\n');
            int results = f.results(inst);
            for (int i = 0; i < f.pool.length(results); i++) aliases(f.pool.get(results, i));
        }
    }

    private void blockHead(int block) {
        out.append("block").append(block);
        int params = f.blockParams(block);
        if (params == 0) return;
        for (int i = 0; i < f.pool.length(params); i++) {
            int value = f.pool.get(params, i);
            out.append(i == 0 ? "(" : ", ").append('v').append(value).append(": ").append(Types.name(f.valueType(value)));
        }
        out.append(')');
    }

    /** The bytes of a constant as a number. */
    static BigInteger unsigned(Function f, int constant) {
        int string = f.entities.constants.get(constant, CONST_BYTES), length = f.text.length(string);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[length - 1 - i] = f.text.at(string, i);
        return new BigInteger(1, bytes);
    }
}
