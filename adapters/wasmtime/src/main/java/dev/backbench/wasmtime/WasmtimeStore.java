package dev.backbench.wasmtime;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.ImportResolver;
import dev.backbench.spi.Instance;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.Store;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Instances of several modules in one Wasmtime store. Everything happens on a thread of the store's own, with room for the engine's Wasm stack. A host function that is called
 * is not told its caller's memory.
 */
final class WasmtimeStore implements Store {
    private static final byte FUNCTION = 0, GLOBAL = 1, TABLE = 2, MEMORY = 3;
    private static final String CALLBACK = "(PPPP)P";

    private final WasmtimeLibrary library;
    private final long engine, store, context;
    private final Arena arena = Arena.ofShared();
    private final WasmtimeValues values;
    private final ExecutorService thread;
    private final Map<Extern.Function, MemorySegment> hostFunctions = new IdentityHashMap<>();
    private final List<WasmModule> modules = new ArrayList<>();
    private Thread worker;
    /** What a host function threw, on its way through Wasm frames. */
    private Throwable pending;

    WasmtimeStore(WasmtimeLibrary library, long engine) {
        this.library = library;
        this.engine = engine;
        store = library.pointer("wasmtime_store_new", engine, 0, 0);
        context = library.pointer("wasmtime_store_context", store);
        values = new WasmtimeValues(library, context, arena);
        thread = Executors.newSingleThreadExecutor(work -> {
            worker = new Thread(null, work, "wasmtime", WasmtimeModule.THREAD_STACK);
            worker.setDaemon(true);
            return worker;
        });
    }

