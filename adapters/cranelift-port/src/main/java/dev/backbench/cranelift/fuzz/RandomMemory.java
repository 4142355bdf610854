package dev.backbench.cranelift.fuzz;

import dev.backbench.cranelift.fuzz.ClifWriter.Value;
import dev.backbench.cranelift.ir.RmwOp;
import dev.backbench.cranelift.ir.Types;

/**
 * Random accesses of two areas of memory, each in an alias region of its own: of the function's own stack slots, the first perhaps its caller's. Whatever bytes lie there are defined; addresses
 * are constant or computed, sometimes null, which traps.
 */
final class RandomMemory {
    static final int AREAS = 2, BYTES = 64;
    private static final int LONGEST = 16, SPREAD = 8 * 4;

    private final ClifWriter to;
    /** By area: its address, known in the whole function; null for that of the stack slot. */
    private final Value[] known = new Value[AREAS];
    /** Of both areas in the function. */
    private String[] region = {"", ""};
    /** Whether the address made last may be null. */
    private boolean nullable;

    RandomMemory(ClifWriter to) {
        this.to = to;
    }

    /** What a function declares. */
    static String declarations() {
        StringBuilder text = new StringBuilder("    region0 = 1 \"first\"\n    region1 = 2 \"second\"\n");
        for (int a = 0; a < AREAS; a++) text.append("    ss").append(a).append(" = explicit_slot ").append(BYTES).append(", align = 16\n");
        return text.toString();
    }

    /** @param given the address of the first area, null where the function has its own; own ones are filled */
    void begin(Value given) {
        region = to.random.nextInt(3) == 0 ? new String[] {"", ""} : new String[] {" region0", " region1"};
        for (int a = 0; a < AREAS; a++) {
            known[a] = a == 0 ? given : null;
            if (known[a] != null) continue;
            Value base = stackAddress(a);
            if (to.random.nextBoolean()) known[a] = base;
            for (int at = 0; at < BYTES; at += 8) to.line("store" + region[a] + " " + to.value(Types.I64) + ", " + base + "+" + at);
            to.left += BYTES / 8;
        }
    }

    private Value stackAddress(int area) {
        return to.hidden(Types.I64, "stack_addr.i64 ss" + area);
    }

    Value base(int area) {
        return known[area] != null ? known[area] : stackAddress(area);
    }

    /** Of an area, as it is written behind an access's other flags. */
    String region(int area) {
        return region[area];
    }

    /** The address of the first area, for a call. */
    Value pass() {
        return base(0);
    }

    void access() {
        int area = to.random.nextInt(AREAS);
        if (to.random.nextInt(20) == 0) alignment(area);
        switch (to.random.nextInt(10)) {
            case 8, 9 -> conflict(area);
            case 0, 1 -> load(area);
            case 2, 3, 4 -> store(area);
            case 5 -> narrow(area);
            case 6 -> update(area);
            default -> atomic(area);
        }
    }

    // ---- addresses ----

    /** @return an address of {@code bytes} bytes, with an offset where {@code offset} allows one */
    private String place(int area, int bytes, boolean aligned, boolean offset) {
        Value base = base(area);
        nullable = to.random.nextInt(12) == 0;
        if (nullable) base = perhapsNull(base);
        int room = BYTES - bytes;
        if (!aligned && to.random.nextInt(3) == 0) {
            base = indexed(base);
            room = BYTES - LONGEST - SPREAD;
        }
        int at = aligned ? bytes * to.random.nextInt(room / bytes + 1) : to.random.nextInt(2) == 0 ? room / 8 * to.random.nextInt(1, 9) : to.random.nextInt(room + 1);
        if (at > 0 && (!offset || to.random.nextInt(3) == 0)) {
            Value add = to.hidden(Types.I64, "iconst.i64 " + at);
            base = to.hidden(Types.I64, "iadd.i64 " + base + ", " + add);
            at = 0;
        }
        return base + (at > 0 ? "+" + at : "");
    }

    private Value perhapsNull(Value base) {
        Value null64 = to.hidden(Types.I64, "iconst.i64 0"), one = to.constant(Types.I32);
        Value is = to.hidden(Types.I8, "icmp.i32 ne " + to.value(Types.I32) + ", " + one);
        return to.hidden(Types.I64, "select.i64 " + is + ", " + base + ", " + null64);
    }

    private Value indexed(Value base) {
        boolean narrow = to.random.nextBoolean();
        int type = narrow ? Types.I32 : Types.I64;
        String name = Types.name(type);
        Value mask = to.hidden(type, "iconst." + name + " 7");
        Value index = to.hidden(type, "band." + name + " " + to.value(type) + ", " + mask);
        if (narrow) index = to.hidden(Types.I64, (to.random.nextBoolean() ? "uextend" : "sextend") + ".i64 " + index);
        int scale = to.random.nextInt(3);
        if (scale > 0) {
            Value by = to.hidden(Types.I32, "iconst.i32 " + scale);
            index = to.hidden(Types.I64, "ishl.i64 " + index + ", " + by);
        }
        return to.hidden(Types.I64, "iadd.i64 " + (to.random.nextBoolean() ? base + ", " + index : index + ", " + base));
    }

