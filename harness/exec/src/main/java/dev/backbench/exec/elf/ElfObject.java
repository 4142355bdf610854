package dev.backbench.exec.elf;

import dev.backbench.exec.elf.ElfFile.Section;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns an ELF64 x86-64 relocatable object, whoever made it, into a {@link CodeImage}: executable sections are laid end to end as the code, read-only
 * ones (mergeable constants and relocated read-only data too) as the constants; what both reach by a fixed distance is patched here, the rest
 * becomes relocations. {@code .eh_frame} is dropped: backtraces follow frame pointers. Writable data, thread-locals and constructors have no
 * place in generated code and are errors, as is any relocation that would tie the code to an address below 2 GiB.
 */
public final class ElfObject {
    // psABI x86-64, table 4.9
    private static final int R_NONE = 0, R_64 = 1, R_PC32 = 2, R_PLT32 = 4, R_GOTPCREL = 9, R_32 = 10, R_32S = 11, R_GOTPCRELX = 41, R_REX_GOTPCRELX = 42;
    private static final int INT3 = 0xCC;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private enum Place { CODE, CONSTANTS, DROPPED }

    private final ElfFile file;
    private final int importedFunctions;
    private final Place[] places;
    /** Where a kept section begins in its part of the image. */
    private final int[] bases;
    private int constantsAlign = 1;
    private byte[] code;
    private byte[] constants;
    private final List<CodeImage.Reloc> relocations = new ArrayList<>();
    private final Map<String, Integer> names = new LinkedHashMap<>();

    private ElfObject(byte[] object, int importedFunctions) {
        file = new ElfFile(object);
        this.importedFunctions = importedFunctions;
        places = new Place[file.sections.length];
        bases = new int[file.sections.length];
    }

    /**
     * @param object the file's bytes; its functions are called as {@link FunctionSymbol} says
     * @param importedFunctions imported functions of the module, which have no code
     * @param definedFunctions functions the module defines; one that was inlined everywhere has no code in the image
     * @throws BackendException the object is malformed, or holds what an image cannot
     */
    public static CodeImage read(byte[] object, int importedFunctions, int definedFunctions) {
        return new ElfObject(object, importedFunctions).image(definedFunctions);
    }

    private CodeImage image(int definedFunctions) {
        layOut();
        for (Section s : file.sections) {
            if (s.type() == ElfFile.SHT_REL && place(s.info()) != Place.DROPPED) throw unsupported("relocations without addends for " + file.section(s.info()).name());
            if (s.type() == ElfFile.SHT_RELA && place(s.info()) != Place.DROPPED) relocate(s);
        }
        int[] start = new int[definedFunctions], length = new int[definedFunctions], frames = new int[definedFunctions];
        Arrays.fill(start, -1);
        Arrays.fill(frames, -1);
        CodeImage.Part[] parts = findFunctions(start, length);
        return new CodeImage("x86_64", code, constants, constantsAlign, relocations.toArray(new CodeImage.Reloc[0]), names.keySet().toArray(new String[0]), start, length,
                parts, new int[0], new byte[0], new int[0], new int[0], frames, new byte[0]);
    }

    private static BackendException unsupported(String what) {
        return new BackendException("the object file holds " + what + ", which a code image cannot");
    }

    private void layOut() {
        long codeSize = 0, constantSize = 0;
        for (int i = 0; i < places.length; i++) {
            Section s = file.sections[i];
            places[i] = placeOf(s);
            if (places[i] == Place.CODE) {
                codeSize = align(codeSize, s.align());
                bases[i] = (int) codeSize;
                codeSize += s.size();
            } else if (places[i] == Place.CONSTANTS) {
                constantSize = align(constantSize, s.align());
                bases[i] = (int) constantSize;
                constantSize += s.size();
                constantsAlign = Math.max(constantsAlign, s.align());
            }
            if (codeSize + constantSize > Integer.MAX_VALUE - 4096) throw unsupported("over 2 GiB");
        }
        code = new byte[(int) codeSize];
        constants = new byte[(int) constantSize];
        Arrays.fill(code, (byte) INT3);
        for (int i = 0; i < places.length; i++) {
            Section s = file.sections[i];
            if (places[i] != Place.DROPPED) System.arraycopy(file.bytes, s.offset(), places[i] == Place.CODE ? code : constants, bases[i], s.size());
        }
    }

    private static Place placeOf(Section s) {
        if (!s.has(ElfFile.SHF_ALLOC) || s.size() == 0 || s.type() == ElfFile.SHT_X86_64_UNWIND || s.name().equals(".eh_frame")) return Place.DROPPED;
        boolean data = s.has(ElfFile.SHF_WRITE) && !s.name().startsWith(".data.rel.ro");
        if (s.type() == ElfFile.SHT_NOBITS || s.has(ElfFile.SHF_TLS) || data) throw unsupported("writable data (section " + s.name() + ")");
        if (s.has(ElfFile.SHF_COMPRESSED)) throw unsupported("a compressed section (" + s.name() + ")");
        if (s.type() != ElfFile.SHT_PROGBITS) return Place.DROPPED; // notes
        return s.has(ElfFile.SHF_EXECINSTR) ? Place.CODE : Place.CONSTANTS;
    }

