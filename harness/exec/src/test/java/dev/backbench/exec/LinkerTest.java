package dev.backbench.exec;

import static dev.backbench.asm.X64.*;
import static dev.backbench.exec.Assembled.type;
import static dev.backbench.wasm.ValType.F64;
import static dev.backbench.wasm.ValType.I32;
import static dev.backbench.wasm.ValType.I64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CodeImage.Relocation;
import dev.backbench.spi.CodeImage.Symbol;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class LinkerTest {
    private static long[] call(NativeModule module, String export, long... arguments) {
        try (NativeStore store = new NativeStore()) {
            return store.instantiate(module, (m, n) -> null).invoke(export, arguments);
        }
    }

    /** One function per kind of relocation and target. */
    private static Assembled relocated() {
        Assembled a = new Assembled();
        int seven = a.function(type(new int[0], I32), (asm, layout) -> {
            asm.movImmediate(RAX, 7);
            asm.ret();
        });
        a.exported("relative", type(new int[0], I32), (asm, layout) -> {
            int here = asm.label();
            asm.aluImmediate64(Alu.SUB, RSP, 8);
            asm.call(here);
            asm.bind(here); // the displacement, 0, is the relocation's to fill
            a.relocation(asm, Relocation.REL32, Symbol.FUNCTION, seven);
            asm.aluImmediate64(Alu.ADD, RSP, 8);
            asm.ret();
        });
        a.exported("got", type(new int[0], I32), (asm, layout) -> {
            loadRelative(asm);
            a.relocation(asm, Relocation.GOT_REL32, Symbol.FUNCTION, seven);
            asm.jmpRegister(RAX);
        });
        a.exported("pointer", type(new int[0], I32), (asm, layout) -> {
            loadRelative(asm); // the constants' first eight bytes: absolute address of the function
            a.relocation(asm, Relocation.REL32, Symbol.CONSTANTS, 0);
            asm.jmpRegister(RAX);
        });
        a.constants = new byte[24];
        ByteBuffer.wrap(a.constants).order(ByteOrder.LITTLE_ENDIAN).putDouble(16, 2.5);
        a.relocations.add(new CodeImage.Reloc(true, 0, Relocation.ABS64, Symbol.FUNCTION, seven, 0));
        a.exported("constant", type(new int[0], I64), (asm, layout) -> {
            loadRelative(asm);
            a.relocation(asm, Relocation.REL32, Symbol.CONSTANTS, 16);
            asm.ret();
        });
        int floor = a.library("floor"), fmod = a.library("fmod"), popcount = a.library("__popcountdi2");
        a.exported("floor", type(new int[] {F64}, F64), (asm, layout) -> {
            int here = asm.label();
            asm.jmp(here);
            asm.bind(here);
            a.relocation(asm, Relocation.REL32, Symbol.LIBRARY, floor);
        });
        a.exported("fmod", type(new int[] {F64, F64}, F64), (asm, layout) -> {
            loadRelative(asm);
            a.relocation(asm, Relocation.GOT_REL32, Symbol.LIBRARY, fmod);
            asm.jmpRegister(RAX);
        });
        a.exported("popcount", type(new int[] {I64}, I32), (asm, layout) -> {
            asm.mov64(RDI, RSI);
            loadRelative(asm);
            a.relocation(asm, Relocation.GOT_REL32, Symbol.LIBRARY, popcount);
            asm.jmpRegister(RAX);
        });
        return a;
    }

    /** {@code mov rax, [rip + field]}, the field last. */
    private static void loadRelative(dev.backbench.asm.X64 asm) {
        int here = asm.label();
        asm.loadLabel(RAX, here);
        asm.bind(here);
    }

    private static void checkRelocated(NativeModule module) {
        for (String name : new String[] {"relative", "got", "pointer"}) assertArrayEquals(new long[] {7}, call(module, name), name);
        assertEquals(2.5, Double.longBitsToDouble(call(module, "constant")[0]));
        assertEquals(-3.0, Double.longBitsToDouble(call(module, "floor", Double.doubleToLongBits(-2.5))[0]));
        assertEquals(1.5, Double.longBitsToDouble(call(module, "fmod", Double.doubleToLongBits(7.5), Double.doubleToLongBits(2))[0]));
        assertArrayEquals(new long[] {5}, call(module, "popcount", 0x8000_0000_0100_0111L));
    }

    @Test
    void everyKindOfRelocationReachesItsTarget() {
        try (NativeModule module = relocated().link()) {
            checkRelocated(module);
        }
    }

    @Test
    void aSerialisedArtifactRunsWithoutTheModule() {
        NativeArtifact compiled = relocated().compile();
        NativeArtifact read = NativeArtifact.deserialize(compiled.serialize());
        assertEquals(compiled.codeSha256(), read.codeSha256());
        try (NativeModule module = NativeLinker.link(read.module(), read.image())) {
            checkRelocated(module);
        }
    }

    @Test
    void damageIsNoticed() {
        byte[] good = relocated().compile().serialize();
        byte[] cut = java.util.Arrays.copyOf(good, good.length - 1);
        assertThrows(BackendException.class, () -> NativeArtifact.deserialize(cut));
        assertThrows(BackendException.class, () -> NativeArtifact.deserialize(new byte[3]));
        for (int i = 0; i < good.length; i++) {
            byte[] damaged = good.clone();
            damaged[i] ^= 1;
            assertThrows(BackendException.class, () -> NativeArtifact.deserialize(damaged), "byte " + i + " of " + good.length);
        }
    }

    @Test
    void codeForOtherProcessorsIsRefused() {
        for (String isa : new String[] {"aarch64", "x86_64+sse2+no_such_extension"}) {
            Assembled a = relocated();
            a.isa = isa;
            NativeArtifact read = NativeArtifact.deserialize(a.compile().serialize());
            String why = assertThrows(BackendException.class, () -> NativeLinker.link(read.module(), read.image())).getMessage();
            assertTrue(why.contains(isa.substring(1 + isa.lastIndexOf('+'))), why);
        }
        Assembled a = relocated();
        a.isa = "x86_64+sse2";
        try (NativeModule module = a.link()) {
            checkRelocated(module);
        }
    }

    @Test
    void routinesThatAreNotAllowedAreRefusedByName() {
        Assembled a = new Assembled();
        a.library("system");
        assertTrue(assertThrows(BackendException.class, a::link).getMessage().contains("'system'"));
    }

    @Test
    void aRelocationOutsideTheImageIsRefused() {
        Assembled a = new Assembled();
        a.exported("f", type(new int[0]), (asm, layout) -> asm.ret());
        a.relocations.add(new CodeImage.Reloc(false, 1 << 20, Relocation.REL32, Symbol.CODE, 0, 0));
        assertThrows(BackendException.class, a::link);
    }

    @Test
    void aTrapNamesFunctionOffsetAndReasonFromTheTables() {
        Assembled a = new Assembled();
        a.exported("divide", type(new int[] {I64, I64}, I64), (asm, layout) -> {
            asm.mov64(RCX, RDX);
            asm.mov64(RAX, RSI);
            asm.cqo();
            a.trapsHere(asm, TrapReason.DIVIDE_BY_ZERO);
            asm.idiv64(RCX);
            asm.ret();
        });
        a.exported("second", type(new int[0]), (asm, layout) -> asm.trap(TrapReason.UNREACHABLE.ordinal()));
        try (NativeModule module = a.link()) {
            assertArrayEquals(new long[] {3}, call(module, "divide", 10, 3));
            Trap divided = assertThrows(Trap.class, () -> call(module, "divide", 1, 0));
            assertSame(TrapReason.DIVIDE_BY_ZERO, divided.reason());
            assertEquals("divide", divided.function());
            assertEquals(module.module().bodyStart(0), divided.offset());
            Trap second = assertThrows(Trap.class, () -> call(module, "second"));
            assertEquals("second", second.function());
            assertEquals(module.module().bodyStart(1), second.offset());
        }
    }

    @Test
    void codeStaysMappedWhileAnInstanceLives() {
        NativeModule module = relocated().link();
        try (NativeStore store = new NativeStore()) {
            NativeInstance instance = store.instantiate(module, (m, n) -> null);
            module.close();
            module.close();
            assertArrayEquals(new long[] {7}, instance.invoke("relative"));
            assertThrows(IllegalStateException.class, () -> store.instantiate(module, (m, n) -> null));
        }
    }

    @Test
    void whatBelongsToAClosedStoreThrowsInsteadOfCrashing() {
        Assembled a = new Assembled();
        a.exported("f", type(new int[0]), (asm, layout) -> asm.ret());
        a.wasm.memory(1, 2);
        a.wasm.export("m", dev.backbench.wasm.WasmModule.MEMORY, 0);
        try (NativeModule module = a.link()) {
            NativeStore store = new NativeStore();
            NativeInstance instance = store.instantiate(module, (m, n) -> null);
            NativeMemory memory = (NativeMemory) instance.export("m");
            var segment = memory.segment();
            store.close();
            assertThrows(IllegalStateException.class, () -> instance.invoke("f"));
            assertThrows(IllegalStateException.class, () -> memory.grow(1));
            assertThrows(IllegalStateException.class, memory::segment);
            assertThrows(IllegalStateException.class, () -> segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
            assertThrows(IllegalStateException.class, () -> store.instantiate(module, (m, n) -> null));
        }
    }
}
