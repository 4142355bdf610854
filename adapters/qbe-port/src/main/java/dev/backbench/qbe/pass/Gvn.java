package dev.backbench.qbe.pass;

import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IntCmp;
import dev.backbench.qbe.il.Jump;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Global value numbering (Alpern, Wegman and Zadeck, 1988, in the hashing form): in reverse postorder over the blocks that can be reached, instructions are simplified
 * ({@link Identities}), copies and phis of one value are replaced by it, equal computations by the first, jumps on constants decided. What nobody uses goes.
 *
 * <p>Computations that are not pinned ({@link Fn#isPinned}) are merged wherever they stand, so that one may stand below its uses afterwards: {@link Gcm} must follow, and the
 * function is in SSA form again after it. Replaced temporaries form a forest with path compression; one walk at the end rewrites all operands.
 */
public final class Gvn {
    /** Loops whose phis turn out to be of one value start another round. */
    private static final int MAX_ROUNDS = 3, MAX_CLIMB = 16;
    /** Equal divisions in blocks that do not dominate that are passed over, before the last of them gives its place in the table. */
    private static final int MAX_APART = 8;

    private final Identities identities = new Identities();
    private Fn fn;
    private Cfg cfg;
    private Dominators dominators;

    /** By temporary: the operand that replaces it, itself if none; its defining instruction (-1: a phi or none) and block. */
    private int[] value = new int[256], def = new int[256], defBlock = new int[256];
    private boolean[] reached = new boolean[64], lostEdge = new boolean[64];
    private boolean edgesLost;
    /** Open addressing: instructions + 1, phis as their complement - 1, 0 for free. */
    private int[] table = new int[1024];
    /** Entries of the table that the last run looked at. */
    long probes;

    private boolean[] live = new boolean[256];
    private int[] phiOf = new int[256], work = new int[256];
    private int workCount;

    public void run(Fn fn, Cfg cfg, Dominators dominators) {
        this.fn = fn;
        this.cfg = cfg;
        this.dominators = dominators;
        probes = 0;
        begin();
        boolean again = true;
        for (int round = 0; again && round < MAX_ROUNDS; round++) {
            number();
            again = loopsSettled();
        }
        rewrite();
        if (edgesLost) reach();
        removeDead();
        if (edgesLost) {
            rescue();
            removeArguments();
            cfg.compute(fn);
        }
    }

    private void begin() {
        if (value.length < fn.temporaries) {
            int capacity = 2 * fn.temporaries;
            value = new int[capacity];
            def = new int[capacity];
            defBlock = new int[capacity];
            live = new boolean[capacity];
            phiOf = new int[capacity];
            work = new int[capacity];
        }
        if (reached.length < fn.blocks) {
            reached = new boolean[2 * fn.blocks];
            lostEdge = new boolean[2 * fn.blocks];
        }
        Arrays.fill(lostEdge, 0, fn.blocks, false);
        edgesLost = false;
        for (int t = 0; t < fn.temporaries; t++) value[t] = Ref.tmp(t);
        Arrays.fill(def, 0, fn.temporaries, -1);
        for (int b = 0; b < fn.blocks; b++) {
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int to = fn.ins[Fn.STRIDE * i + 1];
                if (!Ref.isTmp(to)) continue;
                def[Ref.value(to)] = i;
                defBlock[Ref.value(to)] = b;
            }
        }
        identities.begin(fn, def);
    }

    /** The operand that stands for another. */
    private int find(int ref) {
        if (!Ref.isTmp(ref)) return ref;
        int[] value = this.value;
        int root = ref;
        while (Ref.isTmp(root) && value[Ref.value(root)] != root) root = value[Ref.value(root)];
        while (Ref.isTmp(ref) && value[Ref.value(ref)] != root && ref != root) {
            int next = value[Ref.value(ref)];
            value[Ref.value(ref)] = root;
            ref = next;
        }
        return root;
    }

    // ---- numbering ----

    private void number() {
        int wanted = Integer.highestOneBit(2 * (fn.insCount + fn.phiCount) + 16) << 1;
        if (table.length < wanted) table = new int[wanted];
        else Arrays.fill(table, 0, wanted, 0);
        mask = wanted - 1;
        for (int b = 0; b < fn.blocks; b++) {
            reached[b] = b == 0 || isReached(b);
            if (!reached[b]) continue;
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) phi(b, p);
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) instruction(b, i);
            jump(b);
        }
    }

    private int mask;

    /** By an edge from a reached block; a retreating edge counts if its source might be reached otherwise. */
    private boolean isReached(int b) {
        for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
            int source = cfg.pred[p];
            if (source < b ? reached[source] && hasEdge(source, b) : !dominators.dominates(b, source)) return true;
        }
        return false;
    }

    private boolean hasEdge(int from, int to) {
        return fn.s1[from] == to || fn.s2[from] == to;
    }

    /** Whether the edge may be taken, as far as is known in the middle of the walk. */
    private boolean open(int source, int b) {
        return hasEdge(source, b) && (source >= b || reached[source]);
    }

    private void phi(int b, int p) {
        int at = Fn.STRIDE * p, own = fn.phi[at + 1], cls = fn.phi[at];
        if (find(own) != own) return;
        int same = Ref.NONE;
        boolean one = true;
        for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
            if (!open(fn.phiArg[a], b)) continue;
            int argument = fn.phiArg[a + 1] = find(fn.phiArg[a + 1]);
            if (argument == own || argument == same) continue;
            one &= same == Ref.NONE;
            same = argument;
        }
        boolean address = Ref.isCon(same) && !fn.isNumber(same) && cls == Cls.W || isCut(same, cls);
        if (one && same != Ref.NONE && !address) value[Ref.value(own)] = same;
        else if (!one) share(~p, own, b);
    }

    private void instruction(int b, int i) {
        int at = Fn.STRIDE * i;
        int[] ins = fn.ins;
        if (Fn.op(ins[at]) == Op.NOP) return;
        ins[at + 2] = find(ins[at + 2]);
        ins[at + 3] = find(ins[at + 3]);
        int to = ins[at + 1], simpler = identities.simplify(at);
        if (to == Ref.NONE || !Ref.isTmp(to) || find(to) != to) return;
        if (simpler != Ref.NONE) {
            simpler = find(simpler);
            if (!isCut(simpler, Fn.cls(ins[at]))) {
                value[Ref.value(to)] = simpler;
                return;
            }
            ins[at] = Op.COPY | Cls.W << 16;
            ins[at + 2] = simpler;
            ins[at + 3] = Ref.NONE;
        }
        boolean division = Fn.op(ins[at]) >= Op.DIV && Fn.op(ins[at]) <= Op.UREM;
        if (division || !Op.pinned(Fn.op(ins[at]))) share(i, to, b);
    }

    /** Whether a word is the lower half of a long: a copy, which instructions look through but phis do not, so that a word's register holds no more than the word. */
    private boolean isCut(int simpler, int cls) {
        return cls == Cls.W && Ref.isTmp(simpler) && fn.tmpClass[Ref.value(simpler)] == Cls.L;
    }

    /** Replaces a computation by an equal one that was met before, or remembers it. @param entry an instruction, or a phi's complement */
    private void share(int entry, int to, int b) {
        int slot = hash(entry, b) & mask, apart = 0;
        for (int other; (other = table[slot]) != 0; slot = slot + 1 & mask) {
            probes++;
            int met = other > 0 ? other - 1 : other;
            if (!equal(entry, met, b)) continue;
            int result = entry < 0 ? fn.phi[Fn.STRIDE * ~met + 1] : fn.ins[Fn.STRIDE * met + 1];
            if (result == to) return;
            if (entry >= 0 && fn.isPinned(Fn.STRIDE * entry) && !dominators.dominates(defBlock[Ref.value(result)], b)) {
                if (++apart == MAX_APART) break;
                continue;
            }
            value[Ref.value(to)] = result;
            return;
        }
        table[slot] = entry < 0 ? entry : entry + 1;
    }

    private int hash(int entry, int b) {
        long h;
        if (entry >= 0) {
            int at = Fn.STRIDE * entry;
            h = (fn.ins[at] * 31L + fn.ins[at + 2]) * 0x9E3779B97F4A7C15L + fn.ins[at + 3];
        } else {
            int at = Fn.STRIDE * ~entry;
            h = b;
            for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) h = h * 31 + fn.phiArg[a + 1];
        }
        h *= 0x9E3779B97F4A7C15L;
        return (int) (h >>> 33);
    }

    private boolean equal(int entry, int met, int b) {
        if ((entry < 0) != (met < 0)) return false;
        if (entry >= 0) {
            int x = Fn.STRIDE * entry, y = Fn.STRIDE * met;
            return fn.ins[x] == fn.ins[y] && fn.ins[x + 2] == fn.ins[y + 2] && fn.ins[x + 3] == fn.ins[y + 3];
        }
        int p = ~entry, q = ~met;
        if (q < fn.phiStart[b] || q >= fn.phiEnd[b] || fn.phi[Fn.STRIDE * p] != fn.phi[Fn.STRIDE * q]) return false;
        int count = fn.phi[Fn.STRIDE * p + 3];
        for (int n = 0, x = fn.phi[Fn.STRIDE * p + 2] + 1, y = fn.phi[Fn.STRIDE * q + 2] + 1; n < count; n++, x += 2, y += 2) {
            if (fn.phiArg[x] != fn.phiArg[y]) return false;
        }
        return true;
    }

    // ---- control ----

    private void jump(int b) {
        int condition = fn.jumpArg[b] = find(fn.jumpArg[b]);
        if (fn.jump[b] != Jump.JNZ) return;
        condition = truth(condition);
        fn.jumpArg[b] = condition;
        int taken = fn.isNumber(condition) ? (int) fn.bits(condition) != 0 ? 1 : 0 : decidedAbove(b, condition);
        if (taken < 0) return;
        int lost = taken == 1 ? fn.s2[b] : fn.s1[b];
        fn.s1[b] = taken == 1 ? fn.s1[b] : fn.s2[b];
        fn.s2[b] = -1;
        fn.jump[b] = Jump.JMP;
        fn.jumpArg[b] = Ref.NONE;
        lostEdge[lost] = edgesLost = true;
    }

    /** A condition without comparisons with zero, extensions and cuts around it: a jump looks at 32 bits only. */
    private int truth(int ref) {
        while (Ref.isTmp(ref) && def[Ref.value(ref)] >= 0) {
            int at = Fn.STRIDE * def[Ref.value(ref)], op = Fn.op(fn.ins[at]);
            boolean zero = op == Op.CEQW + IntCmp.NE && fn.isNumber(fn.ins[at + 3]) && (int) fn.bits(fn.ins[at + 3]) == 0;
            boolean cut = op == Op.COPY && Ref.isTmp(fn.ins[at + 2]);
            if (!zero && !cut && op != Op.EXTSW && op != Op.EXTUW) return ref;
            ref = find(fn.ins[at + 2]);
        }
        return ref;
    }

    /** What a jump on the same condition in a dominating block says: 1 not zero, 0 zero, -1 nothing. */
    private int decidedAbove(int b, int condition) {
        for (int climbed = 0; b != 0 && climbed < MAX_CLIMB; climbed++) {
            int above = dominators.idom[b];
            if (fn.jump[above] == Jump.JNZ && cfg.predCount(b) == 1) {
                int same = fn.jumpArg[above] == condition ? 1 : isOpposite(fn.jumpArg[above], condition) ? 0 : -1;
                if (same >= 0) return fn.s1[above] == b ? same : 1 - same;
            }
            b = above;
        }
        return -1;
    }

    private boolean isOpposite(int condition, int other) {
        if (!Ref.isTmp(condition) || !Ref.isTmp(other) || def[Ref.value(condition)] < 0 || def[Ref.value(other)] < 0) return false;
        int x = Fn.STRIDE * def[Ref.value(condition)], y = Fn.STRIDE * def[Ref.value(other)], op = Fn.op(fn.ins[x]);
        if (!Op.isIntCmp(op) && !Op.isFltCmp(op)) return false;
        return Identities.opposite(op) == Fn.op(fn.ins[y]) && fn.ins[x + 2] == fn.ins[y + 2] && fn.ins[x + 3] == fn.ins[y + 3];
    }

    /** Whether a phi at the start of a loop has become one value now that the loop's end is known. */
    private boolean loopsSettled() {
        boolean found = false;
        for (int b = 0; b < fn.blocks && !found; b++) {
            if (!reached[b] || cfg.predCount(b) == 0 || cfg.pred[cfg.predStart[b + 1] - 1] < b) continue;
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b] && !found; p++) {
                int own = fn.phi[Fn.STRIDE * p + 1];
                if (find(own) != own) continue;
                phi(b, p);
                found = find(own) != own;
            }
        }
        return found;
    }

    // ---- rewriting ----

    private void rewrite() {
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                for (int a = fn.phi[Fn.STRIDE * p + 2], end = a + 2 * fn.phi[Fn.STRIDE * p + 3]; a < end; a += 2) fn.phiArg[a + 1] = find(fn.phiArg[a + 1]);
            }
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int at = Fn.STRIDE * i, to = fn.ins[at + 1];
                if (Ref.isTmp(to) && find(to) != to) {
                    Promote.nop(fn, at);
                    continue;
                }
                fn.ins[at + 2] = find(fn.ins[at + 2]);
                fn.ins[at + 3] = find(fn.ins[at + 3]);
            }
            fn.jumpArg[b] = find(fn.jumpArg[b]);
        }
    }

    /** Whether an instruction counts although nobody uses its result. */
    private boolean matters(int at) {
        int op = Fn.op(fn.ins[at]);
        if (fn.ins[at + 1] == Ref.NONE || !Ref.isTmp(fn.ins[at + 1]) || Ref.isRegister(fn.ins[at + 1])) return op != Op.NOP;
        if (Op.isLoad(op) || op >= Op.DIV && op <= Op.UREM) return fn.loadsTrap && fn.isPinned(at);
        return Op.pinned(op) && !Op.isAlloc(op);
    }

    /** Marks what is used, from what matters backwards, and takes out the rest. */
    private void removeDead() {
        Arrays.fill(live, 0, fn.temporaries, false);
        workCount = 0;
        for (int b = 0; b < fn.blocks; b++) {
            // also of blocks that are reached no longer: a phi may still name theirs
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) phiOf[Ref.value(fn.phi[Fn.STRIDE * p + 1])] = p;
            if (!reached[b]) continue;
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                if (!matters(Fn.STRIDE * i)) continue;
                use(fn.ins[Fn.STRIDE * i + 2]);
                use(fn.ins[Fn.STRIDE * i + 3]);
            }
            use(fn.jumpArg[b]);
        }
        while (workCount > 0) {
            int t = work[--workCount];
            if (def[t] >= 0) {
                use(fn.ins[Fn.STRIDE * def[t] + 2]);
                use(fn.ins[Fn.STRIDE * def[t] + 3]);
            } else {
                int at = Fn.STRIDE * phiOf[t];
                for (int a = fn.phi[at + 2], end = a + 2 * fn.phi[at + 3]; a < end; a += 2) use(fn.phiArg[a + 1]);
            }
        }
        for (int b = 0; b < fn.blocks; b++) {
            int kept = fn.phiStart[b];
            for (int p = kept; p < fn.phiEnd[b]; p++) {
                if (live[Ref.value(fn.phi[Fn.STRIDE * p + 1])]) System.arraycopy(fn.phi, Fn.STRIDE * p, fn.phi, Fn.STRIDE * kept++, Fn.STRIDE);
            }
            fn.phiEnd[b] = kept;
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int to = fn.ins[Fn.STRIDE * i + 1];
                if (!matters(Fn.STRIDE * i) && Ref.isTmp(to) && !live[Ref.value(to)]) Promote.nop(fn, Fn.STRIDE * i);
            }
        }
    }

    private void use(int ref) {
        if (!Ref.isTmp(ref) || Ref.isRegister(ref) || live[Ref.value(ref)]) return;
        live[Ref.value(ref)] = true;
        work[workCount++] = Ref.value(ref);
    }

    /** What can be reached now that all jumps are decided. */
    private void reach() {
        Arrays.fill(reached, 0, fn.blocks, false);
        if (work.length < fn.blocks) work = new int[2 * fn.blocks];
        reached[0] = true;
        work[0] = 0;
        for (int count = 1; count > 0; ) {
            int b = work[--count];
            for (int target = fn.s1[b], n = 0; n < 2; n++, target = fn.s2[b]) {
                if (target < 0 || reached[target]) continue;
                reached[target] = true;
                work[count++] = target;
            }
        }
    }

    /** A computation whose block cannot be reached after all may stand for an equal one elsewhere: it moves to the first block, until {@link Gcm} finds its place. */
    private void rescue() {
        boolean moved = false;
        for (int b = 1; b < fn.blocks; b++) {
            for (int i = fn.insStart[b]; !reached[b] && i < fn.insEnd[b]; i++) {
                int to = fn.ins[Fn.STRIDE * i + 1];
                if (!Ref.isTmp(to) || !live[Ref.value(to)] || fn.isPinned(Fn.STRIDE * i)) continue;
                if (!moved) {
                    int from = fn.insStart[0], end = fn.insEnd[0];
                    fn.insStart[0] = fn.insCount;
                    for (int n = from; n < end; n++) fn.emit(fn.ins, Fn.STRIDE * n);
                    moved = true;
                }
                fn.emit(fn.ins, Fn.STRIDE * i);
            }
        }
        if (moved) fn.insEnd[0] = fn.insCount;
    }

    /** Phi arguments of edges that jumps have lost. */
    private void removeArguments() {
        for (int b = 0; b < fn.blocks; b++) {
            if (!lostEdge[b]) continue;
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) {
                int at = Fn.STRIDE * p, kept = fn.phi[at + 2];
                for (int a = kept, end = a + 2 * fn.phi[at + 3]; a < end; a += 2) {
                    if (!hasEdge(fn.phiArg[a], b)) continue;
                    fn.phiArg[kept] = fn.phiArg[a];
                    fn.phiArg[kept + 1] = fn.phiArg[a + 1];
                    kept += 2;
                }
                fn.phi[at + 3] = (kept - fn.phi[at + 2]) / 2;
            }
        }
    }
}
