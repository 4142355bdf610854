package dev.backbench.core.plan;

import dev.backbench.workloads.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the workloads' function bodies tell: how much there is to do, and which workloads are one family, so that one C library does not vote a dozen times. Two modules
 * are joined when the bytes in bodies they share are over half of the smaller's; joining is transitive. What the catalogue puts into one family is joined as
 * well. A family is named after its first member's.
 */
final class Programs {
    /** Bodies this short (getters, empty stubs) are alike in unrelated programs. */
    private static final int SHORTEST = 16;

    private Programs() {}

    /** By workload name. */
    static Map<String, Plan.Program> of(List<Workload> workloads) {
        int n = workloads.size();
        Bodies[] bodies = new Bodies[n];
        for (int i = 0; i < n; i++) bodies[i] = Bodies.of(workloads.get(i).bytes());
        int[] leader = new int[n];
        for (int i = 0; i < n; i++) {
            leader[i] = i;
            for (int j = 0; j < i; j++) {
                boolean alike = workloads.get(i).family().equals(workloads.get(j).family());
                if (alike || related(bodies[i].lengths(), bodies[j].lengths())) join(leader, i, j);
            }
        }
        Map<String, Plan.Program> programs = new HashMap<>();
        for (int i = 0; i < n; i++) {
            Workload workload = workloads.get(i);
            String family = workloads.get(find(leader, i)).family();
            programs.put(workload.name(), new Plan.Program(family, family.equals(workload.family()) ? "catalogue" : "bodies", bodies[i].operations()));
        }
        return programs;
    }

    private static boolean related(Map<Long, Integer> a, Map<Long, Integer> b) {
        Map<Long, Integer> small = weight(a) <= weight(b) ? a : b, large = small == a ? b : a;
        long shared = 0;
        for (Map.Entry<Long, Integer> body : small.entrySet()) if (body.getValue() >= SHORTEST && large.containsKey(body.getKey())) shared += body.getValue();
        return 2 * shared > weight(small);
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