    private String flags(int area, boolean aligned) {
        StringBuilder flags = new StringBuilder();
        if (to.random.nextInt(4) == 0) flags.append(to.random.nextBoolean() && !nullable ? " notrap" : " user" + to.random.nextInt(1, 12));
        if (aligned && to.random.nextBoolean()) flags.append(" aligned");
        if (to.random.nextInt(4) == 0) flags.append(" little");
        return flags + region[area] + " ";
    }

    /** Of an address nothing but the bits that its alignment makes known. */
    private void alignment(int area) {
        Value base = base(area), low = to.hidden(Types.I64, "iconst.i64 15");
        to.define(Types.I64, "band.i64 " + base + ", " + low);
    }

    // ---- accesses ----

    private void load(int area) {
        int type = to.type();
        boolean aligned = to.random.nextBoolean();
        String address = place(area, Types.bytes(type), aligned, true);
        to.define(type, "load." + Types.name(type) + flags(area, aligned) + address);
    }

    private void store(int area) {
        int type = to.type();
        boolean aligned = to.random.nextBoolean();
        Value value = ClifWriter.isFloat(type) ? to.settled(type) : to.value(type);
        String address = place(area, Types.bytes(type), aligned, true);
        to.line("store" + flags(area, aligned) + value + ", " + address);
        if (to.random.nextInt(3) == 0) to.define(type, "load." + Types.name(type) + flags(area, aligned) + address);
    }

    /** Twice the same place, and between a store near it, perhaps through another address. */
    private void conflict(int area) {
        int type = to.intType();
        int at = Types.bytes(type) * to.random.nextInt(BYTES / Types.bytes(type) / 2);
        String first = base(area) + (at > 0 ? "+" + at : ""), load = "load." + Types.name(type) + region[area] + " ";
        to.define(type, load + first);
        int other = to.random.nextInt(3) == 0 ? to.intType() : type;
        String near = to.random.nextBoolean() ? first : place(area, Types.bytes(other), false, true);
        nullable &= near != first;
        to.line("store" + flags(area, false) + to.value(other) + ", " + near);
        if (to.random.nextInt(3) == 0) to.line("store" + region[1 - area] + " " + to.value(Types.I64) + ", " + base(1 - area) + "+" + at);
        to.define(type, load + (to.random.nextBoolean() ? first : base(area) + (at > 0 ? "+" + at : "")));
    }

    /** Of all bytes. */
    Value digest(Value sum) {
        for (int a = 0; a < AREAS; a++) {
            Value base = base(a);
            for (int at = 0; at < BYTES; at += 8) sum = RandomClif.mix(to, sum, to.hidden(Types.I64, "load.i64" + region[a] + " " + base + "+" + at));
        }
        return sum;
    }

    /** Of fewer bytes than the register's. */
    private void narrow(int area) {
        int type = new int[] {Types.I16, Types.I32, Types.I64}[to.random.nextInt(3)], bits = 8 << to.random.nextInt(Types.bits(type) == 16 ? 1 : Types.bits(type) == 32 ? 2 : 3);
        boolean aligned = to.random.nextBoolean();
        String address = place(area, bits / 8, aligned, true), flags = flags(area, aligned), name = Types.name(type);
        switch (to.random.nextInt(3)) {
            case 0 -> to.define(type, "uload" + bits + "." + name + flags + address);
            case 1 -> to.define(type, "sload" + bits + "." + name + flags + address);
            default -> to.line("istore" + bits + "." + name + flags + to.value(type) + ", " + address);
        }
    }

    /** Loads, computes, stores back to the same place. */
    private void update(int area) {
        String[] ops = {"iadd", "isub", "band", "bor", "bxor", "imul", "ishl", "ushr", "sshr", "rotl"};
        int type = to.intType();
        String name = Types.name(type), address = place(area, Types.bytes(type), false, true), flags = flags(area, false);
        Value old = to.random.nextInt(3) == 0 ? to.define(type, "load." + name + flags + address) : to.hidden(type, "load." + name + flags + address);
        Value by = to.random.nextBoolean() && type != Types.I128 ? to.constant(type) : to.value(type);
        boolean turned = to.random.nextInt(4) == 0;
        Value made = to.hidden(type, ops[to.random.nextInt(ops.length)] + "." + name + " " + (turned ? by + ", " + old : old + ", " + by));
        to.line("store" + flags + made + ", " + address);
    }

    private void atomic(int area) {
        int type = to.intType();
        String name = Types.name(type), address = place(area, Types.bytes(type), true, false), flags = to.random.nextInt(4) == 0 ? " user" + to.random.nextInt(1, 12) : "";
        flags += region[area] + " ";
        switch (to.random.nextInt(10)) {
            case 0 -> to.line("fence");
            case 1 -> to.define(type, "atomic_load." + name + flags + address);
            case 2 -> to.line("atomic_store." + name + flags + to.value(type) + ", " + address);
            case 3, 4 -> {
                Value expected = to.random.nextBoolean() ? to.define(type, "load." + name + region[area] + " " + address) : to.value(type);
                to.define(type, "atomic_cas." + name + flags + address + ", " + expected + ", " + to.value(type));
            }
            default -> to.define(type, "atomic_rmw." + name + flags + RmwOp.of(to.random.nextInt(RmwOp.values().length)).text + " " + address + ", " + to.value(type));
        }
    }
}
