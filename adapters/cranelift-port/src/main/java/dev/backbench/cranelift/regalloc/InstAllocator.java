package dev.backbench.cranelift.regalloc;

import dev.backbench.cranelift.mach.VCode;
import java.util.Arrays;

/**
 * Places of one instruction's operands, given what lies where before it: values are moved out of registers that it names or overwrites, uses get registers, what dies is let go, definitions get
 * registers. All moves before the instruction happen at once (a {@link ParallelMove}), from where values lay before to where they lie then.
 *
 * <p>{@code early} and {@code late} are the registers that operands have before and behind the writes. What needs both comes first, what could do with a slot last, so that a choice never takes
 * the last register from an operand that comes after it as long as the instruction has a solution.
 */
final class InstAllocator {
    private static final int NONE = RegisterFile.NONE;

    private final Liveness live;
    private final RegisterFile file;
    private final ParallelMove moves;
    private VCode code;
    private Allocation out;

    private int inst, position, first, end;
    private int displacedCount, written, fixedUses, fixedTemps, early, late;
    private boolean anyFixed, anyReuse, anyLateUse;
    private final int[] fixedUse = new int[VCode.REGISTERS], displaced = new int[VCode.REGISTERS];
    /** By value, the position of an instruction: at which it dies, uses it late, uses it in a register of its choice, uses it anywhere. */
    private int[] dies = new int[256], usedLate = new int[256], inRegister = new int[256], anywhere = new int[256];

    InstAllocator(Liveness live, RegisterFile file, ParallelMove moves) {
        this.live = live;
        this.file = file;
        this.moves = moves;
    }

    void begin(VCode code, Allocation out) {
        this.code = code;
        this.out = out;
        int n = code.vregs();
        if (dies.length < n) {
            int size = Math.max(n, 2 * dies.length);
            dies = new int[size];
            usedLate = new int[size];
            inRegister = new int[size];
            anywhere = new int[size];
        }
        Arrays.fill(dies, 0, n, NONE);
        Arrays.fill(usedLate, 0, n, NONE);
        Arrays.fill(inRegister, 0, n, NONE);
        Arrays.fill(anywhere, 0, n, NONE);
    }

    void run(int inst, int position) {
        this.inst = inst;
        this.position = position;
        first = code.firstOperand(inst);
        end = code.firstOperand(inst + 1);
        file.position = position;
        if (live.plain[inst] && runPlain()) return;
        gather();
        moves.begin(file.occupied);
        displacedCount = 0;
        if ((written | fixedUses | fixedTemps) != 0) fixedRegisters();
        if (anyLateUse) placeUses(true, VCode.REG);
        if (anyReuse) placeReuses();
        placeTemporaries();
        placeUses(false, VCode.REG);
        placeUses(false, VCode.ANY);
        moves.resolve(2 * inst, file.occupied | early);
        letGo(false);
        if (anyFixed) defineFixed();
        placeDefinitions();
        if (anyLateUse) {
            placeUses(true, VCode.ANY);
            letGo(true);
        }
        for (int i = 0; i < displacedCount; i++) {
            if (file.register(displaced[i]) < 0 && dies[displaced[i]] != position) file.spill(displaced[i]);
        }
    }

    // ---- plain instructions, which most are ----

    /** The same as for any other, where all uses lie in registers, or may lie in slots and do, and a register is free for what is reused and lives on. @return false if not so; nothing is changed then */
    private boolean runPlain() {
        if (first == end) return true;
        boolean defines = code.isDef(first);
        int uses = defines ? first + 1 : first, dying = 0;
        for (int operand = uses; operand < end; operand++) {
            int vreg = code.vreg(operand), r = file.register(vreg);
            if (r >= 0) {
                out.setPlace(operand, r);
                if (live.diesAt(vreg, position)) dying |= 1 << r;
            } else if (code.constraint(operand) == VCode.ANY && file.needsSlot[vreg]) {
                out.setPlace(operand, VCode.REGISTERS + vreg);
                file.hasSlots[inst] = true;
            } else return false;
        }
        int to = NONE;
        if (defines && code.constraint(first) == VCode.REUSE) {
            to = reusedPlainly(dying);
            if (to < 0) return false;
        }
        file.releaseDead(dying);
        if (!defines) return true;
        int vreg = code.vreg(first);
        if (to < 0 && (code.traits(inst) & VCode.MOVE) != 0) to = sameAsSource(0);
        if (to < 0) to = file.choose(vreg, 0, true);
        if (to < 0) throw noRegister(vreg);
        out.setPlace(first, to);
        if (live.isUsed(vreg)) file.define(vreg, to);
        return true;
    }

