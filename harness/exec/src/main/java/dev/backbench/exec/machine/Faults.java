package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** From a fault back to its meaning: the reason at a trap site, and the function and Wasm offset that a pc belongs to. */
public final class Faults {
    /** What is known about one mapping of generated code. */
    public interface Code {
        /** Reason of a hardware fault at {@code pc}, or null if the trap table has none. */
        TrapReason reasonAt(long pc);

        /** A trap that names the function holding {@code pc}. */
        Trap trapAt(long pc, TrapReason reason);
    }

    private record Mapping(long end, Code code) {}

    private static final ConcurrentSkipListMap<Long, Mapping> CODE = new ConcurrentSkipListMap<>();
    private static final TrapReason[] REASONS = TrapReason.values();

    private Faults() {}

    public static void register(long start, long bytes, Code code) {
        CODE.put(start, new Mapping(start + bytes, code));
    }

    public static void unregister(long start) {
        CODE.remove(start);
    }

    private static Code find(long pc) {
        Map.Entry<Long, Mapping> entry = CODE.floorEntry(pc);
        return entry == null || pc >= entry.getValue().end ? null : entry.getValue().code;
    }

    /** A trap raised by the runtime on behalf of generated code; {@code returnAddress} is where that called from. */
    static Trap trapFromCall(TrapReason reason, long returnAddress) {
        Code code = find(returnAddress - 1);
        return code == null ? new Trap(reason, null, -1) : code.trapAt(returnAddress - 1, reason);
    }

    static Trap trap(int signal, long pc, long address, long sp, long guardStart) {
        Code code = find(pc);
        TrapReason reason = reason(code, signal, pc, address, guardStart);
        if (code != null) return code.trapAt(pc, reason);
        // In a library routine or builtin: they fault before they push anything, so the top of the stack says who called.
        boolean readable = sp >= guardStart + ThreadRegion.GUARD;
        return readable ? trapFromCall(reason, Raw.getLong(sp)) : new Trap(reason, null, -1);
    }

    private static TrapReason reason(Code code, int signal, long pc, long address, long guardStart) {
        TrapReason listed = code == null ? null : code.reasonAt(pc);
        if (listed != null) return listed;
        if (signal == SignalHandler.SIGILL) return trapSite(pc);
        if (signal != SignalHandler.SIGFPE) {
            if (MemoryRegion.contains(address)) return TrapReason.MEMORY_OUT_OF_BOUNDS;
            if (address >= guardStart && address < guardStart + ThreadRegion.GUARD) return TrapReason.STACK_EXHAUSTED;
        }
        return TrapReason.UNKNOWN;
    }

    /** The reason in {@code 67 0F B9 40 rr}; LLVM encodes a displacement of 0 without its byte. */
    private static TrapReason trapSite(long pc) {
        if (Raw.getInt(pc) == 0x00B90F67) return REASONS[0];
        if (Raw.getInt(pc) != 0x40B90F67) return TrapReason.UNKNOWN;
        int ordinal = Raw.getByte(pc + 4) & 0xFF;
        return ordinal < REASONS.length ? REASONS[ordinal] : TrapReason.UNKNOWN;
    }
}
