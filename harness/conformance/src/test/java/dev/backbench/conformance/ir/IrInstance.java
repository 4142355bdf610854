package dev.backbench.conformance.ir;

import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.Instance;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** State of one module alone, which may import host functions and nothing else. Function references are function indices plus one. */
final class IrInstance implements Instance {
    static final int PAGE = 65536;

    final WasmModule module;
    final IrFunction[] functions;
    final HostFunction[] hosts;
    final long[] globals;
    final long[][] tables;
    final byte[][] data;
    final long[][] elements;
    byte[] memory = {};
    private final IrExecution execution = new IrExecution(this);
    private final List<Extern> globalExports = new ArrayList<>();

    IrInstance(WasmModule module, IrFunction[] functions, HostFunction[] hosts) {
        this.module = module;
        this.functions = functions;
        this.hosts = hosts;
        globals = new long[module.globalTypes().size()];
        for (int g = 0; g < globals.length; g++) {
            globals[g] = constant(module.globals().get(g).init());
            globalExports.add(new Global(g));
        }
        tables = new long[module.tables().size()][];
        for (int t = 0; t < tables.length; t++) tables[t] = new long[(int) module.tables().get(t).min()];
        if (!module.memories().isEmpty()) memory = new byte[(int) module.memories().getFirst().min() * PAGE];
        elements = new long[module.elements().size()][];
        data = new byte[module.data().size()][];
    }

    void initialise() {
        for (int i = 0; i < elements.length; i++) {
            WasmModule.ElementSegment segment = module.elements().get(i);
            elements[i] = new long[segment.length()];
            for (int k = 0; k < segment.length(); k++) elements[i][k] = segment.functions() != null ? segment.functions()[k] + 1 : constant(segment.expressions()[k]);
            if (segment.mode() == WasmModule.Mode.ACTIVE) initTable(i, segment.table(), constant(segment.offset()), 0, segment.length());
            if (segment.mode() != WasmModule.Mode.PASSIVE) elements[i] = new long[0];
        }
        for (int i = 0; i < data.length; i++) {
            WasmModule.DataSegment segment = module.data().get(i);
            data[i] = Arrays.copyOfRange(module.bytes(), segment.start(), segment.end());
            if (segment.mode() != WasmModule.Mode.ACTIVE) continue;
            initMemory(i, constant(segment.offset()), 0, data[i].length);
            data[i] = new byte[0];
        }
        if (module.start() >= 0) execution.call(module.start(), new long[0]);
    }

    /** One constant operation; that is all generated modules have. */
    private long constant(WasmModule.ConstExpr expression) {
        byte[] bytes = module.bytes();
        int opcode = bytes[expression.start()] & 0xFF, at = expression.start() + 1;
        return switch (opcode) {
            case Opcode.I32_CONST -> leb(bytes, at) & 0xFFFFFFFFL;
            case Opcode.I64_CONST -> leb(bytes, at);
            case Opcode.F32_CONST -> MemorySegment.ofArray(bytes).get(IrExecution.INT, at) & 0xFFFFFFFFL;
            case Opcode.F64_CONST -> MemorySegment.ofArray(bytes).get(IrExecution.LONG, at);
            case Opcode.REF_NULL -> 0;
            case Opcode.REF_FUNC -> leb(bytes, at) + 1;
            case Opcode.GLOBAL_GET -> globals[(int) leb(bytes, at)];
            default -> throw new IllegalArgumentException("constant expression with opcode " + opcode);
        };
    }

    private static long leb(byte[] bytes, int at) {
        long value = 0;
        int shift = 0;
        byte b;
        do {
            b = bytes[at++];
            value |= (b & 0x7FL) << shift;
            shift += 7;
        } while (b < 0);
        return shift < 64 && (b & 0x40) != 0 ? value | -1L << shift : value;
    }

    void initTable(int segment, int table, long to, long from, long count) {
        if (from + count > elements[segment].length || to + count > tables[table].length) throw new Trap(TrapReason.TABLE_OUT_OF_BOUNDS, null, -1);
        System.arraycopy(elements[segment], (int) from, tables[table], (int) to, (int) count);
    }

    void initMemory(int segment, long to, long from, long count) {
        if (from + count > data[segment].length || to + count > memory.length) throw new Trap(TrapReason.MEMORY_OUT_OF_BOUNDS, null, -1);
        System.arraycopy(data[segment], (int) from, memory, (int) to, (int) count);
    }

    /** @return the old size in pages, or -1 as an i32 */
    long growMemory(long by) {
        long old = memory.length / PAGE, max = module.memories().getFirst().max();
        if (old + by > (max < 0 ? 65536 : max)) return 0xFFFFFFFFL;
        memory = Arrays.copyOf(memory, (int) (old + by) * PAGE);
        return old;
    }

    /** @return the old size, or -1 as an i32 */
    long growTable(int table, long value, long by) {
        long old = tables[table].length, max = module.tables().get(table).max();
        if (old + by > (max < 0 ? Integer.MAX_VALUE : max)) return 0xFFFFFFFFL;
        tables[table] = Arrays.copyOf(tables[table], (int) (old + by));
        Arrays.fill(tables[table], (int) old, (int) (old + by), value);
        return old;
    }

    @Override
    public Extern export(String name) {
        for (WasmModule.Export export : module.exports()) {
            if (!export.name().equals(name)) continue;
            return switch (export.kind()) {
                case WasmModule.FUNCTION -> new Function(export.index());
                case WasmModule.TABLE -> new Table(export.index());
                case WasmModule.MEMORY -> new Memory();
                default -> globalExports.get(export.index());
            };
        }
        return null;
    }

    private final class Function implements Extern.Function {
        private final int index;

        Function(int index) {
            this.index = index;
        }

        @Override
        public FuncType type() {
            return module.functionType(index);
        }

        @Override
        public void invoke(long[] arguments, long[] results) {
            try {
                long[] returned = execution.call(index, arguments);
                System.arraycopy(returned, 0, results, 0, results.length);
            } catch (StackOverflowError e) {
                throw new Trap(TrapReason.STACK_EXHAUSTED, null, -1);
            }
        }
    }

    private final class Table implements Extern.Table {
        private final int index;

        Table(int index) {
            this.index = index;
        }

        @Override
        public WasmModule.TableType type() {
            WasmModule.TableType declared = module.tables().get(index);
            return new WasmModule.TableType(declared.elementType(), tables[index].length, declared.max());
        }

        @Override
        public long get(long at) {
            return tables[index][(int) at];
        }

        @Override
        public void set(long at, long reference) {
            tables[index][(int) at] = reference;
        }
    }

    private final class Memory implements Extern.Memory {
        @Override
        public WasmModule.MemoryType type() {
            return new WasmModule.MemoryType(memory.length / PAGE, module.memories().getFirst().max());
        }

        @Override
        public MemorySegment segment() {
            return MemorySegment.ofArray(memory);
        }

        @Override
        public long grow(long pages) {
            return (int) growMemory(pages);
        }
    }

    private final class Global implements Extern.Global {
        private final int index;

        Global(int index) {
            this.index = index;
        }

        @Override
        public WasmModule.GlobalType type() {
            return module.globalTypes().get(index);
        }

        @Override
        public long get() {
            return globals[index];
        }

        @Override
        public void set(long bits) {
            globals[index] = bits;
        }
    }
}
