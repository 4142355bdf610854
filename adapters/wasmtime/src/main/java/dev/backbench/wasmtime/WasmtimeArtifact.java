package dev.backbench.wasmtime;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A module in Wasmtime's hands. What it says about its code it reads from the serialised ELF image, made when first asked: never inside a timed compile. */
final class WasmtimeArtifact implements Artifact {
    private static final int ELF_SECTION_TABLE = 0x28, ELF_SECTION_SIZE = 0x3A, ELF_SECTION_COUNT = 0x3C, ELF_NAMES = 0x3E;

    private final WasmtimeLibrary library;
    private final byte[] wasm;
    private long module;
    private byte[] elf;
    private byte[] text;

    /** @param module a {@code wasmtime_module_t} that this object now owns */
    WasmtimeArtifact(WasmtimeLibrary library, byte[] wasm, long module) {
        this.library = library;
        this.wasm = wasm;
        this.module = module;
    }

    /** A handle of the caller's own to the module. */
    long module() {
        if (module == 0) throw new BackendException("this artifact's compiler has gone on to another module");
        try {
            return (long) library.moduleClone.invokeExact(module);
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    byte[] wasm() {
        return wasm;
    }

    void free() {
        if (module != 0) library.deleteModule(module);
        module = 0;
    }

    /** The Wasm bytes' length, those bytes, then Wasmtime's image. */
    @Override
    public byte[] serialize() {
        byte[] image = elf();
        return ByteBuffer.allocate(4 + wasm.length + image.length).putInt(wasm.length).put(wasm).put(image).array();
    }

    static byte[] wasm(byte[] serialized) {
        return Arrays.copyOfRange(serialized, 4, 4 + wasmLength(serialized));
    }

    static byte[] image(byte[] serialized) {
        return Arrays.copyOfRange(serialized, 4 + wasmLength(serialized), serialized.length);
    }

    private static int wasmLength(byte[] serialized) {
        int length = serialized.length < 4 ? -1 : ByteBuffer.wrap(serialized).getInt();
        if (length < 0 || length > serialized.length - 4) throw new BackendException("not a serialised Wasmtime module: compile again");
        return length;
    }

    private byte[] elf() {
        if (elf != null) return elf;
        if (module == 0) throw new BackendException("this artifact's compiler has gone on to another module");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(16, 8);
            library.check((long) library.moduleSerialize.invokeExact(module, vector.address()), "Wasmtime");
            elf = library.take(vector);
            return elf;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** Wasmtime fills its last page with zeros; they are not code. */
    private byte[] text() {
        if (text != null) return text;
        byte[] padded = section(elf(), ".text");
        int end = padded.length;
        while (end > 0 && padded[end - 1] == 0) end--;
        text = Arrays.copyOf(padded, end);
        return text;
    }

    private static byte[] section(byte[] elf, String wanted) {
        ByteBuffer in = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int table = Math.toIntExact(in.getLong(ELF_SECTION_TABLE)), size = in.getShort(ELF_SECTION_SIZE), count = in.getShort(ELF_SECTION_COUNT);
        int names = offset(in, table + size * in.getShort(ELF_NAMES));
        for (int header = table; header < table + size * count; header += size) {
            int name = names + in.getInt(header), end = name;
            while (elf[end] != 0) end++;
            if (new String(elf, name, end - name, StandardCharsets.UTF_8).equals(wanted)) {
                int from = offset(in, header);
                return Arrays.copyOfRange(elf, from, from + Math.toIntExact(in.getLong(header + 0x20)));
            }
        }
        throw new BackendException("Wasmtime's image has no section " + wanted);
    }

    private static int offset(ByteBuffer in, int header) {
        return Math.toIntExact(in.getLong(header + 0x18));
    }

    @Override
    public long codeBytes() {
        return text().length;
    }

    /** Cranelift places constants behind each function, inside the code. */
    @Override
    public long constantBytes() {
        return 0;
    }

    /** Every defined function is; how many that is our own reader says, where it knows the module's features. */
    @Override
    public int functionsEmitted() {
        try {
            WasmModule view = WasmModule.parse(wasm);
            return view.functionCount() - view.importedFunctionCount();
        } catch (WasmException unsupported) {
            return -1;
        }
    }

    @Override
    public byte[] normalizedCode() {
        return text().clone();
    }
}
