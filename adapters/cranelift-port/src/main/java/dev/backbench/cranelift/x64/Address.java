package dev.backbench.cranelift.x64;

/** A memory operand over virtual registers, {@code base + index << logScale + displacement}; -1 for no register. One object, filled again and again. */
final class Address {
    int base, index, logScale, displacement;
    /** {@link Form#SLOT}, {@link Form#INCOMING}, {@link Form#OUTGOING} or {@link Form#POOL} take the place of the base; else {@link Form#BASE}. */
    int place;
    int trapCode;

    Address clear() {
        base = index = -1;
        logScale = displacement = trapCode = 0;
        place = Form.BASE;
        return this;
    }

    Address based(int register, int offset) {
        clear();
        base = register;
        displacement = offset;
        return this;
    }

    Address scaled(int register, int scaledRegister, int shift) {
        based(register, 0);
        index = scaledRegister;
        logScale = shift;
        return this;
    }

    /** @param where SLOT, INCOMING, OUTGOING or POOL */
    Address at(int where, int offset) {
        clear();
        place = where;
        displacement = offset;
        return this;
    }

    int kind() {
        if (place == Form.SLOT) return index >= 0 ? Form.SLOT_INDEX : Form.SLOT;
        if (place != Form.BASE) return place;
        return index < 0 ? Form.BASE : base < 0 ? Form.INDEX : Form.BASE_INDEX;
    }
}
