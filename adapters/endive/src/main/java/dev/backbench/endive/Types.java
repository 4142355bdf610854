package dev.backbench.endive;

import dev.backbench.wasm.FuncType;
import java.util.ArrayList;
import java.util.List;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.ValType;

/** Our types as the engine's. */
final class Types {
    private Types() {}

    static FunctionType of(FuncType type) {
        return FunctionType.of(list(type.parameters()), list(type.results()));
    }

    private static List<ValType> list(int[] types) {
        List<ValType> all = new ArrayList<>(types.length);
        for (int type : types) all.add(of(type));
        return all;
    }

    static ValType of(int type) {
        return switch (type) {
            case dev.backbench.wasm.ValType.I32 -> ValType.I32;
            case dev.backbench.wasm.ValType.I64 -> ValType.I64;
            case dev.backbench.wasm.ValType.F32 -> ValType.F32;
            case dev.backbench.wasm.ValType.F64 -> ValType.F64;
            case dev.backbench.wasm.ValType.FUNCREF -> ValType.FuncRef;
            case dev.backbench.wasm.ValType.EXTERNREF -> ValType.ExternRef;
            default -> throw new IllegalArgumentException(dev.backbench.wasm.ValType.name(type));
        };
    }
}
