package dev.backbench.exec;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.CodeRegion;
import dev.backbench.exec.machine.CpuFlags;
import dev.backbench.exec.machine.LibraryRoutines;
import dev.backbench.exec.machine.Posix;
import dev.backbench.exec.machine.Settings;
import dev.backbench.exec.machine.Signature;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Maps a code image: code and stubs in executable pages, addresses (GOT) and constants in read-only ones after them, all writable only until
 * the relocations are done.
 *
 * <p>Library routines may lie farther than a 32-bit displacement reaches; relative references to one go through a stub, always, so that
 * distance never changes what is measured.
 */
public final class NativeLinker {
    private static final int STUB = 8, JMP_RIP = 0x25FF, TWO_INT3 = 0xCCCC;

    private final WasmModule module;
    private final CodeImage image;
    /** By library name index and {@link #gotKey}: position among stubs and GOT slots. */
    private final Map<Integer, Integer> stubs = new HashMap<>();
    private final Map<Long, Integer> got = new HashMap<>();
    private final long[] library;
    private long code, stubBase, gotBase, constants;

    private NativeLinker(WasmModule module, CodeImage image) {
        this.module = module;
        this.image = image;
        library = new long[image.names.length];
    }

    /**
     * Makes the code callable.
     *
     * @throws BackendException the image is for another machine or inconsistent, or there is no room
     */
    public static NativeModule link(WasmModule module, CodeImage image) {
        return new NativeLinker(module, image).link();
    }

    private NativeModule link() {
        check();
        for (int i = 0; i < library.length; i++) library[i] = LibraryRoutines.address(image.names[i]);
        collect();
        long stubsAt = Posix.roundUp(Settings.CODE_OFFSET + (long) image.code.length, STUB);
        long text = Posix.roundUp(Math.max(1, stubsAt + (long) STUB * stubs.size()), Posix.PAGE);
        long gotBytes = Posix.roundUp(8L * got.size(), Math.max(16, image.constantsAlign));
        long total = text + gotBytes + image.constants.length;
        long start = CodeRegion.allocate(total);
        try {
            code = start + Settings.CODE_OFFSET;
            stubBase = start + stubsAt;
            gotBase = start + text;
            constants = gotBase + gotBytes;
            Raw.copy(image.code, 0, code, image.code.length);
            Raw.copy(image.constants, 0, constants, image.constants.length);
            relocate();
            writeStubsAndGot();
            CodeRegion.seal(start, text, total);
            prepareThunks();
            return new NativeModule(module, image, start, total, code);
        } catch (RuntimeException e) {
            CodeRegion.free(start, total);
            throw e;
        }
    }

    private void check() {
        String[] needs = image.isa.split("\\+");
        if (!needs[0].equals("x86_64")) throw new BackendException("code for " + image.isa + " cannot run on this x86_64 host");
        for (int i = 1; i < needs.length; i++) {
            if (!CpuFlags.has(needs[i])) throw new BackendException("code made for a processor with " + needs[i] + ", which this one lacks: compile again here");
        }
        int defined = module.functionCount() - module.importedFunctionCount();
        if (image.functionStart.length != defined) {
            throw new BackendException("the image has " + image.functionStart.length + " functions, the module defines " + defined);
        }
        for (int i = 0; i < module.escapeCount(); i++) functionOffset(module.escapingFunction(i));
    }

    private int functionOffset(int function) {
        int offset = image.functionStart[function - module.importedFunctionCount()];
        if (offset < 0) throw new BackendException("no code was emitted for " + module.functionName(function) + ", which is referred to");
        return offset;
    }

    /** Gives each library routine that needs one its stub, each distinct symbol its GOT slot. */
    private void collect() {
        for (CodeImage.Reloc r : image.relocations) {
            if (r.kind() == CodeImage.Relocation.GOT_REL32) gotSlot(r);
            else if (r.kind() == CodeImage.Relocation.REL32 && r.target() == CodeImage.Symbol.LIBRARY && !stubs.containsKey(r.symbol())) {
                stubs.put(r.symbol(), stubs.size());
                gotSlot(r);
            }
        }
    }

    private void gotSlot(CodeImage.Reloc r) {
        got.putIfAbsent(gotKey(r.target(), r.symbol()), got.size());
    }

    private static long gotKey(CodeImage.Symbol target, int symbol) {
        return (long) target.ordinal() << 32 | symbol & 0xFFFF_FFFFL;
    }

    private void relocate() {
        for (CodeImage.Reloc r : image.relocations) {
            int size = r.kind() == CodeImage.Relocation.ABS64 ? 8 : 4;
            if (r.offset() < 0 || r.offset() > (r.inConstants() ? image.constants : image.code).length - size) {
                throw new BackendException("relocation outside the image: " + r);
            }
            long field = (r.inConstants() ? constants : code) + r.offset();
            switch (r.kind()) {
                case ABS64 -> Raw.putLong(field, address(r.target(), r.symbol()) + r.addend());
                case REL32 -> {
                    boolean stub = r.target() == CodeImage.Symbol.LIBRARY;
                    long target = stub ? stubBase + (long) STUB * stubs.get(r.symbol()) : address(r.target(), r.symbol());
                    putRelative(field, target + r.addend(), r);
                }
                case GOT_REL32 -> putRelative(field, gotBase + 8L * got.get(gotKey(r.target(), r.symbol())) + r.addend(), r);
            }
        }
    }

    private static void putRelative(long field, long target, CodeImage.Reloc r) {
        long displacement = target - field;
        if (displacement != (int) displacement) throw new BackendException("relocation out of range: " + r);
        Raw.putInt(field, (int) displacement);
    }

    private long address(CodeImage.Symbol target, int symbol) {
        return switch (target) {
            case CODE -> code + symbol;
            case CONSTANTS -> constants + symbol;
            case FUNCTION -> code + functionOffset(symbol);
            case LIBRARY -> library[symbol];
        };
    }

    private void writeStubsAndGot() {
        CodeImage.Symbol[] symbols = CodeImage.Symbol.values();
        got.forEach((key, slot) -> Raw.putLong(gotBase + 8L * slot, address(symbols[(int) (key >> 32)], (int) (long) key)));
        stubs.forEach((name, position) -> {
            long stub = stubBase + (long) STUB * position;
            long slot = gotBase + 8L * got.get(gotKey(CodeImage.Symbol.LIBRARY, name));
            Raw.putLong(stub, JMP_RIP | slot - (stub + 6) << 16 | (long) TWO_INT3 << 48);
        });
    }

    /** The thunks of everything that Java may call or that may call Java, in one batch. */
    private void prepareThunks() {
        List<Signature> signatures = new ArrayList<>();
        for (int f = 0; f < module.importedFunctionCount(); f++) signatures.add(Signature.of(module.functionType(f)));
        for (WasmModule.Export export : module.exports()) {
            if (export.kind() == WasmModule.FUNCTION) signatures.add(Signature.of(module.functionType(export.index())));
        }
        Signature.prepare(signatures);
    }
}
