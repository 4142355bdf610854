package dev.backbench.exec.elf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ElfObjectTest {
    private static final long PC32 = 2, PLT32 = 4, ABS64 = 1, ABS32 = 10, REX_GOTPCRELX = 42;

    private static CodeImage read(byte[] object) {
        return ElfObject.read(object, 1, 3);
    }

    /** f1 calls f3 in another section, loads a constant, calls memmove; a jump table in the constants points back. */
    private static TestObject sample() {
        TestObject object = new TestObject();
        int text = object.text(".text", 16, 0xE8, 0, 0, 0, 0, 0x8B, 0x05, 0, 0, 0, 0, 0xE8, 0, 0, 0, 0, 0xC3);
        int more = object.text(".text.f3", 16, 0x90, 0xC3);
        object.rodata(".rodata.cst4", 4, 1, 2, 3, 4);
        int table = object.rodata(".rodata", 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        object.section(".eh_frame", ElfFile.SHT_PROGBITS, ElfFile.SHF_ALLOC, 8, 9, 9, 9, 9);
        object.section(".comment", ElfFile.SHT_PROGBITS, 0, 1, 7);
        int f1 = object.symbol("f1", ElfFile.STT_FUNC, text, 0, 17);
        int f3 = object.symbol("f3", ElfFile.STT_FUNC, more, 0, 2);
        int constants = object.symbol("", ElfFile.STT_SECTION, table, 0, 0);
        int memmove = object.symbol("memmove", 0, 0, 0, 0);
        object.relocations(text, 1, (long) f3 << 32 | PLT32, -4, 7, (long) constants << 32 | PC32, 8 - 4, 12, (long) memmove << 32 | PLT32, -4);
        object.relocations(table, 0, (long) f1 << 32 | PC32, 5, 4, (long) f3 << 32 | ABS64, 0);
        return object;
    }

    @Test
    void sectionsSymbolsAndRelocationsLandWhereTheyShould() {
        CodeImage image = read(sample().write());
        assertEquals(34, image.code.length);
        assertEquals(20, image.constants.length);
        assertEquals(8, image.constantsAlign);
        assertArrayEquals(new int[] {0, -1, 32}, image.functionStart);
        assertArrayEquals(new int[] {17, 0, 2}, image.functionLength);
        assertEquals(2, image.functionsEmitted());
        assertEquals((byte) 0xCC, image.code[20], "padding traps");
        assertEquals(32 - 4 - 1, image.code[1], "a call inside the code needs no relocation");
        assertArrayEquals(new String[] {"memmove"}, image.names);
        assertArrayEquals(new CodeImage.Reloc[] {
            new CodeImage.Reloc(false, 7, CodeImage.Relocation.REL32, CodeImage.Symbol.CONSTANTS, 8, 4),
            new CodeImage.Reloc(false, 12, CodeImage.Relocation.REL32, CodeImage.Symbol.LIBRARY, 0, -4),
            new CodeImage.Reloc(true, 8, CodeImage.Relocation.REL32, CodeImage.Symbol.CODE, 0, 5),
            new CodeImage.Reloc(true, 12, CodeImage.Relocation.ABS64, CodeImage.Symbol.CODE, 32, 0)}, image.relocations);
    }

    /** Copies and pieces of a function belong to it, even if it has no code of its own. */
    @Test
    void partsBelongToTheirOrigin() {
        TestObject object = new TestObject();
        int text = object.text(".text", 1, 0x90, 0x90, 0x90, 0x90, 0x90, 0xC3);
        object.symbol("f1", ElfFile.STT_FUNC, text, 0, 2);
        object.symbol("f1.part.0", ElfFile.STT_FUNC, text, 2, 1);
        object.symbol("f2.constprop.0.isra.0", ElfFile.STT_FUNC, text, 3, 2);
        CodeImage image = CodeImage.deserialize(read(object.write()).serialize());
        assertArrayEquals(new int[] {0, -1, -1}, image.functionStart);
        int[] owners = new int[6];
        for (int i = 0; i < 6; i++) owners[i] = image.functionAt(i);
        assertArrayEquals(new int[] {0, 0, 0, 1, 1, -1}, owners);
        assertEquals(2, image.functionsEmitted());
    }

    @Test
    void gotReferencesStay() {
        TestObject object = new TestObject();
        int text = object.text(".text", 1, 0x48, 0x8B, 0x05, 0, 0, 0, 0);
        int memset = object.symbol("memset", 0, 0, 0, 0);
        object.relocations(text, 3, (long) memset << 32 | REX_GOTPCRELX, -4);
        CodeImage image = read(object.write());
        assertEquals(new CodeImage.Reloc(false, 3, CodeImage.Relocation.GOT_REL32, CodeImage.Symbol.LIBRARY, 0, -4), image.relocations[0]);
    }

    @Test
    void whatAnImageCannotHoldIsSaid() {
        TestObject absolute = new TestObject();
        int text = absolute.text(".text", 1, 0, 0, 0, 0);
        int f1 = absolute.symbol("f1", ElfFile.STT_FUNC, text, 0, 4);
        absolute.relocations(text, 0, (long) f1 << 32 | ABS32, 0);
        assertMessage("position-independent", absolute);

        TestObject data = new TestObject();
        data.section(".data", ElfFile.SHT_PROGBITS, ElfFile.SHF_ALLOC | ElfFile.SHF_WRITE, 1, 1);
        assertMessage("writable data (section .data)", data);

        TestObject unknown = new TestObject();
        int code = unknown.text(".text", 1, 0, 0, 0, 0, 0, 0, 0, 0);
        int g = unknown.symbol("g", 0, 0, 0, 0);
        unknown.relocations(code, 0, (long) g << 32 | 24, 0);
        assertMessage("relocation of type 24", unknown);

        TestObject missing = new TestObject();
        int caller = missing.text(".text", 1, 0, 0, 0, 0);
        int f2 = missing.symbol("f2", 0, 0, 0, 0);
        missing.relocations(caller, 0, (long) f2 << 32 | PLT32, 0);
        assertMessage("'f2' is called but not defined", missing);
    }

    private static void assertMessage(String part, TestObject object) {
        byte[] bytes = object.write();
        String message = assertThrows(BackendException.class, () -> read(bytes)).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void damagedObjectsEndInTheOneException() {
        byte[] good = sample().write();
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int n = 1 + random.nextInt(3); n > 0; n--) bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            if (random.nextInt(4) == 0) bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
            try {
                read(bad);
            } catch (BackendException e) {
                refused++;
            }
        }
        assertTrue(refused > 5_000 && refused < 20_000, "refused " + refused);
    }
}
