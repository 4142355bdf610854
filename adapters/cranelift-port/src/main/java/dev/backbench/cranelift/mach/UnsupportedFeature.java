package dev.backbench.cranelift.mach;

/** Verified input that this back end does not compile; the message names the feature. */
public final class UnsupportedFeature extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnsupportedFeature(String feature) {
        super("unsupported feature: " + feature, null, false, false);
    }
}
