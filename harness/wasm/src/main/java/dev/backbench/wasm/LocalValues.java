package dev.backbench.wasm;

import dev.backbench.kit.LongIntMap;
import java.util.Arrays;

/**
 * The values of locals: sparse SSA construction in one pass, after Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (2013), on
 * the tree of {@link SsaGraph} instead of predecessor by predecessor.
 *
 * <p>A <em>record</em> says that a local has a value at the end of a node. The records of a local form a list in order of nodes, newest first ({@code before}). What
 * a node sees is the nearest record of an ancestor, if the local was not assigned on the way. It was on the way
 * <ul>
 *   <li>at a join, if a record lies between the join's parent and the join, in the list. As the list's newest record before the node seen from lies in a closed
 *       subtree then, only the topmost ancestor after that record can be such a join. The join gets a record of its own, whose value is looked up in its
 *       predecessors when someone wants it;
 *   <li>at the head of a loop that is still open, perhaps: it gets a parameter, to be settled at the loop's end;
 *   <li>at the head of an ended loop, if there is an assignment in the loop's range of nodes.
 * </ul>
 * Each record also points to the one its node saw ({@code seen}): the chain has exactly the records of the node's ancestors, so that a lookup skips in one step
 * all that an arm did to a local when it starts from a later arm.
 *
 * <p>A parameter made in nested loops for a local last assigned outside of several is settled at the end of the outermost of these: at the latest then it is
 * known not to change, without a parameter in each loop between.
 *
 * <p>Cost: constant per read and write in straight code and in the usual nests; logarithmic in the number of blocks after a join or arm; linear in the arguments for
 * each parameter that stays. No recursion.
 */
final class LocalValues {
    private static final int NONE = -1;
    private static final int UNKNOWN = Integer.MIN_VALUE; // value of a join's record nobody asked for yet

    private final SsaGraph graph;
    private final Joins joins;
    private byte[] types = {}; // codes, by local + 1
    private int[] newest = new int[64]; // by local: its newest record, or NONE
    private final int[] initial = new int[16]; // by type's code: the value of a local that was never assigned

    private int records;
    private int[] node = new int[64];
    private int[] value = new int[64];
    private int[] before = new int[64];
    private int[] seen = new int[64];
    private int[] skip = new int[64]; // of one that does not assign: an older one, with none between that assigns; or NONE
    private int[] local = new int[64];
    private boolean[] assigns = new boolean[64]; // else it only repeats what was so at its node

    private final LongIntMap special = new LongIntMap(); // (join or head, local) to the record made for it

    // parameters to settle: entries (parameter, head, local, record seen from outside the loop, next), listed by the loop at whose end
    private int[] pending = new int[80];
    private int pendingCount;
    private int[] firstPending = new int[16]; // by node
    // parameters of ended loops, made while settling others: (parameter, head, local)
    private int[] late = new int[48];
    private int lateCount;

    // joins being resolved: (record, edge looked at, the record the search goes on from, height in found)
    private int[] stack = new int[64];
    private int depth;
    private int[] found = new int[64];
    private int foundCount;

    LocalValues(SsaGraph graph, Joins joins) {
        this.graph = graph;
        this.joins = joins;
        Arrays.fill(newest, NONE);
    }

    void begin(byte[] types, int count) {
        for (int r = 0; r < records; r++) newest[local[r]] = NONE;
        this.types = types;
        if (count > newest.length) {
            int old = newest.length;
            newest = Arrays.copyOf(newest, 2 * count);
            Arrays.fill(newest, old, newest.length, NONE);
        }
        records = 0;
        pendingCount = 0;
        special.clear();
    }

    /** The value that locals of a type have from the start. */
    void initial(int code, int value) {
        initial[code] = value;
    }

    void parameter(int local, int value) {
        newest[local] = record(0, value, NONE, NONE, local, true);
    }

    int read(int local) {
        int record = newest[local];
        if (record != NONE) {
            int at = node[record];
            if (graph.last[at] == SsaGraph.OPEN && at >= graph.currentLoop) {
                int value = this.value[record];
                return value != UNKNOWN ? value : valueOf(record);
            }
        }
        return readSlow(local);
    }

    void write(int local, int value) {
        int record = newest[local], current = graph.newest();
        if (record != NONE && node[record] == current) {
            this.value[record] = value;
            assigns[record] = true;
            return;
        }
        int seen = current(local); // may add a record before this one
        newest[local] = record(current, value, newest[local], seen, local, true);
    }

    /** The record the current position sees, and what has to be remembered for the next time. */
    private int readSlow(int local) {
        int record = current(local), last = newest[local];
        int head = record == last ? graph.currentLoop : loopBetween(graph.newest(), local, record); // no assignment after the newest, so none in an ended loop
        if (head > node[record]) {
            record = loopRecord(head, local, record);
            if (node[record] > node[last]) {
                before[record] = last;
                newest[local] = last = record;
            }
        }
        int value = valueOf(record);
        if (record != last) newest[local] = record(graph.topAfter(graph.newest(), node[last]), value, last, record, local, false);
        return value;
    }

