package dev.backbench.core.plan;

import dev.backbench.workloads.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which workloads are one family: those that share over half of their function bodies, so that one C library does not vote a dozen times. Two modules are
 * joined when the bytes in bodies they have in common are over half of the smaller's; joining is transitive. Workloads that the catalogue puts into one family are
 * joined as well. A family is named after its first member's.
 */
public final class Families {
    /** Bodies this short (getters, empty stubs) are alike in unrelated programs. */
    private static final int SHORTEST = 16;

    /** @param by {@code bodies} if shared function bodies joined it to another workload, otherwise {@code catalogue} */
    public record Family(String name, String by) {}

    private Families() {}

    /** Family by workload name. */
    public static Map<String, Family> of(List<Workload> workloads) {
        Map<String, Map<Long, Integer>> bodies = new HashMap<>();
        for (Workload workload : workloads) bodies.put(workload.name(), Bodies.of(workload.bytes()));
        return of(workloads, bodies);
    }

    /** @param bodies of each workload: hash to length, see {@link Bodies} */
    static Map<String, Family> of(List<Workload> workloads, Map<String, Map<Long, Integer>> bodies) {
        int n = workloads.size();
        int[] leader = new int[n];
        for (int i = 0; i < n; i++) {
            leader[i] = i;
            for (int j = 0; j < i; j++) {
                Workload a = workloads.get(i), b = workloads.get(j);
                if (a.family().equals(b.family()) || related(bodies.get(a.name()), bodies.get(b.name()))) join(leader, i, j);
            }
        }
        Map<String, Family> families = new HashMap<>();
        for (int i = 0; i < n; i++) {
            Workload workload = workloads.get(i);
            String name = workloads.get(find(leader, i)).family();
            families.put(workload.name(), new Family(name, name.equals(workload.family()) ? "catalogue" : "bodies"));
        }
        return families;
    }

    private static boolean related(Map<Long, Integer> a, Map<Long, Integer> b) {
        Map<Long, Integer> small = weight(a) <= weight(b) ? a : b, large = small == a ? b : a;
        long shared = 0;
        for (Map.Entry<Long, Integer> body : small.entrySet()) if (body.getValue() >= SHORTEST && large.containsKey(body.getKey())) shared += body.getValue();
        return shared > 0 && 2 * shared > weight(small);
    }

    private static long weight(Map<Long, Integer> bodies) {
        long weight = 0;
        for (int length : bodies.values()) if (length >= SHORTEST) weight += length;
        return weight;
    }

    private static int find(int[] leader, int i) {
        while (leader[i] != i) i = leader[i];
        return i;
    }

    private static void join(int[] leader, int i, int j) {
        int a = find(leader, i), b = find(leader, j);
        leader[Math.max(a, b)] = Math.min(a, b);
    }
}
