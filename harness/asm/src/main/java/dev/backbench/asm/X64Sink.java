package dev.backbench.asm;

/**
 * Takes a function's instructions one after another: {@link X64Encoder} makes machine code of them, {@link X64Text} assembler text. Operands are in Intel order, the destination
 * first; {@code size} is the operand size in bytes; instructions are those of {@link X64Insn}. Labels are small numbers chosen by the caller, used freely before they are bound.
 */
public interface X64Sink {
    /** Registers only: {@code insn reg, rm}. */
    void rr(int insn, int size, int reg, int rm);

    /** From memory. */
    void rm(int insn, int size, int reg, X64Address address);

    /** To memory. */
    void mr(int insn, int size, X64Address address, int reg);

    /** With an immediate of 32 bits, sign-extended; shifts take their count so. {@link X64Insn#MOV} takes any 64 bits and leaves the flags alone. */
    void ri(int insn, int size, int reg, long immediate);

    void mi(int insn, int size, X64Address address, int immediate);

    /** {@code imul reg, rm, immediate}. */
    void multiply(int size, int reg, int rm, int immediate);

    /** One operand; of shifts, whose count is {@code cl}. */
    void r(int insn, int size, int reg);

    void m(int insn, int size, X64Address address);

    /** No operand. */
    void plain(int insn);

    /** {@code roundss} or {@code roundsd} without raising inexact. @param mode 0 to nearest even, 1 down, 2 up, 3 towards zero */
    void round(int size, int reg, int rm, int mode);

    /** {@code insn reg, second, rm}, of the VEX-encoded instructions. */
    void rrr(int insn, int size, int reg, int second, int rm);

    /** The same with {@code rm} in memory, of floats. */
    void rrm(int insn, int size, int reg, int second, X64Address address);

    /** {@code rorx reg, rm, count}, which leaves the flags alone. */
    void rotate(int size, int reg, int rm, int count);

    /** {@code shld} or {@code shrd to, from}. @param count below zero: in {@code cl} */
    void shiftDouble(int insn, int size, int to, int from, int count);

    /** The prefix of the next instruction, which writes to memory. */
    void lock();

    /** {@code ud1} with {@code reason} in its address, as {@code docs/abi.md} has it. */
    void trap(int reason);

    void label(int label);

    void jump(int label);

    /** @param condition of {@link X64} */
    void jump(int condition, int label);

    /** Calls a global. */
    void call(int symbol, int offset);

    /** {@code ret} that takes {@code bytes} of arguments with it. */
    void returnPopping(int bytes);

    /** Jumps to a global. */
    void tailCall(int symbol);

    /** The address of a global, as an immediate of 64 bits. */
    void address(int reg, int symbol);

    /** 32 bits of data: the distance of one label from another. */
    void distance(int label, int from);

    /** The source position of what follows. */
    void location(int line, int column);
}
