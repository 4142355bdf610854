package dev.backbench.qbe.il;

import java.util.ArrayList;
import java.util.List;

/** The aggregate types of a file, by number. */
public final class Types {
    /** Field kinds besides the classes of {@link Cls}: a byte, a half, another aggregate. */
    public static final int B = 4, H = 5, AGGREGATE = 6;

    /** Fields from this offset on say nothing of how a value is passed and are not kept. */
    static final int KEPT = 64;

    /** One field. @param kind {@link Cls} W L S D, or {@link #B}, {@link #H}, {@link #AGGREGATE} @param type the aggregate's number @param offset in its variant */
    public record Field(int kind, int type, int offset) {}

    /**
     * One aggregate.
     *
     * @param variants one list of fields for a struct, one per alternative for a union, none for an opaque type
     * @param size in bytes, a multiple of the alignment @param align in bytes, a power of two
     */
    public record Aggregate(String name, boolean opaque, boolean union, List<List<Field>> variants, long size, int align) {}

    private final List<Aggregate> all = new ArrayList<>();
    private final Symbols names = new Symbols();

    public void reset() {
        all.clear();
        names.reset();
    }

    public Aggregate get(int type) {
        return all.get(type);
    }

    public int count() {
        return all.size();
    }

    /** The number of a name, or -1 if there is no such type. */
    int find(byte[] text, int from, int to) {
        int known = names.count(), id = names.intern(text, from, to);
        return id < known && id < all.size() ? id : -1;
    }

    int define(Aggregate aggregate) {
        all.add(aggregate);
        return all.size() - 1;
    }
}
