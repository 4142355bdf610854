package dev.backbench.exec;

import dev.backbench.spi.Extern;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.List;

/** Finds what a module imports and checks it against what it asks for, by the specification's matching rules. */
final class ImportResolver {
    private final NativeStore store;
    private final WasmModule module;
    private final Store.Imports imports;

    ImportResolver(NativeStore store, WasmModule module, Store.Imports imports) {
        this.store = store;
        this.module = module;
        this.imports = imports;
    }

    /** @return one per import, in order @throws LinkException the first that is missing or does not fit */
    Extern[] resolve() {
        List<WasmModule.Import> wanted = module.imports();
        Extern[] found = new Extern[wanted.size()];
        for (int i = 0; i < found.length; i++) {
            WasmModule.Import entry = wanted.get(i);
            found[i] = imports.find(entry.module(), entry.name());
            if (found[i] == null) throw new LinkException("unknown import: " + name(entry) + " (" + kind(entry) + ")");
            check(entry, found[i]);
        }
        return found;
    }

    private void check(WasmModule.Import entry, Extern found) {
        String problem = switch (entry.kind()) {
            case WasmModule.FUNCTION -> found instanceof Extern.Function f ? function(module.types().get(entry.type()), f) : wrongKind(found);
            case WasmModule.TABLE -> found instanceof Extern.Table t ? table((WasmModule.TableType) entry.descriptor(), t) : wrongKind(found);
            case WasmModule.MEMORY -> found instanceof Extern.Memory m ? memory((WasmModule.MemoryType) entry.descriptor(), m) : wrongKind(found);
            case WasmModule.GLOBAL -> found instanceof Extern.Global g ? global((WasmModule.GlobalType) entry.descriptor(), g) : wrongKind(found);
            default -> throw new AssertionError("import kind " + entry.kind());
        };
        if (problem != null) throw new LinkException("incompatible import type: " + name(entry) + " " + problem);
    }

    private static String name(WasmModule.Import entry) {
        return '"' + entry.module() + "\" \"" + entry.name() + '"';
    }

    private String kind(WasmModule.Import entry) {
        return switch (entry.kind()) {
            case WasmModule.FUNCTION -> "function " + module.types().get(entry.type());
            case WasmModule.TABLE -> "table";
            case WasmModule.MEMORY -> "memory";
            default -> "global";
        };
    }

    private static String wrongKind(Extern found) {
        return "is a " + switch (found) {
            case Extern.Function f -> "function";
            case Extern.Table t -> "table";
            case Extern.Memory m -> "memory";
            case Extern.Global g -> "global";
        };
    }

    private static String function(FuncType wanted, Extern.Function found) {
        return wanted.equals(found.type()) ? null : "is " + found.type() + ", asked for " + wanted;
    }

    private String table(WasmModule.TableType wanted, Extern.Table found) {
        if (!(found instanceof NativeTable own) || !own.in(store)) return "belongs to another store";
        WasmModule.TableType type = found.type();
        if (type.elementType() != wanted.elementType()) return "holds " + ValType.name(type.elementType()) + ", asked for " + ValType.name(wanted.elementType());
        return limits(type.min(), type.max(), wanted.min(), wanted.max());
    }

    private String memory(WasmModule.MemoryType wanted, Extern.Memory found) {
        if (!(found instanceof NativeMemory own) || !own.in(store)) return "belongs to another store";
        WasmModule.MemoryType type = found.type();
        return limits(type.min(), type.max(), wanted.min(), wanted.max());
    }

    private String global(WasmModule.GlobalType wanted, Extern.Global found) {
        if (!(found instanceof NativeGlobal own) || !own.in(store)) return "belongs to another store";
        WasmModule.GlobalType type = found.type();
        return type.equals(wanted) ? null : "is " + text(type) + ", asked for " + text(wanted);
    }

    private static String text(WasmModule.GlobalType type) {
        return (type.mutable() ? "mutable " : "") + ValType.name(type.type());
    }

    private static String limits(long min, long max, long wantedMin, long wantedMax) {
        if (min < wantedMin) return "has size " + min + ", asked for at least " + wantedMin;
        if (wantedMax >= 0 && (max < 0 || max > wantedMax)) return "may grow to " + (max < 0 ? "any size" : max) + ", asked for at most " + wantedMax;
        return null;
    }
}
