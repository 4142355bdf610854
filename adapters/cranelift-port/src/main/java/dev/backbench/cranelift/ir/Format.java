package dev.backbench.cranelift.ir;

/** What follows an operation's name in the text. {@code values} are its fixed value operands, {@code typed} the one whose type may control the operation. */
public enum Format {
    NULLARY(0), UNARY(1), BINARY(2), TERNARY(3, 1), MULTIARY(0),
    UNARY_IMM(0), UNARY_F16(0), UNARY_F32(0), UNARY_F64(0), UNARY_CONST(0), UNARY_GLOBAL(0),
    BINARY_IMM8(1), TERNARY_IMM8(2), SHUFFLE(2), INT_COMPARE(2), FLOAT_COMPARE(2), INT_ADD_TRAP(2),
    JUMP(0), BRIF(1), BR_TABLE(1), CALL(0), CALL_INDIRECT(1), TRY_CALL(0), TRY_CALL_INDIRECT(1), FUNC_ADDR(0),
    LOAD(1), STORE(2), LOAD_NO_OFFSET(1), STORE_NO_OFFSET(2), ATOMIC_RMW(2), ATOMIC_CAS(3, 2),
    STACK_ADDR(0), DYNAMIC_STACK_ADDR(0), TRAP(0), COND_TRAP(1), EXCEPTION_HANDLER_ADDRESS(0);

    public final int values, typed;

    Format(int values) {
        this(values, values == 0 ? -1 : 0);
    }

    Format(int values, int typed) {
        this.values = values;
        this.typed = typed;
    }
}
