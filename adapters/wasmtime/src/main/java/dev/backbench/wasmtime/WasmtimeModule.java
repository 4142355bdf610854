package dev.backbench.wasmtime;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Callable code in a Wasmtime engine, run with Wasmtime's own WASI. Programs run on a thread with room for the engine's Wasm stack. */
final class WasmtimeModule implements CompiledModule {
    static final long THREAD_STACK = 32L << 20;
    /** {@code wasmtime_extern_t}: a kind byte, then a union at 8. */
    private static final long EXTERN_BYTES = 64, EXTERN_OF = 8;
    private static final byte EXTERN_FUNC = 0;
    private static final String CALLBACK = "(PPPPPP)P";

    private final WasmtimeLibrary library;
    private final WasmtimeCompiler compiler;
    private final byte[] wasm;
    private long module;

    /** @param module a handle that this object now owns */
    WasmtimeModule(WasmtimeLibrary library, WasmtimeCompiler compiler, byte[] wasm, long module) {
        this.wasm = wasm;
        this.library = library;
        this.compiler = compiler;
        this.module = module;
    }

    byte[] wasm() {
        return wasm;
    }

    long handle() {
        return module;
    }

    @Override
    public ProgramResult run(ProgramConfig config) {
        AtomicReference<ProgramResult> result = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(null, () -> {
            try {
                result.set(runHere(config));
            } catch (Throwable t) {
                failure.set(t);
            }
        }, "wasmtime", THREAD_STACK);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while a program ran", e);
        }
        if (failure.get() != null) throw NativeLibrary.sneak(failure.get());
        return result.get();
    }

    private ProgramResult runHere(ProgramConfig config) throws IOException {
        Path folder = Files.createTempDirectory("bench-wasmtime-");
        Path in = folder.resolve("in"), out = folder.resolve("out"), err = folder.resolve("err");
        try {
            Files.write(in, config.in() == null ? new byte[0] : config.in().readAllBytes());
            return new Run(config, in, out, err).go();
        } finally {
            copy(out, config.out());
            copy(err, config.err());
            for (Path file : List.of(in, out, err)) Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private static void copy(Path from, OutputStream to) throws IOException {
        if (to != null && Files.exists(from)) Files.copy(from, to);
    }

    /** One run in one store. */
    private final class Run {
        private final ProgramConfig config;
        private final Path in, out, err;
        private final Region region = new Region();

        Run(ProgramConfig config, Path in, Path out, Path err) {
            this.config = config;
            this.in = in;
            this.out = out;
            this.err = err;
        }

        ProgramResult go() {
            long asked = System.nanoTime();
            try (Arena arena = Arena.ofConfined()) {
                long store = library.pointer("wasmtime_store_new", compiler.engine(), 0, 0), context = library.pointer("wasmtime_store_context", store);
                long linker = library.pointer("wasmtime_linker_new", compiler.engine());
                try {
                    library.check(library.pointer("wasmtime_context_set_wasi", context, wasi(arena)), "Wasmtime's WASI");
                    library.check(library.pointer("wasmtime_linker_define_wasi", linker), "Wasmtime's WASI");
                    define(arena, linker, "start");
                    define(arena, linker, "end");
                    MemorySegment start = instantiate(arena, context, linker);
                    long started = System.nanoTime();
                    int exit = call(arena, context, start);
                    long finished = System.nanoTime();
                    boolean marked = region.marked;
                    return new ProgramResult(exit, marked, marked ? region.firstMark : started, marked ? region.wall : finished - started,
                            marked ? region.cpu : -1, -1, -1, -1, -1, started - asked, finished - asked);
                } finally {
                    library.call("wasmtime_linker_delete", linker);
                    library.call("wasmtime_store_delete", store);
                }
            }
        }

        private long wasi(Arena arena) {
            long wasi = library.pointer("wasi_config_new");
            List<String> arguments = config.arguments();
            library.pointer("wasi_config_set_argv", wasi, arguments.size(), strings(arena, arguments));
            List<String> names = List.copyOf(config.environment().keySet());
            library.pointer("wasi_config_set_env", wasi, names.size(), strings(arena, names), strings(arena, names.stream().map(config.environment()::get).toList()));
            library.pointer("wasi_config_set_stdin_file", wasi, string(arena, in.toString()));
            library.pointer("wasi_config_set_stdout_file", wasi, string(arena, out.toString()));
            library.pointer("wasi_config_set_stderr_file", wasi, string(arena, err.toString()));
            if (config.preopen() != null && !preopen(arena, wasi)) throw new BackendException("Wasmtime cannot open the folder " + config.preopen());
            return wasi;
        }

        /** Directory and file permissions were one flag and are two masks since; both readings of (…, 3, 3) allow reading and writing. */
        private boolean preopen(Arena arena, long wasi) {
            long opened = library.pointer("wasi_config_preopen_dir", wasi, string(arena, config.preopen().toString()), string(arena, "."), 3, 3);
            return (opened & 1) != 0;
        }

        private void define(Arena arena, long linker, String mark) {
            try {
                MethodHandle target = MethodHandles.lookup().findVirtual(Region.class, mark,
                        MethodType.methodType(long.class, long.class, long.class, long.class, long.class, long.class, long.class)).bindTo(region);
                MemorySegment none = arena.allocate(16, 8), alsoNone = arena.allocate(16, 8);
                library.call("wasm_valtype_vec_new_empty", none.address());
                library.call("wasm_valtype_vec_new_empty", alsoNone.address());
                long type = library.pointer("wasm_functype_new", none.address(), alsoNone.address());
                long error = (long) library.linkerDefineFunc.invokeExact(linker, string(arena, "bench"), 5L, string(arena, mark), (long) mark.length(), type,
                        NativeLibrary.upcall(target, CALLBACK, arena), 0L, 0L);
                library.call("wasm_functype_delete", type);
                library.check(error, "Wasmtime");
            } catch (Throwable t) {
                throw NativeLibrary.sneak(t);
            }
        }

        private MemorySegment instantiate(Arena arena, long context, long linker) {
            MemorySegment instance = arena.allocate(16, 8), trap = arena.allocate(8, 8), start = arena.allocate(EXTERN_BYTES, 8);
            try {
                long error = (long) library.linkerInstantiate.invokeExact(linker, context, module, instance.address(), trap.address());
                WasmtimeTraps.failOn(library, trap, null);
                if (error != 0) throw linkError(error);
                byte found = (byte) library.instanceExportGet.invokeExact(context, instance.address(), string(arena, "_start"), 6L, start.address());
                if ((found & 1) == 0 || start.get(ValueLayout.JAVA_BYTE, 0) != EXTERN_FUNC) throw new LinkException("the module exports no function \"_start\"");
                return start.asSlice(EXTERN_OF);
            } catch (Throwable t) {
                throw NativeLibrary.sneak(t);
            }
        }

        private LinkException linkError(long error) {
            try {
                library.check(error, "Wasmtime");
            } catch (BackendException e) {
                return new LinkException(e.getMessage());
            }
            throw new AssertionError("an error that is none");
        }

        private int call(Arena arena, long context, MemorySegment function) {
            MemorySegment trap = arena.allocate(8, 8);
            long error;
            try {
                error = (long) library.funcCall.invokeExact(context, function.address(), 0L, 0L, 0L, 0L, trap.address());
            } catch (Throwable t) {
                throw NativeLibrary.sneak(t);
            }
            WasmtimeTraps.failOn(library, trap, null);
            if (error == 0) return 0;
            int exit = library.exitStatus(error);
            if (exit < 0) library.check(error, "Wasmtime");
            library.call("wasmtime_error_delete", error);
            return exit;
        }
    }

    /** What {@code bench.start} and {@code bench.end} do; the parameters are those of {@code wasmtime_func_callback_t}, the result is "no trap". */
    private static final class Region {
        private final java.lang.management.ThreadMXBean threads = java.lang.management.ManagementFactory.getThreadMXBean();
        private boolean marked;
        private long firstMark, wall, cpu, openedCpu, opened;

        long start(long environment, long caller, long arguments, long argumentCount, long results, long resultCount) {
            openedCpu = threads.getCurrentThreadCpuTime();
            opened = System.nanoTime();
            if (!marked) firstMark = opened;
            marked = true;
            return 0;
        }

        long end(long environment, long caller, long arguments, long argumentCount, long results, long resultCount) {
            wall += System.nanoTime() - opened;
            cpu += threads.getCurrentThreadCpuTime() - openedCpu;
            return 0;
        }
    }

    private static long string(Arena arena, String text) {
        return arena.allocateFrom(text).address();
    }

    private static long strings(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(8L * Math.max(1, texts.size()), 8);
        for (int i = 0; i < texts.size(); i++) array.setAtIndex(ValueLayout.JAVA_LONG, i, string(arena, texts.get(i)));
        return array.address();
    }

    @Override
    public void close() {
        if (module != 0) library.call("wasmtime_module_delete", module);
        module = 0;
    }
}
