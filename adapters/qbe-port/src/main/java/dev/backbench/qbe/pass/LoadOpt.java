package dev.backbench.qbe.pass;

import dev.backbench.kit.LongIntMap;
import dev.backbench.qbe.il.Cls;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Op;
import dev.backbench.qbe.il.Ref;
import java.util.Arrays;

/**
 * Replaces loads of what a store or an earlier load on every way there has already told, with phis where the ways differ. What is loaded must lie within the one access that
 * tells it; narrower values are shifted out, other kinds of register cast.
 *
 * <p>A search goes backwards over those operations only that may concern the address: per block they are chained, private slots one chain each, everything else one. It gives up after
 * {@link #MAX_STEPS} operations or {@link #MAX_BLOCKS} blocks, which makes the pass linear. Because the memory a load reads was accessed before, no trap is lost. Needs {@link Cfg},
 * {@link Alias} and SSA form, keeps it.
 */
public final class LoadOpt {
    private static final int MAX_STEPS = 256, MAX_BLOCKS = 64, MAX_ROUNDS = 4;
    /** Outcomes of a walk in one block besides an instruction's index. */
    private static final int AT_ENTRY = -1, CLOBBERED = -2, CONVERTED = -3;

    private final LongIntMap last = new LongIntMap(); // by chain << 32 | block
    private int[] previous = new int[1024];
    private Fn fn;
    private Cfg cfg;
    private Alias alias;

    /** The load being searched for: its address and width; the block and instruction (-1: a phi) behind which the address does not exist yet. */
    private byte kind;
    private int base, width, homeBlock, homeSite, steps;
    private long offset;
    private int[] defBlock = new int[256], defSite = new int[256];

    /** Blocks at whose start the value is wanted, and by block: the search that wanted it, what its end has (an instruction or {@link #AT_ENTRY}), its value as operand. */
    private final int[] region = new int[MAX_BLOCKS];
    private int regionSize, search, firstOwn;
    private int[] wantedBy = new int[64], endKnownBy = new int[64], endSite = new int[64], endValue = new int[64], entryValue = new int[64];

    /** Conversions to insert: by instruction the first and last one behind it, by number the next one and the instruction. */
    private int[] firstExtra = new int[1024], lastExtra = new int[1024], nextExtra = new int[64];
    private int[] extra = new int[256];
    private int extras;
    /** New phis: by block the last one, by number the one before in the same block. */
    private int[] lastPhi = new int[64], phiBefore = new int[64], phiNumber = new int[64];
    private int newPhis;

