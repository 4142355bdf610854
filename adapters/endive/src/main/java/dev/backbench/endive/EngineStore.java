package dev.backbench.endive;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.ImportResolver;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import run.endive.runtime.GlobalInstance;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportGlobal;
import run.endive.runtime.ImportMemory;
import run.endive.runtime.ImportTable;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.TableInstance;
import run.endive.wasm.types.MutabilityType;
import run.endive.wasm.types.Table;
import run.endive.wasm.types.TableLimits;
import run.endive.wasm.types.Value;

/**
 * Instances of the engine as a store. The engine's function reference is an index into some instance's functions, and only tables remember whose; a handle of
 * ours names both, so a reference can leave an instance but not enter another as a plain value.
 */
final class EngineStore implements Store {
    private record FunctionReference(Instance owner, int index) {}

    private final List<FunctionReference> references = new ArrayList<>();
    private final Map<FunctionReference, Long> handles = new HashMap<>();

    @Override
    public EngineInstance instantiate(CompiledModule compiled, Imports imports) {
        EngineModule module = (EngineModule) compiled;
        WasmModule view = module.view();
        Extern[] externs = ImportResolver.resolve(view, imports);
        EngineInstance instance = new EngineInstance(this, view, externs);
        try {
            Instance.builder(module.code())
                    .withImportValues(importValues(view, externs))
                    .withMachineFactory(engine -> {
                        instance.bind(engine); // before anything of it can run
                        return module.machine().apply(engine);
                    })
                    .withMemoryFactory(limits -> instance.defineMemory())
                    .withTableFactory((table, init) -> instance.defineTable(table, init))
                    .withStart(false)
                    .build();
        } catch (RuntimeException | StackOverflowError e) {
            throw Traps.translate(e);
        }
        return instance;
    }

    private ImportValues importValues(WasmModule view, Extern[] externs) {
        ImportValues.Builder values = ImportValues.builder();
        for (int i = 0; i < externs.length; i++) {
            String module = view.imports().get(i).module(), name = view.imports().get(i).name();
            switch (externs[i]) {
                case Extern.Function f -> values.addFunction(new ImportFunction(module, name, Types.of(f.type()), Port.handle(f.type(), code(f))));
                case EngineTable t -> values.addTable(new ImportTable(module, name, t.table()));
                case PageMemory m -> values.addMemory(new ImportMemory(module, name, view.data().isEmpty() ? m : new ImportedMemory(m)));
                case EngineGlobal g -> values.addGlobal(new ImportGlobal(module, name, g.global()));
                default -> throw new LinkException("incompatible import type: \"" + module + "\" \"" + name + "\" belongs to another back end");
            }
        }
        return values.build();
    }

    /** A function as the engine's code calls it: straight to the machine if it is the engine's own. */
    private HostCode code(Extern.Function function) {
        FuncType type = function.type();
        if (function instanceof EngineFunction own && !mentionsFunctions(type)) return (caller, arguments) -> Port.call(own.owner(), own.index(), type, arguments);
        return (caller, arguments) -> {
            long[] in = new long[type.parameters().length], out = new long[type.results().length];
            for (int i = 0; i < in.length; i++) in[i] = outward(type.parameters()[i], arguments[i], caller);
            if (function instanceof HostFunction host) host.code().call(memory(caller), in, out);
            else function.invoke(in, out);
            for (int i = 0; i < out.length; i++) out[i] = inward(type.results()[i], out[i], caller);
            return out;
        };
    }

    private static boolean mentionsFunctions(FuncType type) {
        for (int t : type.parameters()) if (t == ValType.FUNCREF) return true;
        for (int t : type.results()) if (t == ValType.FUNCREF) return true;
        return false;
    }

    private static PageMemory memory(Instance instance) {
        return switch (instance.memory()) {
            case ImportedMemory imported -> imported.memory();
            case PageMemory own -> own;
            case null, default -> null;
        };
    }

    @Override
    public Extern.Memory newMemory(WasmModule.MemoryType type) {
        return new PageMemory(type);
    }

    @Override
    public Extern.Table newTable(WasmModule.TableType type) {
        Table table = new Table(Types.of(type.elementType()), limits(type));
        return new EngineTable(this, type, new TableInstance(table, Value.REF_NULL_VALUE));
    }

    static TableLimits limits(WasmModule.TableType type) {
        return type.max() < 0 ? new TableLimits(type.min()) : new TableLimits(type.min(), type.max());
    }

    @Override
    public Extern.Global newGlobal(WasmModule.GlobalType type, long bits) {
        MutabilityType mutability = type.mutable() ? MutabilityType.Var : MutabilityType.Const;
        EngineGlobal global = new EngineGlobal(this, type, new GlobalInstance(0, 0, Types.of(type.type()), mutability));
        global.set(bits);
        return global;
    }

    // ---- values: handles outside, indices and objects inside ----

    /** A value of the engine's that belongs to {@code owner}, as the interface has it. */
    long outward(int type, long value, Instance owner) {
        return switch (type) {
            case ValType.I32, ValType.F32 -> value & 0xFFFFFFFFL;
            case ValType.FUNCREF -> (int) value == Value.REF_NULL_VALUE ? 0 : handle(owner, (int) value);
            default -> value;
        };
    }

    /** The inverse, for use in {@code target}. */
    long inward(int type, long bits, Instance target) {
        return switch (type) {
            case ValType.I32, ValType.F32 -> bits & 0xFFFFFFFFL;
            case ValType.FUNCREF -> {
                if (bits == 0) yield Value.REF_NULL_VALUE;
                if (owner(bits) != target) throw new BackendException(Port.ENGINE + " cannot pass a function reference into another instance");
                yield index(bits);
            }
            default -> bits;
        };
    }

    private long handle(Instance owner, int index) {
        FunctionReference reference = new FunctionReference(owner, index);
        Long known = handles.get(reference);
        if (known != null) return known;
        references.add(reference);
        handles.put(reference, (long) references.size());
        return references.size();
    }

    Instance owner(long handle) {
        return references.get((int) handle - 1).owner;
    }

    int index(long handle) {
        return references.get((int) handle - 1).index;
    }

    @Override
    public void close() {
        references.clear();
        handles.clear();
    }
}
