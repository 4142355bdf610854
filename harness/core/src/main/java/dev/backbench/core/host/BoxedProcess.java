package dev.backbench.core.host;

import java.io.File;

/** A process in a container, as this machine sees it. */
public final class BoxedProcess {
    private BoxedProcess() {}

    /**
     * @param container the container's id
     * @param inside the process's number there
     * @return its number here; -1 if it is not to be seen
     */
    public static long find(String container, long inside) {
        String[] names = new File("/proc").list((folder, name) -> Character.isDigit(name.charAt(0)));
        for (String name : names == null ? new String[0] : names) {
            String numbers = ProcFiles.field(ProcFiles.read("/proc/" + name + "/status"), "NSpid");
            if (numbers == null || !numbers.endsWith("\t" + inside)) continue;
            String groups = ProcFiles.read("/proc/" + name + "/cgroup");
            if (groups != null && groups.contains(container)) return Long.parseLong(name);
        }
        return -1;
    }
}
