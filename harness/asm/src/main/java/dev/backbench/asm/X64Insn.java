package dev.backbench.asm;

import java.util.Arrays;

/**
 * The instructions that back ends emit through an {@link X64Sink}, a line each in the static block: mnemonic in GNU syntax, encoding, kinds of its operands. Encodings after
 * the Intel SDM, volume 2.
 */
public final class X64Insn {
    /** Two-operand arithmetic, in the order of the immediate form's digit. */
    public static final int ADD = 0, OR = 1, ADC = 2, SBB = 3, AND = 4, SUB = 5, XOR = 6, CMP = 7;
    public static final int MOV = 8, TEST = 9, XCHG = 10, LEA = 11, IMUL = 12, BSF = 13, BSR = 14, POPCNT = 15;
    /** The destination's size is the operand size, the source's is in the name. */
    public static final int MOVZX8 = 16, MOVZX16 = 17, MOVSX8 = 18, MOVSX16 = 19, MOVSX32 = 20;
    /** One operand. */
    public static final int NOT = 21, NEG = 22, MUL = 23, DIV = 24, IDIV = 25, PUSH = 26, POP = 27, CALL = 28, JMP = 29;
    /** By {@code cl} or an immediate. */
    public static final int ROL = 30, ROR = 31, SHL = 32, SHR = 33, SAR = 34;
    /** Without operands. */
    public static final int RET = 35, LEAVE = 36, CDQ = 37, CQO = 38, UD2 = 39;
    /** Scalar floats: the single form, then the double one. */
    public static final int MOVSS = 40, MOVSD = 41, ADDSS = 42, ADDSD = 43, SUBSS = 44, SUBSD = 45, MULSS = 46, MULSD = 47, DIVSS = 48, DIVSD = 49, SQRTSS = 50, SQRTSD = 51,
            UCOMISS = 52, UCOMISD = 53;
    public static final int CVTSS2SD = 54, CVTSD2SS = 55, CVTTSS2SI = 56, CVTTSD2SI = 57, CVTSI2SS = 58, CVTSI2SD = 59;
    public static final int MOVAPS = 60, XORPS = 61, ANDPS = 62;
    /** Bits from a general register, and to one; 4 or 8 bytes by the operand size. */
    public static final int MOV_TO_XMM = 63, MOV_FROM_XMM = 64;
    /** {@code SET + c}, {@code CMOV + c}: c a condition code of {@link X64}. */
    public static final int SET = 65, CMOV = 81;
    /** Counts of zeros, which give the width for zero. */
    public static final int LZCNT = 97, TZCNT = 98;
    public static final int MINSS = 99, MINSD = 100, MAXSS = 101, MAXSD = 102, ORPS = 103;
    /** Tests a bit, by a register or an immediate. */
    public static final int BT = 104, BSWAP = 105;
    /** With memory; the first two also with {@link X64Sink#lock}. */
    public static final int CMPXCHG = 106, XADD = 107, CMPXCHG16B = 108;
    public static final int ANDNPS = 109, INT3 = 110, CWD = 111;
    /** Of two registers, see {@link X64Sink#shiftDouble}. */
    public static final int SHLD = 112, SHRD = 113;
    /** Three operands, see {@link X64Sink#rrr}; of the shifts the second is the count, {@link #RORX} takes an immediate; {@link #BLSR} to {@link #BLSI} have no first. */
    public static final int ANDN = 114, SHLX = 115, SHRX = 116, SARX = 117, RORX = 118, BLSR = 119, BLSMSK = 120, BLSI = 121, VFMADD213SS = 122, VFMADD213SD = 123;
    /** Of rax, to rdx and rax. */
    public static final int IMUL_WIDE = 124;
    /** Floats with three operands: {@code reg = second op rm}, {@code rm} perhaps in memory; the last four take their upper part from {@code second}. */
    public static final int VADDSS = 125, VADDSD = 126, VSUBSS = 127, VSUBSD = 128, VMULSS = 129, VMULSD = 130, VDIVSS = 131, VDIVSD = 132, VSQRTSS = 133, VSQRTSD = 134;
    public static final int VCVTSS2SD = 135, VCVTSD2SS = 136, VANDPS = 137, VORPS = 138, VXORPS = 139;
    public static final int COUNT = 140;

    private static final String[] CONDITIONS = {"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"};

