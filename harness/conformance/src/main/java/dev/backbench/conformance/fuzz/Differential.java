package dev.backbench.conformance.fuzz;

import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.Instance;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Executes a case with one compiler and writes down all that can be seen: results, traps, calls of the host, memory, globals, table. */
final class Differential {
    /** Begins the line of something else than results and traps. */
    static final String FAILED = "failed: ";
    private static final int FUEL = 300;

    private Differential() {}

    /** What was seen, a line per fact. Equal lists mean equal behaviour. */
    static List<String> observe(FuzzCase test, Compiler compiler) {
        List<String> seen = new ArrayList<>();
        try (CompiledModule module = compiler.link(compiler.compile(test.wasm(), PhaseClock.OFF), PhaseClock.OFF); Store store = compiler.newStore()) {
            Instance instance = store.instantiate(module, (from, name) -> host(from, name, test.wasm(), seen));
            for (FuzzCase.Call call : test.calls()) {
                if (instance.export(ModuleGenerator.FUEL) instanceof Extern.Global fuel && fuel.type().mutable()) fuel.set(FUEL);
                call(instance, call, seen);
            }
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            seen.add(FAILED + e);
        }
        return seen;
    }

    private static Extern host(String from, String name, byte[] wasm, List<String> seen) {
        if (!from.equals(ModuleGenerator.HOST) || !name.equals(ModuleGenerator.MIX) && !name.equals(ModuleGenerator.SPLIT)) return other(from, name, wasm, seen);
        if (name.equals(ModuleGenerator.MIX)) {
            return new HostFunction(ModuleGenerator.MIX_TYPE, (caller, a, results) -> {
                seen.add("host mix" + show(Ops.TYPES, a));
                results[0] = (a[0] ^ a[1] ^ a[2] >>> 7 ^ a[3] >>> 11) & 0xFFFFFFFFL;
            });
        }
        return new HostFunction(ModuleGenerator.SPLIT_TYPE, (caller, a, results) -> {
            seen.add("host split" + show(ModuleGenerator.SPLIT_TYPE.parameters(), a));
            results[0] = Long.rotateLeft(a[0], 13);
            results[1] = a[0] >>> 32;
        });
    }

    /** A function of a module that the generator has not made: what it returns follows from its arguments. */
    private static Extern other(String from, String name, byte[] wasm, List<String> seen) {
        for (WasmModule.Import wanted : WasmModule.parse(wasm).imports()) {
            if (!wanted.module().equals(from) || !wanted.name().equals(name) || !(wanted.descriptor() instanceof FuncType type)) continue;
            return new HostFunction(type, (caller, a, results) -> {
                seen.add("host " + name + show(type.parameters(), a));
                for (int i = 0; i < results.length; i++) results[i] = ValType.isReference(type.results()[i]) ? 0 : narrowed(Arrays.hashCode(a) + i, type.results()[i]);
            });
        }
        return null;
    }

    private static long narrowed(long bits, int type) {
        return type == ValType.I32 || type == ValType.F32 ? bits & 0xFFFFFFFFL : bits;
    }

    private static void call(Instance instance, FuzzCase.Call call, List<String> seen) {
        String what = call.function() + show(call.type().parameters(), call.arguments());
        try {
            seen.add(what + " = " + show(call.type().results(), instance.invoke(call.function(), call.arguments())));
        } catch (Trap trap) {
            seen.add(what + " traps: " + trap.reason());
        }
        if (call.look()) state(instance, seen);
    }

    private static void state(Instance instance, List<String> seen) {
        if (instance.export(ModuleGenerator.MEMORY) instanceof Extern.Memory exported) {
            MemorySegment memory = exported.segment();
            seen.add("memory of " + memory.byteSize() + " bytes, digest " + Long.toHexString(digest(memory)));
        }
        if (instance.export(ModuleGenerator.TABLE) instanceof Extern.Table table) {
            StringBuilder nulls = new StringBuilder("table ");
            for (long i = 0; i < table.type().min(); i++) nulls.append(table.get(i) == 0 ? '0' : 'f');
            seen.add(nulls.toString());
        }
        StringBuilder globals = new StringBuilder("globals");
        if (instance.export(ModuleGenerator.FUEL) instanceof Extern.Global fuel) globals.append(" fuel ").append(fuel.get());
        for (int i = 0; instance.export("g" + i) instanceof Extern.Global global; i++) globals.append(' ').append(Long.toHexString(global.get()));
        seen.add(globals.toString());
    }

    private static long digest(MemorySegment memory) {
        long digest = 0;
        for (long at = 0; at < memory.byteSize(); at += 8) digest = (digest ^ memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at)) * 0x9E3779B97F4A7C15L + (digest >>> 29);
        return digest;
    }

    private static String show(int[] types, long[] bits) {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < types.length; i++) text.append(i > 0 ? ", " : "").append(ValType.name(types[i])).append(' ').append(Long.toHexString(bits[i]));
        return text.append(')').toString();
    }

    /** The first line where the two differ, or -1. */
    static int firstDifference(List<String> a, List<String> b) {
        int common = Math.min(a.size(), b.size());
        for (int i = 0; i < common; i++) if (!a.get(i).equals(b.get(i))) return i;
        return a.size() == b.size() ? -1 : common;
    }
}
