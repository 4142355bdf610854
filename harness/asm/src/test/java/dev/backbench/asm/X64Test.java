package dev.backbench.asm;

import static dev.backbench.asm.X64.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Golden bytes were read back by GNU objdump; those here are where encodings have exceptions. */
class X64Test {
    private static void check(String bytes, Consumer<X64> instruction) {
        X64 asm = new X64();
        instruction.accept(asm);
        assertEquals(bytes, HexFormat.ofDelimiter(" ").formatHex(asm.finish()));
    }

    @Test
    void basesThatNeedASibOrADisplacement() {
        check("48 8b 00", a -> a.load64(RAX, RAX, 0));
        check("48 8b 04 24", a -> a.load64(RAX, RSP, 0));
        check("49 8b 04 24", a -> a.load64(RAX, R12, 0));
        check("48 8b 45 00", a -> a.load64(RAX, RBP, 0));
        check("49 8b 45 00", a -> a.load64(RAX, R13, 0));
        check("4c 8b 7c 24 80", a -> a.load64(R15, RSP, -128));
        check("4c 8b bc 24 80 00 00 00", a -> a.load64(R15, RSP, 128));
        check("8b 44 0d 00", a -> a.load32Indexed(RAX, RBP, RCX, 0));
        check("46 89 54 2d 08", a -> a.store32Indexed(RBP, R13, 8, R10));
        check("42 ff 64 e0 00", a -> a.jmpTable(RAX, R12));
    }

    @Test
    void prefixesAndTheirOrder() {
        check("8b c1", a -> a.mov32(RAX, RCX));
        check("45 8b c1", a -> a.mov32(R8, R9));
        check("40 88 30", a -> a.store8(RAX, 0, RSI));
        check("88 10", a -> a.store8(RAX, 0, RDX));
        check("f2 44 0f 10 40 10", a -> a.loadDouble(8, RAX, 16));
        check("f3 41 0f 11 00", a -> a.storeFloat(R8, 0, 0));
        check("66 44 0f 7e c0", a -> a.movFloatBits(RAX, 8));
        check("f3 4d 0f b8 c1", a -> a.popcnt64(R8, R9));
        check("41 ff d4", a -> a.callRegister(R12));
        check("41 55", a -> a.push(R13));
        check("c5 f8 77", X64::vzeroupper);
    }

    @Test
    void theShortestImmediateIsTaken() {
        check("b8 00 00 00 80", a -> a.movImmediate(RAX, 0x8000_0000L));
        check("49 c7 c0 ff ff ff ff", a -> a.movImmediate(R8, -1));
        check("48 bb ef cd ab 89 67 45 23 01", a -> a.movImmediate(RBX, 0x0123_4567_89AB_CDEFL));
        check("48 83 c4 80", a -> a.aluImmediate64(Alu.ADD, RSP, -128));
        check("48 81 c4 80 00 00 00", a -> a.aluImmediate64(Alu.ADD, RSP, 128));
        check("41 83 f7 3f", a -> a.aluImmediate32(Alu.XOR, R15, 63));
    }

    @Test
    void aTrapSiteIsWhatTheAbiSays() {
        check("67 0f b9 40 07", a -> a.trap(7));
        check("67 0f b9 40 00", a -> a.trap(0));
    }

    @Test
    void labelsReachBackAndForth() {
        X64 asm = new X64();
        int forward = asm.label(), back = asm.here();
        asm.jmp(forward);
        asm.jcc(NE, back);
        asm.bind(forward);
        asm.call(back);
        asm.lea(R9, back);
        asm.loadLabel(RAX, forward);
        asm.jmpMemory(forward);
        String expected = "e9 06 00 00 00  0f 85 f5 ff ff ff  e8 f0 ff ff ff  4c 8d 0d e9 ff ff ff  48 8b 05 ed ff ff ff  ff 25 e7 ff ff ff";
        assertArrayEquals(HexFormat.of().parseHex(expected.replace(" ", "")), asm.finish());
        asm.jmp(asm.label());
        assertThrows(AssertionError.class, asm::finish, "never bound");
    }

    @Test
    void longCodeGrowsTheBuffer() {
        X64 asm = new X64();
        int end = asm.label();
        for (int i = 0; i < 10_000; i++) asm.jmp(end);
        asm.align(64);
        asm.bind(end);
        byte[] code = asm.finish();
        assertEquals(50_048, code.length);
        assertEquals(0xCC, code[code.length - 1] & 0xFF);
        assertEquals(50_048 - 5, code[1] & 0xFF | (code[2] & 0xFF) << 8);
    }
}
