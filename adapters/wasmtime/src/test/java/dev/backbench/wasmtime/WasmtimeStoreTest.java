package dev.backbench.wasmtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.Instance;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WasmtimeStoreTest {
    /** Imports {@code h.f}; exports memory {@code m} (1 to 3 pages), global {@code g} (5), table {@code t} with {@code call} at 0, {@code call} (asks h.f) and {@code id} of an externref. */
    private static final byte[] A = HexFormat.of().parseHex("0061736d01000000010b0260017f017f60016f016f0207010168016600000303020001040501700102040504010101030606017f0141050b071905016d02000167"
            + "0300017401000463616c6c000102696400020907010041000b01010a0d020600200010000b040020000b000b046e616d65040401000175");
    /** Imports all of A but {@code id}; exports {@code store} (beyond the first page), {@code indirect} (sets the global, calls an element), {@code get} (of the table), {@code direct}. */
    private static final byte[] B = HexFormat.of().parseHex("0061736d0100000001140460017f017f60000060027f7f017f60017f01700220040161016d02000101610167037f01016101740170000201610463616c6c000003"
            + "0504010203000723040573746f7265000108696e64697265637400020367657400030664697265637400040a29040b0041f0a20441013a00000b0d002000240020"
            + "0020011100000b0600200025000b0600200010000b0b07010041030b012a000b046e616d65040401000175");
    private static final FuncType UNARY = new FuncType(new int[] {ValType.I32}, new int[] {ValType.I32});

    private final Compiler compiler = compiler();
    private Store store;
    private CompiledModule moduleA, moduleB;

    @BeforeAll
    static void wasmtimeIsHere() throws InterruptedException {
        WasmtimeTest.wasmtimeIsHere();
    }

    private static Compiler compiler() {
        return new WasmtimeCranelift().newCompiler(CompileOptions.of("speed"));
    }

    @BeforeEach
    void open() {
        moduleA = compiler.link(compiler.compile(A, PhaseClock.OFF), PhaseClock.OFF);
        moduleB = compiler.link(compiler.compile(B, PhaseClock.OFF), PhaseClock.OFF);
        store = compiler.newStore();
    }

    @AfterEach
    void close() {
        store.close();
        moduleA.close();
        moduleB.close();
        compiler.close();
    }

    private Instance first(HostFunction.Code host) {
        return store.instantiate(moduleA, (module, name) -> new HostFunction(UNARY, host));
    }

    private static void triple(Extern.Memory caller, long[] arguments, long[] results) {
        results[0] = 3 * arguments[0];
    }

    @Test
    void instancesShareWhatTheyImportFromEachOther() {
        Instance a = first(WasmtimeStoreTest::triple), b = store.instantiate(moduleB, (module, name) -> a.export(name));
        assertArrayEquals(new long[] {21}, b.invoke("direct", 7));
        assertArrayEquals(new long[] {33}, b.invoke("indirect", 11, 0));
        Extern.Global global = (Extern.Global) a.export("g");
        assertEquals(11, global.get());
        global.set(-1);
        assertEquals(0xFFFFFFFFL, ((Extern.Global) a.export("g")).get(), "the upper half of an i32 is zero");
        Extern.Memory memory = (Extern.Memory) a.export("m");
        assertEquals('*', memory.segment().get(ValueLayout.JAVA_BYTE, 3));
        assertEquals(new WasmModule.MemoryType(1, 3), memory.type());
        assertEquals(TrapReason.MEMORY_OUT_OF_BOUNDS, assertThrows(Trap.class, () -> b.invoke("store")).reason());
        assertEquals(1, memory.grow(1));
        b.invoke("store");
        assertEquals(1, memory.segment().get(ValueLayout.JAVA_BYTE, 70000));
        assertEquals(-1, memory.grow(5));
        assertNull(a.export("nothing"));
    }

    @Test
    void referencesPassInBothDirections() {
        Instance a = first(WasmtimeStoreTest::triple), b = store.instantiate(moduleB, (module, name) -> a.export(name));
        Extern.Table table = (Extern.Table) a.export("t");
        assertEquals(new WasmModule.TableType(ValType.FUNCREF, 2, 4), table.type());
        assertEquals(0, table.get(1));
        long function = b.invoke("get", 0)[0];
        assertEquals(table.get(0), function);
        table.set(1, function);
        assertArrayEquals(new long[] {6}, b.invoke("indirect", 2, 1));
        assertArrayEquals(new long[] {0}, a.invoke("id", 0));
        assertArrayEquals(new long[] {0x123456789AL}, a.invoke("id", 0x123456789AL));
        assertEquals(1L << 40, store.newGlobal(new WasmModule.GlobalType(ValType.EXTERNREF, true), 1L << 40).get());
    }

    @Test
    void trapsTellAnElementThatIsMissingFromAnAccessOutside() {
        Instance a = first(WasmtimeStoreTest::triple), b = store.instantiate(moduleB, (module, name) -> a.export(name));
        assertEquals(TrapReason.UNDEFINED_ELEMENT, assertThrows(Trap.class, () -> b.invoke("indirect", 0, 9)).reason());
        assertEquals(TrapReason.UNINITIALIZED_ELEMENT, assertThrows(Trap.class, () -> b.invoke("indirect", 0, 1)).reason());
        assertEquals(TrapReason.TABLE_OUT_OF_BOUNDS, assertThrows(Trap.class, () -> b.invoke("get", 9)).reason());
    }

    @Test
    void whatAHostFunctionThrowsArrivesAtWhoeverEntered() {
        IllegalStateException thrown = new IllegalStateException("from the host");
        Instance a = first((caller, arguments, results) -> {
            throw thrown;
        });
        assertSame(thrown, assertThrows(IllegalStateException.class, () -> a.invoke("call", 1)));
        assertSame(thrown, assertThrows(IllegalStateException.class, () -> a.invoke("call", 1)), "and the store goes on");
    }

    @Test
    void importsThatDoNotFitAreLinkErrors() {
        assertThrows(LinkException.class, () -> store.instantiate(moduleA, (module, name) -> null));
        assertThrows(LinkException.class, () -> store.instantiate(moduleB, (module, name) -> store.newMemory(new WasmModule.MemoryType(1, -1))));
    }

    @Test
    void invalidModulesAreToldFromFeaturesThatAreOff() {
        byte[] broken = A.clone();
        broken[broken.length - 18] = 0x1A; // a drop where a value is returned
        assertEquals(WasmException.Kind.INVALID, assertThrows(WasmException.class, () -> compiler.compile(broken, PhaseClock.OFF)).kind());
        byte[] pages = HexFormat.of().parseHex("0061736d01000000050401080100"); // a memory with pages of one byte
        WasmException off = assertThrows(WasmException.class, () -> compiler.compile(pages, PhaseClock.OFF));
        assertEquals(WasmException.Kind.UNSUPPORTED, off.kind(), off.getMessage());
        assertEquals("custom page sizes", off.what());
    }
}