    static final int NO_PREFIX = 0;
    /** Opcode of {@code reg, r/m}; with the map of two-byte opcodes as {@code 0x0Fxx}. */
    static final short[] OPCODE = new short[COUNT];
    /** Opcode of {@code r/m, reg}; 0 where there is none. */
    static final short[] STORE = new short[COUNT];
    /** Opcode and digit of the form with one operand or an immediate. */
    static final short[] GROUP = new short[COUNT];
    static final byte[] DIGIT = new byte[COUNT];
    static final byte[] PREFIX = new byte[COUNT];
    private static final String[] NAMES = new String[COUNT];
    private static final byte[] FLAGS = new byte[COUNT];

    private static final int VEX_66 = 1, VEX_F3 = 2, VEX_F2 = 3;
    /** Maps of opcodes that VEX names: {@code 0F}, {@code 0F38}, {@code 0F3A}. */
    private static final int MAP_0F = 0x100, MAP_0F38 = 0x200, MAP_0F3A = 0x300;
    /** Of VEX: the prefix has a bit for operands of 8 bytes. */
    private static final int VEX_WIDTH = 64;
    private static final int SUFFIX = 1, REG_XMM = 2, RM_XMM = 4, RM8 = 8, RM16 = 16, RM32 = 32;

    static {
        String[] arithmetic = {"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"};
        for (int i = 0; i < 8; i++) group(general(ADD + i, arithmetic[i], i << 3 | 3, i << 3 | 1), 0x81, i);
        group(general(MOV, "mov", 0x8B, 0x89), 0xC7, 0);
        group(general(TEST, "test", 0x85, 0x85), 0xF7, 0);
        general(XCHG, "xchg", 0x87, 0x87);
        general(LEA, "lea", 0x8D, 0);
        group(general(IMUL, "imul", 0x0FAF, 0), 0x69, 0);
        general(BSF, "bsf", 0x0FBC, 0);
        general(BSR, "bsr", 0x0FBD, 0);
        PREFIX[general(POPCNT, "popcnt", 0x0FB8, 0)] = (byte) 0xF3;
        PREFIX[general(LZCNT, "lzcnt", 0x0FBD, 0)] = (byte) 0xF3;
        PREFIX[general(TZCNT, "tzcnt", 0x0FBC, 0)] = (byte) 0xF3;
        FLAGS[general(MOVZX8, "movzb", 0x0FB6, 0)] |= RM8;
        FLAGS[general(MOVZX16, "movzw", 0x0FB7, 0)] |= RM16;
        FLAGS[general(MOVSX8, "movsb", 0x0FBE, 0)] |= RM8;
        FLAGS[general(MOVSX16, "movsw", 0x0FBF, 0)] |= RM16;
        FLAGS[general(MOVSX32, "movsl", 0x63, 0)] |= RM32;
        String[] unary = {"not", "neg", "mul"};
        for (int i = 0; i < 3; i++) group(general(NOT + i, unary[i], 0, 0), 0xF7, 2 + i);
        group(general(DIV, "div", 0, 0), 0xF7, 6);
        group(general(IDIV, "idiv", 0, 0), 0xF7, 7);
        group(general(PUSH, "push", 0, 0), 0xFF, 6);
        group(general(POP, "pop", 0, 0), 0x8F, 0);
        group(general(CALL, "call", 0, 0), 0xFF, 2);
        group(general(JMP, "jmp", 0, 0), 0xFF, 4);
        String[] shifts = {"rol", "ror", "shl", "shr", "sar"};
        int[] digits = {0, 1, 4, 5, 7};
        for (int i = 0; i < shifts.length; i++) group(general(ROL + i, shifts[i], 0, 0), 0xC1, digits[i]);
        fixed(RET, "ret", 0xC3);
        fixed(LEAVE, "leave", 0xC9);
        fixed(CDQ, "cltd", 0x99);
        fixed(CQO, "cqto", 0x4899);
        fixed(UD2, "ud2", 0x0F0B);
        floats();
        rare();
        for (int c = 0; c < 16; c++) {
            group(general(SET + c, "set" + CONDITIONS[c], 0, 0), 0x0F90 | c, 0);
            FLAGS[SET + c] = RM8;
            general(CMOV + c, "cmov" + CONDITIONS[c], 0x0F40 | c, 0);
        }
    }

