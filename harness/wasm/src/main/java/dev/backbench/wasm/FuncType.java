package dev.backbench.wasm;

import java.util.Arrays;

/** A function type; parameters and results are {@link ValType} constants. Equal by structure; the arrays are not to be written. */
public record FuncType(int[] parameters, int[] results) {
    @Override
    public boolean equals(Object other) {
        return other instanceof FuncType that && Arrays.equals(parameters, that.parameters) && Arrays.equals(results, that.results);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(parameters) + Arrays.hashCode(results);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < parameters.length; i++) text.append(i > 0 ? " " : "").append(ValType.name(parameters[i]));
        text.append("] -> [");
        for (int i = 0; i < results.length; i++) text.append(i > 0 ? " " : "").append(ValType.name(results[i]));
        return text.append(']').toString();
    }
}
