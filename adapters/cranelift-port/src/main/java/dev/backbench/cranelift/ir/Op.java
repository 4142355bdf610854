package dev.backbench.cranelift.ir;

import static dev.backbench.cranelift.ir.Effect.*;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Every instruction of the language, declared once: its format, its types, what it may do. Parser, printer, verifier and interpreter all work from here.
 *
 * <p>Types are spelled {@code set of the controlling type T; operands -> results}, see {@link Constraint}; no set where no type is variable. Operands that
 * a signature or a block decides are not listed.
 */
public enum Op {
    JUMP(Format.JUMP, "", TERMINATOR | BRANCH),
    BRIF(Format.BRIF, "iB; T", TERMINATOR | BRANCH),
    BR_TABLE(Format.BR_TABLE, "; i32", TERMINATOR | BRANCH),
    DEBUGTRAP(Format.NULLARY, "", LOADS | STORES | EFFECTS),
    TRAP(Format.TRAP, "", TERMINATOR | TRAPS),
    TRAPZ(Format.COND_TRAP, "iB; T", TRAPS),
    TRAPNZ(Format.COND_TRAP, "iB; T", TRAPS),
    RETURN(Format.MULTIARY, "", TERMINATOR | RETURNS),
    CALL(Format.CALL, "", CALLS),
    CALL_INDIRECT(Format.CALL_INDIRECT, "iAddr; T", CALLS),
    RETURN_CALL(Format.CALL, "", TERMINATOR | RETURNS | CALLS),
    RETURN_CALL_INDIRECT(Format.CALL_INDIRECT, "iAddr; T", TERMINATOR | RETURNS | CALLS),
    FUNC_ADDR(Format.FUNC_ADDR, "iAddr; -> T", 0),
    TRY_CALL(Format.TRY_CALL, "", TERMINATOR | BRANCH | CALLS),
    TRY_CALL_INDIRECT(Format.TRY_CALL_INDIRECT, "iAddr; T", TERMINATOR | BRANCH | CALLS),
    SPLAT(Format.UNARY, "AnyTxN; lane(T) -> T", 0),
    SWIZZLE(Format.BINARY, "; i8x16 i8x16 -> i8x16", 0),
    X86_PSHUFB(Format.BINARY, "; i8x16 i8x16 -> i8x16", 0),
    INSERTLANE(Format.TERNARY_IMM8, "AnyTxN; T lane(T) -> T", 0),
    EXTRACTLANE(Format.BINARY_IMM8, "AnyTxN; T -> lane(T)", 0),
    SMIN(Format.BINARY, "IntFixed; T T -> T", 0),
    UMIN(Format.BINARY, "IntFixed; T T -> T", 0),
    SMAX(Format.BINARY, "IntFixed; T T -> T", 0),
    UMAX(Format.BINARY, "IntFixed; T T -> T", 0),
    AVG_ROUND(Format.BINARY, "IxN; T T -> T", 0),
    UADD_SAT(Format.BINARY, "IxN; T T -> T", 0),
    SADD_SAT(Format.BINARY, "IxN; T T -> T", 0),
    USUB_SAT(Format.BINARY, "IxN; T T -> T", 0),
    SSUB_SAT(Format.BINARY, "IxN; T T -> T", 0),
    LOAD(Format.LOAD, "Mem; :iAddr -> T", LOADS),
    STORE(Format.STORE, "Mem; T :iAddr", STORES),
    ULOAD8(Format.LOAD, "iExt8; :iAddr -> T", LOADS),
    SLOAD8(Format.LOAD, "iExt8; :iAddr -> T", LOADS),
    ISTORE8(Format.STORE, "iExt8; T :iAddr", STORES),
    ULOAD16(Format.LOAD, "iExt16; :iAddr -> T", LOADS),
    SLOAD16(Format.LOAD, "iExt16; :iAddr -> T", LOADS),
    ISTORE16(Format.STORE, "iExt16; T :iAddr", STORES),
    ULOAD32(Format.LOAD, "iExt32; :iAddr -> T", LOADS),
    SLOAD32(Format.LOAD, "iExt32; :iAddr -> T", LOADS),
    ISTORE32(Format.STORE, "iExt32; T :iAddr", STORES),
    STACK_SWITCH(Format.TERNARY, "iAddr; T T T -> T", LOADS | STORES | EFFECTS | CALLS),
    ULOAD8X8(Format.LOAD, "iAddr; T -> i16x8", LOADS),
    SLOAD8X8(Format.LOAD, "iAddr; T -> i16x8", LOADS),
    ULOAD16X4(Format.LOAD, "iAddr; T -> i32x4", LOADS),
    SLOAD16X4(Format.LOAD, "iAddr; T -> i32x4", LOADS),
    ULOAD32X2(Format.LOAD, "iAddr; T -> i64x2", LOADS),
    SLOAD32X2(Format.LOAD, "iAddr; T -> i64x2", LOADS),
    STACK_ADDR(Format.STACK_ADDR, "iAddr; -> T", 0),
    DYNAMIC_STACK_ADDR(Format.DYNAMIC_STACK_ADDR, "iAddr; -> T", 0),
    SYMBOL_VALUE(Format.UNARY_GLOBAL, "Mem; -> T", 0),
    TLS_VALUE(Format.UNARY_GLOBAL, "Mem; -> T", 0),
    GET_PINNED_REG(Format.NULLARY, "iAddr; -> T", EFFECTS),
    SET_PINNED_REG(Format.UNARY, "iAddr; T", EFFECTS),
    GET_FRAME_POINTER(Format.NULLARY, "iAddr; -> T", 0),
    GET_STACK_POINTER(Format.NULLARY, "iAddr; -> T", 0),
    GET_RETURN_ADDRESS(Format.NULLARY, "iAddr; -> T", 0),
    GET_EXCEPTION_HANDLER_ADDRESS(Format.EXCEPTION_HANDLER_ADDRESS, "iAddr; -> T", 0),
    ICONST(Format.UNARY_IMM, "NarrowInt; -> T", 0),
    F16CONST(Format.UNARY_F16, "; -> f16", 0),
    F32CONST(Format.UNARY_F32, "; -> f32", 0),
    F64CONST(Format.UNARY_F64, "; -> f64", 0),
    F128CONST(Format.UNARY_CONST, "; -> f128", 0),
    VCONST(Format.UNARY_CONST, "TxN; -> T", 0),
    SHUFFLE(Format.SHUFFLE, "; i8x16 i8x16 -> i8x16", 0),
    NOP(Format.NULLARY, "", 0),
    SELECT(Format.TERNARY, "Any; :iB T T -> T", 0),
    SELECT_SPECTRE_GUARD(Format.TERNARY, "Any; :iB T T -> T", 0),
    BITSELECT(Format.TERNARY, "Any; T T T -> T", 0),
    BLENDV(Format.TERNARY, "Any; T T T -> T", 0),
    VANY_TRUE(Format.UNARY, "TxN; T -> i8", 0),
    VALL_TRUE(Format.UNARY, "TxN; T -> i8", 0),
    VHIGH_BITS(Format.UNARY, "NarrowInt; :TxN -> T", 0),
    ICMP(Format.INT_COMPARE, "Int; T T -> truthy(T)", 0),
    IADD(Format.BINARY, "Int; T T -> T", 0),
    ISUB(Format.BINARY, "Int; T T -> T", 0),
    INEG(Format.UNARY, "Int; T -> T", 0),
    IABS(Format.UNARY, "Int; T -> T", 0),
    IMUL(Format.BINARY, "Int; T T -> T", 0),
    UMULHI(Format.BINARY, "Int; T T -> T", 0),
    SMULHI(Format.BINARY, "Int; T T -> T", 0),
    SQMUL_ROUND_SAT(Format.BINARY, "I16or32; T T -> T", 0),
    X86_PMULHRSW(Format.BINARY, "I16or32; T T -> T", 0),
    UDIV(Format.BINARY, "iB; T T -> T", TRAPS),
    SDIV(Format.BINARY, "iB; T T -> T", TRAPS),
    UREM(Format.BINARY, "iB; T T -> T", TRAPS),
    SREM(Format.BINARY, "iB; T T -> T", TRAPS),
    SADD_OVERFLOW_CIN(Format.TERNARY, "iB; T T i8 -> T i8", 0),
    UADD_OVERFLOW_CIN(Format.TERNARY, "iB; T T i8 -> T i8", 0),
    UADD_OVERFLOW(Format.BINARY, "iB; T T -> T i8", 0),
    SADD_OVERFLOW(Format.BINARY, "iB; T T -> T i8", 0),
    USUB_OVERFLOW(Format.BINARY, "iB; T T -> T i8", 0),
    SSUB_OVERFLOW(Format.BINARY, "iB; T T -> T i8", 0),
    UMUL_OVERFLOW(Format.BINARY, "NarrowInt; T T -> T i8", 0),
    SMUL_OVERFLOW(Format.BINARY, "NarrowInt; T T -> T i8", 0),
    UADD_OVERFLOW_TRAP(Format.INT_ADD_TRAP, "iAddr; T T -> T", TRAPS),
    SSUB_OVERFLOW_BIN(Format.TERNARY, "iB; T T i8 -> T i8", 0),
    USUB_OVERFLOW_BIN(Format.TERNARY, "iB; T T i8 -> T i8", 0),
    BAND(Format.BINARY, "Any; T T -> T", 0),
    BOR(Format.BINARY, "Any; T T -> T", 0),
    BXOR(Format.BINARY, "Any; T T -> T", 0),
    BNOT(Format.UNARY, "Any; T -> T", 0),
    ROTL(Format.BINARY, "Int; T :iB -> T", 0),
    ROTR(Format.BINARY, "Int; T :iB -> T", 0),
    ISHL(Format.BINARY, "Int; T :iB -> T", 0),
    USHR(Format.BINARY, "Int; T :iB -> T", 0),
    SSHR(Format.BINARY, "Int; T :iB -> T", 0),
    BITREV(Format.UNARY, "iB; T -> T", 0),
    CLZ(Format.UNARY, "iB; T -> T", 0),
    CLS(Format.UNARY, "iB; T -> T", 0),
    CTZ(Format.UNARY, "iB; T -> T", 0),
    BSWAP(Format.UNARY, "WideInt; T -> T", 0),
    POPCNT(Format.UNARY, "Int; T -> T", 0),
    FCMP(Format.FLOAT_COMPARE, "Float; T T -> truthy(T)", 0),
    FADD(Format.BINARY, "Float; T T -> T", 0),
    FSUB(Format.BINARY, "Float; T T -> T", 0),
    FMUL(Format.BINARY, "Float; T T -> T", 0),
    FDIV(Format.BINARY, "Float; T T -> T", 0),
    SQRT(Format.UNARY, "Float; T -> T", 0),
    FMA(Format.TERNARY, "Float; T T T -> T", 0),
    FNEG(Format.UNARY, "Float; T -> T", 0),
    FABS(Format.UNARY, "Float; T -> T", 0),
    FCOPYSIGN(Format.BINARY, "Float; T T -> T", 0),
    FMIN(Format.BINARY, "Float; T T -> T", 0),
    FMAX(Format.BINARY, "Float; T T -> T", 0),
    CEIL(Format.UNARY, "Float; T -> T", 0),
    FLOOR(Format.UNARY, "Float; T -> T", 0),
    TRUNC(Format.UNARY, "Float; T -> T", 0),
    NEAREST(Format.UNARY, "Float; T -> T", 0),
    BITCAST(Format.LOAD_NO_OFFSET, "Mem; :Mem -> T", 0),
    SCALAR_TO_VECTOR(Format.UNARY, "TxN; lane(T) -> T", 0),
    BMASK(Format.UNARY, "iB; :iB -> T", 0),
    IREDUCE(Format.UNARY, "iB; wider(T) -> T", 0),
    SNARROW(Format.BINARY, "I16or32or64xN; T T -> split(T)", 0),
    UNARROW(Format.BINARY, "I16or32or64xN; T T -> split(T)", 0),
    UUNARROW(Format.BINARY, "I16or32or64xN; T T -> split(T)", 0),
    SWIDEN_LOW(Format.UNARY, "I8or16or32xN; T -> merge(T)", 0),
    SWIDEN_HIGH(Format.UNARY, "I8or16or32xN; T -> merge(T)", 0),
    UWIDEN_LOW(Format.UNARY, "I8or16or32xN; T -> merge(T)", 0),
    UWIDEN_HIGH(Format.UNARY, "I8or16or32xN; T -> merge(T)", 0),
    IADD_PAIRWISE(Format.BINARY, "I8or16or32xN; T T -> T", 0),
    X86_PMADDUBSW(Format.BINARY, "; i8x16 i8x16 -> i16x8", 0),
    UEXTEND(Format.UNARY, "iB; narrower(T) -> T", 0),
    SEXTEND(Format.UNARY, "iB; narrower(T) -> T", 0),
    FPROMOTE(Format.UNARY, "FloatScalar; narrower(T) -> T", 0),
    FDEMOTE(Format.UNARY, "FloatScalar; wider(T) -> T", 0),
    FVDEMOTE(Format.UNARY, "; f64x2 -> f32x4", 0),
    FVPROMOTE_LOW(Format.UNARY, "; f32x4 -> f64x2", 0),
    FCVT_TO_UINT(Format.UNARY, "iB; :FloatScalar -> T", TRAPS),
    FCVT_TO_SINT(Format.UNARY, "iB; :FloatScalar -> T", TRAPS),
    FCVT_TO_UINT_SAT(Format.UNARY, "IntFixed; :Float -> T", 0),
    FCVT_TO_SINT_SAT(Format.UNARY, "IntFixed; :Float -> T", 0),
    X86_CVTT2DQ(Format.UNARY, "IntFixed; :Float -> T", 0),
    FCVT_FROM_UINT(Format.UNARY, "FloatFixed; :IntFixed -> T", 0),
    FCVT_FROM_SINT(Format.UNARY, "FloatFixed; :IntFixed -> T", 0),
    ISPLIT(Format.UNARY, "WideInt; T -> half(T) half(T)", 0),
    ICONCAT(Format.BINARY, "NarrowInt; T T -> double(T)", 0),
    ATOMIC_RMW(Format.ATOMIC_RMW, "iB; :iAddr T -> T", LOADS | STORES | EFFECTS),
    ATOMIC_CAS(Format.ATOMIC_CAS, "iB; :iAddr T T -> T", LOADS | STORES | EFFECTS),
    ATOMIC_LOAD(Format.LOAD_NO_OFFSET, "iB; :iAddr -> T", LOADS | EFFECTS),
    ATOMIC_STORE(Format.STORE_NO_OFFSET, "iB; T :iAddr", STORES | EFFECTS),
    FENCE(Format.NULLARY, "", EFFECTS),
    EXTRACT_VECTOR(Format.BINARY_IMM8, "DynTxN; T -> fixed_of(T)", 0),
    SEQUENCE_POINT(Format.NULLARY, "", EFFECTS);