    /**
     * The record of the nearest ancestor that the current position sees, loops aside. Records of closed nodes that only repeat are dropped on the way: they would
     * be skipped again and again.
     */
    private int current(int local) {
        int record = newest[local];
        if (record == NONE) return newest[local] = record(0, initial[types[1 + local]], NONE, NONE, local, true);
        while (graph.last[node[record]] != SsaGraph.OPEN && !assigns[record]) record = older(record);
        newest[local] = record;
        if (graph.last[node[record]] == SsaGraph.OPEN) return record;
        int top = graph.topAfter(graph.newest(), node[record]), seen = seenAbove(top, record);
        if (graph.kind[top] != SsaGraph.JOIN) return seen;
        int join = joinRecord(top, local, record, seen);
        before[join] = record;
        return newest[local] = join;
    }

    /** The record the end of {@code at} sees. @param record the newest of the local's that is not after {@code at} */
    private int seenAt(int at, int local, int record) {
        while (!graph.isAncestor(node[record], at) && !assigns[record]) record = older(record);
        if (!graph.isAncestor(node[record], at)) {
            int top = graph.topAfter(at, node[record]), seen = seenAbove(top, record);
            record = graph.kind[top] == SsaGraph.JOIN ? joinRecord(top, local, record, seen) : seen;
        }
        int head = loopBetween(at, local, record);
        return head == NONE ? record : loopRecord(head, local, record);
    }

    /**
     * The nearest head above {@code at} and below the node of {@code record} whose loop assigns the local or may yet; NONE if there is none. Ended loops count: where
     * one is left by a branch, what follows has the branching block as its ancestor.
     */
    private int loopBetween(int at, int local, int record) {
        int head = graph.loop[at];
        while (head > node[record] && graph.loopEnd[head] != SsaGraph.OPEN && !assignedIn(head, local)) {
            assert graph.visit();
            head = graph.outerLoop[head];
        }
        return head > node[record] ? head : NONE;
    }

    private int seenAbove(int top, int record) {
        int parent = graph.parent[top];
        while (node[record] > parent) {
            assert graph.visit();
            record = seen[record];
        }
        return record;
    }

    private boolean assignedIn(int head, int local) {
        int record = newest[local], end = graph.loopEnd[head];
        while (node[record] > end || !assigns[record]) record = assigns[record] ? older(record) : assigning(record);
        return node[record] >= head;
    }

    /**
     * The nearest older record that assigns; there is one at the function's start. What was skipped once is skipped in half as many steps the next time: nested loops that only read a local ask
     * at each end. A record that begins to assign later is its local's newest then, so that nobody has skipped it.
     */
    private int assigning(int record) {
        while (!assigns[record]) {
            int next = skip[record] == NONE ? older(record) : skip[record];
            if (!assigns[next]) {
                int further = skip[next] == NONE ? before[next] : skip[next];
                assert graph.visit();
                skip[record] = further;
            }
            record = next;
        }
        return record;
    }

    private int newestUntil(int at, int record) {
        while (node[record] > at) record = older(record);
        return record;
    }

    private int older(int record) {
        assert graph.visit();
        return before[record];
    }

    // ---- records ----

    private int record(int node, int value, int before, int seen, int local, boolean assigns) {
        if (records == this.node.length) growRecords();
        int record = records++;
        this.node[record] = node;
        this.value[record] = value;
        this.before[record] = before;
        this.seen[record] = seen;
        this.local[record] = local;
        this.assigns[record] = assigns;
        skip[record] = NONE;
        return record;
    }

    private void growRecords() {
        int size = 2 * records;
        node = Arrays.copyOf(node, size);
        value = Arrays.copyOf(value, size);
        before = Arrays.copyOf(before, size);
        seen = Arrays.copyOf(seen, size);
        skip = Arrays.copyOf(skip, size);
        local = Arrays.copyOf(local, size);
        assigns = Arrays.copyOf(assigns, size);
    }

    private static long key(int node, int local) {
        return (long) node << 32 | local;
    }

    /** The record of a local that was assigned before a join's branches and after its parent. */
    private int joinRecord(int join, int local, int before, int seen) {
        long key = key(join, local);
        int record = special.get(key);
        if (record == NONE) special.put(key, record = record(join, UNKNOWN, before, seen, local, true));
        return record;
    }

    /** The record of a local that is, or may yet be, assigned in a loop. @param outside what is seen from outside the loop */
    private int loopRecord(int head, int local, int outside) {
        long key = key(head, local);
        int record = special.get(key);
        if (record != NONE) return record;
        int parameter = joins.parameter(graph.outer[head], TypeList.valueType(types[1 + local]));
        special.put(key, record = record(head, parameter, NONE, outside, local, false));
        if (graph.loopEnd[head] == SsaGraph.OPEN) postpone(parameter, head, local, outside, graph.outermostLoopAfter(node[outside]));
        else later(parameter, head, local);
        return record;
    }

