package dev.backbench.qbe.wasm;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.kit.CodeBuffer;
import dev.backbench.kit.LongIntMap;
import dev.backbench.qbe.amd64.Emit;
import dev.backbench.qbe.il.Fn;
import dev.backbench.spi.CodeImage;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A module's machine code in memory: functions one after another, their calls patched at the end, and constants that they reach from the instruction pointer. */
final class ImageBuilder implements Emit.Pool, X64Encoder.RelocationSink {
    private static final int FUNCTION_ALIGN = 16, CONSTANTS_ALIGN = 16, INT3 = 0xCC;

    private final X64Encoder encoder = new X64Encoder();
    private final Emit emit = new Emit(encoder, this);
    private final CodeBuffer code = new CodeBuffer(1 << 16), constants = new CodeBuffer(1 << 10);
    /** Offsets in {@link #constants} by bits, one map for each of the widths 4, 8, 16. */
    private final LongIntMap[] known = {new LongIntMap(), new LongIntMap(), new LongIntMap()};
    private final List<CodeImage.Reloc> relocations = new ArrayList<>();
    /** Triples place, function, addend. */
    private int[] calls = new int[192];
    private int callCount;
    private int imported;
    private int[] start, length;

    void begin(WasmModule module) {
        code.reset();
        constants.reset();
        encoder.reset();
        relocations.clear();
        for (LongIntMap map : known) map.clear();
        callCount = 0;
        imported = module.importedFunctionCount();
        start = new int[module.functionCount() - imported];
        length = new int[start.length];
    }

    void add(Fn fn) {
        code.align(FUNCTION_ALIGN, INT3);
        int from = code.size();
        emit.run(fn);
        encoder.finish(code, this);
        start[fn.name - imported] = from;
        length[fn.name - imported] = code.size() - from;
    }

    @Override
    public int constant(int width, long bits) {
        long kept = width == 4 ? bits & 0xFFFFFFFFL : bits;
        LongIntMap map = known[width >> 3];
        int place = map.get(kept);
        if (place != LongIntMap.NONE) return place;
        constants.align(width, 0);
        place = constants.size();
        constants.reserve();
        if (width == 4) constants.put32((int) kept);
        else constants.put64(kept);
        if (width == 16) constants.put64(kept);
        map.put(kept, place);
        return place;
    }

    @Override
    public void relocation(int place, int kind, int addressKind, int symbol, int addend) {
        if (addressKind == X64Address.POOL) {
            relocations.add(new CodeImage.Reloc(false, place, CodeImage.Relocation.REL32, CodeImage.Symbol.CONSTANTS, symbol, addend));
            return;
        }
        if (callCount + 3 > calls.length) calls = Arrays.copyOf(calls, 2 * calls.length);
        calls[callCount++] = place;
        calls[callCount++] = symbol;
        calls[callCount++] = addend;
    }

    CodeImage finish() {
        for (int c = 0; c < callCount; c += 3) code.set32(calls[c], start[calls[c + 1] - imported] + calls[c + 2] - calls[c]);
        int[] none = {}, unknown = new int[start.length];
        Arrays.fill(unknown, -1);
        return new CodeImage("x86_64", code.toArray(), constants.toArray(), CONSTANTS_ALIGN, relocations.toArray(new CodeImage.Reloc[0]), new String[0], start, length,
                new CodeImage.Part[0], none, new byte[0], none, none, unknown, new byte[0]);
    }
}
