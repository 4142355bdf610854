package dev.backbench.exec;

import static dev.backbench.asm.X64.*;
import static dev.backbench.exec.Assembled.type;
import static dev.backbench.wasm.ValType.EXTERNREF;
import static dev.backbench.wasm.ValType.FUNCREF;
import static dev.backbench.wasm.ValType.I32;
import static dev.backbench.wasm.ValType.I64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.asm.X64;
import dev.backbench.exec.machine.Settings;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InstanceTest {
    private static final int[] NONE = {};
    private static final int PAGE = NativeMemory.PAGE;

    private final NativeStore store = new NativeStore();
    private final Map<String, Extern> imports = new HashMap<>();

    private final Store.Imports named = (module, name) -> imports.get(module + "." + name);

    @AfterEach
    void close() {
        store.close();
    }

    private NativeInstance instantiate(Assembled a) {
        try (NativeModule module = a.link()) {
            return store.instantiate(module, named);
        }
    }

    /** Exports a function that calls a builtin with its own parameters: rdi stays, the others are in place by the convention. */
    private static void builtin(Assembled a, Builtin builtin, int... results) {
        int[] parameters = new int[builtin.parameters() - 1];
        java.util.Arrays.fill(parameters, I64);
        a.exported(builtin.name(), type(parameters, results), (asm, layout) -> {
            asm.load64(RAX, RDI, InstanceLayout.BUILTINS);
            asm.jmpMemory(RAX, 8 * builtin.ordinal());
        });
    }

    private static TrapReason reason(NativeInstance instance, String function, long... arguments) {
        return assertThrows(Trap.class, () -> instance.invoke(function, arguments)).reason();
    }

    private static int byteAt(NativeInstance instance, long address) {
        return ((Extern.Memory) instance.export("memory")).segment().get(ValueLayout.JAVA_BYTE, address) & 0xFF;
    }

    private static Assembled memoryModule(int min, int max) {
        Assembled a = new Assembled();
        a.wasm.memory(min, max);
        a.wasm.export("memory", WasmModule.MEMORY, 0);
        return a;
    }

    @Test
    void bulkMemoryChecksBoundsBeforeItWrites() {
        Assembled a = memoryModule(1, 3);
        a.wasm.data(16, new byte[] {1, 2, 3});
        int passive = a.wasm.passiveData(new byte[] {9, 8, 7, 6});
        builtin(a, Builtin.MEMORY_COPY);
        builtin(a, Builtin.MEMORY_FILL);
        builtin(a, Builtin.MEMORY_INIT);
        builtin(a, Builtin.DATA_DROP);
        builtin(a, Builtin.MEMORY_GROW, I32);
        NativeInstance i = instantiate(a);
        assertEquals(3, byteAt(i, 18));
        i.invoke("MEMORY_COPY", 17, 16, 3); // overlapping
        assertEquals(1, byteAt(i, 17));
        assertEquals(3, byteAt(i, 19));
        i.invoke("MEMORY_FILL", PAGE - 4, 0xAB, 4);
        assertEquals(0xAB, byteAt(i, PAGE - 1));
        i.invoke("MEMORY_FILL", PAGE, 1, 0);
        i.invoke("MEMORY_COPY", PAGE, PAGE, 0);
        for (long[] bad : new long[][] {{PAGE - 3, 0, 4}, {PAGE + 1, 0, 0}, {0, PAGE - 3, 4}, {0xFFFF_FFFFL, 0, 0xFFFF_FFFFL}, {0, 0, 0xFFFF_FFFFL}}) {
            assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(i, "MEMORY_COPY", bad));
        }
        assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(i, "MEMORY_FILL", PAGE - 3, 0xCD, 4));
        assertEquals(0xAB, byteAt(i, PAGE - 1), "nothing was written");
        i.invoke("MEMORY_INIT", passive, 100, 1, 3);
        assertEquals(8, byteAt(i, 100));
        assertEquals(6, byteAt(i, 102));
        assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(i, "MEMORY_INIT", passive, 0, 2, 3));
        assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(i, "MEMORY_INIT", passive, PAGE - 1, 0, 2));
        i.invoke("DATA_DROP", passive);
        i.invoke("MEMORY_INIT", passive, 0, 0, 0);
        assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(i, "MEMORY_INIT", passive, 0, 0, 1));
        assertArrayEquals(new long[] {1}, i.invoke("MEMORY_GROW", 1));
        i.invoke("MEMORY_FILL", PAGE, 5, PAGE);
        assertEquals(5, byteAt(i, 2 * PAGE - 1));
        assertArrayEquals(new long[] {0xFFFF_FFFFL}, i.invoke("MEMORY_GROW", 2));
        assertArrayEquals(new long[] {2}, i.invoke("MEMORY_GROW", 1));
        assertArrayEquals(new long[] {3}, i.invoke("MEMORY_GROW", 0));
    }

    @Test
    void aBuiltinsTrapNamesTheCaller() {
        Assembled a = memoryModule(1, 1);
        for (Builtin b : new Builtin[] {Builtin.MEMORY_FILL, Builtin.MEMORY_INIT}) {
            a.exported("calls " + b, type(new int[] {I64}), (asm, layout) -> {
                asm.push(RBP);
                asm.mov64(RBP, RSP);
                asm.movImmediate(RCX, 0xFFFF_FFFFL);
                asm.movImmediate(RDX, 0xFFFF_FFFFL);
                asm.movImmediate(RSI, 0);
                asm.load64(RAX, RDI, InstanceLayout.BUILTINS);
                asm.callMemory(RAX, 8 * b.ordinal());
                asm.pop(RBP);
                asm.ret();
            });
        }
        a.wasm.passiveData(new byte[1]);
        NativeInstance i = instantiate(a);
        for (String name : new String[] {"calls MEMORY_FILL", "calls MEMORY_INIT"}) {
            Trap trap = assertThrows(Trap.class, () -> i.invoke(name, 0));
            assertEquals(name, trap.function());
            assertTrue(trap.offset() > 0);
        }
    }

    @Test
    void tablesKeepTheirRules() {
        Assembled a = new Assembled();
        a.wasm.table(EXTERNREF, 3, 10);
        a.wasm.table(FUNCREF, 4, 4);
        int f = a.function(type(NONE), (asm, layout) -> asm.ret());
        int segment = a.wasm.passiveElements(f, f);
        a.wasm.export("table", WasmModule.TABLE, 0);
        a.wasm.export("functions", WasmModule.TABLE, 1);
        builtin(a, Builtin.TABLE_GET, I64);
        builtin(a, Builtin.TABLE_SET);
        builtin(a, Builtin.TABLE_GROW, I32);
        builtin(a, Builtin.TABLE_FILL);
        builtin(a, Builtin.TABLE_COPY);
        builtin(a, Builtin.TABLE_INIT);
        builtin(a, Builtin.ELEM_DROP);
        NativeInstance i = instantiate(a);
        NativeTable table = (NativeTable) i.export("table"), functions = (NativeTable) i.export("functions");
        i.invoke("TABLE_SET", 0, 2, 0x1234_5678_9ABCL);
        assertArrayEquals(new long[] {0x1234_5678_9ABCL}, i.invoke("TABLE_GET", 0, 2));
        assertSame(TrapReason.TABLE_OUT_OF_BOUNDS, reason(i, "TABLE_GET", 0, 3));
        assertSame(TrapReason.TABLE_OUT_OF_BOUNDS, reason(i, "TABLE_SET", 0, 0xFFFF_FFFFL, 1));
        assertArrayEquals(new long[] {3}, i.invoke("TABLE_GROW", 0, 77, 2));
        assertEquals(77, table.get(4));
        assertEquals(5, table.type().min());
        assertArrayEquals(new long[] {0xFFFF_FFFFL}, i.invoke("TABLE_GROW", 0, 0, 6));
        i.invoke("TABLE_FILL", 0, 0, 5, 2);
        assertEquals(5, table.get(1));
        assertSame(TrapReason.TABLE_OUT_OF_BOUNDS, reason(i, "TABLE_FILL", 0, 4, 6, 2));
        assertEquals(77, table.get(4));
        i.invoke("TABLE_COPY", 0, 1, 0, 3); // table 0 to itself, overlapping
        assertEquals(5, table.get(2));
        assertEquals(0x1234_5678_9ABCL, table.get(3));
        i.invoke("TABLE_INIT", (long) segment << 32 | 1, 2, 0, 2);
        assertEquals(i.functionReference(f), functions.get(3));
        assertSame(TrapReason.TABLE_OUT_OF_BOUNDS, reason(i, "TABLE_INIT", (long) segment << 32 | 1, 3, 0, 2));
        i.invoke("TABLE_COPY", 1L << 32 | 1, 0, 2, 2);
        assertEquals(i.functionReference(f), functions.get(0));
        i.invoke("ELEM_DROP", segment);
        assertSame(TrapReason.TABLE_OUT_OF_BOUNDS, reason(i, "TABLE_INIT", (long) segment << 32 | 1, 0, 0, 1));
        assertThrows(Trap.class, () -> table.get(5));
    }

    /** What was written before the segment that fails stays, in a memory and a table that others see; the start function does not run. */
    @Test
    void aFailingSegmentLeavesTheEarlierOnes() {
        NativeMemory memory = store.newMemory(new WasmModule.MemoryType(1, -1));
        NativeTable table = store.newTable(new WasmModule.TableType(FUNCREF, 2, -1));
        imports.put("m.memory", memory);
        imports.put("m.table", table);
        imports.put("m.host", new HostFunction(type(NONE), (caller, arguments, results) -> {
            throw new AssertionError("started");
        }));
        Assembled a = new Assembled();
        int host = a.wasm.importFunction("m", "host", type(NONE));
        a.wasm.importMemory("m", "memory", 1, -1);
        a.wasm.importTable("m", "table", FUNCREF, 1, -1);
        int f = a.function(type(NONE, I32), (asm, layout) -> {
            asm.movImmediate(RAX, 5);
            asm.ret();
        });
        a.wasm.elements(0, 1, f);
        a.wasm.data(0, new byte[] {42});
        a.wasm.data(PAGE - 1, new byte[] {1, 2});
        a.wasm.start(host);
        assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, assertThrows(Trap.class, () -> instantiate(a)).reason());
        assertEquals(42, memory.segment().get(ValueLayout.JAVA_BYTE, 0));
        assertEquals(0, memory.segment().get(ValueLayout.JAVA_BYTE, PAGE - 1));
        assertTrue(table.get(1) != 0);

        Assembled b = new Assembled();
        b.wasm.importTable("m", "table", FUNCREF, 1, -1);
        indirectCall(b);
        assertArrayEquals(new long[] {5}, instantiate(b).invoke("indirect", 1), "a function of the instance that failed");
    }

    /** Exports a call through table 0 of a function [] -> [i32], with the checks of the convention. */
    private static void indirectCall(Assembled a) {
        int wanted = a.wasm.type(type(NONE, I32));
        a.exported("indirect", type(new int[] {I32}, I32), (asm, layout) -> {
            int undefined = asm.label(), uninitialized = asm.label(), mismatch = asm.label();
            asm.mov32(RSI, RSI);
            if (layout.tableIsPointer(0)) asm.load64(RAX, RDI, layout.table(0));
            else asm.lea(RAX, RDI, layout.table(0));
            asm.aluMemory64(Alu.CMP, RSI, RAX, InstanceLayout.TABLE_RECORD_LENGTH);
            asm.jcc(AE, undefined);
            asm.load64(RAX, RAX, InstanceLayout.TABLE_RECORD_BASE);
            asm.shift64(Shift.SHL, RSI, 3);
            asm.alu64(Alu.ADD, RAX, RSI);
            asm.load64(RAX, RAX, 0);
            asm.test64(RAX, RAX);
            asm.jcc(E, uninitialized);
            asm.load64(RCX, RDI, InstanceLayout.TYPE_IDS);
            asm.load32(RCX, RCX, 4 * wanted);
            asm.load32(RDX, RAX, InstanceLayout.FUNCREF_TYPE);
            asm.alu32(Alu.CMP, RCX, RDX);
            asm.jcc(NE, mismatch);
            asm.load64(RDI, RAX, InstanceLayout.FUNCREF_INSTANCE);
            asm.jmpMemory(RAX, InstanceLayout.FUNCREF_CODE);
            trap(asm, undefined, TrapReason.UNDEFINED_ELEMENT);
            trap(asm, uninitialized, TrapReason.UNINITIALIZED_ELEMENT);
            trap(asm, mismatch, TrapReason.INDIRECT_CALL_TYPE);
        });
    }

    private static void trap(X64 asm, int label, TrapReason reason) {
        asm.bind(label);
        asm.trap(reason.ordinal());
    }

    @Test
    void indirectCallsCrossInstancesAndReachHostFunctions() {
        NativeTable table = store.newTable(new WasmModule.TableType(FUNCREF, 4, -1));
        imports.put("m.table", table);
        imports.put("m.host", new HostFunction(type(NONE, I32), (caller, arguments, results) -> results[0] = caller.segment().get(ValueLayout.JAVA_BYTE, 0)));
        Assembled a = memoryModule(1, 1);
        int host = a.wasm.importFunction("m", "host", type(NONE, I32));
        a.wasm.importTable("m", "table", FUNCREF, 1, -1);
        int global = a.wasm.global(I32, true, 11);
        int own = a.function(type(NONE, I32), (asm, layout) -> {
            asm.load32(RAX, RDI, layout.global(global));
            asm.ret();
        });
        int other = a.function(type(NONE), (asm, layout) -> asm.ret());
        a.wasm.elements(0, 0, own, host, other);
        a.wasm.data(0, new byte[] {33});
        instantiate(a);
        Assembled b = new Assembled();
        b.wasm.importTable("m", "table", FUNCREF, 1, -1);
        indirectCall(b);
        NativeInstance i = instantiate(b);
        assertArrayEquals(new long[] {11}, i.invoke("indirect", 0));
        assertArrayEquals(new long[] {33}, i.invoke("indirect", 1), "the host sees the memory of the instance that imported it");
        assertSame(TrapReason.INDIRECT_CALL_TYPE, reason(i, "indirect", 2));
        assertSame(TrapReason.UNINITIALIZED_ELEMENT, reason(i, "indirect", 3));
        assertSame(TrapReason.UNDEFINED_ELEMENT, reason(i, "indirect", 4));
        assertSame(TrapReason.UNDEFINED_ELEMENT, reason(i, "indirect", -1));
    }

    @Test
    void globalsAndFunctionsAreSharedByReference() {
        NativeGlobal counter = store.newGlobal(new WasmModule.GlobalType(I64, true), 40);
        imports.put("m.counter", counter);
        Assembled a = new Assembled();
        a.wasm.importGlobal("m", "counter", I64, true);
        a.wasm.export("again", WasmModule.GLOBAL, 0);
        a.exported("next", type(NONE, I64), (asm, layout) -> {
            assertTrue(layout.globalIsPointer(0));
            asm.load64(RCX, RDI, layout.global(0));
            asm.load64(RAX, RCX, 0);
            asm.aluImmediate64(Alu.ADD, RAX, 1);
            asm.store64(RCX, 0, RAX);
            asm.ret();
        });
        NativeInstance first = instantiate(a);
        assertSame(counter, first.export("again"));
        imports.put("m.next", first.export("next"));
        Assembled b = new Assembled();
        int next = b.wasm.importFunction("m", "next", type(NONE, I64));
        b.wasm.export("next", WasmModule.FUNCTION, next);
        b.exported("call", type(NONE, I64), (asm, layout) -> {
            asm.load64(RAX, RDI, layout.importedFunction(next));
            asm.load64(RDI, RAX, InstanceLayout.FUNCREF_INSTANCE);
            asm.jmpMemory(RAX, InstanceLayout.FUNCREF_CODE);
        });
        NativeInstance second = instantiate(b);
        assertSame(first.export("next"), second.export("next"));
        assertArrayEquals(new long[] {41}, second.invoke("call"));
        counter.set(50);
        assertArrayEquals(new long[] {51}, second.invoke("call"));
        assertEquals(51, counter.get());
        assertNull(second.export("nothing"));
        NativeGlobal constant = store.newGlobal(new WasmModule.GlobalType(I32, false), -1);
        assertEquals(0xFFFF_FFFFL, constant.get());
        assertThrows(IllegalArgumentException.class, () -> constant.set(1));
    }

    @Test
    void importsMustBeThereAndFit() {
        imports.put("m.memory", store.newMemory(new WasmModule.MemoryType(2, 5)));
        String missing = linkError(a -> a.wasm.importFunction("m", "absent", type(NONE)));
        assertTrue(missing.contains("unknown import") && missing.contains("\"m\" \"absent\""), missing);
        linkError(a -> a.wasm.importMemory("m", "memory", 3, -1));
        linkError(a -> a.wasm.importMemory("m", "memory", 1, 4));
        linkError(a -> a.wasm.importTable("m", "memory", FUNCREF, 1, -1));
        try (NativeStore other = new NativeStore()) {
            imports.put("m.memory", other.newMemory(new WasmModule.MemoryType(2, 5)));
            assertTrue(linkError(a -> a.wasm.importMemory("m", "memory", 1, -1)).contains("another store"));
        }
    }

    private String linkError(java.util.function.Consumer<Assembled> wants) {
        Assembled a = new Assembled();
        wants.accept(a);
        return assertThrows(LinkException.class, () -> instantiate(a)).getMessage();
    }

    /** A function of another store is called through Java: its instances keep their own lifetime. */
    @Test
    void functionsOfOtherStoresCanBeImported() {
        try (NativeStore other = new NativeStore()) {
            Assembled a = new Assembled();
            a.exported("double", type(new int[] {I64}, I64), (asm, layout) -> {
                asm.mov64(RAX, RSI);
                asm.alu64(Alu.ADD, RAX, RSI);
                asm.ret();
            });
            try (NativeModule module = a.link()) {
                imports.put("m.f", other.instantiate(module, named).export("double"));
            }
            Assembled b = new Assembled();
            int f = b.wasm.importFunction("m", "f", type(new int[] {I64}, I64));
            b.exported("call", type(new int[] {I64}, I64), (asm, layout) -> {
                asm.load64(RAX, RDI, layout.importedFunction(f));
                asm.load64(RDI, RAX, InstanceLayout.FUNCREF_INSTANCE);
                asm.jmpMemory(RAX, InstanceLayout.FUNCREF_CODE);
            });
            assertArrayEquals(new long[] {42}, instantiate(b).invoke("call", 21));
        }
    }

    @Test
    void limitsAreMinusOneWhenGrowingAndAnErrorAtTheStart() {
        NativeTable table = store.newTable(new WasmModule.TableType(EXTERNREF, 0, -1));
        assertEquals(0, table.grow(Settings.TABLE, 1));
        assertEquals(-1, table.grow(1, 1));
        assertThrows(RuntimeException.class, () -> store.newTable(new WasmModule.TableType(EXTERNREF, Settings.TABLE + 1, -1)));
        long most = Settings.MEMORY / PAGE;
        NativeMemory[] full = new NativeMemory[(int) (most >> 16)];
        for (int i = 0; i < full.length; i++) full[i] = store.newMemory(new WasmModule.MemoryType(1 << 16, -1));
        assertEquals(-1, full[0].grow(1));
        NativeMemory last = store.newMemory(new WasmModule.MemoryType(0, -1));
        assertEquals(-1, last.grow((most & 0xFFFF) + 1));
        assertThrows(RuntimeException.class, () -> store.newMemory(new WasmModule.MemoryType((most & 0xFFFF) + 1, -1)));
    }

    /** The largest access an i32 index and offset can make, from a memory whose slot has direct neighbours full of data. */
    @Test
    void nothingOutsideTheMemoryCanBeReached() {
        Assembled a = memoryModule(1, 1);
        a.exported("load", type(new int[] {I64, I64}, I64), (asm, layout) -> {
            asm.load64(RAX, RDI, InstanceLayout.MEMORY_BASE);
            asm.alu64(Alu.ADD, RAX, RSI);
            asm.alu64(Alu.ADD, RAX, RDX);
            asm.load64(RAX, RAX, 0);
            asm.ret();
        });
        try (NativeModule module = a.link()) {
            NativeInstance[] instances = new NativeInstance[5];
            for (int i = 0; i < instances.length; i++) {
                instances[i] = store.instantiate(module, named);
                ((Extern.Memory) instances[i].export("memory")).segment().fill((byte) 0x55);
            }
            long[] edges = {0, 1, PAGE - 8, PAGE - 7, PAGE, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFF8L, 0xFFFF_FFFFL};
            for (NativeInstance i : instances) {
                for (long index : edges) {
                    for (long offset : edges) {
                        if (index + offset <= PAGE - 8) assertArrayEquals(new long[] {0x5555_5555_5555_5555L}, i.invoke("load", index, offset));
                        else assertSame(TrapReason.MEMORY_OUT_OF_BOUNDS, reason(i, "load", index, offset));
                    }
                }
            }
        }
    }

    @Test
    void theStartFunctionRunsLast() {
        StringBuilder order = new StringBuilder();
        imports.put("m.host", new HostFunction(type(NONE), (caller, arguments, results) -> order.append("started ").append(caller.segment().get(ValueLayout.JAVA_BYTE, 7))));
        Assembled a = memoryModule(1, 1);
        a.wasm.start(a.wasm.importFunction("m", "host", type(NONE)));
        a.wasm.data(7, new byte[] {7});
        assertNotNull(instantiate(a));
        assertEquals("started 7", order.toString());
    }
}
