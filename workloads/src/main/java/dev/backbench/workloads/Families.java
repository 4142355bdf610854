package dev.backbench.workloads;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the modules that share over half of their function bodies, most often a language's library; totals count them once. Two bodies are the same if they
 * are the same sequence of opcodes: immediates differ with where a linker put things.
 */
public final class Families {
    /** Shorter bodies are alike by chance. */
    private static final int SHORTEST = 12;

    private Families() {}

    /** The same workloads; those of {@link Origin#FOLDER} with the family they were found to belong to. */
    static List<Workload> assign(List<Workload> workloads) {
        List<Integer> foreign = new ArrayList<>();
        for (int i = 0; i < workloads.size(); i++) {
            if (workloads.get(i).origin() == Origin.FOLDER && workloads.get(i).input().equals(Workload.WASM)) foreign.add(i);
        }
        if (foreign.size() < 2) return workloads;
        List<Set<Long>> bodies = foreign.stream().map(i -> bodies(workloads.get(i).bytes())).toList();
        int[] leader = new int[foreign.size()];
        for (int i = 0; i < leader.length; i++) {
            leader[i] = i;
            for (int k = 0; k < i; k++) {
                if (related(bodies.get(i), bodies.get(k))) join(leader, i, k);
            }
        }
        List<Workload> named = new ArrayList<>(workloads);
        for (int i = 0; i < leader.length; i++) {
            TreeSet<String> names = new TreeSet<>(), folders = new TreeSet<>();
            for (int k = 0; k < leader.length; k++) {
                if (leader(leader, k) != leader(leader, i)) continue;
                names.add(workloads.get(foreign.get(k)).name());
                folders.add(FolderLayout.parentName(workloads.get(foreign.get(k)).wasm()));
            }
            String family = names.size() > 1 && folders.size() == 1 ? folders.first() : names.first();
            named.set(foreign.get(i), workloads.get(foreign.get(i)).ofFamily(family));
        }
        return named;
    }

    private static int leader(int[] leader, int i) {
        while (leader[i] != i) i = leader[i];
        return i;
    }

    private static void join(int[] leader, int a, int b) {
        int x = leader(leader, a), y = leader(leader, b);
        leader[Math.max(x, y)] = Math.min(x, y);
    }

    /** Over half of the one that has more. */
    static boolean related(Set<Long> a, Set<Long> b) {
        Set<Long> small = a.size() < b.size() ? a : b, large = small == a ? b : a;
        int shared = 0;
        for (Long body : small) {
            if (large.contains(body)) shared++;
        }
        return 2 * shared > large.size();
    }

    /** Hashes of the bodies that are long enough; empty if the module cannot be read. */
    static Set<Long> bodies(byte[] module) {
        Set<Long> found = new HashSet<>();
        try {
            new Skeleton(module).bodies(found);
        } catch (IndexOutOfBoundsException malformed) {
            found.clear();
        }
        return found;
    }

    /** How many operations a module's bodies hold; -1 if it cannot be read or has operations that are not known here. */
    public static long operations(byte[] module) {
        Skeleton skeleton = new Skeleton(module);
        try {
            skeleton.bodies(new HashSet<>());
        } catch (IndexOutOfBoundsException malformed) {
            return -1;
        }
        return skeleton.known ? skeleton.operations : -1;
    }

    /** Walks the code section and hashes opcodes, skipping immediates. */
    private static final class Skeleton {
        private static final int CODE = 10;
        private final byte[] bytes;
        private int at = 8;
        private long operations;
        private boolean known = true;

        Skeleton(byte[] bytes) {
            this.bytes = bytes;
        }

        void bodies(Set<Long> into) {
            while (at < bytes.length) {
                int id = bytes[at++], size = leb(), end = at + size;
                if (size < 0) throw new IndexOutOfBoundsException();
                if (id == CODE) {
                    for (int n = leb(); n > 0; n--) body(into);
                }
                at = end;
            }
        }

        private void body(Set<Long> into) {
            int size = leb(), end = at + size, count = 0;
            if (size < 0) throw new IndexOutOfBoundsException();
            long hash = 1;
            for (int groups = leb(); groups > 0; groups--) {
                leb();
                at++;
            }
            while (at < end) {
                int op = bytes[at++] & 0xff;
                hash = (hash ^ op) * 0x9E3779B97F4A7C15L;
                hash ^= hash >>> 29;
                count++;
                known &= known(op);
                if (op >= 0xfb) {
                    int sub = leb();
                    hash = (hash ^ sub) * 0xD1342543DE82EF95L;
                    if (op != 0xfc) break;
                    skipBulk(sub);
                } else {
                    skip(op);
                }
            }
            at = end;
            operations += count;
            if (count >= SHORTEST) into.add(hash);
        }

        /** Operations up to reference types; later ones may have immediates that are not skipped. */
        private static boolean known(int op) {
            return op <= 0x05 || op >= 0x0b && op <= 0x11 || op >= 0x1a && op <= 0x1c || op >= 0x20 && op <= 0x26 || op >= 0x28 && op <= 0xc4 || op >= 0xd0 && op <= 0xd2 || op == 0xfc;
        }

        private void skip(int op) {
            if (op >= 0x28 && op <= 0x3e) {
                leb();
                leb();
                return;
            }
            switch (op) {
                case 0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2 -> leb();
                case 0x11 -> {
                    leb();
                    leb();
                }
                case 0x0e -> {
                    for (int n = leb() + 1; n > 0; n--) leb();
                }
                case 0x1c -> at += leb();
                case 0x43 -> at += 4;
                case 0x44 -> at += 8;
                default -> {
                    // no immediate
                }
            }
        }

        private void skipBulk(int sub) {
            if (sub == 8 || sub == 10 || sub == 12 || sub == 14) leb();
            if (sub >= 8) leb();
        }

        /** The low 32 bits of a number of any length. */
        private int leb() {
            int value = 0, shift = 0;
            byte b;
            do {
                b = bytes[at++];
                if (shift < 32) value |= (b & 0x7f) << shift;
                shift += 7;
            } while (b < 0);
            return value;
        }
    }
}
