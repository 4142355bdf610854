package dev.backbench.exec.elf;

import dev.backbench.spi.BackendException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The tables of an ELF64 little-endian x86-64 relocatable object, read in place (System V ABI, gABI chapter 4). Every offset that comes from the file is
 * checked against the file before use, so that a damaged object ends in a {@link BackendException} and nothing else.
 */
final class ElfFile {
    static final int SHT_PROGBITS = 1, SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_RELA = 4, SHT_NOBITS = 8, SHT_REL = 9, SHT_SYMTAB_SHNDX = 18;
    static final int SHT_X86_64_UNWIND = 0x70000001;
    static final long SHF_WRITE = 1, SHF_ALLOC = 2, SHF_EXECINSTR = 4, SHF_TLS = 0x400, SHF_COMPRESSED = 0x800;
    static final int SHN_UNDEF = 0, SHN_LORESERVE = 0xff00, SHN_XINDEX = 0xffff;
    static final int STT_FUNC = 2, STT_SECTION = 3;

    private static final int HEADER_BYTES = 64, SECTION_BYTES = 64, SYMBOL_BYTES = 24, RELA_BYTES = 24;
    private static final int ET_REL = 1, EM_X86_64 = 62;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Offset and size lie inside the file unless the type is {@link #SHT_NOBITS}. */
    record Section(String name, int type, long flags, int offset, int size, int link, int info, int align) {
        boolean has(long flag) {
            return (flags & flag) != 0;
        }
    }

    final byte[] bytes;
    final Section[] sections;
    private final Section symbols;
    private final Section symbolNames;
    private final Section extendedIndices;

    ElfFile(byte[] bytes) {
        this.bytes = bytes;
        checkHeader();
        sections = readSections();
        symbols = only(SHT_SYMTAB);
        symbolNames = symbols == null ? null : section(symbols.link);
        extendedIndices = only(SHT_SYMTAB_SHNDX);
    }

    static BackendException malformed(String what) {
        return new BackendException("malformed object file: " + what);
    }

    private void checkHeader() {
        if (bytes.length < HEADER_BYTES || (int) INT.get(bytes, 0) != 0x464c457f) throw malformed("not an ELF file");
        if (bytes[4] != 2 || bytes[5] != 1) throw malformed("not 64-bit little-endian");
        if (u16(16) != ET_REL) throw malformed("not relocatable (type " + u16(16) + ")");
        if (u16(18) != EM_X86_64) throw malformed("for machine " + u16(18) + ", not x86-64");
        if (u16(58) != SECTION_BYTES) throw malformed("section headers of " + u16(58) + " bytes");
    }

    /** With 0xff00 sections or more, the count and the index of the name table move into section 0. */
    private Section[] readSections() {
        long table = (long) LONG.get(bytes, 40);
        if (table < HEADER_BYTES || table > bytes.length - SECTION_BYTES) throw malformed("section headers at " + table);
        int at = (int) table;
        long count = u16(60) != 0 ? u16(60) : (long) LONG.get(bytes, at + 32);
        if (count < 1 || count > (bytes.length - table) / SECTION_BYTES) throw malformed(count + " section headers");
        int names = u16(62) != SHN_XINDEX ? u16(62) : (int) INT.get(bytes, at + 40);
        if (names < 0 || names >= count) throw malformed("section name table " + names);
        Section nameTable = readSection(at + names * SECTION_BYTES, null);
        Section[] result = new Section[(int) count];
        for (int i = 0; i < result.length; i++) result[i] = readSection(at + i * SECTION_BYTES, nameTable);
        return result;
    }

    private Section readSection(int at, Section names) {
        int type = (int) INT.get(bytes, at + 4);
        long offset = (long) LONG.get(bytes, at + 24), size = (long) LONG.get(bytes, at + 32), align = (long) LONG.get(bytes, at + 48);
        if (type == 0) return new Section("", 0, 0, 0, 0, 0, 0, 1);
        if (size < 0 || size > Integer.MAX_VALUE) throw malformed("a section of " + size + " bytes");
        if (type == SHT_NOBITS) offset = 0;
        else if (offset < 0 || offset > bytes.length - size) throw malformed("a section outside the file");
        if (align < 0 || align > 4096 || (align & align - 1) != 0) throw malformed("a section aligned to " + align);
        String name = names == null ? "" : string(names, (int) INT.get(bytes, at));
        return new Section(name, type, (long) LONG.get(bytes, at + 8), (int) offset, (int) size, (int) INT.get(bytes, at + 40),
                (int) INT.get(bytes, at + 44), Math.max(1, (int) align));
    }

    private Section only(int type) {
        Section found = null;
        for (Section s : sections) {
            if (s.type != type) continue;
            if (found != null) throw malformed("two sections of type " + type);
            found = s;
        }
        return found;
    }

    Section section(int index) {
        if (index < 0 || index >= sections.length) throw malformed("section " + index + " of " + sections.length);
        return sections[index];
    }

    int symbolCount() {
        return symbols == null ? 0 : symbols.size / SYMBOL_BYTES;
    }

    private int symbolAt(int symbol) {
        if (symbol < 0 || symbol >= symbolCount()) throw malformed("symbol " + symbol + " of " + symbolCount());
        return symbols.offset + symbol * SYMBOL_BYTES;
    }

    String symbolName(int symbol) {
        return string(symbolNames, (int) INT.get(bytes, symbolAt(symbol)));
    }

    int symbolType(int symbol) {
        return bytes[symbolAt(symbol) + 4] & 15;
    }

    /** A section index, or one of the reserved values. */
    int symbolSection(int symbol) {
        int index = u16(symbolAt(symbol) + 6);
        if (index != SHN_XINDEX) return index;
        if (extendedIndices == null || extendedIndices.size / 4 <= symbol) throw malformed("symbol " + symbol + " has no section");
        int extended = (int) INT.get(bytes, extendedIndices.offset + 4 * symbol);
        section(extended);
        return extended;
    }

    long symbolValue(int symbol) {
        return (long) LONG.get(bytes, symbolAt(symbol) + 8);
    }

    long symbolSize(int symbol) {
        return (long) LONG.get(bytes, symbolAt(symbol) + 16);
    }

    static int relocationCount(Section rela) {
        return rela.size / RELA_BYTES;
    }

    long relocationOffset(Section rela, int index) {
        return (long) LONG.get(bytes, rela.offset + index * RELA_BYTES);
    }

    int relocationType(Section rela, int index) {
        return (int) INT.get(bytes, rela.offset + index * RELA_BYTES + 8);
    }

    int relocationSymbol(Section rela, int index) {
        return (int) INT.get(bytes, rela.offset + index * RELA_BYTES + 12);
    }

    long relocationAddend(Section rela, int index) {
        return (long) LONG.get(bytes, rela.offset + index * RELA_BYTES + 16);
    }

    private int u16(int at) {
        return (short) SHORT.get(bytes, at) & 0xffff;
    }

    private String string(Section table, int offset) {
        if (table.type != SHT_STRTAB || offset < 0 || offset >= table.size) throw malformed("a name at " + offset);
        int start = table.offset + offset, end = start, limit = table.offset + table.size;
        while (end < limit && bytes[end] != 0) end++;
        if (end == limit) throw malformed("a name without end");
        return new String(bytes, start, end - start, StandardCharsets.UTF_8);
    }
}
