package dev.backbench.qbe.amd64;

import dev.backbench.asm.ElfObject;
import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.asm.X64Sink;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Linkage;
import dev.backbench.qbe.il.Symbols;

/** Machine code and data in sections with relocations: an {@link ElfObject}, for a linker or for this process. */
public final class ObjectOutput extends Output implements X64Encoder.RelocationSink {
    private final X64Encoder encoder = new X64Encoder();
    private final ElfObject object = new ElfObject();
    private final ElfObject.Section text = object.section(".text", ElfObject.ALLOC | ElfObject.EXECUTE, false);
    private final ElfObject.Section constants = object.section(".rodata", ElfObject.ALLOC, false);
    private ElfObject.Section section;
    /** Offsets in {@link #constants} are only known by width: references wait for the end as (section, place, entry, addend). */
    private final java.util.ArrayList<ElfObject.Section> waiting = new java.util.ArrayList<>();
    private long[] waitingAt = new long[32];
    private int waitingCount;

    private int symbol;
    private Linkage linkage;
    /** Where the open data object begins; -1 while it is all zeros, then only {@link #zeros} counts. */
    private long start;
    private long zeros;

    public ObjectOutput(Symbols symbols, Passes passes) {
        super(symbols, passes);
    }

    /** The object; complete after {@link #finish}. */
    public ElfObject object() {
        return object;
    }

    public byte[] toBytes() {
        return object.toBytes(symbols::name);
    }

    @Override
    X64Sink code() {
        return encoder;
    }

    private ElfObject.Section section(Linkage linkage, boolean code, boolean zeros) {
        String name = sectionName(linkage, code, zeros);
        int flags = 0;
        for (char c : sectionFlags(linkage, code).toCharArray()) {
            flags |= c == 'a' ? ElfObject.ALLOC : c == 'w' ? ElfObject.WRITE : c == 'x' ? ElfObject.EXECUTE : c == 'T' ? ElfObject.TLS : 0;
        }
        return object.section(name, flags, holdsNothing(name));
    }

    // ---- functions ----

    @Override
    void beginFunction(Fn fn) {
        section = fn.linkage.section() == null ? text : section(fn.linkage, true, false);
        start = section.begin(Math.max(FUNCTION_ALIGN, fn.linkage.align()));
    }

    @Override
    void endFunction(Fn fn) {
        encoder.finish(section.bytes, this);
        object.define(fn.name, section, start, section.size() - start, ElfObject.FUNCTION, fn.linkage.export());
    }

    @Override
    public void relocation(int place, int kind, int addressKind, int symbol, int addend) {
        if (addressKind != X64Address.POOL) {
            section.relocate(place, kind, symbol, addend);
            return;
        }
        if (waitingCount + 2 > waitingAt.length) waitingAt = java.util.Arrays.copyOf(waitingAt, 2 * waitingCount);
        waiting.add(section);
        waitingAt[waitingCount++] = (long) place << 32 | symbol;
        waitingAt[waitingCount++] = addend;
    }

    /** The widest constants first, so that no gaps come between. */
    @Override
    void writePool() {
        int[] offset = new int[poolCount];
        for (int width = 16; width >= 4; width /= 2) {
            for (int i = 0; i < poolCount; i++) {
                if (poolWidth[i] != width) continue;
                offset[i] = (int) constants.begin(width);
                constants.bytes.reserve();
                if (width == 4) constants.bytes.put32((int) poolBits[i]);
                else constants.bytes.put64(poolBits[i]);
                if (width == 16) constants.bytes.put64(poolBits[i]);
            }
        }
        for (int w = 0; w < waitingCount; w += 2) {
            waiting.get(w / 2).relocate((int) (waitingAt[w] >>> 32), X64Encoder.PC32, ~constants.number(), offset[(int) waitingAt[w]] + waitingAt[w + 1]);
        }
    }

    // ---- data ----

    @Override
    public void beginData(int symbol, Linkage linkage) {
        this.symbol = symbol;
        this.linkage = linkage;
        start = -1;
        zeros = 0;
    }

    private int align() {
        return linkage.align() > 0 ? linkage.align() : DATA_ALIGN;
    }

    /** From here on the object has bytes. */
    private void materialise() {
        if (start >= 0) return;
        section = section(linkage, false, false);
        start = section.begin(align());
        section.putZeros(zeros);
    }

    @Override
    public void dataNumber(int width, long bits) {
        if (bits == 0 && start < 0) {
            zeros += width;
            return;
        }
        materialise();
        section.bytes.reserve();
        section.bytes.putLow(bits, width);
    }

    @Override
    public void dataAddress(int symbol, long offset) {
        materialise();
        section.relocate(section.bytes.size(), ElfObject.ABS64, symbol, offset);
        section.bytes.putZeros(8);
    }

    @Override
    public void dataString(byte[] bytes) {
        materialise();
        section.bytes.putBytes(bytes);
    }

    @Override
    public void dataZeros(long count) {
        if (start < 0) zeros += count;
        else section.putZeros(count);
    }

    @Override
    public void endData() {
        int kind = linkage.thread() ? ElfObject.THREAD_LOCAL : ElfObject.OBJECT;
        if (start < 0 && linkage.common() && !linkage.thread()) {
            object.defineCommon(symbol, zeros, align(), kind);
            return;
        }
        if (start < 0) {
            section = section(linkage, false, true);
            start = section.begin(align());
            section.putZeros(zeros);
        }
        object.define(symbol, section, start, section.size() - start, kind, linkage.export() || linkage.common());
    }

    @Override
    public void debugFile(String name) {}
}
