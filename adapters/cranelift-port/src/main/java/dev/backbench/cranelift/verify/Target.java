package dev.backbench.cranelift.verify;

/**
 * What the verifier must know of the machine.
 *
 * @param pointerBits 32 or 64, 0 where no machine is meant: then what depends on it is not checked @param pinnedRegister whether a register is set aside @param framePointers whether frames keep theirs
 */
public record Target(int pointerBits, boolean pinnedRegister, boolean framePointers) {
    /** No machine, nothing set. */
    public static final Target ANY = new Target(0, false, false);

    boolean knowsPointers() {
        return pointerBits > 0;
    }
}
