package dev.backbench.asm;

import dev.backbench.kit.CodeBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A relocatable x86-64 object for an ELF linker, or to be linked in memory: sections with their bytes and relocations, and symbols. Layout and numbers after the System V ABI
 * and its AMD64 supplement.
 */
public final class ElfObject {
    public static final int ABS32 = 10, ABS32_SIGNED = 11, ABS64 = 1;
    /** Section flags. */
    public static final int WRITE = 1, ALLOC = 2, EXECUTE = 4, TLS = 0x400;
    private static final int PROGBITS = 1, SYMTAB = 2, STRTAB = 3, RELA = 4, NOBITS = 8;
    /** Kinds of symbols. */
    public static final int NOTYPE = 0, OBJECT = 1, FUNCTION = 2, THREAD_LOCAL = 6;
    private static final int SECTION_SYMBOL = 3;
    private static final int HEADER = 64, SECTION_HEADER = 64, SYMBOL = 24, RELOCATION = 24;

    /** One section; of one without bytes in the file ({@code nobits}) only {@link #zeros} counts. */
    public static final class Section {
        public final String name;
        public final int flags;
        public final boolean nobits;
        public final CodeBuffer bytes = new CodeBuffer(256);
        public long zeros;
        public int align = 1;
        private final int number;
        private long[] relocations = new long[48];
        private int relocationCount;

        private Section(String name, int flags, boolean nobits, int number) {
            this.name = name;
            this.flags = flags;
            this.nobits = nobits;
            this.number = number;
        }

        /** For relocations against the section itself: {@link #relocate} takes its complement. */
        public int number() {
            return number;
        }

        public void putZeros(long count) {
            if (nobits) zeros += count;
            else bytes.putZeros(Math.toIntExact(count));
        }

        public long size() {
            return nobits ? zeros : bytes.size();
        }

        /** Begins something here with the given alignment, the gap filled. @return its offset */
        public long begin(int alignment) {
            align = Math.max(align, alignment);
            if (nobits) zeros = zeros + alignment - 1 & -alignment;
            else bytes.align(alignment, (flags & EXECUTE) != 0 ? 0xCC : 0);
            return size();
        }

        /** @param symbol a symbol's number, or the complement of a section's */
        public void relocate(int place, int kind, int symbol, long addend) {
            if (relocationCount + 3 > relocations.length) relocations = Arrays.copyOf(relocations, 2 * relocations.length);
            relocations[relocationCount++] = (long) place << 32 | kind;
            relocations[relocationCount++] = symbol;
            relocations[relocationCount++] = addend;
        }
    }

    /** One symbol: defined in a section, common, or somewhere else. */
    private static final class Symbol {
        private String name;
        private Section section;
        private long value, size;
        private int kind;
        private boolean global = true, common, used;
        private int number;
    }

    private final List<Section> sections = new ArrayList<>();
    private final Map<String, Section> byName = new HashMap<>();
    private final List<Symbol> symbols = new ArrayList<>();

    /** The section of a name, made when it is asked for first. */
    public Section section(String name, int flags, boolean nobits) {
        Section section = byName.get(name);
        if (section == null) {
            section = new Section(name, flags, nobits, sections.size() + 1);
            sections.add(section);
            byName.put(name, section);
        }
        return section;
    }

    public List<Section> sections() {
        return sections;
    }

    /** Declares a symbol: the caller numbers them from 0 and may leave gaps. */
    private Symbol symbol(int number) {
        while (symbols.size() <= number) symbols.add(null);
        Symbol symbol = symbols.get(number);
        if (symbol == null) symbols.set(number, symbol = new Symbol());
        return symbol;
    }

    public boolean isDefined(int number) {
        return number < symbols.size() && symbols.get(number) != null && (symbols.get(number).section != null || symbols.get(number).common);
    }

