package dev.backbench.cranelift.interp;

/** Something the interpreter does not do, by name. */
public final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Unsupported(String feature) {
        super(feature);
    }
}
