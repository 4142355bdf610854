package dev.backbench.cranelift.x64;

import dev.backbench.exec.machine.CpuFlags;

/** What the processor has beyond SSE2. @param sse41 rounding @param bmi1 andn, blsr and their like, tzcnt @param bmi2 shifts that leave their operands and the flags alone @param avx floats of three operands */
public record Cpu(boolean sse41, boolean popcnt, boolean lzcnt, boolean bmi1, boolean bmi2, boolean fma, boolean avx, boolean cmpxchg16b) {
    /** What every processor of the instruction set has. */
    public static final Cpu BASELINE = new Cpu(false, false, false, false, false, false, false, false);
    public static final Cpu HOST = host();

    private static Cpu host() {
        return new Cpu(CpuFlags.has("sse4_1"), CpuFlags.has("popcnt"), CpuFlags.has("abm"), CpuFlags.has("bmi1"), CpuFlags.has("bmi2"), CpuFlags.has("fma"), CpuFlags.has("avx"),
                CpuFlags.has("cx16"));
    }

    /** The instruction set as {@link dev.backbench.spi.CodeImage#isa} has it. */
    public String isa() {
        StringBuilder text = new StringBuilder("x86_64");
        if (sse41) text.append("+sse4_1");
        if (popcnt) text.append("+popcnt");
        if (lzcnt) text.append("+abm");
        if (bmi1) text.append("+bmi1");
        if (bmi2) text.append("+bmi2");
        if (fma) text.append("+fma");
        if (avx) text.append("+avx");
        if (cmpxchg16b) text.append("+cx16");
        return text.toString();
    }
}