    private static long align(long at, int align) {
        return at + align - 1 & -(long) align;
    }

    private Place place(int section) {
        file.section(section);
        return places[section];
    }

    private void relocate(Section rela) {
        Section target = file.section(rela.info());
        boolean inConstants = places[rela.info()] == Place.CONSTANTS;
        for (int i = 0, count = ElfFile.relocationCount(rela); i < count; i++) {
            int type = file.relocationType(rela, i);
            if (type == R_NONE) continue;
            CodeImage.Relocation kind = kind(type, target);
            long offset = file.relocationOffset(rela, i);
            int width = kind == CodeImage.Relocation.ABS64 ? 8 : 4;
            if (offset < 0 || offset > target.size() - width) throw ElfFile.malformed("relocation at " + offset + " of " + target.name());
            relocate(inConstants, bases[rela.info()] + (int) offset, kind, file.relocationSymbol(rela, i), file.relocationAddend(rela, i));
        }
    }

    private static CodeImage.Relocation kind(int type, Section section) {
        return switch (type) {
            case R_64 -> CodeImage.Relocation.ABS64;
            case R_PC32, R_PLT32 -> CodeImage.Relocation.REL32;
            case R_GOTPCREL, R_GOTPCRELX, R_REX_GOTPCRELX -> CodeImage.Relocation.GOT_REL32;
            case R_32, R_32S -> throw unsupported("a 32-bit absolute relocation in " + section.name() + " (the code was not compiled as position-independent)");
            default -> throw unsupported("a relocation of type " + type + " in " + section.name());
        };
    }

    private void relocate(boolean inConstants, int at, CodeImage.Relocation kind, int symbol, long addend) {
        int section = file.symbolSection(symbol);
        if (section == ElfFile.SHN_UNDEF) {
            relocateExternal(inConstants, at, kind, file.symbolName(symbol), addend);
            return;
        }
        // reserved indices (absolute, common) lie above any section that is kept
        if (section >= places.length || place(section) == Place.DROPPED) throw ElfFile.malformed("a relocation against " + describe(symbol, section));
        boolean toConstants = places[section] == Place.CONSTANTS;
        int size = toConstants ? constants.length : code.length;
        long offset = bases[section] + file.symbolValue(symbol);
        if (offset < 0 || offset > size) throw ElfFile.malformed("symbol " + describe(symbol, section) + " at " + offset + " of " + size + " bytes");
        if (kind == CodeImage.Relocation.REL32 && toConstants == inConstants) {
            long distance = offset + addend - at;
            if (distance != (int) distance) throw ElfFile.malformed("a distance of " + distance + " in 32 bits");
            INT.set(inConstants ? constants : code, at, (int) distance);
            return;
        }
        relocations.add(new CodeImage.Reloc(inConstants, at, kind, toConstants ? CodeImage.Symbol.CONSTANTS : CodeImage.Symbol.CODE, (int) offset, addend));
    }

    private void relocateExternal(boolean inConstants, int at, CodeImage.Relocation kind, String name, long addend) {
        if (name.isEmpty()) throw ElfFile.malformed("a relocation against nothing");
        if (FunctionSymbol.origin(name) >= 0) throw ElfFile.malformed("function '" + name + "' is called but not defined");
        Integer known = names.get(name);
        if (known == null) names.put(name, known = names.size());
        relocations.add(new CodeImage.Reloc(inConstants, at, kind, CodeImage.Symbol.LIBRARY, known, addend));
    }

    private String describe(int symbol, int section) {
        String name = file.symbolName(symbol);
        if (!name.isEmpty()) return "'" + name + "'";
        return section < places.length ? "section " + file.section(section).name() : "reserved section " + section;
    }

    /** Fills both tables. @return the code of functions that is not theirs by name */
    private CodeImage.Part[] findFunctions(int[] start, int[] length) {
        List<CodeImage.Part> parts = new ArrayList<>();
        for (int symbol = 1, count = file.symbolCount(); symbol < count; symbol++) {
            if (file.symbolType(symbol) != ElfFile.STT_FUNC) continue;
            int section = file.symbolSection(symbol);
            if (section == ElfFile.SHN_UNDEF || section >= places.length || places[section] != Place.CODE) continue;
            String name = file.symbolName(symbol);
            int origin = FunctionSymbol.origin(name);
            if (origin < 0) continue;
            int defined = origin - importedFunctions;
            if (defined < 0 || defined >= start.length) throw ElfFile.malformed("symbol '" + name + "' stands for no defined function");
            long value = file.symbolValue(symbol), size = file.symbolSize(symbol);
            if (value < 0 || size < 0 || value > file.section(section).size() - size) throw ElfFile.malformed("function '" + name + "' reaches outside its section");
            int at = bases[section] + (int) value;
            if (FunctionSymbol.function(name) < 0) {
                parts.add(new CodeImage.Part(defined, at, (int) size));
                continue;
            }
            if (start[defined] >= 0) throw ElfFile.malformed("two definitions of '" + name + "'");
            start[defined] = at;
            length[defined] = (int) size;
        }
        return parts.toArray(new CodeImage.Part[0]);
    }
}