    /** The register of the use that the definition reuses, or a free one, to which that is copied first; NONE if there is none. */
    private int reusedPlainly(int dying) {
        int use = first + code.operandRegister(first), from = out.place(use), vreg = code.vreg(first);
        if (from >= VCode.REGISTERS) return NONE;
        if ((dying >>> from & 1) != 0) return from;
        if ((file.classMask(vreg) & ~file.occupied) == 0) return NONE;
        int to = file.choose(vreg, 0, false);
        moves.alone(2 * inst, from, to);
        out.setPlace(use, to);
        return to;
    }

    // ---- what the instruction asks for ----

    private void gather() {
        written = code.clobbers(inst);
        fixedUses = fixedTemps = early = late = 0;
        anyFixed = anyReuse = anyLateUse = false;
        for (int operand = first; operand < end; operand++) {
            out.setPlace(operand, NONE);
            int constraint = code.constraint(operand);
            if (constraint == VCode.REUSE) anyReuse = true;
            int r = constraint == VCode.FIXED || constraint == VCode.REUSE ? fixedRegister(operand) : NONE;
            if (r >= 0) anyFixed = true;
            if (code.isDef(operand)) {
                if (r >= 0) written |= 1 << r;
                if (r >= 0 && isTemporary(operand)) fixedTemps |= 1 << r;
            } else gatherUse(operand, constraint, r);
        }
        early = fixedUses | fixedTemps;
        late |= written;
    }

    private void gatherUse(int operand, int constraint, int r) {
        int vreg = code.vreg(operand);
        if (live.diesAt(vreg, position)) dies[vreg] = position;
        if (r >= 0) {
            fixedUses |= 1 << r;
            fixedUse[r] = vreg;
        } else if (constraint == VCode.ANY) anywhere[vreg] = position;
        else inRegister[vreg] = position;
        if (code.isLate(operand)) {
            anyLateUse = true;
            usedLate[vreg] = position;
            if (r >= 0) late |= 1 << r;
        }
    }

    /** Of a definition: whether it is written before uses are read. One that reuses is late whatever it says. */
    private boolean isTemporary(int operand) {
        return !code.isLate(operand) && code.constraint(operand) != VCode.REUSE;
    }

    private int fixedRegister(int operand) {
        int constraint = code.constraint(operand);
        if (constraint == VCode.REUSE) {
            operand = first + code.operandRegister(operand);
            constraint = code.constraint(operand);
        }
        return constraint == VCode.FIXED ? code.operandRegister(operand) : NONE;
    }

    /** Whether the value must outlast the writes. */
    private boolean outlasts(int vreg) {
        return dies[vreg] != position || usedLate[vreg] == position;
    }

    // ---- registers named ----

    private void fixedRegisters() {
        for (int set = file.occupied & (fixedUses | fixedTemps | written); set != 0; set &= set - 1) {
            int r = Integer.numberOfTrailingZeros(set), vreg = file.occupant[r];
            boolean other = (fixedUses >>> r & 1) != 0 && fixedUse[r] != vreg || (fixedTemps >>> r & 1) != 0;
            if (!other && ((written >>> r & 1) == 0 || !outlasts(vreg))) continue;
            file.release(vreg);
            displaced[displacedCount++] = vreg;
        }
        for (int operand = first; operand < end; operand++) {
            if (code.constraint(operand) == VCode.FIXED && !code.isDef(operand)) useFixed(operand);
        }
        for (int i = 0; i < displacedCount; i++) {
            int vreg = displaced[i];
            boolean needed = dies[vreg] != position || anywhere[vreg] == position;
            if (needed && inRegister[vreg] != position && file.register(vreg) < 0) rehome(vreg);
        }
    }

