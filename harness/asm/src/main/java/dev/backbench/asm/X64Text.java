package dev.backbench.asm;

import java.util.function.IntFunction;

/** The same instructions as {@link X64Encoder} makes, as text for the GNU assembler. */
public final class X64Text implements X64Sink {
    private static final String[] LEGACY = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};

    private final StringBuilder out;
    private final IntFunction<String> globals;
    private int firstLabel, labels;
    private int file;
    /** What the next instructions come from, shown behind them; below zero for nothing. */
    private int place = -1;

    /** @param out what the text is appended to @param globals the name of a global by its number; constants of the pool are {@code .Lfp} and theirs */
    public X64Text(StringBuilder out, IntFunction<String> globals) {
        this.out = out;
        this.globals = globals;
    }

    /** Labels from here on are another function's. */
    public void newFunction() {
        firstLabel += labels;
        labels = 0;
        place = -1;
    }

    /** Lines from here on say in a comment which place they come from. @param place below zero for none */
    public void comesFrom(int place) {
        this.place = place;
    }

    /** The number of the {@code .file} that {@link #location} refers to; 0 for none. */
    public void file(int number) {
        file = number;
    }

    private static String register(int number, int size) {
        if (size == 16) return "%xmm" + number;
        if (number >= X64.R8) return "%r" + number + (size == 8 ? "" : size == 4 ? "d" : size == 2 ? "w" : "b");
        String name = LEGACY[number];
        if (size == 8) return "%r" + name;
        if (size == 4) return "%e" + name;
        if (size == 2) return "%" + name;
        return number < X64.RSP ? "%" + name.charAt(0) + "l" : "%" + name + "l";
    }

    private String symbol(int kind, int symbol, int displacement) {
        String name = kind == X64Address.POOL ? ".Lfp" + symbol : globals.apply(symbol);
        if (kind == X64Address.THREAD || kind == X64Address.THREAD_OFFSET) name += "@tpoff";
        return name + (displacement == 0 ? "" : displacement > 0 ? "+" + displacement : String.valueOf(displacement));
    }

    private String address(X64Address a) {
        StringBuilder text = new StringBuilder(a.fs ? "%fs:" : "");
        if (a.kind == X64Address.LABEL) return text.append(labelName(a.symbol)).append(a.displacement == 0 ? "" : "+" + a.displacement).append("(%rip)").toString();
        if (a.kind == X64Address.GLOBAL || a.kind == X64Address.POOL) return text.append(symbol(a.kind, a.symbol, a.displacement)).append("(%rip)").toString();
        if (a.kind != X64Address.PLAIN) text.append(symbol(a.kind, a.symbol, a.displacement));
        else if (a.displacement != 0 || a.base < 0) text.append(a.displacement);
        if (a.base < 0 && a.index < 0) return text.toString();
        text.append('(');
        if (a.base >= 0) text.append(register(a.base, 8));
        if (a.index >= 0) text.append(", ").append(register(a.index, 8)).append(", ").append(a.scale);
        return text.append(')').toString();
    }

    private void line(String name, String operands) {
        out.append('\t').append(name).append(' ').append(operands).append(place >= 0 ? "\t# @" + Integer.toHexString(place) : "").append('\n');
    }

    @Override
    public void rr(int insn, int size, int reg, int rm) {
        String first = register(reg, X64Insn.regSize(insn, size)), second = register(rm, X64Insn.rmSize(insn, size));
        line(X64Insn.name(insn, size), toSecond(insn) ? first + ", " + second : second + ", " + first);
    }

    /** The assembler puts the first operand of these into the reg field, as the encoder does. */
    private static boolean toSecond(int insn) {
        return insn == X64Insn.MOV_FROM_XMM || insn == X64Insn.TEST || insn == X64Insn.XCHG || insn == X64Insn.BT;
    }

    @Override
    public void rm(int insn, int size, int reg, X64Address address) {
        line(X64Insn.name(insn, size), address(address) + ", " + register(reg, X64Insn.regSize(insn, size)));
    }

    @Override
    public void mr(int insn, int size, X64Address address, int reg) {
        line(X64Insn.name(insn, size), register(reg, X64Insn.regSize(insn, size)) + ", " + address(address));
    }

    @Override
    public void ri(int insn, int size, int reg, long immediate) {
        if (insn != X64Insn.MOV) {
            line(X64Insn.name(insn, size), "$" + (int) immediate + ", " + register(reg, size));
        } else if (size == 4 || immediate == (immediate & 0xFFFFFFFFL)) {
            line("movl", "$" + (int) immediate + ", " + register(reg, 4));
        } else {
            line(immediate == (int) immediate ? "movq" : "movabsq", "$" + immediate + ", " + register(reg, 8));
        }
    }

    @Override
    public void mi(int insn, int size, X64Address address, int immediate) {
        int value = size == 1 ? (byte) immediate : size == 2 ? (short) immediate : immediate;
        line(X64Insn.name(insn, size), "$" + value + ", " + address(address));
    }

    @Override
    public void multiply(int size, int reg, int rm, int immediate) {
        line(X64Insn.name(X64Insn.IMUL, size), "$" + immediate + ", " + register(rm, size) + ", " + register(reg, size));
    }

    @Override
    public void r(int insn, int size, int reg) {
        boolean shift = insn >= X64Insn.ROL && insn <= X64Insn.SAR, indirect = insn == X64Insn.CALL || insn == X64Insn.JMP;
        String register = register(reg, X64Insn.rmSize(insn, size));
        if (indirect) line(X64Insn.name(insn, 8), "*" + register);
        else line(X64Insn.name(insn, size), (shift ? "%cl, " : "") + register);
    }

    @Override
    public void m(int insn, int size, X64Address address) {
        boolean shift = insn >= X64Insn.ROL && insn <= X64Insn.SAR, indirect = insn == X64Insn.CALL || insn == X64Insn.JMP;
        line(X64Insn.name(insn, size), (shift ? "%cl, " : indirect ? "*" : "") + address(address));
    }

    @Override
    public void plain(int insn) {
        out.append('\t').append(X64Insn.name(insn, 0)).append('\n');
    }

    @Override
    public void round(int size, int reg, int rm, int mode) {
        line(size == 8 ? "roundsd" : "roundss", "$" + (mode | 8) + ", " + register(rm, 16) + ", " + register(reg, 16));
    }

    @Override
    public void rrr(int insn, int size, int reg, int second, int rm) {
        String last = register(rm, X64Insn.rmSize(insn, size)), middle = register(second, X64Insn.regSize(insn, size)), first = register(reg, X64Insn.regSize(insn, size));
        boolean shift = insn >= X64Insn.SHLX && insn <= X64Insn.SARX, lowest = insn >= X64Insn.BLSR && insn <= X64Insn.BLSI;
        line(X64Insn.name(insn, size), lowest ? last + ", " + middle : (shift ? middle + ", " + last : last + ", " + middle) + ", " + first);
    }

    @Override
    public void rrm(int insn, int size, int reg, int second, X64Address address) {
        line(X64Insn.name(insn, size), address(address) + ", " + register(second, X64Insn.regSize(insn, size)) + ", " + register(reg, X64Insn.regSize(insn, size)));
    }

    @Override
    public void rotate(int size, int reg, int rm, int count) {
        line(X64Insn.name(X64Insn.RORX, size), "$" + count + ", " + register(rm, size) + ", " + register(reg, size));
    }

    @Override
    public void shiftDouble(int insn, int size, int to, int from, int count) {
        line(X64Insn.name(insn, size), (count < 0 ? "%cl" : "$" + count) + ", " + register(from, size) + ", " + register(to, size));
    }

    @Override
    public void lock() {
        out.append("\tlock\n");
    }

    /** By bytes: assemblers do not agree on this instruction's operands. */
    @Override
    public void trap(int reason) {
        out.append("\t.byte 0x67, 0x0f, 0xb9, 0x40, ").append(reason).append('\n');
    }

    @Override
    public void label(int label) {
        out.append(labelName(label)).append(":\n");
    }

    private String labelName(int label) {
        labels = Math.max(labels, label + 1);
        return ".Lbb" + (firstLabel + label);
    }

    @Override
    public void jump(int label) {
        line("jmp", labelName(label));
    }

    @Override
    public void jump(int condition, int label) {
        line("j" + X64Insn.condition(condition), labelName(label));
    }

    @Override
    public void call(int symbol, int offset) {
        line("call", symbol(X64Address.GLOBAL, symbol, offset));
    }

    @Override
    public void returnPopping(int bytes) {
        line("ret", "$" + bytes);
    }

    @Override
    public void tailCall(int symbol) {
        line("jmp", symbol(X64Address.GLOBAL, symbol, 0));
    }

    @Override
    public void address(int reg, int symbol) {
        line("movabsq", "$" + symbol(X64Address.GLOBAL, symbol, 0) + ", " + register(reg, 8));
    }

    @Override
    public void distance(int label, int from) {
        out.append("\t.long ").append(labelName(label)).append(" - ").append(labelName(from)).append('\n');
    }

    @Override
    public void location(int line, int column) {
        if (file > 0) line(".loc", file + " " + line + " " + column);
    }
}
