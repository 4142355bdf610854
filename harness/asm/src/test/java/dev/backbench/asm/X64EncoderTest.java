package dev.backbench.asm;

import static dev.backbench.asm.X64Insn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.kit.CodeBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The encoder against the GNU assembler: every form, written as code and as text, disassembles to the same instructions at the same places. */
class X64EncoderTest {
    private static final int[] BASES = {X64.RAX, X64.RSP, X64.RBP, X64.RSI, X64.R12, X64.R13, X64.R15};
    private static final int[] DISPLACEMENTS = {0, 1, -128, 127, 128, -129, Integer.MAX_VALUE, Integer.MIN_VALUE};

    @TempDir
    private Path folder;

    private static String run(Path folder, String... command) {
        try {
            Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "timed out");
            assertEquals(0, process.exitValue(), output.lines().limit(20).collect(Collectors.joining("\n")));
            return output;
        } catch (IOException e) {
            assumeTrue(false, "skipped: " + command[0] + " of GNU binutils is not installed");
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String disassembled(Path object) {
        return run(folder, "objdump", "-dr", "--no-show-raw-insn", object.toString()).lines().skip(3).collect(Collectors.joining("\n"));
    }

    /** @return how many lines of disassembly were compared */
    private int check(Consumer<X64Sink> program) throws IOException {
        X64Encoder encoder = new X64Encoder();
        program.accept(encoder);
        ElfObject object = new ElfObject();
        ElfObject.Section text = object.section(".text", ElfObject.ALLOC | ElfObject.EXECUTE, false);
        encoder.finish(text.bytes, (place, kind, addressKind, symbol, addend) -> text.relocate(place, kind, symbol, addend));
        Path code = folder.resolve("code.o"), source = folder.resolve("text.s"), assembled = folder.resolve("text.o");
        Files.write(code, object.toBytes(symbol -> "symbol" + symbol));
        StringBuilder out = new StringBuilder();
        program.accept(new X64Text(out, symbol -> "symbol" + symbol));
        Files.writeString(source, out);
        run(folder, "as", "-o", assembled.toString(), source.toString());
        String expected = disassembled(assembled);
        assertEquals(expected, disassembled(code));
        return (int) expected.lines().count();
    }

    private static boolean isFloat(int insn) {
        return insn >= MOVSS && insn <= ANDPS && (insn < CVTTSS2SI || insn > CVTSI2SD);
    }

    private static int[] sizes(int insn) {
        if (isFloat(insn)) return new int[] {insn >= MOVAPS ? 16 : 4};
        if (insn <= XCHG) return new int[] {1, 2, 4, 8};
        return insn == MOVSX32 ? new int[] {8} : new int[] {4, 8};
    }

    private static final int[] LOADED = {ADD, OR, ADC, SBB, AND, SUB, XOR, CMP, MOV, IMUL, BSF, BSR, POPCNT, MOVZX8, MOVZX16, MOVSX8, MOVSX16, MOVSX32, MOVSS, MOVSD, ADDSS, ADDSD,
        SUBSS, SUBSD, MULSS, MULSD, DIVSS, DIVSD, SQRTSS, SQRTSD, UCOMISS, UCOMISD, CVTSS2SD, CVTSD2SS, CVTTSS2SI, CVTTSD2SI, CVTSI2SS, CVTSI2SD, MOVAPS, XORPS, ANDPS};

    @Test
    void everyFormOfRegisters() throws IOException {
        assertTrue(X64Insn.complete());
        int lines = check(sink -> {
            for (int reg = 0; reg < 16; reg += 3) {
                for (int rm = 15; rm >= 0; rm -= 3) {
                    for (int insn : LOADED) for (int size : sizes(insn)) sink.rr(insn, size, reg, rm);
                    for (int size : new int[] {1, 2, 4, 8}) sink.rr(TEST, size, reg, rm);
                    for (int size : new int[] {4, 8}) if (reg != rm) sink.rr(XCHG, size, reg, rm);
                    for (int size : new int[] {4, 8}) {
                        sink.rr(MOV_TO_XMM, size, reg, rm);
                        sink.rr(MOV_FROM_XMM, size, reg, rm);
                        for (int c = 0; c < 16; c++) sink.rr(CMOV + c, size, reg, rm);
                        sink.multiply(size, reg, rm, -7);
                        sink.multiply(size, reg, rm, 1 << 20);
                    }
                }
                for (int insn = NOT; insn <= IDIV; insn++) for (int size : new int[] {4, 8}) sink.r(insn, size, reg);
                for (int insn : new int[] {PUSH, POP, CALL, JMP}) sink.r(insn, 8, reg);
                for (int c = 0; c < 16; c++) sink.r(SET + c, 1, reg);
                for (int insn = ROL; insn <= SAR; insn++) {
                    for (int size : new int[] {4, 8}) {
                        sink.r(insn, size, reg);
                        sink.ri(insn, size, reg, 1);
                        sink.ri(insn, size, reg, 31);
                    }
                }
            }
            for (int insn = RET; insn <= UD2; insn++) sink.plain(insn);
        });
        assertTrue(lines > 3000, lines + " lines");
    }

    @Test
    void bitsShiftsAndFusedFloats() throws IOException {
        int lines = check(sink -> {
            for (int reg = 0; reg < 16; reg += 3) {
                for (int rm = 15; rm >= 0; rm -= 2) {
                    for (int size : new int[] {4, 8}) {
                        sink.rr(BT, size, reg, rm);
                        for (int insn : new int[] {ANDN, SHLX, SHRX, SARX}) sink.rrr(insn, size, reg, 15 - rm, rm);
                        for (int insn = BLSR; insn <= BLSI; insn++) sink.rrr(insn, size, 0, reg, rm);
                        sink.rotate(size, reg, rm, 13);
                        for (int insn : new int[] {SHLD, SHRD}) {
                            sink.shiftDouble(insn, size, reg, rm, -1);
                            sink.shiftDouble(insn, size, reg, rm, 7);
                        }
                    }
                    sink.rrr(VFMADD213SS, 4, reg, rm, 15 - rm);
                    sink.rrr(VFMADD213SD, 8, reg, rm, 15 - rm);
                    sink.rr(ANDNPS, 16, reg, rm);
                }
                for (int size : new int[] {4, 8}) {
                    sink.r(BSWAP, size, reg);
                    sink.ri(BT, size, reg, size * 8 - 1);
                }
                for (int insn = NOT; insn <= IDIV; insn++) for (int size : new int[] {1, 2}) sink.r(insn, size, reg);
                for (int size = 1; size <= 8; size *= 2) sink.r(IMUL_WIDE, size, reg);
                for (int size : new int[] {1, 2}) sink.ri(SAR, size, reg, 3);
            }
            sink.plain(INT3);
            sink.plain(CWD);
            sink.returnPopping(48);
        });
        assertTrue(lines > 1000, lines + " lines");
    }

    @Test
    void floatsOfThreeOperands() throws IOException {
        X64Address address = new X64Address();
        int lines = check(sink -> {
            for (int insn = VADDSS; insn <= VXORPS; insn++) {
                int size = insn >= VANDPS ? 16 : (insn & 1) == (VADDSS & 1) ? 4 : 8;
                for (int reg = 0; reg < 16; reg += 3) {
                    for (int rm = 15; rm >= 0; rm -= 2) sink.rrr(insn, size, reg, 15 - rm, rm);
                    for (int base : BASES) {
                        sink.rrm(insn, size, reg, 15 - reg, address.plain(base, 8 * reg));
                        sink.rrm(insn, size, reg, reg, address.indexed(base, X64.RSI + reg % 2 * 5, 8, -1000));
                    }
                    sink.rrm(insn, size, reg, 1, address.symbol(X64Address.GLOBAL, 1, 4));
                }
            }
        });
        assertTrue(lines > 1500, lines + " lines");
    }

    @Test
    void lockedInstructions() throws IOException {
        X64Address address = new X64Address();
        int lines = check(sink -> {
            for (int base : BASES) {
                for (int size = 1; size <= 8; size *= 2) {
                    for (int insn : new int[] {CMPXCHG, XADD, ADD, AND}) {
                        sink.lock();
                        sink.mr(insn, size, address.plain(base, 8), 15 - base);
                    }
                    sink.mr(XCHG, size, address.indexed(base, X64.RSI, 2, 0), X64.RDI);
                }
                sink.lock();
                sink.m(CMPXCHG16B, 8, address.plain(base, 0));
                sink.lock();
                sink.mi(OR, 4, address.plain(base, 0), 0);
            }
        });
        assertTrue(lines > 100, lines + " lines");
    }

    /** Data between code refers to labels, before and after jumps have got their lengths. */
    @Test
    void labelsAsDataAndAddresses() throws IOException {
        X64Address address = new X64Address();
        int lines = check(sink -> {
            sink.jump(2);
            sink.rm(LEA, 8, X64.R9, address.symbol(X64Address.LABEL, 1, 0));
            sink.label(0);
            for (int i = 0; i < 60; i++) sink.ri(ADD, 8, X64.RCX, 5);
            sink.jump(X64.NE, 0);
            sink.label(1);
            sink.distance(0, 1);
            sink.distance(2, 1);
            sink.label(2);
            sink.rm(LEA, 8, X64.RDX, address.symbol(X64Address.LABEL, 0, 0));
            sink.tailCall(1);
            sink.address(X64.R11, 2);
            sink.address(X64.RAX, 3);
        });
        assertTrue(lines > 60, lines + " lines");
    }

    @Test
    void everyKindOfAddress() throws IOException {
        X64Address address = new X64Address();
        int lines = check(sink -> {
            for (int base : BASES) {
                for (int displacement : DISPLACEMENTS) {
                    for (int insn : LOADED) sink.rm(insn, sizes(insn)[0], base, address.plain(X64.RAX + 15 - base, displacement));
                    for (int index : BASES) {
                        if (index == X64.RSP) continue;
                        for (int scale = 1; scale <= 8; scale *= 2) sink.rm(MOV, 8, X64.R9, address.indexed(base, index, scale, displacement));
                    }
                    for (int size = 1; size <= 8; size *= 2) sink.mr(MOV, size, address.plain(base, displacement), X64.RSI);
                    sink.mr(MOVSS, 4, address.plain(base, displacement), 9);
                    sink.mr(MOVSD, 8, address.plain(base, displacement), 1);
                    sink.mr(MOVAPS, 16, address.plain(base, displacement), 15);
                    sink.rm(LEA, 8, X64.RDI, address.plain(base, displacement));
                    sink.m(PUSH, 8, address.plain(base, displacement));
                    sink.m(IDIV, 4, address.plain(base, displacement));
                    sink.m(CALL, 8, address.plain(base, displacement));
                }
                sink.rm(MOV, 4, base, address.indexed(-1, X64.RCX, 4, 100));
                sink.rm(MOV, 4, base, address.plain(-1, 0x1234));
                address.plain(-1, 0).fs = true;
                sink.rm(MOV, 8, base, address);
            }
        });
        assertTrue(lines > 4000, lines + " lines");
    }

    @Test
    void everySizeOfImmediate() throws IOException {
        X64Address address = new X64Address();
        long[] immediates = {0, 1, -1, 127, 128, -128, -129, 255, 65_535, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x8000_0000L, 0xFFFF_FFFFL, 1L << 40, Long.MIN_VALUE};
        int lines = check(sink -> {
            for (long immediate : immediates) {
                for (int register : new int[] {X64.RAX, X64.RCX, X64.RSI, X64.R8, X64.R15}) {
                    for (int size : new int[] {4, 8}) {
                        sink.ri(MOV, size, register, immediate);
                        if (immediate == (int) immediate) for (int insn = ADD; insn <= CMP; insn++) sink.ri(insn, size, register, immediate);
                        if (immediate == (int) immediate) sink.ri(TEST, size, register, immediate);
                    }
                }
                if (immediate != (int) immediate) continue;
                for (int size = 1; size <= 8; size *= 2) {
                    sink.mi(MOV, size, address.plain(X64.R13, 0), (int) immediate);
                    if (immediate == (byte) immediate || size >= 4) sink.mi(CMP, size, address.plain(X64.RBX, 8), (int) immediate);
                    if (immediate == (byte) immediate || size >= 4) sink.mi(ADD, size, address.indexed(X64.RBX, X64.R12, 8, 8), (int) immediate);
                }
            }
        });
        assertTrue(lines > 500, lines + " lines");
    }

    /** The assembler writes relocations against symbols elsewhere as we do, with what follows the field taken off. */
    @Test
    void symbolsBecomeRelocations() throws IOException {
        X64Address address = new X64Address();
        int lines = check(sink -> {
            sink.rm(MOV, 8, X64.R10, address.symbol(X64Address.GLOBAL, 0, 0));
            sink.mr(MOV, 1, address.symbol(X64Address.GLOBAL, 1, 12), X64.RDI);
            sink.mi(MOV, 8, address.symbol(X64Address.GLOBAL, 1, -12), 77);
            sink.mi(MOV, 2, address.symbol(X64Address.GLOBAL, 1, 4), 77);
            sink.mi(CMP, 4, address.symbol(X64Address.GLOBAL, 2, 0), 1);
            sink.rm(LEA, 8, X64.RAX, address.symbol(X64Address.GLOBAL, 3, 1 << 30));
            sink.rm(MOV, 4, X64.R9, address.symbol(X64Address.THREAD, 4, 8));
            sink.mi(MOV, 4, address.symbol(X64Address.THREAD, 4, 0), -1);
            address.plain(X64.RDX, 16).kind = X64Address.THREAD_OFFSET;
            address.symbol = 5;
            sink.rm(LEA, 8, X64.RDX, address);
            sink.call(6, 0);
            int label = 0;
            sink.jump(label);
            sink.call(7, 16);
            sink.label(label);
        });
        assertEquals(3 + 13 + 11, lines, "instructions and relocations");
    }

    /** Random code whose jumps reach just so far, or not: the assembler finds the smallest code, and so do we. */
    @Test
    void jumpsAreAsShortAsTheAssemblers() throws IOException {
        for (int seed = 0; seed < 12; seed++) {
            long seedOf = seed;
            int lines = check(sink -> {
                SplittableRandom random = new SplittableRandom(seedOf);
                int labels = 400, far = seedOf % 3 == 0 ? 400 : 12;
                for (int label = 0; label < labels; label++) {
                    sink.label(label);
                    for (int i = random.nextInt(8); i > 0; i--) sink.ri(ADD, 8, random.nextInt(16), random.nextInt(300));
                    int target = Math.clamp(label + random.nextInt(-far, far), 0, labels - 1);
                    if (random.nextInt(3) == 0) sink.jump(target);
                    else sink.jump(random.nextInt(16), target);
                }
            });
            assertTrue(lines > 500, lines + " lines");
        }
    }

    @Test
    void formsThatHaveExceptions() {
        golden("40 0f b6 c6", sink -> sink.rr(MOVZX8, 4, X64.RAX, X64.RSI));
        golden("f2 49 0f 2a c4", sink -> sink.rr(CVTSI2SD, 8, 0, X64.R12));
        golden("66 48 0f 7e c8", sink -> sink.rr(MOV_FROM_XMM, 8, 1, X64.RAX));
        golden("66 89 35 00 00 00 00", sink -> sink.mr(MOV, 2, new X64Address().symbol(X64Address.GLOBAL, 0, 0), X64.RSI));
        golden("eb fe", sink -> {
            sink.label(3);
            sink.jump(3);
        });
    }

    private static void golden(String bytes, Consumer<X64Sink> program) {
        X64Encoder encoder = new X64Encoder();
        program.accept(encoder);
        CodeBuffer code = new CodeBuffer(16);
        encoder.finish(code, (place, kind, addressKind, symbol, addend) -> {});
        assertEquals(bytes, HexFormat.ofDelimiter(" ").formatHex(code.toArray()));
    }
}