    private static final Op[] ALL = values();
    /** Names by hash, open addressing; -1 where empty. */
    private static final int SLOTS = 1024;
    private static final short[] BY_HASH = new short[SLOTS];
    private static final byte[][] NAMES = new byte[ALL.length][];

    static {
        Arrays.fill(BY_HASH, (short) -1);
        for (Op op : ALL) {
            byte[] name = NAMES[op.ordinal()] = op.text.getBytes(StandardCharsets.US_ASCII);
            int slot = hash(name, 0, name.length);
            while (BY_HASH[slot] >= 0) slot = slot + 1 & SLOTS - 1;
            BY_HASH[slot] = (short) op.ordinal();
        }
    }

    public final String text;
    public final Format format;
    /** Bits of {@link Effect}. */
    public final int flags;
    /** The types that {@code T} can be; null where there is no {@code T}. */
    public final TypeSet control;
    public final Constraint[] operands, results;
    /** The fixed operand whose type is {@code T}, so that the text need not name it; -1 where it must. */
    public final int typedOperand;

    Op(Format format, String types, int flags) {
        this.text = name().toLowerCase();
        this.format = format;
        this.flags = flags;
        int semicolon = types.indexOf(';');
        String set = semicolon < 0 ? "" : types.substring(0, semicolon);
        String[] sides = (types.substring(semicolon + 1) + " ").split("->", 2);
        this.control = set.isEmpty() ? null : TypeSet.named(set);
        this.operands = constraints(sides[0]);
        this.results = constraints(sides.length > 1 ? sides[1] : "");
        int typed = format.typed;
        this.typedOperand = control != null && typed >= 0 && typed < operands.length && operands[typed].isControl() ? typed : -1;
    }

    private static Constraint[] constraints(String text) {
        String[] words = text.strip().isEmpty() ? new String[0] : text.strip().split(" +");
        Constraint[] constraints = new Constraint[words.length];
        for (int i = 0; i < words.length; i++) constraints[i] = Constraint.parse(words[i]);
        return constraints;
    }

    public static Op of(int ordinal) {
        return ALL[ordinal];
    }

    /** @return the operation spelled in {@code text[from..to)}, null where there is none */
    public static Op find(byte[] text, int from, int to) {
        for (int slot = hash(text, from, to); BY_HASH[slot] >= 0; slot = slot + 1 & SLOTS - 1) {
            byte[] name = NAMES[BY_HASH[slot]];
            if (Arrays.equals(name, 0, name.length, text, from, to)) return ALL[BY_HASH[slot]];
        }
        return null;
    }

    private static int hash(byte[] text, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) hash = hash * 31 + text[i];
        return (hash ^ hash >>> 10) & SLOTS - 1;
    }

    public boolean is(int flag) {
        return (flags & flag) != 0;
    }
}