    private X64Insn() {}

    private static void rare() {
        group(general(BT, "bt", 0, 0x0FA3), 0x0FBA, 4);
        general(BSWAP, "bswap", 0, 0);
        group(general(IMUL_WIDE, "imul", 0, 0), 0xF7, 5);
        general(CMPXCHG, "cmpxchg", 0, 0x0FB1);
        general(XADD, "xadd", 0, 0x0FC1);
        NAMES[CMPXCHG16B] = "cmpxchg16b";
        group(CMPXCHG16B, 0x0FC7, 1);
        sse(ANDNPS, "andnps", 0, 0x0F55, REG_XMM | RM_XMM);
        fixed(INT3, "int3", 0xCC);
        fixed(CWD, "cwtd", 0x6699);
        general(SHLD, "shld", 0, 0x0FA5);
        general(SHRD, "shrd", 0, 0x0FAD);
        vex(ANDN, "andn", 0, MAP_0F38 | 0xF2);
        vex(SHLX, "shlx", VEX_66, MAP_0F38 | 0xF7);
        vex(SHRX, "shrx", VEX_F2, MAP_0F38 | 0xF7);
        vex(SARX, "sarx", VEX_F3, MAP_0F38 | 0xF7);
        vex(RORX, "rorx", VEX_F2, MAP_0F3A | 0xF0);
        String[] lowest = {"blsr", "blsmsk", "blsi"};
        for (int i = 0; i < lowest.length; i++) {
            vex(BLSR + i, lowest[i], 0, MAP_0F38 | 0xF3);
            DIGIT[BLSR + i] = (byte) (1 + i);
        }
        vex(VFMADD213SS, "vfmadd213ss", VEX_66, MAP_0F38 | 0xA9);
        vex(VFMADD213SD, "vfmadd213sd", VEX_66, MAP_0F38 | 0xA9);
        FLAGS[VFMADD213SS] = REG_XMM | RM_XMM;
        FLAGS[VFMADD213SD] = REG_XMM | RM_XMM | VEX_WIDTH;
        for (int insn = ADDSS; insn <= SQRTSD; insn++) vexOf(VADDSS + insn - ADDSS, insn);
        vexOf(VCVTSS2SD, CVTSS2SD);
        vexOf(VCVTSD2SS, CVTSD2SS);
        vexOf(VANDPS, ANDPS);
        vexOf(VORPS, ORPS);
        vexOf(VXORPS, XORPS);
    }

    /** The form of an SSE instruction that leaves its first operand alone. */
    private static void vexOf(int insn, int sse) {
        int prefix = switch (PREFIX[sse] & 0xFF) {
            case 0xF3 -> VEX_F3;
            case 0xF2 -> VEX_F2;
            default -> 0;
        };
        vex(insn, "v" + NAMES[sse], prefix, MAP_0F | OPCODE[sse] & 0xFF);
        FLAGS[insn] = REG_XMM | RM_XMM;
    }

    /** @param prefix the two bits that stand for it @param opcode with its map */
    private static void vex(int insn, String name, int prefix, int opcode) {
        NAMES[insn] = name;
        PREFIX[insn] = (byte) prefix;
        OPCODE[insn] = (short) opcode;
        FLAGS[insn] = SUFFIX | VEX_WIDTH;
    }

