package dev.backbench.cranelift.ir;

/**
 * What the type of an operand or result must be, in terms of the operation's controlling type {@code T}: a fixed type, {@code T} itself, a function of it,
 * or any type of a set. Spelled {@code i8}, {@code T}, {@code lane(T)} or {@code :iAddr}.
 */
public final class Constraint {
    private enum Kind { FIXED, SAME, LANE, TRUTHY, HALF, DOUBLE, SPLIT, MERGE, FIXED_OF, NARROWER, WIDER, FREE }

    private static final int NO_TYPE = Types.NONE;
    private final Kind kind;
    private final int type;
    private final TypeSet set;

    private Constraint(Kind kind, int type, TypeSet set) {
        this.kind = kind;
        this.type = type;
        this.set = set;
    }

    static Constraint parse(String text) {
        if (text.equals("T")) return new Constraint(Kind.SAME, NO_TYPE, null);
        if (text.startsWith(":")) return new Constraint(Kind.FREE, NO_TYPE, TypeSet.named(text.substring(1)));
        if (text.endsWith("(T)")) return new Constraint(Kind.valueOf(text.substring(0, text.length() - 3).toUpperCase()), NO_TYPE, null);
        byte[] name = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        int type = Types.parse(name, 0, name.length);
        if (type == NO_TYPE) throw new IllegalArgumentException("no constraint " + text);
        return new Constraint(Kind.FIXED, type, null);
    }

    public boolean isControl() {
        return kind == Kind.SAME;
    }

    /** The one type it can be, or {@link Types#NONE} where there are several or none. */
    public int resolve(int control) {
        return switch (kind) {
            case FIXED -> type;
            case SAME -> control;
            case LANE -> Types.lane(control);
            case TRUTHY -> Types.truthy(control);
            case HALF -> Types.halfWidth(control);
            case DOUBLE -> Types.doubleWidth(control);
            case SPLIT -> Types.splitLanes(control);
            case MERGE -> Types.mergeLanes(control);
            case FIXED_OF -> Types.fixed(control);
            case NARROWER, WIDER, FREE -> NO_TYPE;
        };
    }

    /** Whether several types will do, so that {@link #allows} decides. */
    public boolean isFree() {
        return kind == Kind.FREE || kind == Kind.NARROWER || kind == Kind.WIDER;
    }

    public boolean allows(int control, int got) {
        if (kind == Kind.FREE) return set.contains(got);
        if (!isFree()) return got == resolve(control);
        boolean sameKind = Types.isIntLane(control) == Types.isIntLane(got) && Types.withLane(got, 0) == Types.withLane(control, 0) && got != NO_TYPE;
        if (!sameKind) return false;
        return kind == Kind.NARROWER ? Types.laneBits(got) < Types.laneBits(control) : Types.laneBits(got) > Types.laneBits(control);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case FIXED -> Types.name(type);
            case SAME -> "T";
            case FREE -> set.name();
            default -> kind.name().toLowerCase() + "(T)";
        };
    }
}
