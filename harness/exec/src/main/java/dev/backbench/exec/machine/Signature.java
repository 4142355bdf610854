package dev.backbench.exec.machine;

import dev.backbench.asm.X64;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One function type of the process: its canonical id, and the two pieces of machine code between the boundary convention and argument slots. Thunks are made in batches,
 * each batch in pages of its own (a page is never written again once executable), and live as long as the process.
 */
public final class Signature {
    private static final ConcurrentHashMap<FuncType, Signature> ALL = new ConcurrentHashMap<>();
    private static int lastId;

    private final FuncType type;
    private final int id;
    private final int[] parameters;
    private final int[] results;
    private volatile long entryThunk;
    private volatile long hostThunk;

    private Signature(FuncType type) {
        this.type = type;
        id = nextId();
        parameters = type.parameters();
        results = type.results();
    }

    private static synchronized int nextId() {
        return ++lastId;
    }

    /** The signature without thunks yet; equal types give the same one. */
    public static Signature of(FuncType type) {
        Signature known = ALL.get(type);
        return known != null ? known : ALL.computeIfAbsent(type, Signature::new);
    }

    /** Makes the thunks that are missing, all at once. */
    public static void prepare(Collection<Signature> signatures) {
        boolean complete = true;
        for (Signature s : signatures) complete &= s.hostThunk != 0;
        if (!complete) makeThunks(signatures);
    }

    private static synchronized void makeThunks(Collection<Signature> signatures) {
        List<Signature> missing = new LinkedHashSet<>(signatures).stream().filter(s -> s.hostThunk == 0).toList();
        if (missing.isEmpty()) return;
        X64 asm = new X64();
        int[] offsets = new int[2 * missing.size()];
        for (int i = 0; i < missing.size(); i++) {
            asm.align(16);
            offsets[2 * i] = asm.offset();
            Thunks.entry(asm, missing.get(i).type);
            asm.align(16);
            offsets[2 * i + 1] = asm.offset();
            Thunks.host(asm, missing.get(i).type);
        }
        long base = CodeRegion.publish(asm.finish());
        for (int i = 0; i < missing.size(); i++) {
            missing.get(i).entryThunk = base + offsets[2 * i];
            missing.get(i).hostThunk = base + offsets[2 * i + 1];
        }
    }

    public FuncType type() {
        return type;
    }

    /** The canonical type id: equal in all modules of the process, never 0. */
    public int id() {
        return id;
    }

    public int parameterCount() {
        return parameters.length;
    }

    public int resultCount() {
        return results.length;
    }

    long entryThunk() {
        if (entryThunk == 0) makeThunks(List.of(this));
        return entryThunk;
    }

    long hostThunk() {
        if (hostThunk == 0) makeThunks(List.of(this));
        return hostThunk;
    }

    /** A parameter's bits as they lie in a slot, without what lies above them. */
    public long parameter(int index, long bits) {
        return narrow(parameters[index], bits);
    }

    public long result(int index, long bits) {
        return narrow(results[index], bits);
    }

    private static long narrow(int type, long bits) {
        return type == ValType.I32 || type == ValType.F32 ? bits & 0xFFFF_FFFFL : bits;
    }
}
