package dev.backbench.wasmtime;

import dev.backbench.exec.process.NativeHost;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.StartHost;
import dev.backbench.spi.setup.Requirement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Wasmtime's two compilers share: native Wasmtime through its C API, in this process. */
abstract class WasmtimeBackend implements Backend {
    @Override
    public List<Requirement> requirements() {
        return requirements(WasmtimeWheel.DEFAULT_VERSION);
    }

    @Override
    public List<Requirement> requirements(String version) {
        return List.of(new WasmtimeWheel(version));
    }

    @Override
    public boolean versioned() {
        return true;
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public Availability available() {
        return available(WasmtimeWheel.DEFAULT_VERSION);
    }

    @Override
    public Availability available(String version) {
        WasmtimeWheel wheel = new WasmtimeWheel(version);
        return wheel.present() ? Availability.YES : Availability.no(wheel.what() + " is not in the cache", wheel.byHand());
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        WasmtimeWheel wheel = wheel(options);
        if (!wheel.present()) throw new BackendException(wheel.what() + " is not in the cache: " + wheel.byHand());
        return new WasmtimeCompiler(WasmtimeLibrary.open(wheel.where()), strategy(), options);
    }

    abstract Strategy strategy();

    @Override
    public StartHost startHost(CompileOptions options) {
        int level = Math.max(0, WasmtimeCompiler.OPT_LEVELS.indexOf(options.level())), allocator = options.extra().contains(SINGLE_PASS) ? 1 : 0;
        boolean explicit = options.bounds() == CompileOptions.Bounds.EXPLICIT;
        return new NativeHost(WasmtimeBackend.class, "start.c", List.of(wheel(options).where().toString(), Integer.toString(strategy().ordinal()), Integer.toString(level),
                Integer.toString(allocator), explicit ? "1" : "0"));
    }

    @Override
    public boolean serialises(CompileOptions options) {
        return true;
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        WasmtimeWheel wheel = wheel(options);
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("library", wheel.pinned() ? "PyPI wheel, SHA-256 pinned" : "PyPI wheel, as pip verified it (no pin in this project)");
        notes.put("stays on", "ELF image with address maps and trap tables, array-call trampolines, support for references to host objects: Wasmtime's packaging is part of its compile time, "
                + "and its C API switches no more of it off; cranelift-native is the compiler without it");
        notes.put("switched off", "parallel compilation, cache, native unwind info, copy-on-write memory images; debug info, fuel and epochs are off unasked");
        notes.put("memory", options.bounds() == CompileOptions.Bounds.GUARD ? "4 GiB reservation and 32 MiB guard; larger static offsets are checked explicitly"
                : "no reservation: every access is checked");
        String allocator = options.extra().contains(SINGLE_PASS) ? "regalloc2 single-pass" : "regalloc2 backtracking";
        if (strategy() == Strategy.CRANELIFT) notes.put("register allocator", allocator);
        return new Ledger(wheel.version(), null, wheel.where().toString(), "in process", options.level(), 1, "wasm",
                options.bounds() == CompileOptions.Bounds.GUARD ? "guard" : "explicit", false, "none", "own", false, "stack limit check in prologues",
                "native", false, "none", "decode+translate+optimise+select+allocate+emit+link", notes);
    }

    private static WasmtimeWheel wheel(CompileOptions options) {
        return new WasmtimeWheel(options.version() == null ? WasmtimeWheel.DEFAULT_VERSION : options.version());
    }

    /** The option that swaps regalloc2's backtracking allocator for its single-pass one. */
    static final String SINGLE_PASS = "single_pass";

    /** {@code wasmtime_strategy_t}; the ordinal is the C value. */
    enum Strategy { AUTO, CRANELIFT, WINCH }
}
