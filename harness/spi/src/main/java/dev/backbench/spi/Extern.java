package dev.backbench.spi;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;

/**
 * Something that can be imported or exported. Values cross this interface as the 64 bits of a {@code long}: i32 and f32 in the low half (the upper
 * half is ignored on the way in and zero on the way out), references as opaque handles where 0 is null.
 */
public sealed interface Extern permits Extern.Function, Extern.Memory, Extern.Table, Extern.Global {
    non-sealed interface Function extends Extern {
        FuncType type();

        /**
         * @param arguments one per parameter @param results room for one per result
         * @throws Trap what the callee ended with
         */
        void invoke(long[] arguments, long[] results);
    }

    non-sealed interface Memory extends Extern {
        /** Minimum is the current size. */
        WasmModule.MemoryType type();

        /** The memory as it is now; ask again after anything that may grow it. */
        MemorySegment segment();

        /** @return the old size in pages, or -1 */
        long grow(long pages);
    }

    non-sealed interface Table extends Extern {
        WasmModule.TableType type();

        long get(long index);

        void set(long index, long reference);
    }

    non-sealed interface Global extends Extern {
        WasmModule.GlobalType type();

        long get();

        void set(long bits);
    }
}
