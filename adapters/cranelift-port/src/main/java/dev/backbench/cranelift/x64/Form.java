package dev.backbench.cranelift.x64;

import dev.backbench.asm.X64Insn;

/**
 * What machine instructions there are in {@link dev.backbench.cranelift.mach.VCode}: its {@code op} is a form of here, which says what operands follow and how emission reads them.
 * Operands: definitions, then uses, those of the address last, then temporaries. {@code info} is packed: {@link X64Insn} or condition, bytes of the operand size, kind of the address,
 * log2 of its scale, trap code of a memory access; {@code extra} is the displacement.
 */
public final class Form {
    /** def; use. A copy of 8 bytes. */
    public static final int MOVE = 0;
    /** def; the immediate. */
    public static final int CONST = 1;
    /** def reuses use 1; use 2: {@code insn def, use2}. */
    public static final int RR = 2;
    /** def reuses use 1; immediate. */
    public static final int RI = 3;
    /** def reuses use 1; address. */
    public static final int RM = 4;
    /** def reuses use 1; a shift has its count as use 2 in rcx. */
    public static final int R = 5;
    /** def; use: {@code insn def, use}. */
    public static final int UNARY = 6;
    /** def; address. */
    public static final int LOAD = 7;
    /** use, use: only flags. */
    public static final int COMPARE = 8;
    /** use; immediate: only flags. */
    public static final int COMPARE_I = 9;
    /** use; address: only flags. */
    public static final int COMPARE_M = 10;
    /** use; address: {@code insn [address], use}. */
    public static final int STORE = 11;
    /** address; immediate. */
    public static final int STORE_I = 12;
    /** address, perhaps rcx: {@code insn [address]}. */
    public static final int MEMORY = 13;
    /** def; use; immediate. */
    public static final int IMUL_I = 14;
    /** def; use, use: VEX {@code insn def, use1, use2}; of floats use 2 may be a stack slot. */
    public static final int RRR = 15;
    /** def; use; immediate: {@code rorx}. */
    public static final int ROTATE = 16;
    /** def; the condition in {@code insn}, which may be one of {@link Conditions} that need two flags, then a temporary. */
    public static final int SET = 17;
    /** def reuses use 1, a float; use 2 is taken if the condition holds. */
    public static final int SELECT = 18;
    /** defs rax, rdx in part; uses rax, rdx, or only rax of a byte; divisor: {@code insn use}. Multiplications too. */
    public static final int WIDE = 19;
    /** def reuses use 1: {@code round}, the mode the immediate. */
    public static final int ROUND = 21;
    /** def reuses use 1; use 2; the immediate or, below zero, use 3 in rcx. */
    public static final int SHIFT_DOUBLE = 22;
    /** def reuses use 1; use 2, use 3: {@code def = def * use2 + use3}. */
    public static final int FUSED = 23;
    /** def; a constant's label: its address. */
    public static final int FUNCTION_ADDRESS = 24;

    /** def; use; address: VEX {@code insn def, use, [address]}. */
    public static final int RRM = 25;

    /** Operands as the signature says. CALL to external function {@code extra}, or CALL_LIB, or CALL_R to use 0. */
    public static final int CALL = 32, CALL_LIB = 33, CALL_R = 34;
    /** The same at the end of a function; {@code immediate}: bytes of stack arguments that it takes. */
    public static final int TAIL = 35, TAIL_R = 36;
    /** defs: the arguments in registers. */
    public static final int ARGS = 37;
    /** uses: the results in registers. */
    public static final int RETURN = 38;
    public static final int JUMP = 39;
    /** The condition; successors taken, not taken. */
    public static final int BRANCH = 40;
    /** use the index; two temporaries; the default is successor 0. */
    public static final int TABLE = 41;
    public static final int TRAP = 42;
    /** The condition; trap code in {@code extra}. */
    public static final int TRAP_IF = 43;

    /** Sequences with jumps inside; what each does is written where it is emitted, in {@link EmitSequences}. */
    public static final int REMAINDER = 64, FLOAT_MIN_MAX = 65, TO_SIGNED = 66, TO_SIGNED_SAT = 67, TO_UNSIGNED = 68, TO_UNSIGNED_SAT = 69, FROM_UNSIGNED = 70, DIVIDE = 71,
        DIVIDE_WIDE = 72, REMAINDER_WIDE = 73;
    /** use the source; two temporaries; {@code extra}: offset in the arguments that go on the stack; {@code immediate}: bytes, eights. */
    public static final int COPY = 74;
    public static final int CMPXCHG = 80, CMPXCHG16 = 81, RMW_LOOP = 82, XADD = 83, XCHG = 84, FENCE = 85, RMW_WIDE = 86, LOCKED = 87;
    public static final int BREAK = 96, FRAME_POINTER = 97, STACK_POINTER = 98, RETURN_ADDRESS = 99, PINNED_GET = 100, PINNED_SET = 101;

    /** Kinds of addresses: nothing; base; base and scaled index; scaled index; the function's stack slots, with an index; arguments that came on the stack; that go on it; constants. */
    public static final int NONE = 0, BASE = 1, BASE_INDEX = 2, INDEX = 3, SLOT = 4, SLOT_INDEX = 5, INCOMING = 6, OUTGOING = 7, POOL = 8;

    private static final int SIZE_SHIFT = 8, SIZE_MASK = 31, KIND_SHIFT = 16, KIND_MASK = 15, SCALE_SHIFT = 20, SCALE_MASK = 3, TRAP_SHIFT = 24;

    private Form() {}

    public static int info(int insn, int size) {
        return insn | size << SIZE_SHIFT;
    }

    /** {@code info} with an address. */
    public static int address(int info, int kind, int logScale, int trapCode) {
        return info | kind << KIND_SHIFT | logScale << SCALE_SHIFT | trapCode << TRAP_SHIFT;
    }

    public static int insn(int info) {
        return info & 0xFF;
    }

    public static int size(int info) {
        return info >> SIZE_SHIFT & SIZE_MASK;
    }

    public static int kind(int info) {
        return info >> KIND_SHIFT & KIND_MASK;
    }

    public static int logScale(int info) {
        return info >> SCALE_SHIFT & SCALE_MASK;
    }

    public static int trapCode(int info) {
        return info >>> TRAP_SHIFT;
    }

    /** Registers that an address of this kind names. */
    public static int addressOperands(int kind) {
        return kind == BASE_INDEX ? 2 : kind == BASE || kind == INDEX || kind == SLOT_INDEX ? 1 : 0;
    }
}
