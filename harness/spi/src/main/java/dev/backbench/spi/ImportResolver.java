package dev.backbench.spi;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.List;

/** Finds what a module imports and checks that it fits: the linking rules of the specification, the same for every store. */
public final class ImportResolver {
    private ImportResolver() {}

    /**
     * One extern per import, in the module's order.
     *
     * @throws LinkException one is missing, or of another kind or type
     */
    public static Extern[] resolve(WasmModule module, Store.Imports imports) {
        List<WasmModule.Import> wanted = module.imports();
        Extern[] found = new Extern[wanted.size()];
        for (int i = 0; i < found.length; i++) {
            WasmModule.Import want = wanted.get(i);
            Extern extern = imports.find(want.module(), want.name());
            String name = "\"" + want.module() + "\" \"" + want.name() + "\"";
            if (extern == null) throw new LinkException("unknown import " + name);
            if (!fits(want, extern)) throw new LinkException("incompatible import type: " + name + " is " + describe(extern) + ", wanted " + describe(want.descriptor()));
            found[i] = extern;
        }
        return found;
    }

    private static boolean fits(WasmModule.Import want, Extern extern) {
        return switch (extern) {
            case Extern.Function f -> want.descriptor() instanceof FuncType type && type.equals(f.type());
            case Extern.Table t -> want.descriptor() instanceof WasmModule.TableType type && type.elementType() == t.type().elementType()
                    && within(t.type().min(), t.type().max(), type.min(), type.max());
            case Extern.Memory m -> want.descriptor() instanceof WasmModule.MemoryType type && within(m.type().min(), m.type().max(), type.min(), type.max());
            case Extern.Global g -> want.descriptor() instanceof WasmModule.GlobalType type && type.equals(g.type());
        };
    }

    /** Limits {@code [min, max]} match wanted ones if they lie within; -1 is no maximum. */
    private static boolean within(long min, long max, long wantedMin, long wantedMax) {
        return min >= wantedMin && (wantedMax < 0 || max >= 0 && max <= wantedMax);
    }

    private static String describe(Extern extern) {
        return switch (extern) {
            case Extern.Function f -> describe(f.type());
            case Extern.Table t -> describe(t.type());
            case Extern.Memory m -> describe(m.type());
            case Extern.Global g -> describe(g.type());
        };
    }

    private static String describe(Object type) {
        return switch (type) {
            case FuncType f -> "a function " + f;
            case WasmModule.TableType t -> "a table of " + ValType.name(t.elementType()) + " of " + limits(t.min(), t.max());
            case WasmModule.MemoryType m -> "a memory of " + limits(m.min(), m.max()) + " pages";
            case WasmModule.GlobalType g -> (g.mutable() ? "a mutable global " : "an immutable global ") + ValType.name(g.type());
            default -> type.toString();
        };
    }

    private static String limits(long min, long max) {
        return min + (max < 0 ? " or more" : " to " + max);
    }
}
