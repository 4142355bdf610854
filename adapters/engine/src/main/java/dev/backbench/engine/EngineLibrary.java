package dev.backbench.engine;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The five functions of Sightglass's engine interface and the configuration they take, as {@code crates/recorder/src/bench_api.rs} of Sightglass describes them. */
final class EngineLibrary {
    /** Four strings as pointer and length; three timers as context, start, end; flags as pointer and length. */
    private static final int WORDS = 4 * 2 + 3 * 3 + 2;
    private static final StructLayout CONFIG = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(WORDS, ValueLayout.JAVA_LONG));

    private final MethodHandle create;
    private final MethodHandle compile;
    private final MethodHandle instantiate;
    private final MethodHandle execute;
    private final MethodHandle free;

    EngineLibrary(Path file) {
        try {
            NativeLibrary library = NativeLibrary.open(file);
            create = Linker.nativeLinker().downcallHandle(MemorySegment.ofAddress(library.address("wasm_bench_create")),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, CONFIG, ValueLayout.JAVA_LONG));
            compile = library.function("wasm_bench_compile", "(PPP)I");
            instantiate = library.function("wasm_bench_instantiate", "(P)I");
            execute = library.function("wasm_bench_execute", "(P)I");
            free = library.function("wasm_bench_free", "(P)V");
        } catch (UnsatisfiedLinkError e) {
            throw new BackendException(file + " is not a Sightglass engine: " + e.getMessage(), e);
        }
    }

    /** What the engine is told: where to run and where output goes. {@code stdin} may be null. */
    record Settings(Path folder, Path stdout, Path stderr, Path stdin) {}

    /** One state of the engine: from {@code wasm_bench_create} to {@code wasm_bench_free}. */
    final class Session implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final long state;

        /** @param executing told when the marked region begins and ends */
        Session(Settings settings, RegionTimer executing) {
            MemorySegment config = arena.allocate(CONFIG);
            text(config, 0, settings.folder());
            text(config, 2, settings.stdout());
            text(config, 4, settings.stderr());
            text(config, 6, settings.stdin());
            timer(config, 8, RegionTimer.IGNORED);
            timer(config, 11, RegionTimer.IGNORED);
            timer(config, 14, executing);
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG);
            try {
                check((int) create.invokeExact(config, out.address()), "wasm_bench_create");
            } catch (Throwable t) {
                arena.close();
                throw NativeLibrary.sneak(t);
            }
            state = out.get(ValueLayout.JAVA_LONG, 0);
        }

        private void text(MemorySegment config, int word, Path path) {
            if (path == null) return;
            byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
            config.setAtIndex(ValueLayout.JAVA_LONG, word, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes).address());
            config.setAtIndex(ValueLayout.JAVA_LONG, word + 1, bytes.length);
        }

        private void timer(MemorySegment config, int word, RegionTimer timer) {
            config.setAtIndex(ValueLayout.JAVA_LONG, word + 1, stub("begin", timer));
            config.setAtIndex(ValueLayout.JAVA_LONG, word + 2, stub("end", timer));
        }

        private long stub(String method, RegionTimer timer) {
            try {
                MethodHandle handle = MethodHandles.lookup().findVirtual(RegionTimer.class, method, MethodType.methodType(void.class, long.class));
                return NativeLibrary.upcall(handle.bindTo(timer), "(P)V", arena);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }

        void compile(byte[] wasm) {
            try (Arena bytes = Arena.ofConfined()) {
                MemorySegment copy = bytes.allocateFrom(ValueLayout.JAVA_BYTE, wasm);
                check((int) compile.invokeExact(state, copy.address(), (long) wasm.length), "wasm_bench_compile");
            } catch (Throwable t) {
                throw NativeLibrary.sneak(t);
            }
        }

        void instantiate() {
            step(instantiate, "wasm_bench_instantiate");
        }

        void execute() {
            step(execute, "wasm_bench_execute");
        }

        private void step(MethodHandle handle, String name) {
            try {
                check((int) handle.invokeExact(state), name);
            } catch (Throwable t) {
                throw NativeLibrary.sneak(t);
            }
        }

        @Override
        public void close() {
            try {
                free.invokeExact(state);
            } catch (Throwable t) {
                throw NativeLibrary.sneak(t);
            } finally {
                arena.close();
            }
        }
    }

    private static void check(int status, String function) {
        if (status != 0) throw new BackendException("the engine's " + function + " failed with status " + status + "; its own words are in the log");
    }
}
