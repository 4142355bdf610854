package dev.backbench.spi;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Position-independent machine code of one module, before it is mapped: two byte ranges (code, read-only constants), relocations, and
 * tables from code offsets back to functions and Wasm bytes. Serialisable; says nothing about a particular process.
 *
 * <p>Functions are numbered by the module's function index space. Offsets are bytes from the start of {@code code} unless said.
 */
public final class CodeImage implements Artifact {
    /** Relocation kinds: {@code S} symbol address, {@code A} addend, {@code P} address of the field. */
    public enum Relocation {
        /** 64 bits: S + A */
        ABS64,
        /** 32 bits: S + A - P */
        REL32,
        /** 32 bits: G + A - P, where G is an 8-byte slot holding S */
        GOT_REL32
    }

    /** What a relocation refers to. */
    public enum Symbol {
        /** offset in this image's code */
        CODE,
        /** offset in this image's constants */
        CONSTANTS,
        /** function by index */
        FUNCTION,
        /** a routine of the runtime by {@link #names} index: see {@code docs/abi.md}, "Library routines" */
        LIBRARY
    }

    /** {@code inConstants}: the field patched lies in the constants, not the code. {@code symbol}: meaning by {@code target}. */
    public record Reloc(boolean inConstants, int offset, Relocation kind, Symbol target, int symbol, long addend) {}

    /** More code of defined function {@code function}: a copy for some callers, or a piece split off. */
    public record Part(int function, int start, int length) {}

    /** {@code x86_64}; behind it, each after a {@code +}, what the processor must have beyond that, by the kernel's names, such as {@code x86_64+bmi2}. */
    public final String isa;
    public final byte[] code;
    public final byte[] constants;
    /** Power of two, at most 4096. */
    public final int constantsAlign;
    public final Reloc[] relocations;
    public final String[] names;
    /** By defined function (import count subtracted): start of its code, or -1 if none was emitted under its own name. */
    public final int[] functionStart;
    public final int[] functionLength;
    /** Code that belongs to a function beside its own: nothing is linked against it. */
    public final Part[] parts;
    /** Sites that trap by a hardware fault, ascending code offsets; a {@code ud1} site carries its reason itself. */
    public final int[] trapOffset;
    /** {@link dev.backbench.spi.abi.TrapReason} ordinals. */
    public final byte[] trapReason;
    /** Ascending code offsets, each with the module byte offset of the operation it comes from. */
    public final int[] pcOffset;
    public final int[] pcWasm;
    /** Bytes of stack frame per defined function, -1 unknown. */
    public final int[] frameSize;
    /** {@code .eh_frame}-style unwind data and exception tables; possibly empty. */
    public final byte[] unwind;

    private String sha;

    public CodeImage(String isa, byte[] code, byte[] constants, int constantsAlign, Reloc[] relocations, String[] names, int[] functionStart,
            int[] functionLength, Part[] parts, int[] trapOffset, byte[] trapReason, int[] pcOffset, int[] pcWasm, int[] frameSize, byte[] unwind) {
        this.isa = isa;
        this.code = code;
        this.constants = constants;
        this.constantsAlign = constantsAlign;
        this.relocations = relocations;
        this.names = names;
        this.functionStart = functionStart;
        this.functionLength = functionLength;
        this.parts = parts;
        this.trapOffset = trapOffset;
        this.trapReason = trapReason;
        this.pcOffset = pcOffset;
        this.pcWasm = pcWasm;
        this.frameSize = frameSize;
        this.unwind = unwind;
    }

    /** Code alone: no constants, no relocations, every trap a {@code ud1} site or a memory fault, nothing known about offsets within functions. */
    public static CodeImage plain(String isa, byte[] code, int[] functionStart, int[] functionLength) {
        int[] none = {}, unknown = new int[functionStart.length];
        Arrays.fill(unknown, -1);
        return new CodeImage(isa, code, new byte[0], 1, new Reloc[0], new String[0], functionStart, functionLength, new Part[0], none, new byte[0], none, none, unknown,
                new byte[0]);
    }

    @Override
    public long codeBytes() {
        return code.length;
    }

    @Override
    public long constantBytes() {
        return constants.length;
    }

    @Override
    public int functionsEmitted() {
        BitSet emitted = new BitSet();
        for (int f = 0; f < functionStart.length; f++) if (functionStart[f] >= 0) emitted.set(f);
        for (Part part : parts) emitted.set(part.function);
        return emitted.cardinality();
    }

    /** The defined function (import count subtracted) whose code holds {@code offset}, or -1. */
    public int functionAt(int offset) {
        for (int f = 0; f < functionStart.length; f++) {
            if (functionStart[f] >= 0 && offset >= functionStart[f] && offset < functionStart[f] + functionLength[f]) return f;
        }
        for (Part part : parts) if (offset >= part.start && offset < part.start + part.length) return part.function;
        return -1;
    }

    /** The Wasm byte offset that code at {@code offset} comes from, or -1. */
    public int wasmOffsetAt(int offset) {
        int at = Arrays.binarySearch(pcOffset, offset);
        if (at < 0) at = -at - 2;
        return at < 0 ? -1 : pcWasm[at];
    }

    @Override
    public byte[] normalizedCode() {
        byte[] copy = code.clone();
        for (Reloc r : relocations) {
            if (!r.inConstants()) Arrays.fill(copy, r.offset(), r.offset() + (r.kind() == Relocation.ABS64 ? 8 : 4), (byte) 0);
        }
        return copy;
    }

    @Override
    public synchronized String codeSha256() {
        if (sha == null) sha = CodeImageFormat.sha256(normalizedCode());
        return sha;
    }

    @Override
    public byte[] serialize() {
        return CodeImageFormat.write(this);
    }

    /** @throws BackendException not a code image, damaged, or of another version */
    public static CodeImage deserialize(byte[] bytes) {
        return CodeImageFormat.read(bytes);
    }
}
