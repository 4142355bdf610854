package dev.backbench.exec;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.Signature;
import dev.backbench.exec.machine.Upcalls;
import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmModule;
import java.util.HashMap;
import java.util.Map;

/** An instance: its record in native memory, filled in the order the specification asks, and the builtins that work on it. */
public final class NativeInstance implements Instance, Upcalls.Runtime {
    private static final long[] NO_ARGUMENTS = {};

    private final NativeStore store;
    private final NativeModule compiled;
    private final WasmModule module;
    private final InstanceLayout layout;
    private final long record;
    private final int handle;
    /** By index; imported ones as they were given. */
    private final Extern[] functions;
    private final NativeTable[] tables;
    private final NativeMemory[] memories;
    private final NativeGlobal[] globals;
    private final Map<String, Extern> exports = new HashMap<>();
    /** By element segment, null once dropped. */
    private final long[][] elements;
    private final boolean[] dataDropped;

    NativeInstance(NativeStore store, NativeModule compiled) {
        this.store = store;
        this.compiled = compiled;
        module = compiled.module();
        layout = compiled.layout();
        functions = new Extern[module.functionCount()];
        tables = new NativeTable[module.tables().size()];
        memories = new NativeMemory[module.memories().size()];
        globals = new NativeGlobal[module.globalTypes().size()];
        elements = new long[module.elements().size()][];
        dataDropped = new boolean[module.data().size()];
        record = store.allocate(layout.size());
        compiled.retain();
        handle = Upcalls.addInstance(this);
    }

    private void sortImports(Extern[] imports) {
        int function = 0, table = 0, memory = 0, global = 0;
        for (Extern extern : imports) {
            switch (extern) {
                case Extern.Function f -> functions[function++] = f;
                case Extern.Table t -> tables[table++] = (NativeTable) t;
                case Extern.Memory m -> memories[memory++] = (NativeMemory) m;
                case Extern.Global g -> globals[global++] = (NativeGlobal) g;
            }
        }
    }

    private void makeFunctions() {
        for (int f = 0; f < module.importedFunctionCount(); f++) {
            boolean own = functions[f] instanceof NativeFunction n && n.store() == store;
            long reference = own ? ((NativeFunction) functions[f]).reference() : store.newHostReference((Extern.Function) functions[f], this);
            Raw.putLong(record + layout.importedFunction(f), reference);
        }
        for (int i = 0; i < module.escapeCount(); i++) {
            int f = module.escapingFunction(i);
            long reference = record + layout.functionReference(f);
            Raw.putLong(reference + InstanceLayout.FUNCREF_CODE, compiled.address(f));
            Raw.putLong(reference + InstanceLayout.FUNCREF_INSTANCE, record);
            Raw.putInt(reference + InstanceLayout.FUNCREF_TYPE, Signature.of(module.functionType(f)).id());
        }
    }

    private void makeMemories() {
        for (int m = module.importedMemoryCount(); m < memories.length; m++) memories[m] = store.newMemory(module.memories().get(m));
    }

    private void makeTables() {
        for (int t = 0; t < tables.length; t++) {
            long at = record + layout.table(t);
            if (layout.tableIsPointer(t)) Raw.putLong(at, tables[t].record());
            else tables[t] = store.newTable(module.tables().get(t), at);
        }
    }

    private void makeHeader() {
        if (memories.length > 0) {
            Raw.putLong(record + InstanceLayout.MEMORY_BASE, memories[0].base());
            Raw.putLong(record + InstanceLayout.MEMORY, memories[0].record());
        } else {
            Raw.putLong(record + InstanceLayout.MEMORY, store.allocate(16)); // base and size 0
        }
        Raw.putLong(record + InstanceLayout.BUILTINS, Upcalls.builtins());
        Raw.putLong(record + InstanceLayout.RUNTIME, handle);
        long typeIds = store.allocate(4L * module.types().size());
        for (int i = 0; i < module.types().size(); i++) Raw.putInt(typeIds + 4L * i, Signature.of(module.types().get(i)).id());
        Raw.putLong(record + InstanceLayout.TYPE_IDS, typeIds);
    }

    /**
     * Allocates, initialises and starts.
     *
     * @param imports one per import, in order, checked
     * @throws Trap a segment does not fit, or the start function trapped
     */
    void initialize(Extern[] imports) {
        sortImports(imports);
        makeFunctions();
        makeMemories();
        makeTables();
        makeHeader();
        ConstantExpression constants = new ConstantExpression(module, this);
        makeGlobals(constants);
        for (int s = 0; s < elements.length; s++) elements[s] = references(module.elements().get(s), constants);
        for (int s = 0; s < elements.length; s++) initializeTable(s, constants);
        for (int s = 0; s < dataDropped.length; s++) initializeMemory(s, constants);
        // By its reference even if it is imported: a host function then sees this instance's memory.
        if (module.start() >= 0) nativeFunction(module.start()).invoke(NO_ARGUMENTS, NO_ARGUMENTS);
    }

    private void makeGlobals(ConstantExpression constants) {
        int imported = module.importedGlobalCount();
        for (int g = 0; g < globals.length; g++) {
            long at = record + layout.global(g);
            if (layout.globalIsPointer(g)) {
                Raw.putLong(at, globals[g].slot());
            } else {
                WasmModule.Global global = module.globals().get(g - imported);
                globals[g] = new NativeGlobal(store, global.type(), at, constants.evaluate(global.init()));
            }
        }
    }

    private long[] references(WasmModule.ElementSegment segment, ConstantExpression constants) {
        long[] result = new long[segment.length()];
        for (int i = 0; i < result.length; i++) {
            result[i] = segment.functions() != null ? functionReference(segment.functions()[i]) : constants.evaluate(segment.expressions()[i]);
        }
        return result;
    }

