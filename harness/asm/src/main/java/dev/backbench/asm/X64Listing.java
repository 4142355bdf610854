package dev.backbench.asm;

import java.util.BitSet;

/** An encoder that tells an {@link X64Text} every instruction too, so that the text is of the very instructions it encodes. */
public final class X64Listing extends X64Encoder {
    private final X64Text text;
    private final X64Address copy = new X64Address();
    private final BitSet constants = new BitSet();
    private int firstConstant;

    public X64Listing(X64Text text) {
        this.text = text;
    }

    /** What follows is another function's, whose constant {@code n} the text calls {@code firstConstant + n}. */
    public void newFunction(int firstConstant) {
        text.newFunction();
        this.firstConstant = firstConstant;
        constants.clear();
    }

    /** Constants that the function refers to, as it numbers them. */
    public BitSet constants() {
        return constants;
    }

    private X64Address named(X64Address address) {
        if (address.kind != X64Address.POOL) return address;
        constants.set(address.symbol);
        return copy.symbol(X64Address.POOL, firstConstant + address.symbol, address.displacement);
    }

    /** @param line a place in what was compiled, below zero for none: the text shows it behind each instruction */
    @Override
    public void location(int line, int column) {
        text.comesFrom(line);
    }

    @Override
    public void rr(int insn, int size, int reg, int rm) {
        super.rr(insn, size, reg, rm);
        text.rr(insn, size, reg, rm);
    }

    @Override
    public void rm(int insn, int size, int reg, X64Address address) {
        super.rm(insn, size, reg, address);
        text.rm(insn, size, reg, named(address));
    }

    @Override
    public void mr(int insn, int size, X64Address address, int reg) {
        super.mr(insn, size, address, reg);
        text.mr(insn, size, named(address), reg);
    }

    @Override
    public void ri(int insn, int size, int reg, long immediate) {
        super.ri(insn, size, reg, immediate);
        text.ri(insn, size, reg, immediate);
    }

    @Override
    public void mi(int insn, int size, X64Address address, int immediate) {
        super.mi(insn, size, address, immediate);
        text.mi(insn, size, named(address), immediate);
    }

    @Override
    public void multiply(int size, int reg, int rm, int immediate) {
        super.multiply(size, reg, rm, immediate);
        text.multiply(size, reg, rm, immediate);
    }

    @Override
    public void r(int insn, int size, int reg) {
        super.r(insn, size, reg);
        text.r(insn, size, reg);
    }

    @Override
    public void m(int insn, int size, X64Address address) {
        super.m(insn, size, address);
        text.m(insn, size, named(address));
    }

    @Override
    public void plain(int insn) {
        super.plain(insn);
        text.plain(insn);
    }

    @Override
    public void round(int size, int reg, int rm, int mode) {
        super.round(size, reg, rm, mode);
        text.round(size, reg, rm, mode);
    }

    @Override
    public void rrr(int insn, int size, int reg, int second, int rm) {
        super.rrr(insn, size, reg, second, rm);
        text.rrr(insn, size, reg, second, rm);
    }

    @Override
    public void rrm(int insn, int size, int reg, int second, X64Address address) {
        super.rrm(insn, size, reg, second, address);
        text.rrm(insn, size, reg, second, named(address));
    }

    @Override
    public void rotate(int size, int reg, int rm, int count) {
        super.rotate(size, reg, rm, count);
        text.rotate(size, reg, rm, count);
    }

    @Override
    public void shiftDouble(int insn, int size, int to, int from, int count) {
        super.shiftDouble(insn, size, to, from, count);
        text.shiftDouble(insn, size, to, from, count);
    }

    @Override
    public void lock() {
        super.lock();
        text.lock();
    }

    @Override
    public void trap(int reason) {
        super.trap(reason);
        text.trap(reason);
    }

    @Override
    public void label(int label) {
        super.label(label);
        text.label(label);
    }

    @Override
    public void jump(int label) {
        super.jump(label);
        text.jump(label);
    }

    @Override
    public void jump(int condition, int label) {
        super.jump(condition, label);
        text.jump(condition, label);
    }

    @Override
    public void call(int symbol, int offset) {
        super.call(symbol, offset);
        text.call(symbol, offset);
    }

    @Override
    public void returnPopping(int bytes) {
        super.returnPopping(bytes);
        text.returnPopping(bytes);
    }

    @Override
    public void tailCall(int symbol) {
        super.tailCall(symbol);
        text.tailCall(symbol);
    }

    @Override
    public void address(int reg, int symbol) {
        super.address(reg, symbol);
        text.address(reg, symbol);
    }

    @Override
    public void distance(int label, int from) {
        super.distance(label, from);
        text.distance(label, from);
    }
}