    /** The value lies in that register from now on if it had none, or dies here and so frees its own. */
    private void useFixed(int operand) {
        int vreg = code.vreg(operand), r = code.operandRegister(operand), now = file.register(vreg);
        out.setPlace(operand, r);
        if (now == r) return;
        move(vreg, r);
        boolean stays = (file.allocatable >>> r & 1) != 0 && (!outlasts(vreg) || (written >>> r & 1) == 0);
        if (!stays || now >= 0 && (dies[vreg] != position || (fixedUses >>> now & 1) != 0 && fixedUse[now] == vreg)) return;
        if (now >= 0) file.release(vreg);
        file.bind(vreg, r);
    }

    /** Another register for a value that lost its own, if that costs less than memory. */
    private void rehome(int vreg) {
        boolean worth = live.rematerialize[vreg] < 0 && file.frequency(file.index) <= file.costNext(vreg);
        int blocked = early | (outlasts(vreg) ? late : 0);
        int r = worth ? file.choose(vreg, blocked, false) : NONE;
        if (worth && r < 0) {
            int others = file.classMask(vreg) & ~blocked & file.occupied;
            if (others != 0) {
                int victim = file.cheapest(others);
                if (file.weight(file.occupant[victim]) < file.weightBehind(vreg)) {
                    file.evict(victim);
                    r = victim;
                }
            }
        }
        if (r < 0) file.spill(vreg);
        else moveTo(vreg, r);
    }

    private void defineFixed() {
        for (int operand = first; operand < end; operand++) {
            int r = code.isDef(operand) ? fixedRegister(operand) : NONE;
            if (r < 0) continue;
            out.setPlace(operand, r);
            int vreg = code.vreg(operand);
            if (live.isUsed(vreg) && (file.allocatable >>> r & 1) != 0) file.bind(vreg, r);
        }
    }

    /** From a register that values may not stay in. */
    private void moveAway(int vreg, int r) {
        int to = file.choose(vreg, late, false);
        if (to < 0) {
            file.spillToSlot(vreg);
            return;
        }
        file.bind(vreg, to);
        late |= 1 << to;
        moves.alone(2 * inst + 1, r, to);
    }

    // ---- registers of choice ----

    private void placeUses(boolean lateUses, int constraint) {
        for (int operand = first; operand < end; operand++) {
            if (code.isDef(operand) || out.place(operand) >= 0 || code.constraint(operand) != constraint || code.isLate(operand) != lateUses) continue;
            if (constraint == VCode.ANY) useAnywhere(operand, lateUses);
            else use(operand);
        }
    }

    private void use(int operand) {
        int vreg = code.vreg(operand), r = file.register(vreg);
        if (r < 0) {
            r = file.choose(vreg, early | (outlasts(vreg) ? late : 0), true);
            if (r < 0) throw noRegister(vreg);
            moveTo(vreg, r);
        }
        out.setPlace(operand, r);
        early |= 1 << r;
        if (code.isLate(operand)) late |= 1 << r;
    }

    private void useAnywhere(int operand, boolean lateUse) {
        int vreg = code.vreg(operand), r = file.register(vreg);
        if (r < 0 && !lateUse && live.rematerialize[vreg] >= 0 && !file.needsSlot[vreg]) {
            r = file.choose(vreg, early | (outlasts(vreg) ? late : 0), false);
            if (r >= 0) moveTo(vreg, r);
        }
        if (r < 0) {
            file.spillToSlot(vreg);
            file.hasSlots[inst] = true;
            r = VCode.REGISTERS + vreg;
        } else early |= 1 << r;
        out.setPlace(operand, r);
    }