    private void postpone(int parameter, int head, int local, int outside, int until) {
        if (pendingCount + 5 > pending.length) pending = Arrays.copyOf(pending, 2 * pending.length);
        pending[pendingCount] = parameter;
        pending[pendingCount + 1] = head;
        pending[pendingCount + 2] = local;
        pending[pendingCount + 3] = outside;
        pending[pendingCount + 4] = firstPending[until];
        firstPending[until] = pendingCount;
        pendingCount += 5;
    }

    private void later(int parameter, int head, int local) {
        if (lateCount + 3 > late.length) late = Arrays.copyOf(late, 2 * late.length);
        late[lateCount] = parameter;
        late[lateCount + 1] = head;
        late[lateCount + 2] = local;
        lateCount += 3;
    }

    // ---- values ----

    void startLoop(int head) {
        if (head >= firstPending.length) firstPending = Arrays.copyOf(firstPending, 2 * head);
        firstPending[head] = NONE;
    }

    /** Settles the parameters that waited for the end of this loop, which has just been marked in the graph. */
    void endLoop(int head) {
        for (int entry = firstPending[head]; entry != NONE; entry = pending[entry + 4]) {
            int parameter = pending[entry], inner = pending[entry + 1], local = pending[entry + 2];
            if (!assignedIn(head, local)) joins.withdraw(parameter, valueOf(seenBefore(head, local, pending[entry + 3])));
            else if (inner == head || assignedIn(inner, local)) settle(parameter, inner, local);
            else joins.withdraw(parameter, valueAt(graph.parent[inner], local));
        }
        settleLate();
    }

    /** What the entry to a loop sees. @param outside the same, ended loops before this one aside */
    private int seenBefore(int head, int local, int outside) {
        int ended = loopBetween(graph.parent[head], local, outside);
        return ended == NONE ? outside : loopRecord(ended, local, outside);
    }

    private void settleLate() {
        while (lateCount > 0) {
            lateCount -= 3;
            settle(late[lateCount], late[lateCount + 1], late[lateCount + 2]);
        }
    }

    /** Looks up what the head of an ended loop takes from each branch to it. */
    private void settle(int parameter, int head, int local) {
        int from = foundCount, record = newest[local];
        for (int edge = graph.edges[head]; edge != NONE; edge = graph.older[edge]) {
            int source = graph.source[edge];
            if (source < head) { // the entry: known when the parameter was made, and far back in the list by now
                push(known(seenBefore(head, local, seen[special.get(key(head, local))])));
                continue;
            }
            record = newestUntil(source, record);
            push(known(seenAt(source, local, record)));
        }
        joins.complete(parameter, graph, graph.edges[head], found, from);
        foundCount = from;
    }

    private int valueAt(int at, int local) {
        return known(seenAt(at, local, newestUntil(at, newest[local])));
    }

    private int known(int record) {
        return value[record] != UNKNOWN ? value[record] : resolve(record);
    }

    private int valueOf(int record) {
        int value = known(record);
        if (lateCount > 0) settleLate();
        return value;
    }

    /** Finds the value of a join's record in the join's predecessors, and theirs first where they are joins that nobody asked either. */
    private int resolve(int record) {
        int bottom = depth;
        enter(record);
        while (depth > bottom) {
            int join = stack[depth - 4], edge = stack[depth - 3], search = stack[depth - 2];
            boolean waiting = false;
            while (edge != NONE && !waiting) {
                int source = graph.source[edge];
                search = newestUntil(source, search);
                int from = seenAt(source, local[join], search);
                waiting = value[from] == UNKNOWN;
                if (waiting) {
                    stack[depth - 3] = edge;
                    stack[depth - 2] = search;
                    enter(from);
                } else {
                    push(value[from]);
                    edge = graph.older[edge];
                }
            }
            if (!waiting) finish(join);
        }
        return value[record];
    }

    private void enter(int record) {
        if (depth + 4 > stack.length) stack = Arrays.copyOf(stack, 2 * stack.length);
        stack[depth] = record;
        stack[depth + 1] = graph.edges[node[record]];
        stack[depth + 2] = before[record];
        stack[depth + 3] = foundCount;
        depth += 4;
    }

    private void push(int value) {
        assert graph.visit();
        if (foundCount == found.length) found = Arrays.copyOf(found, 2 * foundCount);
        found[foundCount++] = value;
    }

    /** The values on all edges are known: one, or a parameter. */
    private void finish(int join) {
        depth -= 4;
        int from = stack[depth + 3], only = joins.find(found[from]);
        boolean same = true;
        for (int i = from + 1; i < foundCount && same; i++) same = joins.find(found[i]) == only;
        if (!same) {
            only = joins.parameter(graph.outer[node[join]], TypeList.valueType(types[1 + local[join]]));
            joins.complete(only, graph, graph.edges[node[join]], found, from);
        }
        value[join] = only;
        foundCount = from;
    }
}
