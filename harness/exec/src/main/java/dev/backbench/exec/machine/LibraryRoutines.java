package dev.backbench.exec.machine;

import static dev.backbench.asm.X64.*;

import dev.backbench.asm.X64;
import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.abi.TrapReason;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The routines that generated code may name in a relocation, see docs/abi.md, and their addresses in this process. */
public final class LibraryRoutines {
    private static final Set<String> FROM_C = Set.of("memcpy", "memmove", "memset", "memcmp", "floor", "floorf", "ceil", "ceilf", "trunc", "truncf", "rint",
            "rintf", "nearbyint", "nearbyintf", "roundeven", "roundevenf", "fmod", "fmodf", "sqrt", "sqrtf", "copysign", "copysignf");
    private static final Map<String, Long> ADDRESSES = own();

    private LibraryRoutines() {}

    /** The compiler support routines, in three instructions each, so that no libgcc is needed. */
    private static Map<String, Long> own() {
        X64 asm = new X64();
        Map<String, Integer> offsets = new HashMap<>();
        for (String name : new String[] {"__popcountdi2", "__popcountsi2", "__clzdi2", "__ctzdi2", "__stack_chk_fail"}) {
            asm.align(16);
            offsets.put(name, asm.offset());
            switch (name) {
                case "__popcountdi2" -> asm.popcnt64(RAX, RDI);
                case "__popcountsi2" -> asm.popcnt32(RAX, RDI);
                case "__clzdi2" -> {
                    asm.bsr64(RAX, RDI);
                    asm.aluImmediate32(Alu.XOR, RAX, 63);
                }
                case "__ctzdi2" -> asm.bsf64(RAX, RDI);
                default -> asm.trap(TrapReason.UNKNOWN.ordinal());
            }
            asm.ret();
        }
        long base = CodeRegion.publish(asm.finish());
        Map<String, Long> addresses = new HashMap<>();
        offsets.forEach((name, offset) -> addresses.put(name, base + offset));
        return addresses;
    }

    /** @throws BackendException the routine is not on the list */
    public static synchronized long address(String name) {
        Long known = ADDRESSES.get(name);
        if (known != null) return known;
        if (!FROM_C.contains(name)) {
            throw new BackendException("generated code asks for the routine '" + name + "', which is not one that docs/abi.md allows");
        }
        long address = NativeLibrary.process().find(name);
        if (address == 0) throw new BackendException("this machine's C library has no '" + name + "'");
        ADDRESSES.put(name, address);
        return address;
    }
}
