package dev.backbench.exec.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes small ELF64 objects by hand, so that the reader is tested against the format and not against one compiler's habits. */
final class TestObject {
    private record Part(int name, int type, long flags, byte[] bytes, int link, int info, int align) {}

    private final List<Part> sections = new ArrayList<>();
    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    private final ByteArrayOutputStream symbolNames = new ByteArrayOutputStream();
    private final ByteBuffer symbols = ByteBuffer.allocate(24 * 64).order(ByteOrder.LITTLE_ENDIAN);

    TestObject() {
        names.write(0);
        symbolNames.write(0);
        symbols.position(24);
        sections.add(new Part(0, 0, 0, new byte[0], 0, 0, 0));
    }

    private static int intern(ByteArrayOutputStream table, String text) {
        int at = table.size();
        table.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        table.write(0);
        return at;
    }

    /** @return the section's index */
    int section(String name, int type, long flags, int align, int... bytes) {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) content[i] = (byte) bytes[i];
        sections.add(new Part(intern(names, name), type, flags, content, 0, 0, align));
        return sections.size() - 1;
    }

    int text(String name, int align, int... bytes) {
        return section(name, ElfFile.SHT_PROGBITS, ElfFile.SHF_ALLOC | ElfFile.SHF_EXECINSTR, align, bytes);
    }

    int rodata(String name, int align, int... bytes) {
        return section(name, ElfFile.SHT_PROGBITS, ElfFile.SHF_ALLOC, align, bytes);
    }

    /** @return the symbol's index */
    int symbol(String name, int type, int section, long value, long size) {
        int index = symbols.position() / 24;
        symbols.putInt(name.isEmpty() ? 0 : intern(symbolNames, name)).put((byte) (type | 1 << 4)).put((byte) 0).putShort((short) section).putLong(value).putLong(size);
        return index;
    }

    /** Triples of offset, {@code symbol << 32 | type}, addend. */
    void relocations(int section, long... triples) {
        ByteBuffer b = ByteBuffer.allocate(8 * triples.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long v : triples) b.putLong(v);
        sections.add(new Part(intern(names, ".rela"), ElfFile.SHT_RELA, 0, b.array(), -1, section, 8));
    }

    byte[] write() {
        int table = sections.size();
        byte[] symbolBytes = java.util.Arrays.copyOf(symbols.array(), symbols.position());
        sections.add(new Part(intern(names, ".symtab"), ElfFile.SHT_SYMTAB, 0, symbolBytes, table + 1, 1, 8));
        sections.add(new Part(intern(names, ".strtab"), ElfFile.SHT_STRTAB, 0, symbolNames.toByteArray(), 0, 0, 1));
        int nameIndex = intern(names, ".shstrtab");
        sections.add(new Part(nameIndex, ElfFile.SHT_STRTAB, 0, names.toByteArray(), 0, 0, 1));
        int size = 64;
        for (Part p : sections) size += p.bytes.length + 7 & -8;
        ByteBuffer out = ByteBuffer.allocate(size + 64 * sections.size()).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).position(16);
        out.putShort((short) 1).putShort((short) 62).putInt(1).putLong(0).putLong(0).putLong(size).putInt(0);
        out.putShort((short) 64).putShort((short) 0).putShort((short) 0).putShort((short) 64).putShort((short) sections.size()).putShort((short) (sections.size() - 1));
        int at = 64, header = size;
        for (Part p : sections) {
            out.put(at, p.bytes);
            out.position(header);
            out.putInt(p.name).putInt(p.type).putLong(p.flags).putLong(0).putLong(p.type == 0 ? 0 : at).putLong(p.bytes.length);
            out.putInt(p.link < 0 ? table : p.link).putInt(p.info).putLong(p.align).putLong(0);
            at += p.bytes.length + 7 & -8;
            header += 64;
        }
        return out.array();
    }
}
