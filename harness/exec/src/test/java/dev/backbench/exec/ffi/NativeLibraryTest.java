package dev.backbench.exec.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NativeLibraryTest {
    @Test
    void callsFunctionsOfTheProcessAndOfAnOpenedLibrary() throws Throwable {
        MethodHandle strlen = NativeLibrary.process().function("strlen", "(P)J");
        try (Arena arena = Arena.ofConfined()) {
            long length = (long) strlen.invokeExact(arena.allocateFrom("seven!!").address());
            assertEquals(7, length);
        }
        MethodHandle floor = NativeLibrary.openGlobal("libm.so.6").function("floor", "(D)D");
        assertEquals(-3.0, (double) floor.invokeExact(-2.5));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertTrue(assertThrows(UnsatisfiedLinkError.class, () -> NativeLibrary.open(Path.of("/nowhere/libx.so"))).getMessage().contains("/nowhere/libx.so"));
        assertTrue(assertThrows(UnsatisfiedLinkError.class, () -> NativeLibrary.process().address("no_such")).getMessage().contains("no_such"));
        assertThrows(IllegalArgumentException.class, () -> NativeLibrary.descriptor("(Q)V"));
    }
}