    private void initializeTable(int s, ConstantExpression constants) {
        WasmModule.ElementSegment segment = module.elements().get(s);
        if (segment.mode() == WasmModule.Mode.PASSIVE) return;
        if (segment.mode() == WasmModule.Mode.ACTIVE) {
            long offset = constants.evaluate(segment.offset());
            if (!tableInit(s, tables[segment.table()], offset, 0, segment.length())) throw new Trap(TrapReason.TABLE_OUT_OF_BOUNDS, null, -1);
        }
        elements[s] = null;
    }

    private void initializeMemory(int s, ConstantExpression constants) {
        WasmModule.DataSegment segment = module.data().get(s);
        if (segment.mode() != WasmModule.Mode.ACTIVE) return;
        long offset = constants.evaluate(segment.offset());
        if (!memoryInit(s, memories[segment.memory()], offset, 0, segment.end() - segment.start())) {
            throw new Trap(TrapReason.MEMORY_OUT_OF_BOUNDS, null, -1);
        }
        dataDropped[s] = true;
    }

    // --- the builtins: indices are i32, zero-extended, so that no sum overflows ---

    @Override
    public long builtin(Builtin builtin, long arguments) throws Upcalls.Failure {
        long a = index(arguments, 1), b = index(arguments, 2), c = index(arguments, 3), d = index(arguments, 4);
        boolean inBounds = true;
        TrapReason reason = TrapReason.TABLE_OUT_OF_BOUNDS;
        switch (builtin) {
            case MEMORY_GROW -> {
                return memories[0].grow(a);
            }
            case TABLE_GROW -> {
                return tables[(int) a].grow(c, Raw.getLong(arguments + 16));
            }
            case TABLE_GET -> {
                if (tables[(int) a].inBounds(b, 1)) return Raw.getLong(tables[(int) a].element(b));
                inBounds = false;
            }
            case TABLE_SET -> {
                inBounds = tables[(int) a].inBounds(b, 1);
                if (inBounds) Raw.putLong(tables[(int) a].element(b), Raw.getLong(arguments + 24));
            }
            case TABLE_FILL -> {
                inBounds = tables[(int) a].inBounds(b, d);
                if (inBounds) tables[(int) a].fill(b, d, Raw.getLong(arguments + 24));
            }
            case TABLE_COPY -> inBounds = tableCopy(tables[high(arguments)], tables[(int) a], b, c, d);
            case TABLE_INIT -> inBounds = tableInit(high(arguments), tables[(int) a], b, c, d);
            case MEMORY_INIT -> {
                inBounds = memoryInit((int) a, memories[0], b, c, d);
                reason = TrapReason.MEMORY_OUT_OF_BOUNDS;
            }
            case ELEM_DROP -> elements[(int) a] = null;
            case DATA_DROP -> dataDropped[(int) a] = true;
            case MEMORY_COPY, MEMORY_FILL -> throw new AssertionError(builtin + " is machine code");
        }
        if (!inBounds) throw new Upcalls.Failure(reason);
        return 0;
    }

    /** The low half of argument {@code n}. */
    private static long index(long arguments, int n) {
        return Raw.getInt(arguments + 8L * n) & 0xFFFF_FFFFL;
    }

    /** The high half of the first argument after the instance. */
    private static int high(long arguments) {
        return Raw.getInt(arguments + 12);
    }

    private static boolean tableCopy(NativeTable to, NativeTable from, long destination, long source, long count) {
        if (!to.inBounds(destination, count) || !from.inBounds(source, count)) return false;
        if (count > 0) Raw.copy(from.element(source), to.element(destination), 8 * count);
        return true;
    }

    private boolean tableInit(int segment, NativeTable table, long destination, long source, long count) {
        long[] references = elements[segment];
        int length = references == null ? 0 : references.length;
        if (!table.inBounds(destination, count) || source + count > length) return false;
        for (int i = 0; i < count; i++) Raw.putLong(table.element(destination + i), references[(int) source + i]);
        return true;
    }

    private boolean memoryInit(int segment, NativeMemory memory, long destination, long source, long count) {
        WasmModule.DataSegment data = module.data().get(segment);
        int length = dataDropped[segment] ? 0 : data.end() - data.start();
        if (!memory.inBounds(destination, count) || source + count > length) return false;
        Raw.copy(module.bytes(), data.start() + (int) source, memory.base() + destination, count);
        return true;
    }

    // --- what others see ---

    /** Memory 0, or null. */
    NativeMemory memory() {
        return memories.length == 0 ? null : memories[0];
    }

    /** The function reference of any function that has one. */
    long functionReference(int function) {
        if (function < module.importedFunctionCount()) return Raw.getLong(record + layout.importedFunction(function));
        return record + layout.functionReference(function);
    }

    long globalBits(int global) {
        return globals[global].get();
    }

    private Extern.Function function(int index) {
        if (functions[index] == null) functions[index] = nativeFunction(index);
        return (Extern.Function) functions[index];
    }

    private NativeFunction nativeFunction(int index) {
        return new NativeFunction(store, Signature.of(module.functionType(index)), functionReference(index));
    }

    @Override
    public Extern export(String name) {
        if (exports.isEmpty()) {
            for (WasmModule.Export export : module.exports()) {
                int index = export.index();
                exports.put(export.name(), switch (export.kind()) {
                    case WasmModule.FUNCTION -> function(index);
                    case WasmModule.TABLE -> tables[index];
                    case WasmModule.MEMORY -> memories[index];
                    default -> globals[index];
                });
            }
        }
        return exports.get(name);
    }

    void close() {
        Upcalls.removeInstance(handle);
        compiled.release();
    }
}
