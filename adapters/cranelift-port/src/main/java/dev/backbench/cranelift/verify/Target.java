package dev.backbench.cranelift.verify;

/**
 * What the verifier must know of the machine.
 *
 * @param pointerBits 32 or 64 @param pinnedRegister whether a register is set aside @param framePointers whether frames keep theirs
 */
public record Target(int pointerBits, boolean pinnedRegister, boolean framePointers) {}
