package dev.backbench.endive;

import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.wasm.WasmModule;
import java.util.HashMap;
import java.util.Map;
import run.endive.runtime.TableInstance;
import run.endive.wasm.types.Table;

/** An instance by our module view: what it imports are the externs it was given, what it defines is wrapped once. */
final class EngineInstance implements Instance {
    private final EngineStore store;
    private final WasmModule module;
    private final Extern[] functions;
    private final Extern[] tables;
    private final Extern[] memories;
    private final Extern[] globals;
    private final Map<String, WasmModule.Export> exports = new HashMap<>();
    private run.endive.runtime.Instance engine;
    private int tablesDefined;

    EngineInstance(EngineStore store, WasmModule module, Extern[] imports) {
        this.store = store;
        this.module = module;
        functions = new Extern[module.functionCount()];
        tables = new Extern[module.tables().size()];
        memories = new Extern[module.memories().size()];
        globals = new Extern[module.globalTypes().size()];
        int f = 0, t = 0, m = 0, g = 0;
        for (Extern extern : imports) {
            switch (extern) {
                case Extern.Function function -> functions[f++] = function;
                case Extern.Table table -> tables[t++] = table;
                case Extern.Memory memory -> memories[m++] = memory;
                case Extern.Global global -> globals[g++] = global;
            }
        }
        for (WasmModule.Export export : module.exports()) exports.put(export.name(), export);
    }

    void bind(run.endive.runtime.Instance instance) {
        engine = instance;
    }

    PageMemory defineMemory() {
        int index = module.importedMemoryCount(); // there is one memory at most
        PageMemory memory = new PageMemory(module.memories().get(index));
        memories[index] = memory;
        return memory;
    }

    /** The engine counts a table's growth in the type it was made from, which is the module's: each instance gets a copy. */
    TableInstance defineTable(Table table, int init) {
        int index = module.importedTableCount() + tablesDefined++;
        WasmModule.TableType type = module.tables().get(index);
        TableInstance made = new TableInstance(new Table(table.elementType(), EngineStore.limits(type), table.initialize()), init);
        tables[index] = new EngineTable(store, type, made);
        return made;
    }

    @Override
    public Extern export(String name) {
        WasmModule.Export export = exports.get(name);
        if (export == null) return null;
        int index = export.index();
        return switch (export.kind()) {
            case WasmModule.FUNCTION -> function(index);
            case WasmModule.TABLE -> tables[index];
            case WasmModule.MEMORY -> memories[index];
            default -> global(index);
        };
    }

    private Extern function(int index) {
        if (functions[index] == null) functions[index] = new EngineFunction(store, engine, index, module.functionType(index));
        return functions[index];
    }

    private Extern global(int index) {
        if (globals[index] == null) globals[index] = new EngineGlobal(store, module.globalTypes().get(index), engine.global(index));
        return globals[index];
    }
}