    /** @return whether any load was replaced */
    public boolean run(Fn fn, Cfg cfg, Alias alias) {
        this.fn = fn;
        this.cfg = cfg;
        this.alias = alias;
        reserve();
        extras = newPhis = 0;
        replaced = false;
        boolean loads = chain();
        if (loads) {
            for (int b = 0; b < fn.blocks; b++) {
                for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) if (Op.isLoad(Fn.op(fn.ins[Fn.STRIDE * i]))) load(b, i);
            }
        }
        if (newPhis > 0) placePhis();
        if (extras > 0) placeExtras();
        return replaced;
    }

    private boolean replaced;

    private void reserve() {
        int blocks = fn.blocks;
        if (wantedBy.length < blocks) {
            int capacity = 2 * blocks;
            wantedBy = new int[capacity];
            endKnownBy = new int[capacity];
            endSite = new int[capacity];
            endValue = new int[capacity];
            entryValue = new int[capacity];
            lastPhi = new int[capacity];
        }
        Arrays.fill(wantedBy, 0, blocks, 0);
        Arrays.fill(endKnownBy, 0, blocks, 0);
        Arrays.fill(lastPhi, 0, blocks, -1);
        search = 0;
        if (previous.length < fn.insCount) {
            previous = new int[2 * fn.insCount];
            firstExtra = new int[2 * fn.insCount];
            lastExtra = new int[2 * fn.insCount];
        }
        Arrays.fill(firstExtra, 0, fn.insCount, -1);
        if (defBlock.length < fn.temporaries) {
            defBlock = new int[2 * fn.temporaries];
            defSite = new int[2 * fn.temporaries];
        }
    }

    /** Chains the memory operations and notes definitions. @return whether there is a load */
    private boolean chain() {
        boolean loads = false;
        last.clear();
        for (int b = 0; b < fn.blocks; b++) {
            for (int p = fn.phiStart[b]; p < fn.phiEnd[b]; p++) define(fn.phi[Fn.STRIDE * p + 1], b, -1);
            for (int i = fn.insStart[b]; i < fn.insEnd[b]; i++) {
                int at = Fn.STRIDE * i, op = Fn.op(fn.ins[at]);
                define(fn.ins[at + 1], b, i);
                loads |= Op.isLoad(op);
                int address = Op.isLoad(op) ? fn.ins[at + 2] : Op.isStore(op) || op == Op.BLIT0 ? fn.ins[at + 3] : Op.isAlloc(op) ? fn.ins[at + 1] : Ref.NONE;
                if (address == Ref.NONE && op != Op.CALL && op != Op.VAARG && op != Op.VASTART) continue;
                long key = chainOf(address) << 32 | b;
                previous[i] = last.get(key);
                last.put(key, i);
            }
        }
        return loads;
    }

    private void define(int to, int b, int i) {
        if (!Ref.isTmp(to)) return;
        defBlock[Ref.value(to)] = b;
        defSite[Ref.value(to)] = i;
    }

    private long chainOf(int address) {
        if (address == Ref.NONE) return 0;
        alias.locate(fn, address);
        return alias.kind == Alias.SLOT && alias.isPrivate(alias.base) ? alias.base : 0;
    }

    // ---- the search ----

    private void load(int b, int i) {
        int at = Fn.STRIDE * i, word = fn.ins[at];
        long chain = chainOf(fn.ins[at + 2]) << 32;
        kind = alias.kind;
        base = alias.base;
        offset = alias.offset;
        width = Op.width(Fn.op(word), Fn.cls(word));
        boolean local = kind == Alias.SLOT || kind == Alias.UNKNOWN && base != 0;
        homeBlock = local ? defBlock[base] : -1;
        homeSite = local ? defSite[base] : -1;
        steps = regionSize = 0;
        search++;
        int site = walk(b, previous[i]), cls = rawClass(word);
        if (site == CLOBBERED || site == AT_ENTRY && !(enter(b) && explore(chain))) return;
        int value = site == AT_ENTRY ? merge(b, cls) : valueOf(site, cls);
        int op = Fn.op(word);
        fn.ins[at] = (op == Op.LOAD ? Op.COPY : Fn.cls(word) == Cls.W && op >= Op.LOADSW ? Op.COPY : Op.EXTSB + op - Op.LOADSB) | Fn.cls(word) << 16;
        fn.ins[at + 2] = value;
        replaced = true;
    }

    /** What a load needs before extension: the class of its own width and kind of register. */
    private int rawClass(int word) {
        int cls = Fn.cls(word);
        return width == 8 ? cls == Cls.D ? Cls.D : Cls.L : cls == Cls.S ? Cls.S : Cls.W;
    }

    /** The nearest operation from {@code site} up its chain that tells or spoils the value. */
    private int walk(int b, int site) {
        int home = homeBlock == b ? homeSite : -1;
        for (; site >= 0 && site >= home; site = previous[site]) {
            if (++steps > MAX_STEPS) return CLOBBERED;
            int at = Fn.STRIDE * site, op = Fn.op(fn.ins[at]);
            if (op == Op.CALL || op == Op.VAARG || op == Op.VASTART) return CLOBBERED;
            if (Op.isAlloc(op)) {
                if (site == home) return kind == Alias.SLOT ? site : CLOBBERED;
                continue;
            }
            boolean load = Op.isLoad(op), store = Op.isStore(op);
            if (!load && !store && op != Op.BLIT0) continue; // a load that was replaced
            alias.locate(fn, fn.ins[load ? at + 2 : at + 3]);
            if (alias.kind != kind || alias.base != base) {
                if (!load && alias.mayMeet(alias.kind, alias.base, kind, base)) return CLOBBERED;
                continue;
            }
            long from = alias.offset - offset;
            int bytes = op == Op.BLIT0 ? Ref.value(fn.ins[at + Fn.STRIDE + 2]) : Op.width(op, Fn.cls(fn.ins[at]));
            if (op != Op.BLIT0 && from <= 0 && from + bytes >= width) return site;
            if (!load && from < width && from + bytes > 0) return CLOBBERED;
        }
        return homeBlock == b || b == 0 ? CLOBBERED : AT_ENTRY;
    }

    private boolean enter(int b) {
        if (wantedBy[b] == search) return true;
        if (regionSize == MAX_BLOCKS) return false;
        wantedBy[b] = search;
        region[regionSize++] = b;
        return true;
    }

    /** Walks the predecessors of all blocks at whose start the value is wanted. @return whether every way has it */
    private boolean explore(long chain) {
        for (int next = 0; next < regionSize; next++) {
            int b = region[next];
            for (int p = cfg.predStart[b]; p < cfg.predStart[b + 1]; p++) {
                int source = cfg.pred[p];
                if (endKnownBy[source] == search) continue;
                int site = ++steps > MAX_STEPS ? CLOBBERED : walk(source, last.get(chain | source));
                if (site == CLOBBERED || site == AT_ENTRY && !enter(source)) return false;
                endKnownBy[source] = search;
                endSite[source] = site;
            }
        }
        return true;
    }

    // ---- the value ----

    /** The operand for the value at the start of {@code b}, with the phis it takes: one for each block of the region, but for those that would have one value only. */
    private int merge(int b, int cls) {
        firstOwn = fn.temporaries;
        for (int r = 0; r < regionSize; r++) entryValue[region[r]] = Ref.tmp(fn.newTemporary(cls, 0));
        for (int r = 0; r < regionSize; r++) {
            int block = region[r];
            for (int p = cfg.predStart[block]; p < cfg.predStart[block + 1]; p++) {
                int source = cfg.pred[p];
                if (endSite[source] < 0) continue;
                int value = valueOf(endSite[source], cls);
                boolean cut = cls == Cls.W && Ref.isTmp(value) && fn.tmpClass[Ref.value(value)] == Cls.L; // phis of words take words only
                endValue[source] = cut ? convert(endSite[source], Op.COPY, cls, value, Ref.NONE) : value;
                endSite[source] = CONVERTED;
            }
        }
        boolean changed = true;
        for (int round = 0; changed && round < MAX_ROUNDS; round++) {
            changed = false;
            for (int r = 0; r < regionSize; r++) changed |= simplify(region[r], Ref.tmp(firstOwn + r));
        }
        for (int r = 0; r < regionSize; r++) if (entryValue[region[r]] == Ref.tmp(firstOwn + r)) addPhi(region[r], cls);
        return resolve(entryValue[b]);
    }

    /** What stands for a value of the region's own after simplification. */
    private int resolve(int value) {
        while (Ref.isTmp(value) && Ref.value(value) >= firstOwn && Ref.value(value) < firstOwn + regionSize) {
            int next = entryValue[region[Ref.value(value) - firstOwn]];
            if (next == value) return value;
            value = next;
        }
        return value;
    }

    private int atEnd(int source) {
        return resolve(endSite[source] == AT_ENTRY ? entryValue[source] : endValue[source]);
    }

    /** Gives a block the value of all its predecessors if they agree. */
    private boolean simplify(int block, int own) {
        if (entryValue[block] != own) return false;
        int value = own;
        for (int p = cfg.predStart[block]; p < cfg.predStart[block + 1]; p++) {
            int source = atEnd(cfg.pred[p]);
            if (source == own || source == value) continue;
            if (value != own) return false;
            value = source;
        }
        entryValue[block] = value;
        return true;
    }

    private void addPhi(int block, int cls) {
        if (newPhis == phiBefore.length) {
            phiBefore = Arrays.copyOf(phiBefore, 2 * newPhis);
            phiNumber = Arrays.copyOf(phiNumber, 2 * newPhis);
        }
        phiNumber[newPhis] = fn.newPhi(cls, entryValue[block]);
        for (int p = cfg.predStart[block]; p < cfg.predStart[block + 1]; p++) fn.phiArgument(cfg.pred[p], atEnd(cfg.pred[p]));
        phiBefore[newPhis] = lastPhi[block];
        lastPhi[block] = newPhis++;
    }

    /** What the access at {@code site} tells, converted right behind it to the class the load starts from. */
    private int valueOf(int site, int cls) {
        int at = Fn.STRIDE * site, op = Fn.op(fn.ins[at]);
        if (Op.isAlloc(op)) return Ref.UNDEFINED;
        boolean load = Op.isLoad(op);
        int value = fn.ins[load ? at + 1 : at + 2], told = load ? Fn.cls(fn.ins[at]) : Op.operand(op, Cls.W, 0);
        int bytes = Op.width(op, Fn.cls(fn.ins[at]));
        alias.locate(fn, fn.ins[load ? at + 2 : at + 3]);
        int shift = 8 * (int) (offset - alias.offset);
        if (Cls.isFloat(told) && told == cls && shift == 0) return value;
        if (Cls.isFloat(told)) value = convert(site, Op.CAST, told ^ 2, value, Ref.NONE);
        if (shift > 0) value = convert(site, Op.SHR, bytes == 8 ? Cls.L : Cls.W, value, fn.constant(shift));
        return Cls.isFloat(cls) ? convert(site, Op.CAST, cls, value, Ref.NONE) : value;
    }

    private int convert(int site, int op, int cls, int first, int second) {
        if (extras == nextExtra.length) {
            nextExtra = Arrays.copyOf(nextExtra, 2 * extras);
            extra = Arrays.copyOf(extra, 2 * extra.length);
        }
        int at = Fn.STRIDE * extras, to = Ref.tmp(fn.newTemporary(cls, 0));
        extra[at] = op | cls << 16;
        extra[at + 1] = to;
        extra[at + 2] = first;
        extra[at + 3] = second;
        nextExtra[extras] = -1;
        if (firstExtra[site] < 0) firstExtra[site] = extras;
        else nextExtra[lastExtra[site]] = extras;
        lastExtra[site] = extras++;
        return to;
    }

    // ---- changing the function ----

    private void placePhis() {
        for (int b = 0; b < fn.blocks; b++) {
            if (lastPhi[b] < 0) continue;
            int from = fn.phiStart[b], end = fn.phiEnd[b];
            fn.phiStart[b] = fn.phiCount;
            for (int p = from; p < end; p++) fn.movePhi(p);
            for (int n = lastPhi[b]; n >= 0; n = phiBefore[n]) fn.movePhi(phiNumber[n]);
            fn.phiEnd[b] = fn.phiCount;
        }
    }

    private void placeExtras() {
        for (int b = 0; b < fn.blocks; b++) {
            int from = fn.insStart[b], end = fn.insEnd[b], first = from;
            while (first < end && firstExtra[first] < 0) first++;
            if (first == end) continue;
            fn.insStart[b] = fn.insCount;
            for (int i = from; i < end; i++) {
                fn.emit(fn.ins, Fn.STRIDE * i);
                for (int e = firstExtra[i]; e >= 0; e = nextExtra[e]) fn.emit(extra, Fn.STRIDE * e);
            }
            fn.insEnd[b] = fn.insCount;
        }
    }
}
