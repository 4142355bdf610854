package dev.backbench.wasmtime;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.wasm.WasmException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One Wasmtime engine: a strategy and its settings. Compiles on the calling thread only, keeps no cache. */
final class WasmtimeCompiler implements Compiler {
    /** In the order of {@code wasmtime_opt_level_t}. */
    static final List<String> OPT_LEVELS = List.of("none", "speed", "speed_and_size");

    private static final String ALL_PHASES = String.join("+", PhaseClock.DECODE, PhaseClock.TRANSLATE, PhaseClock.OPTIMISE, PhaseClock.SELECT,
            PhaseClock.ALLOCATE, PhaseClock.EMIT, PhaseClock.LINK);
    /** {@code wasmtime_regalloc_algorithm_t}. */
    private static final int BACKTRACKING = 0, SINGLE_PASS = 1;
    /** What Wasmtime's reader says. While Winch compiles, it validates, and passes the reader's words on as an error of its own: that they have an offset tells them apart. */
    private static final Pattern INVALID = Pattern.compile("Invalid input WebAssembly code|failed to parse WebAssembly module|Compilation error: .*\\(at offset 0x");
    private static final Pattern OFFSET = Pattern.compile("\\(?at offset 0x([0-9a-f]{1,8})\\)?");
    /** A feature that this configuration has not, in the ways in which the reader says so. */
    private static final Pattern DISABLED = Pattern.compile("(?:the )?([a-z0-9 -]+?)(?:(?: proposal)?(?: must be| support is not| not) enabled| types are disallowed| required for)"
            + "|(?:without|require) the ([a-z0-9 -]+?) (?:feature|proposal)", Pattern.CASE_INSENSITIVE);
    private static final long WASM_STACK = 8L << 20;

    private final WasmtimeLibrary library;
    private final long engine;
    private final boolean winch;
    private WasmtimeArtifact last;
    private byte[] prepared;
    private Arena input;
    private long address;

    WasmtimeCompiler(WasmtimeLibrary library, WasmtimeBackend.Strategy strategy, CompileOptions options) {
        this.library = library;
        winch = strategy == WasmtimeBackend.Strategy.WINCH;
        if (options.threads() != 1) throw new BackendException("Wasmtime compiles with one thread here; leave out --threads");
        long config = library.pointer("wasm_config_new");
        library.set("wasmtime_config_strategy_set", config, strategy.ordinal());
        library.set("wasmtime_config_parallel_compilation_set", config, 0);
        library.set("wasmtime_config_native_unwind_info_set", config, 0);
        library.set("wasmtime_config_memory_init_cow_set", config, 0);
        library.set("wasmtime_config_wasm_simd_set", config, 1);
        library.call("wasmtime_config_async_stack_size_set", config, 2 * WASM_STACK); // unused, but the engine insists that it is the larger one
        library.call("wasmtime_config_max_wasm_stack_set", config, WASM_STACK);
        if (!winch) {
            library.set("wasmtime_config_cranelift_opt_level_set", config, OPT_LEVELS.indexOf(options.level()));
            library.set("wasmtime_config_cranelift_regalloc_algorithm_set", config,
                    options.extra().contains(WasmtimeBackend.SINGLE_PASS) ? SINGLE_PASS : BACKTRACKING);
        }
        if (options.bounds() == CompileOptions.Bounds.EXPLICIT) {
            library.call("wasmtime_config_memory_reservation_set", config, 0);
            library.call("wasmtime_config_memory_guard_size_set", config, 0);
        }
        engine = library.pointer("wasm_engine_new_with_config", config);
        if (engine == 0) throw new BackendException("Wasmtime refused its settings");
    }

    long engine() {
        return engine;
    }

    /** Frees what is left of the module before, and copies the bytes to where Wasmtime can read them. */
    @Override
    public void prepare(byte[] wasm) {
        release();
        input = Arena.ofConfined();
        MemorySegment bytes = input.allocate(Math.max(wasm.length, 1));
        MemorySegment.copy(wasm, 0, bytes, ValueLayout.JAVA_BYTE, 0, wasm.length);
        address = bytes.address();
        prepared = wasm;
    }

    /** Winch refuses what it cannot compile with an error of its own; anything else about the module is the caller's to read in the message. */
    @Override
    public Artifact compile(byte[] wasm, PhaseClock clock) {
        if (prepared != wasm) prepare(wasm);
        prepared = null;
        clock.enter(ALL_PHASES);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
            long error = (long) library.moduleNew.invokeExact(engine, address, (long) wasm.length, result.address());
            clock.leave();
            refuse(error);
            last = new WasmtimeArtifact(library, wasm, result.get(ValueLayout.JAVA_LONG, 0));
            return last;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** What the module itself is to blame for is said as such, with the offset if Wasmtime tells it; Wasmtime's last line is the cause. */
    private void refuse(long error) {
        try {
            library.check(error, "Wasmtime");
        } catch (BackendException e) {
            String message = e.getMessage(), last = message.substring(message.lastIndexOf('\n') + 1);
            if (!INVALID.matcher(message).find()) throw e;
            Matcher at = OFFSET.matcher(message);
            int offset = at.find() ? Integer.parseUnsignedInt(at.group(1), 16) : 0;
            String cause = OFFSET.matcher(last.replace("Compilation error: ", "")).replaceAll("").strip();
            String feature = feature(cause);
            if (feature != null) throw new WasmException(WasmException.Kind.UNSUPPORTED, offset, feature);
            throw new WasmException(WasmException.Kind.INVALID, offset, "Wasmtime: " + cause);
        }
    }

    private static String feature(String cause) {
        if (cause.endsWith("global.get of locally defined global")) return "gc"; // the proposal that allowed it in constants
        Matcher named = DISABLED.matcher(cause);
        if (!named.find()) return null;
        return (named.group(1) == null ? named.group(2) : named.group(1)).replace('-', ' ');
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        WasmtimeArtifact made = (WasmtimeArtifact) artifact;
        return new WasmtimeModule(library, this, made.wasm(), made.module());
    }

    @Override
    public Artifact deserialize(byte[] serialized) {
        release();
        byte[] image = WasmtimeArtifact.image(serialized);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(image.length), result = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment.copy(image, 0, bytes, ValueLayout.JAVA_BYTE, 0, image.length);
            long error = (long) library.moduleDeserialize.invokeExact(engine, bytes.address(), (long) image.length, result.address());
            library.check(error, "Wasmtime");
            last = new WasmtimeArtifact(library, WasmtimeArtifact.wasm(serialized), result.get(ValueLayout.JAVA_LONG, 0));
            return last;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    @Override
    public Store newStore() {
        return new WasmtimeStore(library, engine);
    }

    /** Frees the module of the last artifact: nothing of it may be left when the next compile is timed. */
    private void release() {
        if (last != null) last.free();
        last = null;
        if (input != null) input.close();
        input = null;
    }

    @Override
    public void close() {
        release();
        library.call("wasm_engine_delete", engine);
    }
}
