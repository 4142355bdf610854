package dev.backbench.exec;

import dev.backbench.exec.machine.Posix;
import dev.backbench.exec.machine.Settings;
import dev.backbench.exec.machine.Signature;
import dev.backbench.exec.machine.Upcalls;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.ImportResolver;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.Store;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Owns the native side of a world of instances: records, memories, tables, and the handles through which machine code reaches Java. Used by the thread that
 * made it; anything of it called after {@link #close} throws.
 */
public final class NativeStore implements Store {
    private static final long BLOCK = 64L << 10;

    /** Lifetime and thread of the segments handed out. */
    private final Arena arena = Arena.ofConfined();
    private final List<long[]> blocks = new ArrayList<>();
    private final List<NativeMemory> memories = new ArrayList<>();
    private final List<NativeTable> tables = new ArrayList<>();
    private final List<NativeInstance> instances = new ArrayList<>();
    private final List<Integer> hosts = new ArrayList<>();
    private long free, blockEnd;
    private long memoryBytes;

    @Override
    public NativeInstance instantiate(CompiledModule module, Imports imports) {
        checkOpen();
        if (!(module instanceof NativeModule own)) throw new BackendException("not a module of this engine: " + module.getClass().getSimpleName());
        Extern[] found = ImportResolver.resolve(own.module(), imports);
        for (int i = 0; i < found.length; i++) if (!usable(found[i])) throw foreign(own.module().imports().get(i));
        NativeInstance instance = new NativeInstance(this, own);
        instances.add(instance);
        instance.initialize(found);
        return instance;
    }

    /** Functions of others are called through Java; what generated code touches directly must live as long as this store. */
    private boolean usable(Extern extern) {
        return switch (extern) {
            case Extern.Function f -> true;
            case Extern.Memory m -> m instanceof NativeMemory own && own.in(this);
            case Extern.Table t -> t instanceof NativeTable own && own.in(this);
            case Extern.Global g -> g instanceof NativeGlobal own && own.in(this);
        };
    }

    private static LinkException foreign(WasmModule.Import entry) {
        return new LinkException("incompatible import type: \"" + entry.module() + "\" \"" + entry.name() + "\" belongs to another store");
    }

    @Override
    public NativeMemory newMemory(WasmModule.MemoryType type) {
        checkOpen();
        NativeMemory memory = new NativeMemory(this, type);
        memories.add(memory);
        return memory;
    }

    @Override
    public NativeTable newTable(WasmModule.TableType type) {
        return newTable(type, allocate(InstanceLayout.TABLE_RECORD_BYTES));
    }

    NativeTable newTable(WasmModule.TableType type, long record) {
        checkOpen();
        NativeTable table = new NativeTable(this, type, record);
        tables.add(table);
        return table;
    }

    @Override
    public NativeGlobal newGlobal(WasmModule.GlobalType type, long bits) {
        checkOpen();
        return new NativeGlobal(this, type, allocate(InstanceLayout.SLOT_BYTES), bits);
    }

    /** A function reference that calls Java on behalf of {@code importer}. */
    long newHostReference(Extern.Function function, NativeInstance importer) {
        long reference = allocate(InstanceLayout.FUNCREF_BYTES);
        HostFunction.Code code = function instanceof HostFunction host ? host.code() : (caller, arguments, results) -> function.invoke(arguments, results);
        Signature signature = Signature.of(function.type());
        hosts.add(Upcalls.addHost(new HostBinding(signature, code, importer), signature, reference));
        return reference;
    }

    /** Zeroed native memory, 16-byte aligned, until the store is closed. */
    long allocate(long bytes) {
        checkOpen();
        long size = Posix.roundUp(bytes, 16);
        if (size > blockEnd - free) {
            long block = Posix.roundUp(Math.max(size, BLOCK), Posix.PAGE);
            free = Posix.allocate(block);
            blockEnd = free + block;
            blocks.add(new long[] {free, block});
        }
        long result = free;
        free += size;
        return result;
    }

    /** Counts memory towards the store's limit. @return false if that would pass it */
    boolean takeMemory(long bytes) {
        if (bytes > Settings.MEMORY - memoryBytes) return false;
        memoryBytes += bytes;
        return true;
    }

    Arena arena() {
        return arena;
    }

    void checkOpen() {
        if (!arena.scope().isAlive()) throw new IllegalStateException("the store is closed");
    }

    @Override
    public void close() {
        if (!arena.scope().isAlive()) return;
        arena.close();
        for (NativeInstance instance : instances) instance.close();
        for (int host : hosts) Upcalls.removeHost(host);
        for (NativeMemory memory : memories) memory.free();
        for (NativeTable table : tables) table.free();
        for (long[] block : blocks) Posix.unmap(block[0], block[1]);
    }
}