    private <T> T there(Supplier<T> work) {
        if (Thread.currentThread() == worker) return work.get();
        try {
            return thread.submit(work::get).get();
        } catch (ExecutionException e) {
            throw NativeLibrary.sneak(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while Wasm code ran", e);
        }
    }

    private void fail(MemorySegment trap) {
        Throwable thrown = pending;
        pending = null;
        if (thrown == null) {
            WasmtimeTraps.failOn(library, trap, modules);
            return;
        }
        long left = trap.get(ValueLayout.JAVA_LONG, 0);
        if (left != 0) library.call("wasm_trap_delete", left);
        throw NativeLibrary.sneak(thrown);
    }

    @Override
    public Instance instantiate(CompiledModule module, Imports imports) {
        WasmtimeModule compiled = (WasmtimeModule) module;
        WasmModule view = WasmModule.parse(compiled.wasm());
        Extern[] found = ImportResolver.resolve(view, imports);
        return there(() -> instantiate(compiled, view, found));
    }

    private Instance instantiate(WasmtimeModule compiled, WasmModule view, Extern[] found) {
        modules.add(view);
        long linker = library.pointer("wasmtime_linker_new", engine);
        try (Arena local = Arena.ofConfined()) {
            library.call("wasmtime_linker_allow_shadowing", linker, 1);
            List<WasmModule.Import> wanted = view.imports();
            for (int i = 0; i < found.length; i++) {
                byte[] from = utf8(wanted.get(i).module()), name = utf8(wanted.get(i).name());
                library.check(library.pointer("wasmtime_linker_define", linker, context, bytes(local, from), from.length, bytes(local, name), name.length, extern(found[i]).address()),
                        "Wasmtime");
            }
            MemorySegment instance = arena.allocate(16, 8), trap = local.allocate(8, 8);
            long error = library.pointer("wasmtime_linker_instantiate", linker, context, compiled.handle(), instance.address(), trap.address());
            fail(trap);
            try {
                library.check(error, "Wasmtime");
            } catch (BackendException e) {
                throw new LinkException(e.getMessage());
            }
            return name -> there(() -> export(instance, view, name));
        } finally {
            library.call("wasmtime_linker_delete", linker);
        }
    }

    private Extern export(MemorySegment instance, WasmModule view, String name) {
        WasmModule.Export export = view.exports().stream().filter(e -> e.name().equals(name)).findFirst().orElse(null);
        if (export == null) return null;
        MemorySegment extern = arena.allocate(WasmtimeValues.STRUCTURE, 8);
        try (Arena local = Arena.ofConfined()) {
            byte[] text = utf8(name);
            long there = library.pointer("wasmtime_instance_export_get", context, instance.address(), bytes(local, text), text.length, extern.address());
            if ((there & 1) == 0) throw new BackendException("Wasmtime knows no export '" + name + "'");
        }
        return switch (export.kind()) {
            case WasmModule.FUNCTION -> new Function(extern, view.functionType(export.index()));
            case WasmModule.TABLE -> new Table(extern, view.tables().get(export.index()).elementType());
            case WasmModule.MEMORY -> new Memory(extern);
            default -> new Global(extern, view.globalTypes().get(export.index()));
        };
    }

    /** The {@code wasmtime_extern_t} of something importable. */
    private MemorySegment extern(Extern extern) {
        return switch (extern) {
            case Function f -> f.extern;
            case Memory m -> m.extern;
            case Table t -> t.extern;
            case Global g -> g.extern;
            case Extern.Function f -> hostFunctions.computeIfAbsent(f, this::hostFunction);
            default -> throw new BackendException("this " + extern.getClass().getSimpleName() + " belongs to another engine");
        };
    }

    private MemorySegment hostFunction(Extern.Function function) {
        try {
            MethodHandle target = MethodHandles.lookup().findVirtual(HostCall.class, "enter", MethodType.methodType(long.class, long.class, long.class, long.class, long.class))
                    .bindTo(new HostCall(function));
            MemorySegment extern = structure(FUNCTION);
            long type = values.type(function.type());
            library.call("wasmtime_func_new_unchecked", context, type, NativeLibrary.upcall(target, CALLBACK, arena), 0, 0, extern.address() + WasmtimeValues.UNION);
            library.call("wasm_functype_delete", type);
            return extern;
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** What Wasmtime calls; the parameters of {@link #enter} are those of {@code wasmtime_func_unchecked_callback_t}, the result is a trap or null. */
    private final class HostCall {
        private final Extern.Function function;

        HostCall(Extern.Function function) {
            this.function = function;
        }

        long enter(long environment, long caller, long values, long count) {
            try {
                call(MemorySegment.ofAddress(values).reinterpret(Math.max(1, count) * WasmtimeValues.RAW));
                return 0;
            } catch (Throwable t) {
                pending = t;
                try (Arena local = Arena.ofConfined()) {
                    byte[] text = utf8("a host function threw");
                    return library.pointer("wasmtime_trap_new", bytes(local, text), text.length);
                }
            }
        }

        private void call(MemorySegment raw) {
            FuncType type = function.type();
            long[] arguments = new long[type.parameters().length], results = new long[type.results().length];
            for (int i = 0; i < arguments.length; i++) arguments[i] = values.readRaw(raw, i, type.parameters()[i]);
            if (function instanceof HostFunction host) host.code().call(null, arguments, results);
            else function.invoke(arguments, results);
            for (int i = 0; i < results.length; i++) values.writeRaw(raw, i, type.results()[i], results[i]);
        }
    }

    private final class Function implements Extern.Function {
        private final MemorySegment extern;
        private final FuncType type;

        Function(MemorySegment extern, FuncType type) {
            this.extern = extern;
            this.type = type;
        }

        @Override
        public FuncType type() {
            return type;
        }

        @Override
        public void invoke(long[] arguments, long[] results) {
            there(() -> {
                call(arguments, results);
                return null;
            });
        }

        private void call(long[] arguments, long[] results) {
            int most = Math.max(1, Math.max(arguments.length, results.length));
            try (Arena local = Arena.ofConfined()) {
                MemorySegment raw = local.allocate(most * WasmtimeValues.RAW, 16), trap = local.allocate(8, 8);
                for (int i = 0; i < arguments.length; i++) values.writeRaw(raw, i, type.parameters()[i], arguments[i]);
                long error = library.pointer("wasmtime_func_call_unchecked", context, extern.address() + WasmtimeValues.UNION, raw.address(), most, trap.address());
                fail(trap);
                library.check(error, "Wasmtime");
                for (int i = 0; i < results.length; i++) results[i] = values.readRaw(raw, i, type.results()[i]);
            }
        }
    }

    private final class Memory implements Extern.Memory {
        private final MemorySegment extern;
        private final long of;

        Memory(MemorySegment extern) {
            this.extern = extern;
            of = extern.address() + WasmtimeValues.UNION;
        }

        @Override
        public WasmModule.MemoryType type() {
            return there(() -> {
                long type = library.pointer("wasmtime_memory_type", context, of), max = WasmtimeValues.max(library.pointer("wasm_memorytype_limits", type));
                library.call("wasm_memorytype_delete", type);
                return new WasmModule.MemoryType(library.pointer("wasmtime_memory_size", context, of), max);
            });
        }

        @Override
        public MemorySegment segment() {
            return there(() -> MemorySegment.ofAddress(library.pointer("wasmtime_memory_data", context, of)).reinterpret(library.pointer("wasmtime_memory_data_size", context, of)));
        }

        @Override
        public long grow(long pages) {
            return there(() -> {
                try (Arena local = Arena.ofConfined()) {
                    MemorySegment before = local.allocate(8, 8);
                    long error = library.pointer("wasmtime_memory_grow", context, of, pages, before.address());
                    if (error == 0) return before.get(ValueLayout.JAVA_LONG, 0);
                    library.call("wasmtime_error_delete", error);
                    return -1L;
                }
            });
        }
    }

    private final class Table implements Extern.Table {
        private final MemorySegment extern;
        private final long of;
        private final int elementType;

        Table(MemorySegment extern, int elementType) {
            this.extern = extern;
            this.elementType = elementType;
            of = extern.address() + WasmtimeValues.UNION;
        }

        @Override
        public WasmModule.TableType type() {
            return there(() -> {
                long type = library.pointer("wasmtime_table_type", context, of), max = WasmtimeValues.max(library.pointer("wasm_tabletype_limits", type));
                library.call("wasm_tabletype_delete", type);
                return new WasmModule.TableType(elementType, library.pointer("wasmtime_table_size", context, of), max);
            });
        }

        @Override
        public long get(long index) {
            return there(() -> {
                try (Arena local = Arena.ofConfined()) {
                    MemorySegment value = local.allocate(WasmtimeValues.STRUCTURE, 8);
                    if ((library.pointer("wasmtime_table_get", context, of, index, value.address()) & 1) == 0) throw new IndexOutOfBoundsException("element " + index);
                    return values.take(value);
                }
            });
        }

        @Override
        public void set(long index, long reference) {
            there(() -> {
                try (Arena local = Arena.ofConfined()) {
                    library.check(library.pointer("wasmtime_table_set", context, of, index, values.value(local, elementType, reference).address()), "Wasmtime");
                    return null;
                }
            });
        }
    }

    private final class Global implements Extern.Global {
        private final MemorySegment extern;
        private final long of;
        private final WasmModule.GlobalType type;

        Global(MemorySegment extern, WasmModule.GlobalType type) {
            this.extern = extern;
            this.type = type;
            of = extern.address() + WasmtimeValues.UNION;
        }

        @Override
        public WasmModule.GlobalType type() {
            return type;
        }

        @Override
        public long get() {
            return there(() -> {
                try (Arena local = Arena.ofConfined()) {
                    MemorySegment value = local.allocate(WasmtimeValues.STRUCTURE, 8);
                    library.call("wasmtime_global_get", context, of, value.address());
                    return values.take(value);
                }
            });
        }

        @Override
        public void set(long bits) {
            there(() -> {
                try (Arena local = Arena.ofConfined()) {
                    library.check(library.pointer("wasmtime_global_set", context, of, values.value(local, type.type(), bits).address()), "Wasmtime");
                    return null;
                }
            });
        }
    }

    @Override
    public Extern.Memory newMemory(WasmModule.MemoryType type) {
        return there(() -> {
            try (Arena local = Arena.ofConfined()) {
                MemorySegment extern = structure(MEMORY);
                long described = library.pointer("wasm_memorytype_new", WasmtimeValues.limits(local, type.min(), type.max()).address());
                long error = library.pointer("wasmtime_memory_new", context, described, extern.address() + WasmtimeValues.UNION);
                library.call("wasm_memorytype_delete", described);
                library.check(error, "Wasmtime");
                return new Memory(extern);
            }
        });
    }

    @Override
    public Extern.Table newTable(WasmModule.TableType type) {
        return there(() -> {
            try (Arena local = Arena.ofConfined()) {
                MemorySegment extern = structure(TABLE);
                long described = library.pointer("wasm_tabletype_new", values.type(type.elementType()), WasmtimeValues.limits(local, type.min(), type.max()).address());
                long error = library.pointer("wasmtime_table_new", context, described, values.value(local, type.elementType(), 0).address(), extern.address() + WasmtimeValues.UNION);
                library.call("wasm_tabletype_delete", described);
                library.check(error, "Wasmtime");
                return new Table(extern, type.elementType());
            }
        });
    }

    @Override
    public Extern.Global newGlobal(WasmModule.GlobalType type, long bits) {
        return there(() -> {
            try (Arena local = Arena.ofConfined()) {
                MemorySegment extern = structure(GLOBAL);
                long described = library.pointer("wasm_globaltype_new", values.type(type.type()), type.mutable() ? 1 : 0);
                long error = library.pointer("wasmtime_global_new", context, described, values.value(local, type.type(), bits).address(), extern.address() + WasmtimeValues.UNION);
                library.call("wasm_globaltype_delete", described);
                library.check(error, "Wasmtime");
                return new Global(extern, type);
            }
        });
    }

    private MemorySegment structure(byte kind) {
        MemorySegment extern = arena.allocate(WasmtimeValues.STRUCTURE, 8);
        extern.set(ValueLayout.JAVA_BYTE, 0, kind);
        return extern;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long bytes(Arena local, byte[] bytes) {
        MemorySegment segment = local.allocate(Math.max(1, bytes.length));
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment.address();
    }

    @Override
    public void close() {
        there(() -> {
            library.call("wasmtime_store_delete", store);
            return null;
        });
        thread.shutdown();
        arena.close();
    }
}
