package dev.backbench.cranelift.run;

import dev.backbench.cranelift.mach.Libcall;
import dev.backbench.cranelift.mach.MachineCode;
import dev.backbench.exec.ffi.Raw;
import dev.backbench.exec.machine.CodeRegion;
import dev.backbench.exec.machine.LibraryRoutines;
import dev.backbench.exec.machine.Posix;
import dev.backbench.kit.CodeBuffer;
import dev.backbench.spi.OpaqueArtifact;
import java.util.Arrays;

/** Machine code of a text's functions, each with its constants behind it. Calls of what the text does not define lead to a trap. */
final class TextImage extends OpaqueArtifact {
    private static final int FILL = 0xCC, UD2 = 0x0B0F, INTS = 4;
    /** What a field refers to beside functions by number: what the text does not define, or below that {@code LIBRARY - routine}. */
    private static final int OUTSIDE = -1, LIBRARY = -2;

    private final CodeBuffer code = new CodeBuffer(1 << 16);
    private final int[] start;
    private int functions, fields;
    private long bytes;
    /** Quadruples: offset, kind, what of, addend. */
    private int[] field = new int[64 * INTS];

    TextImage(int functions) {
        super("cranelift-port");
        start = new int[functions];
    }

    /** @param callees by external function, its number in the text */
    void add(MachineCode made, int[] callees) {
        code.align(MachineCode.ALIGNMENT, FILL);
        int at = start[functions++] = code.size();
        code.putRange(made.code, 0, made.code.size());
        bytes += made.code.size();
        for (int r = 0; r < made.relocations(); r++) {
            if (INTS * fields == field.length) field = Arrays.copyOf(field, 2 * field.length);
            int to = INTS * fields++, target = made.relocationTarget(r), symbol = made.relocationSymbol(r);
            field[to] = at + made.relocationOffset(r);
            field[to + 1] = made.relocationKind(r);
            field[to + 2] = target == MachineCode.LIBCALL ? LIBRARY - symbol : target == MachineCode.FUNCTION ? callees[symbol] : OUTSIDE;
            field[to + 3] = made.relocationAddend(r);
        }
    }

    private int whole() {
        return (code.size() + MachineCode.ALIGNMENT - 1 & -MachineCode.ALIGNMENT) + Short.BYTES;
    }

    /** Puts it, relocated, into executable memory. @return its address */
    long publish() {
        int outside = whole() - Short.BYTES;
        long base = CodeRegion.allocate(whole());
        Raw.copy(code.toArray(), 0, base, code.size());
        Raw.putInt(base + outside, UD2);
        for (int at = 0; at < INTS * fields; at += INTS) {
            int what = field[at + 2];
            long place = base + field[at], target = field[at + 3] + (what >= 0 ? base + start[what] : what == OUTSIDE ? base + outside : LibraryRoutines.address(Libcall.of(LIBRARY - what).symbol));
            if (field[at + 1] == MachineCode.ABS64) Raw.putLong(place, target);
            else Raw.putInt(place, Math.toIntExact(target - place));
        }
        CodeRegion.seal(base, whole(), whole());
        return base;
    }

    void free(long base) {
        CodeRegion.free(base, Posix.roundUp(whole(), Posix.PAGE));
    }

    @Override
    public long codeBytes() {
        return bytes;
    }

    /** They are placed behind each function, inside the code. */
    @Override
    public long constantBytes() {
        return 0;
    }

    @Override
    public int functionsEmitted() {
        return functions;
    }

    @Override
    public byte[] normalizedCode() {
        return code.toArray();
    }
}
