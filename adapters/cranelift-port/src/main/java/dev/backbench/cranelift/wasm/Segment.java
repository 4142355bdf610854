package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.mach.Libcall;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.cranelift.mach.TrapReasons;
import dev.backbench.cranelift.x64.Cpu;
import dev.backbench.kit.CodeBuffer;
import dev.backbench.spi.CodeImage;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Consecutive functions of a module as machine code, each with its constants behind it; a row of segments is an image. Reused. */
final class Segment {
    private static final int INT3 = 0xCC;

    private final CodeBuffer code = new CodeBuffer(1 << 16);
    private int functions;
    /** Triples: offset, bytes, frame. */
    private int[] extent = new int[3 * 64];
    private int relocations;
    /** Quadruples: offset, whether it is a whole address, what of, addend. What of: a function of the module, or below zero {@code ~} of a library routine. */
    private int[] relocation = new int[4 * 64];
    private int traps;
    private int[] trapOffset = new int[64];
    private byte[] trapReason = new byte[64];

    void reset() {
        code.reset();
        functions = relocations = traps = 0;
    }

    /** @param fn what {@code made} was made from, whose externals its relocations name */
    void add(Function fn, MachineCode made) {
        code.align(MachineCode.ALIGNMENT, INT3);
        int start = code.size();
        code.putRange(made.code, 0, made.code.size());
        if (3 * functions == extent.length) extent = Arrays.copyOf(extent, 6 * functions);
        extent[3 * functions] = start;
        extent[3 * functions + 1] = made.code.size();
        extent[3 * functions++ + 2] = made.frameBytes();
        for (int r = 0; r < made.relocations(); r++) {
            if (4 * relocations == relocation.length) relocation = Arrays.copyOf(relocation, 8 * relocations);
            int at = 4 * relocations++;
            relocation[at] = start + made.relocationOffset(r);
            relocation[at + 1] = made.relocationKind(r) == MachineCode.ABS64 ? 1 : 0;
            relocation[at + 2] = target(fn, made.relocationTarget(r), made.relocationSymbol(r));
            relocation[at + 3] = made.relocationAddend(r);
        }
        for (int t = 0; t < made.traps(); t++) {
            if (traps == trapOffset.length) {
                trapOffset = Arrays.copyOf(trapOffset, 2 * traps);
                trapReason = Arrays.copyOf(trapReason, 2 * traps);
            }
            trapOffset[traps] = start + made.trapOffset(t);
            trapReason[traps++] = (byte) TrapReasons.ordinal(made.trapCode(t));
        }
    }

    private static int target(Function fn, int kind, int symbol) {
        if (kind == MachineCode.LIBCALL) return ~symbol;
        assert kind == MachineCode.FUNCTION : "code from Wasm names no data";
        return fn.entities.userNames.get(~fn.entities.functions.get(symbol, Entities.FUNC_NAME), Entities.NAME_INDEX);
    }

    // ---- an image ----

    /** @param segments of all defined functions in order */
    static CodeImage image(WasmModule module, Segment[] segments, int count) {
        int[] base = new int[count + 1];
        int traps = 0, imported = module.importedFunctionCount(), defined = module.functionCount() - imported;
        for (int s = 0; s < count; s++) {
            traps += segments[s].traps;
            base[s + 1] = base[s] + segments[s].code.size() + MachineCode.ALIGNMENT - 1 & -MachineCode.ALIGNMENT;
        }
        int[] start = new int[defined], length = new int[defined], frame = new int[defined], trapOffset = new int[traps];
        byte[] trapReason = new byte[traps];
        int function = 0;
        traps = 0;
        CodeBuffer whole = count == 1 ? segments[0].code : new CodeBuffer(base[count]);
        for (int s = 0; s < count; s++) {
            Segment from = segments[s];
            if (count > 1) {
                whole.align(MachineCode.ALIGNMENT, INT3);
                whole.putRange(from.code, 0, from.code.size());
            }
            for (int f = 0; f < from.functions; f++, function++) {
                start[function] = base[s] + from.extent[3 * f];
                length[function] = from.extent[3 * f + 1];
                frame[function] = from.extent[3 * f + 2];
            }
            for (int t = 0; t < from.traps; t++, traps++) {
                trapOffset[traps] = base[s] + from.trapOffset[t];
                trapReason[traps] = from.trapReason[t];
            }
        }
        assert function == defined : function + " functions of " + defined;
        List<CodeImage.Reloc> open = new ArrayList<>();
        for (int s = 0; s < count; s++) segments[s].relocate(whole, base[s], start, imported, open);
        return new CodeImage(Cpu.HOST.isa(), whole.toArray(), new byte[0], 1, open.toArray(new CodeImage.Reloc[0]), names(), start, length, new CodeImage.Part[0], trapOffset, trapReason,
            new int[0], new int[0], frame, new byte[0]);
    }

    /** Calls within the image are settled here, the rest is the linker's. */
    private void relocate(CodeBuffer whole, int base, int[] start, int imported, List<CodeImage.Reloc> open) {
        for (int at = 0; at < 4 * relocations; at += 4) {
            int place = base + relocation[at], of = relocation[at + 2], addend = relocation[at + 3];
            boolean address = relocation[at + 1] != 0;
            CodeImage.Relocation kind = address ? CodeImage.Relocation.ABS64 : CodeImage.Relocation.REL32;
            if (of < 0) open.add(new CodeImage.Reloc(false, place, kind, CodeImage.Symbol.LIBRARY, ~of, addend));
            else if (address) open.add(new CodeImage.Reloc(false, place, kind, CodeImage.Symbol.FUNCTION, of, addend));
            else whole.set32(place, start[of - imported] + addend - place);
        }
    }

    private static String[] names() {
        Libcall[] all = Libcall.values();
        String[] names = new String[all.length];
        for (Libcall routine : all) names[routine.ordinal()] = routine.symbol;
        return names;
    }
}