    private static void floats() {
        sse(MOVSS, "movss", 0xF3, 0x0F10, REG_XMM | RM_XMM);
        sse(MOVSD, "movsd", 0xF2, 0x0F10, REG_XMM | RM_XMM);
        STORE[MOVSS] = STORE[MOVSD] = 0x0F11;
        String[] names = {"add", "sub", "mul", "div", "sqrt"};
        int[] opcodes = {0x0F58, 0x0F5C, 0x0F59, 0x0F5E, 0x0F51};
        for (int i = 0; i < names.length; i++) {
            sse(ADDSS + 2 * i, names[i] + "ss", 0xF3, opcodes[i], REG_XMM | RM_XMM);
            sse(ADDSD + 2 * i, names[i] + "sd", 0xF2, opcodes[i], REG_XMM | RM_XMM);
        }
        sse(MINSS, "minss", 0xF3, 0x0F5D, REG_XMM | RM_XMM);
        sse(MINSD, "minsd", 0xF2, 0x0F5D, REG_XMM | RM_XMM);
        sse(MAXSS, "maxss", 0xF3, 0x0F5F, REG_XMM | RM_XMM);
        sse(MAXSD, "maxsd", 0xF2, 0x0F5F, REG_XMM | RM_XMM);
        sse(ORPS, "orps", 0, 0x0F56, REG_XMM | RM_XMM);
        sse(UCOMISS, "ucomiss", 0, 0x0F2E, REG_XMM | RM_XMM);
        sse(UCOMISD, "ucomisd", 0x66, 0x0F2E, REG_XMM | RM_XMM);
        sse(CVTSS2SD, "cvtss2sd", 0xF3, 0x0F5A, REG_XMM | RM_XMM);
        sse(CVTSD2SS, "cvtsd2ss", 0xF2, 0x0F5A, REG_XMM | RM_XMM);
        sse(CVTTSS2SI, "cvttss2si", 0xF3, 0x0F2C, SUFFIX | RM_XMM);
        sse(CVTTSD2SI, "cvttsd2si", 0xF2, 0x0F2C, SUFFIX | RM_XMM);
        sse(CVTSI2SS, "cvtsi2ss", 0xF3, 0x0F2A, SUFFIX | REG_XMM);
        sse(CVTSI2SD, "cvtsi2sd", 0xF2, 0x0F2A, SUFFIX | REG_XMM);
        sse(MOVAPS, "movaps", 0, 0x0F28, REG_XMM | RM_XMM);
        STORE[MOVAPS] = 0x0F29;
        sse(XORPS, "xorps", 0, 0x0F57, REG_XMM | RM_XMM);
        sse(ANDPS, "andps", 0, 0x0F54, REG_XMM | RM_XMM);
        sse(MOV_TO_XMM, "mov", 0x66, 0x0F6E, REG_XMM);
        sse(MOV_FROM_XMM, "mov", 0x66, 0, REG_XMM);
        STORE[MOV_FROM_XMM] = 0x0F7E;
    }

    private static int general(int insn, String name, int opcode, int store) {
        NAMES[insn] = name;
        OPCODE[insn] = (short) opcode;
        STORE[insn] = (short) store;
        FLAGS[insn] = SUFFIX;
        return insn;
    }

    private static void group(int insn, int opcode, int digit) {
        GROUP[insn] = (short) opcode;
        DIGIT[insn] = (byte) digit;
    }

    private static void fixed(int insn, String name, int opcode) {
        NAMES[insn] = name;
        OPCODE[insn] = (short) opcode;
    }

    private static void sse(int insn, String name, int prefix, int opcode, int flags) {
        NAMES[insn] = name;
        PREFIX[insn] = (byte) prefix;
        OPCODE[insn] = (short) opcode;
        FLAGS[insn] = (byte) flags;
    }

    /** The mnemonic for operands of {@code size} bytes in GNU syntax. */
    public static String name(int insn, int size) {
        if (insn == MOV_TO_XMM || insn == MOV_FROM_XMM) return size == 8 ? "movq" : "movd";
        if ((FLAGS[insn] & SUFFIX) == 0) return NAMES[insn];
        return NAMES[insn] + suffix(size);
    }

    /** How jumps on it end. */
    public static String condition(int condition) {
        return CONDITIONS[condition];
    }

    static char suffix(int size) {
        return size == 8 ? 'q' : size == 4 ? 'l' : size == 2 ? 'w' : 'b';
    }

    /** Whether the VEX prefix says that operands are of 8 bytes. */
    static boolean isVexWide(int insn, int size) {
        return size == 8 && (FLAGS[insn] & VEX_WIDTH) != 0;
    }

    /** Bytes of the register in the reg field, 16 for an xmm register. */
    static int regSize(int insn, int size) {
        return (FLAGS[insn] & REG_XMM) != 0 ? 16 : size;
    }

    /** Bytes of the register in the r/m field, 16 for an xmm register. */
    static int rmSize(int insn, int size) {
        int flags = FLAGS[insn];
        if ((flags & RM_XMM) != 0) return 16;
        return (flags & RM8) != 0 ? 1 : (flags & RM16) != 0 ? 2 : (flags & RM32) != 0 ? 4 : size;
    }

    /** Whether every number has its instruction. For tests. */
    static boolean complete() {
        return Arrays.stream(NAMES).allMatch(name -> name != null);
    }
}