    public void define(int number, Section section, long value, long size, int kind, boolean global) {
        Symbol symbol = symbol(number);
        symbol.section = section;
        symbol.value = value;
        symbol.size = size;
        symbol.kind = kind;
        symbol.global = global;
    }

    public void defineCommon(int number, long size, int align, int kind) {
        Symbol symbol = symbol(number);
        symbol.common = true;
        symbol.value = align;
        symbol.size = size;
        symbol.kind = kind;
    }

    /** Section and offset of a defined symbol, for linking in memory; null where it is defined elsewhere. */
    public Section sectionOf(int number) {
        return isDefined(number) ? symbols.get(number).section : null;
    }

    public long valueOf(int number) {
        return symbols.get(number).value;
    }

    // ---- the file ----

    private ByteBuffer file;
    private final StringTable strings = new StringTable();
    private final StringTable names = new StringTable();

    private static final class StringTable {
        private final CodeBuffer bytes = new CodeBuffer(1024);

        StringTable() {
            bytes.putZeros(1);
        }

        int add(String text) {
            int at = bytes.size();
            bytes.putBytes(text.getBytes(StandardCharsets.UTF_8));
            bytes.putZeros(1);
            return at;
        }
    }

    /** @param name a symbol's name by its number */
    public byte[] toBytes(java.util.function.IntFunction<String> name) {
        section(".note.GNU-stack", 0, false);
        for (Section section : sections) {
            for (int r = 0; r < section.relocationCount; r += 3) {
                if (section.relocations[r + 1] < 0) continue;
                Symbol symbol = symbol((int) section.relocations[r + 1]);
                symbol.used = true;
                if ((int) section.relocations[r] == X64Encoder.TPOFF32) symbol.kind = THREAD_LOCAL;
            }
        }
        List<Symbol> ordered = ordered(name);
        List<Section> relocated = sections.stream().filter(section -> section.relocationCount > 0).toList();
        long[] offset = new long[sections.size()];
        long at = HEADER;
        for (int s = 0; s < offset.length; s++) {
            Section section = sections.get(s);
            at = at + Math.max(section.align, 8) - 1 & -Math.max(section.align, 8);
            offset[s] = at;
            if (!section.nobits) at += section.size();
        }
        long body = at + 7 & -8, relocationBytes = 0;
        for (Section section : relocated) relocationBytes += section.relocationCount / 3 * RELOCATION;
        int symbolCount = 1 + sections.size() + ordered.size();
        int headers = 1 + sections.size() + relocated.size() + 3;
        for (Symbol symbol : ordered) symbol.number = strings.add(symbol.name);
        long stringsAt = body + relocationBytes + (long) symbolCount * SYMBOL;
        int[] sectionNames = sections.stream().mapToInt(section -> names.add(section.name)).toArray();
        int[] relocationNames = relocated.stream().mapToInt(section -> names.add(".rela" + section.name)).toArray();
        int symtabName = names.add(".symtab"), strtabName = names.add(".strtab"), shstrtabName = names.add(".shstrtab");
        long namesAt = stringsAt + strings.bytes.size(), headersAt = namesAt + names.bytes.size() + 7 & -8;
        file = ByteBuffer.allocate(Math.toIntExact(headersAt + (long) headers * SECTION_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
        header(headersAt, headers);
        for (int s = 0; s < offset.length; s++) if (!sections.get(s).nobits) file.put((int) offset[s], sections.get(s).bytes.toArray());
        int locals = writeSymbols((int) (body + relocationBytes), ordered);
        file.put((int) stringsAt, strings.bytes.toArray());
        file.put((int) namesAt, names.bytes.toArray());
        writeRelocations((int) body, relocated);

        file.position((int) headersAt);
        sectionHeader(0, 0, 0, 0, 0, 0, 0, 0, 0);
        for (int s = 0; s < offset.length; s++) {
            Section section = sections.get(s);
            sectionHeader(sectionNames[s], type(section), section.flags, offset[s], section.size(), 0, 0, section.align, 0);
        }
        int symtab = 1 + sections.size() + relocated.size();
        long relocationsAt = body;
        for (int r = 0; r < relocationNames.length; r++) {
            long size = (long) relocated.get(r).relocationCount / 3 * RELOCATION;
            sectionHeader(relocationNames[r], RELA, 0x40, relocationsAt, size, symtab, relocated.get(r).number, 8, RELOCATION);
            relocationsAt += size;
        }
        sectionHeader(symtabName, SYMTAB, 0, relocationsAt, (long) symbolCount * SYMBOL, symtab + 1, locals, 8, SYMBOL);
        sectionHeader(strtabName, STRTAB, 0, stringsAt, strings.bytes.size(), 0, 0, 1, 0);
        sectionHeader(shstrtabName, STRTAB, 0, namesAt, names.bytes.size(), 0, 0, 1, 0);
        return file.array();
    }

    /** The linker knows arrays of functions to call at start and end by their type. */
    private static int type(Section section) {
        return switch (section.name) {
            case ".init_array" -> 14;
            case ".fini_array" -> 15;
            case ".preinit_array" -> 16;
            default -> section.nobits ? NOBITS : PROGBITS;
        };
    }

    /** Symbols that are defined or used: local ones first, as the format wants it. */
    private List<Symbol> ordered(java.util.function.IntFunction<String> name) {
        List<Symbol> ordered = new ArrayList<>();
        for (int pass = 0; pass < 2; pass++) {
            for (int number = 0; number < symbols.size(); number++) {
                Symbol symbol = symbols.get(number);
                if (symbol == null || symbol.global != (pass == 1) || !isDefined(number) && !symbol.used) continue;
                symbol.name = name.apply(number);
                ordered.add(symbol);
            }
        }
        return ordered;
    }

    private void header(long headersAt, int headers) {
        file.putInt(0x464C457F).put((byte) 2).put((byte) 1).put((byte) 1).position(16);
        file.putShort((short) 1).putShort((short) 62).putInt(1).putLong(0).putLong(0).putLong(headersAt);
        file.putInt(0).putShort((short) HEADER).putShort((short) 0).putShort((short) 0);
        file.putShort((short) SECTION_HEADER).putShort((short) headers).putShort((short) (headers - 1));
    }

    private void sectionHeader(int name, int type, long flags, long offset, long size, int link, int info, long align, long entry) {
        file.putInt(name).putInt(type).putLong(flags).putLong(0).putLong(offset).putLong(size).putInt(link).putInt(info).putLong(align).putLong(entry);
    }

    /** @return the number of the first global symbol */
    private int writeSymbols(int at, List<Symbol> ordered) {
        file.position(at + SYMBOL);
        for (Section section : sections) writeSymbol(0, SECTION_SYMBOL, section.number, 0, 0);
        int number = 1 + sections.size(), locals = number;
        for (Symbol symbol : ordered) {
            if (!symbol.global) locals++;
            int section = symbol.common ? 0xFFF2 : symbol.section == null ? 0 : symbol.section.number;
            writeSymbol(symbol.number, (symbol.global ? 0x10 : 0) | symbol.kind, section, symbol.value, symbol.size);
            symbol.number = number++;
        }
        return locals;
    }

    private void writeSymbol(int name, int info, int section, long value, long size) {
        file.putInt(name).put((byte) info).put((byte) 0).putShort((short) section).putLong(value).putLong(size);
    }

    private void writeRelocations(int at, List<Section> relocated) {
        file.position(at);
        for (Section section : relocated) {
            for (int r = 0; r < section.relocationCount; r += 3) {
                long symbol = section.relocations[r + 1], number = symbol >= 0 ? symbols.get((int) symbol).number : ~symbol;
                file.putLong(section.relocations[r] >>> 32).putLong(number << 32 | section.relocations[r] & 0xFFFFFFFFL).putLong(section.relocations[r + 2]);
            }
        }
    }
}
