package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;

import dev.backbench.cranelift.ir.CallConv;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import java.util.Arrays;

/**
 * Where the arguments and results of a signature are: in registers, else on the stack, after the System V ABI. Results that have no register, where C has no rule, are in an area of the
 * caller's whose address comes as an argument before all others. A value of 128 bits is two pieces, in two registers or 16-byte aligned on the stack. The caller of a function that can
 * be tail-called finds its stack arguments gone after the call. Reused.
 */
final class Abi {
    private static final int[] ARGUMENTS = {RDI, RSI, RDX, RCX, R8, R9};
    private static final int[] RESULTS = {RAX, RDX};
    /** Between functions of one compiler. */
    private static final int[] MANY_RESULTS = {RAX, RDX, RCX, RSI, RDI, R8, R9, R10};
    /** What a return can take off the stack, in sixteens. */
    private static final int MAX_POPPED = 0xFFF0, MAX_STACK = 1 << 28;
    private static final int FLOAT_ARGUMENTS = 8, FLOAT_RESULTS = 2;
    /** Of Windows: an argument's register is by its position, whatever its type, and the callee may write these bytes before the arguments on the stack. */
    private static final int[] WINDOWS_ARGUMENTS = {RCX, RDX, R8, R9};
    private static final int SHADOW = 32, WINDOWS_FLOAT_RESULTS = 1;
    /** What a {@link #place} is above registers: an offset in the stack arguments, or in the area of results. */
    static final int STACK = 32;

    /** Pieces of the parameters, then of the results: place, and by parameter its first piece. */
    private int[] places = new int[32], firstPiece = new int[17];
    private int pieces, parameters, results;
    /** Bytes of stack arguments, a multiple of 16; of the area of results. */
    int stackBytes, areaBytes;
    boolean calleePops;
    /** Registers that the callee keeps; where the address of the area of results comes. */
    int calleeSaved, areaRegister;

    private Pool pool;
    private int parameterList, resultList;
    private int ints, floats;

    void of(Function f, int params, int returns, int conv) {
        pool = f.pool;
        parameterList = params;
        resultList = returns;
        CallConv convention = CallConv.of(conv);
        if (convention != CallConv.SYSTEM_V && convention != CallConv.FAST && convention != CallConv.TAIL && convention != CallConv.WINDOWS_FASTCALL) {
            throw new UnsupportedFeature("calling convention " + convention.text);
        }
        calleePops = convention == CallConv.TAIL;
        parameters = pool.length(params) / Entities.PARAM_INTS;
        results = pool.length(returns) / Entities.PARAM_INTS;
        if (firstPiece.length <= parameters + results + 1) firstPiece = new int[2 * (parameters + results) + 2];
        pieces = 0;
        boolean windows = convention == CallConv.WINDOWS_FASTCALL;
        calleeSaved = windows ? Regs.WINDOWS_CALLEE_SAVED : Regs.CALLEE_SAVED;
        areaRegister = windows ? RCX : RDI;
        if (windows) placeResults(RESULTS, WINDOWS_FLOAT_RESULTS);
        else if (convention == CallConv.SYSTEM_V) placeResults(RESULTS, FLOAT_RESULTS);
        else placeResults(MANY_RESULTS, FLOAT_ARGUMENTS);
        placeArguments(windows);
    }

    /** Pieces of results come first in the array. */
    private void placeResults(int[] registers, int floatRegisters) {
        ints = floats = areaBytes = 0;
        for (int i = 0; i < results; i++) {
            int type = resultType(i), words = Operands.isWide(type) ? 2 : 1;
            firstPiece[i] = pieces;
            boolean isFloat = Operands.registerClass(type) == dev.backbench.cranelift.mach.VCode.FLOAT;
            if (isFloat && floats < floatRegisters) {
                add(Regs.XMM0 + floats++);
            } else if (!isFloat && ints + words <= registers.length) {
                for (int w = 0; w < words; w++) add(registers[ints++]);
            } else {
                for (int w = 0; w < words; w++) {
                    add(STACK + areaBytes);
                    areaBytes += 8;
                }
            }
        }
        areaBytes = areaBytes + 15 & ~15;
    }

    private void placeArguments(boolean windows) {
        int[] registers = windows ? WINDOWS_ARGUMENTS : ARGUMENTS;
        int floatRegisters = windows ? WINDOWS_ARGUMENTS.length : FLOAT_ARGUMENTS;
        stackBytes = windows ? SHADOW : 0;
        ints = areaBytes > 0 ? 1 : 0;
        floats = windows ? ints : 0;
        for (int i = 0; i < parameters; i++) {
            int type = parameterType(i), words = Operands.isWide(type) ? 2 : 1;
            firstPiece[results + i] = pieces;
            if (purpose(i) == Entities.PURPOSE_STRUCT) {
                add(STACK + stackBytes);
                if (structBytes(i) < 0 || structBytes(i) > MAX_STACK - stackBytes) throw new UnsupportedFeature("more than " + MAX_STACK + " bytes of arguments on the stack");
                stackBytes += structBytes(i) + 7 & ~7;
            } else if (Operands.registerClass(type) == dev.backbench.cranelift.mach.VCode.FLOAT) {
                if (floats < floatRegisters) add(Regs.XMM0 + floats++);
                else stack();
                if (windows) ints = floats;
            } else if (ints + words <= registers.length) {
                for (int w = 0; w < words; w++) add(registers[ints++]);
                if (windows) floats = ints;
            } else {
                if (words == 2) stackBytes = stackBytes + 15 & ~15;
                for (int w = 0; w < words; w++) stack();
            }
        }
        stackBytes = stackBytes + 15 & ~15;
        if (calleePops && stackBytes > MAX_POPPED) throw new UnsupportedFeature("tail convention with more than " + MAX_POPPED + " bytes of arguments");
    }

    private void stack() {
        if (stackBytes >= MAX_STACK) throw new UnsupportedFeature("more than " + MAX_STACK + " bytes of arguments on the stack");
        add(STACK + stackBytes);
        stackBytes += 8;
    }

    private void add(int place) {
        if (pieces == places.length) places = Arrays.copyOf(places, 2 * pieces);
        places[pieces++] = place;
    }

    int parameters() {
        return parameters;
    }

    int results() {
        return results;
    }

    int parameterType(int i) {
        return pool.get(parameterList, i * Entities.PARAM_INTS);
    }

    private int parameterFlags(int i) {
        return pool.get(parameterList, i * Entities.PARAM_INTS + 1);
    }

    int purpose(int i) {
        return Entities.purpose(parameterFlags(i));
    }

    int extension(int i) {
        return Entities.extension(parameterFlags(i));
    }

    int structBytes(int i) {
        return pool.get(parameterList, i * Entities.PARAM_INTS + 2);
    }

    int resultType(int i) {
        return pool.get(resultList, i * Entities.PARAM_INTS);
    }

    int resultExtension(int i) {
        return Entities.extension(pool.get(resultList, i * Entities.PARAM_INTS + 1));
    }

    /** A register, or {@link #STACK} and the offset. @param word 1 for the high half of 128 bits */
    int parameterPlace(int i, int word) {
        return places[firstPiece[results + i] + word];
    }

    int resultPlace(int i, int word) {
        return places[firstPiece[i] + word];
    }

    static boolean isFloat(int type) {
        return type == Types.F32 || type == Types.F64;
    }
}
