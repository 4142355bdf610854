package dev.backbench.exec.machine;

import static dev.backbench.asm.X64.*;

import dev.backbench.asm.X64;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;

/**
 * The machine code between 16-byte slots and the boundary convention of docs/abi.md (System V with the instance first, and the results' address
 * second if there are several), in both directions.
 */
final class Thunks {
    private static final int[] INTEGER_REGISTERS = {RDI, RSI, RDX, RCX, R8, R9};
    private static final int FLOAT_REGISTERS = 8;
    private static final int SLOT = InstanceLayout.SLOT_BYTES;

    private Thunks() {}

    /** Where each parameter goes: register number, or -1 - n for the n-th eight bytes on the stack. */
    private static int[] assign(FuncType type) {
        int[] parameters = type.parameters();
        int[] place = new int[parameters.length];
        int integers = type.results().length > 1 ? 2 : 1, floats = 0, stack = 0;
        for (int i = 0; i < place.length; i++) {
            boolean isFloat = isFloat(parameters[i]);
            if (isFloat && floats < FLOAT_REGISTERS) place[i] = floats++;
            else if (!isFloat && integers < INTEGER_REGISTERS.length) place[i] = INTEGER_REGISTERS[integers++];
            else place[i] = -1 - stack++;
        }
        return place;
    }

    private static boolean isFloat(int type) {
        return type == ValType.F32 || type == ValType.F64;
    }

    private static int stackWords(int[] place) {
        int words = 0;
        for (int p : place) if (p < 0) words = Math.max(words, -p);
        return words;
    }

    /** thunk(rdi function reference, rsi slots): slots to convention, call, results to slots. */
    static void entry(X64 asm, FuncType type) {
        int[] parameters = type.parameters(), results = type.results();
        int[] place = assign(type);
        asm.push(RBP);
        asm.mov64(RBP, RSP);
        asm.push(RBX);
        asm.aluImmediate64(Alu.SUB, RSP, 8 + (stackWords(place) * 8 + 15 & -16));
        asm.mov64(RBX, RSI);
        asm.mov64(R11, RDI);
        for (int i = 0; i < place.length; i++) {
            if (place[i] >= 0) continue;
            asm.load64(RAX, RBX, SLOT * i);
            asm.store64(RSP, 8 * (-1 - place[i]), RAX);
        }
        for (int i = 0; i < place.length; i++) if (place[i] >= 0) load(asm, parameters[i], place[i], RBX, SLOT * i);
        asm.load64(RDI, R11, InstanceLayout.FUNCREF_INSTANCE);
        if (results.length > 1) asm.mov64(RSI, RBX);
        asm.callMemory(R11, InstanceLayout.FUNCREF_CODE);
        if (results.length == 1) store(asm, results[0], isFloat(results[0]) ? 0 : RAX, RBX, 0);
        asm.lea(RSP, RBP, -8);
        asm.pop(RBX);
        asm.pop(RBP);
        asm.ret();
    }

    /** Called by the boundary convention, the host record as instance: convention to slots, Java, results back. */
    static void host(X64 asm, FuncType type) {
        int[] parameters = type.parameters(), results = type.results();
        int[] place = assign(type);
        asm.push(RBP);
        asm.mov64(RBP, RSP);
        asm.push(RSI);
        asm.aluImmediate64(Alu.SUB, RSP, 8 + SLOT * Math.max(parameters.length, results.length));
        for (int i = 0; i < place.length; i++) if (place[i] >= 0) store(asm, parameters[i], place[i], RSP, SLOT * i);
        for (int i = 0; i < place.length; i++) {
            if (place[i] >= 0) continue;
            asm.load64(RAX, RBP, 16 + 8 * (-1 - place[i]));
            asm.store64(RSP, SLOT * i, RAX);
        }
        asm.mov64(RSI, RSP);
        asm.movImmediate(RAX, Trampolines.HOST_CALL);
        asm.callRegister(RAX);
        if (results.length == 1) load(asm, results[0], isFloat(results[0]) ? 0 : RAX, RSP, 0);
        if (results.length > 1) {
            asm.load64(RCX, RBP, -8);
            for (int i = 0; i < results.length; i++) {
                asm.load64(RAX, RSP, SLOT * i);
                asm.store64(RCX, SLOT * i, RAX);
            }
        }
        asm.mov64(RSP, RBP);
        asm.pop(RBP);
        asm.ret();
    }

    private static void load(X64 asm, int type, int register, int base, int offset) {
        switch (type) {
            case ValType.I32 -> asm.load32(register, base, offset);
            case ValType.F32 -> asm.loadFloat(register, base, offset);
            case ValType.F64 -> asm.loadDouble(register, base, offset);
            default -> asm.load64(register, base, offset);
        }
    }

    private static void store(X64 asm, int type, int register, int base, int offset) {
        switch (type) {
            case ValType.F32 -> asm.storeFloat(base, offset, register);
            case ValType.F64 -> asm.storeDouble(base, offset, register);
            default -> asm.store64(base, offset, register);
        }
    }
}
