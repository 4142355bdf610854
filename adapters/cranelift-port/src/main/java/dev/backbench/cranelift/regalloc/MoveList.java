package dev.backbench.cranelift.regalloc;

import java.util.Arrays;

/** Moves with the point each belongs to, in parallel arrays that stay. */
final class MoveList {
    int count;
    int[] point = new int[64], from = new int[64], to = new int[64];

    void add(int where, int source, int target) {
        if (count == point.length) {
            point = Arrays.copyOf(point, 2 * count);
            from = Arrays.copyOf(from, 2 * count);
            to = Arrays.copyOf(to, 2 * count);
        }
        point[count] = where;
        from[count] = source;
        to[count++] = target;
    }

    void addAll(MoveList other) {
        for (int i = 0; i < other.count; i++) add(other.point[i], other.from[i], other.to[i]);
    }
}
