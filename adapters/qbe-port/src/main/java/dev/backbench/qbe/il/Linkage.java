package dev.backbench.qbe.il;

/**
 * What stands before a definition.
 *
 * @param section null for the usual one @param sectionFlags null if not given
 */
public record Linkage(boolean export, boolean thread, boolean common, String section, String sectionFlags, int align) {
    public static final Linkage PRIVATE = new Linkage(false, false, false, null, null, 0);
}