    /** A definition in a use's register: that of the value used if it dies here, else a register into which it is copied. */
    private void placeReuses() {
        for (int operand = first; operand < end; operand++) {
            if (code.constraint(operand) != VCode.REUSE || fixedRegister(operand) >= 0) continue;
            int use = first + code.operandRegister(operand), vreg = code.vreg(use), r = file.register(vreg);
            boolean dead = !outlasts(vreg);
            if (!dead || r >= 0 && (late >>> r & 1) != 0) {
                r = file.choose(code.vreg(operand), early | late, true);
                if (r < 0) throw noRegister(vreg);
                move(vreg, r);
            } else if (r < 0) {
                r = file.choose(code.vreg(operand), early | late, true);
                if (r < 0) throw noRegister(vreg);
                moveTo(vreg, r);
            }
            out.setPlace(use, r);
            out.setPlace(operand, r);
            early |= 1 << r;
            late |= 1 << r;
        }
    }

    /** Temporaries, written early, get a register of their own. */
    private void placeTemporaries() {
        for (int operand = first; operand < end; operand++) {
            if (code.isDef(operand) && isTemporary(operand) && code.constraint(operand) == VCode.REG) early |= 1 << define(operand, early | late);
        }
    }

    private int define(int operand, int blocked) {
        int vreg = code.vreg(operand), r = NONE;
        if ((code.traits(inst) & VCode.MOVE) != 0) r = sameAsSource(blocked);
        if (r < 0) r = file.choose(vreg, blocked, true);
        if (r < 0) throw noRegister(vreg);
        out.setPlace(operand, r);
        late |= 1 << r;
        return r;
    }

    /** Of a copy, if the source is dead. */
    private int sameAsSource(int blocked) {
        int r = out.place(first + 1);
        return r >= 0 && r < VCode.REGISTERS && ((file.occupied | blocked) >>> r & 1) == 0 && (file.allocatable >>> r & 1) != 0 ? r : NONE;
    }

    private void placeDefinitions() {
        for (int operand = first; operand < end; operand++) {
            if (code.isDef(operand) && code.constraint(operand) == VCode.REG && out.place(operand) < 0) define(operand, late);
        }
        for (int operand = first; operand < end; operand++) {
            if (!code.isDef(operand)) continue;
            int vreg = code.vreg(operand);
            if (out.place(operand) < 0) defineAnywhere(operand);
            int r = out.place(operand);
            if (Allocation.isSlot(r) || !live.isUsed(vreg) || file.register(vreg) >= 0) continue;
            if ((file.allocatable >>> r & 1) != 0) file.bind(vreg, r);
            else moveAway(vreg, r);
        }
    }

    private void defineAnywhere(int operand) {
        int vreg = code.vreg(operand), r = file.choose(vreg, late | (isTemporary(operand) ? early : 0), false);
        if (r < 0) {
            file.spillToSlot(vreg);
            file.hasSlots[inst] = true;
            r = VCode.REGISTERS + vreg;
        } else late |= 1 << r;
        out.setPlace(operand, r);
    }

    private void letGo(boolean lateUses) {
        for (int operand = first; operand < end; operand++) {
            if (code.isDef(operand)) continue;
            int vreg = code.vreg(operand);
            if (dies[vreg] == position && (usedLate[vreg] == position) == lateUses && file.register(vreg) >= 0) file.release(vreg);
        }
    }

    private void moveTo(int vreg, int r) {
        move(vreg, r);
        file.bind(vreg, r);
    }

    /** From where the value lay before the instruction. */
    private void move(int vreg, int r) {
        int from = file.registerBefore(vreg);
        if (from < 0) {
            from = live.rematerialize[vreg] >= 0 && !file.needsSlot[vreg] ? ~live.rematerialize[vreg] : VCode.REGISTERS + vreg;
            file.spill(vreg);
        }
        moves.add(from, r);
    }

    private IllegalStateException noRegister(int vreg) {
        return new IllegalStateException("inst" + inst + ": its own operands leave no register for v" + vreg + "; lowering must ask for less");
    }
}
