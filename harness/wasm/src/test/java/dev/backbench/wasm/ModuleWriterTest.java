package dev.backbench.wasm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleWriterTest {
    private static final FuncType BINARY = new FuncType(new int[] {ValType.I32, ValType.I32}, new int[] {ValType.I32});

    /** A module of every kind of item, read back by the decoder. */
    @Test
    void whatIsWrittenIsReadBack() {
        ModuleWriter writer = new ModuleWriter();
        int imported = writer.importFunction("env", "log", new FuncType(new int[] {ValType.I64}, new int[0]));
        int add = writer.function(BINARY, new BodyWriter(2).get(0).get(1).op(Opcode.I32_ADD));
        int table = writer.table(ValType.FUNCREF, 4, 8);
        writer.memory(1, -1);
        int global = writer.global(ValType.F64, true, Double.doubleToRawLongBits(2.5));
        writer.export("add", WasmModule.FUNCTION, add);
        writer.elements(table, 1, add, imported);
        writer.data(16, new byte[] {1, 2, 3});
        WasmModule module = WasmModule.parse(writer.toBytes());
        assertEquals(BINARY, module.functionType(add));
        assertEquals("add", module.functionName(add));
        assertEquals(new WasmModule.TableType(ValType.FUNCREF, 4, 8), module.tables().get(table));
        assertEquals(new WasmModule.MemoryType(1, -1), module.memories().getFirst());
        assertEquals(new WasmModule.GlobalType(ValType.F64, true), module.globalTypes().get(global));
        assertArrayEquals(new int[] {add, imported}, module.elements().getFirst().functions());
        assertEquals(3, module.data().getFirst().end() - module.data().getFirst().start());
        assertEquals(0, module.escapeIndex(add));
    }

    @Test
    void numbersOfEveryWidthSurvive() {
        List<Long> values = List.of(0L, 1L, -1L, 63L, 64L, -64L, -65L, 127L, 128L, 1L << 31, -1L << 31, Long.MAX_VALUE, Long.MIN_VALUE), read = new ArrayList<>();
        BodyWriter body = new BodyWriter(0);
        for (long value : values) body.i64(value).op(Opcode.DROP);
        ModuleWriter writer = new ModuleWriter();
        int function = writer.function(new FuncType(new int[0], new int[0]), body);
        new FunctionTranslator(WasmModule.parse(writer.toBytes())).translate(function, new CheckingBuilder() {
            @Override
            public int constI64(long value) {
                read.add(value);
                return super.constI64(value);
            }
        });
        assertEquals(values, read);
    }
}
