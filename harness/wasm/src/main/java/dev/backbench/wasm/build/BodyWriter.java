package dev.backbench.wasm.build;

import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;

/**
 * Writes one function's body operation by operation, unchecked: what it says is what is written, valid or not. Methods return the writer, for chains.
 * The final {@code end} is added by {@link ModuleWriter}.
 */
public final class BodyWriter {
    /** Block type of a block that takes and yields nothing. */
    public static final int EMPTY = 0x40;

    private final ByteWriter code = new ByteWriter();
    private final ByteWriter locals = new ByteWriter();
    private int localGroups;
    private int nextLocal;

    /** @param parameters how many parameters the function has: its first locals */
    public BodyWriter(int parameters) {
        nextLocal = parameters;
    }

    /** Declares one more local. @return its index */
    public int local(int type) {
        return locals(1, type);
    }

    /** Declares {@code count} locals. @return the first one's index */
    public int locals(int count, int type) {
        locals.unsigned(count).u8(type);
        localGroups++;
        nextLocal += count;
        return nextLocal - count;
    }

    /** An operation without immediates, or its opcode before {@link #immediate}s. */
    public BodyWriter op(int opcode) {
        if (opcode < 0x100) code.u8(opcode);
        else code.u8(0xFC).unsigned(opcode - 0x100);
        return this;
    }

    /** An operation with one unsigned immediate: a local, global, function, label, table or segment index. */
    public BodyWriter op(int opcode, int immediate) {
        return op(opcode).immediate(immediate);
    }

    public BodyWriter op(int opcode, int first, int second) {
        return op(opcode).immediate(first).immediate(second);
    }

    /** One more unsigned LEB128 number. */
    public BodyWriter immediate(int value) {
        code.unsigned(value & 0xFFFF_FFFFL);
        return this;
    }

    public BodyWriter i32(int value) {
        op(Opcode.I32_CONST).code.signed(value);
        return this;
    }

    public BodyWriter i64(long value) {
        op(Opcode.I64_CONST).code.signed(value);
        return this;
    }

    public BodyWriter f32(float value) {
        return f32Bits(Float.floatToRawIntBits(value));
    }

    public BodyWriter f32Bits(int bits) {
        op(Opcode.F32_CONST).code.fixed(bits, 4);
        return this;
    }

    public BodyWriter f64(double value) {
        return f64Bits(Double.doubleToRawLongBits(value));
    }

    public BodyWriter f64Bits(long bits) {
        op(Opcode.F64_CONST).code.fixed(bits, 8);
        return this;
    }

    public BodyWriter get(int local) {
        return op(Opcode.LOCAL_GET, local);
    }

    public BodyWriter set(int local) {
        return op(Opcode.LOCAL_SET, local);
    }

    public BodyWriter tee(int local) {
        return op(Opcode.LOCAL_TEE, local);
    }

    /** A load or store. */
    public BodyWriter memory(int opcode, int alignLog2, int offset) {
        return op(opcode, alignLog2, offset);
    }

    /**
     * {@code block}, {@code loop} or {@code if}.
     *
     * @param type {@link #EMPTY} or the {@link ValType} of its one result
     */
    public BodyWriter block(int opcode, int type) {
        op(opcode).code.u8(type);
        return this;
    }

    /** {@code block}, {@code loop} or {@code if} with the parameters and results of a type index. */
    public BodyWriter blockOfType(int opcode, int typeIndex) {
        op(opcode).code.signed(typeIndex);
        return this;
    }

    public BodyWriter end() {
        return op(Opcode.END);
    }

    public BodyWriter br(int label) {
        return op(Opcode.BR, label);
    }

    public BodyWriter brIf(int label) {
        return op(Opcode.BR_IF, label);
    }

    /** @param labels the last one is the default */
    public BodyWriter brTable(int... labels) {
        op(Opcode.BR_TABLE, labels.length - 1);
        for (int label : labels) immediate(label);
        return this;
    }

    public BodyWriter call(int function) {
        return op(Opcode.CALL, function);
    }

    public BodyWriter callIndirect(int type, int table) {
        return op(Opcode.CALL_INDIRECT, type, table);
    }

    public BodyWriter refNull(int type) {
        op(Opcode.REF_NULL).code.u8(type);
        return this;
    }

    /** Bytes as they are. */
    public BodyWriter raw(byte... bytes) {
        code.raw(bytes);
        return this;
    }

    /** Bytes of code so far, without local declarations. */
    public int size() {
        return code.size();
    }

    void writeTo(ByteWriter section) {
        ByteWriter body = new ByteWriter().unsigned(localGroups).raw(locals).raw(code).u8(Opcode.END);
        section.sized(body);
    }
}
