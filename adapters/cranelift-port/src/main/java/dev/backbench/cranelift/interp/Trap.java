package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.TrapCode;

/** The program trapped. */
public final class Trap extends Exception {
    private static final long serialVersionUID = 1;
    /** See {@link TrapCode}. */
    public final int code;

    public Trap(int code) {
        super("trap: " + TrapCode.name(code), null, false, false);
        this.code = code;
    }
}
