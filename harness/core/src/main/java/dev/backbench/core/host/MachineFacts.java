package dev.backbench.core.host;

import dev.backbench.core.row.Manifest.Machine;
import dev.backbench.core.store.Seal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What this machine is, from {@code /proc} and {@code /sys}. What is not known goes into {@code unknown} with its reason. */
public final class MachineFacts {
    private static final String SALT = "backbench machine 1:";
    private static final String CPU = "/sys/devices/system/cpu/";

    private final Map<String, String> unknown;

    MachineFacts(Map<String, String> unknown) {
        this.unknown = unknown;
    }

    /** @param unknown receives {@code machine.<field>} with the reason for each null */
    public static Machine read(Map<String, String> unknown) {
        return new MachineFacts(unknown).read();
    }

    private Machine read() {
        String info = ProcFiles.read("/proc/cpuinfo");
        String total = ProcFiles.field(ProcFiles.read("/proc/meminfo"), "MemTotal");
        Long memory = total == null ? null : Long.parseLong(total.substring(0, total.indexOf(' '))) * 1024;
        String smt = file("smt", CPU + "smt/active");
        String aslr = file("aslr", "/proc/sys/kernel/randomize_va_space");
        return new Machine(id(), or("cpu_model", ProcFiles.field(info, "model name"), "not in /proc/cpuinfo"),
                or("microcode", ProcFiles.field(info, "microcode"), "not in /proc/cpuinfo"), Runtime.getRuntime().availableProcessors(), memory,
                file("kernel", "/proc/sys/kernel/osrelease"), mitigations(), smt == null ? null : smt.equals("1"), file("governor", CPU + "cpu0/cpufreq/scaling_governor"),
                turbo(), file("huge_pages", "/sys/kernel/mm/transparent_hugepage/enabled"), aslr == null ? null : Integer.valueOf(aslr),
                file("clock_source", "/sys/devices/system/clocksource/clocksource0/current_clocksource"), cgroup(), hypervisor(info), libc());
    }

    private String file(String field, String name) {
        return or(field, ProcFiles.read(name), name + " cannot be read");
    }

    private String or(String field, String value, String reason) {
        if (value != null && !value.isEmpty()) return value;
        unknown.put("machine." + field, reason);
        return null;
    }

    /** Stable for an installation, and no way back to it. */
    private String id() {
        String machine = ProcFiles.read("/etc/machine-id");
        return machineId(machine, ProcFiles.read("/proc/sys/kernel/hostname"), ProcFiles.field(ProcFiles.read("/proc/cpuinfo"), "model name"));
    }

    /** @param name what a machine without an installation's id is told apart by, with its processor; without both it is nobody's machine, and null */
    String machineId(String installed, String name, String processor) {
        String told = installed;
        if (told == null || told.isEmpty() || told.equals("uninitialized")) {
            if (name == null || name.isEmpty() || name.equals("localhost") || processor == null) {
                return or("id", null, "neither /etc/machine-id nor a host name with a processor's can be read: runs here are comparable with no other");
            }
            unknown.put("machine.id_source", "no /etc/machine-id: host name and processor stand for it");
            told = name + '\n' + processor;
        }
        return Seal.sha256(SALT + told).substring(0, 16);
    }

    private Map<String, String> mitigations() {
        Map<String, String> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of(CPU + "vulnerabilities"))) {
            for (Path file : files) found.put(file.getFileName().toString(), ProcFiles.read(file.toString()));
        } catch (IOException e) {
            unknown.put("machine.mitigations", CPU + "vulnerabilities cannot be read");
            return null;
        }
        return found;
    }

    private Boolean turbo() {
        String intel = ProcFiles.read(CPU + "intel_pstate/no_turbo");
        if (intel != null) return intel.equals("0");
        String boost = ProcFiles.read(CPU + "cpufreq/boost");
        if (boost != null) return boost.equals("1");
        unknown.put("machine.turbo", "neither intel_pstate/no_turbo nor cpufreq/boost can be read");
        return null;
    }

    private Map<String, String> cgroup() {
        Map<String, String> limits = new TreeMap<>();
        String own = ProcFiles.read("/proc/self/cgroup");
        String path = own == null || !own.contains("0::") ? "" : own.substring(own.indexOf("0::") + 3).lines().findFirst().orElse("");
        for (String key : new String[] {"cpu.max", "memory.max", "cpuset.cpus.effective"}) {
            String value = ProcFiles.read("/sys/fs/cgroup" + path + "/" + key);
            if (value != null) limits.put(key, value);
        }
        if (!limits.isEmpty()) return limits;
        unknown.put("machine.cgroup", "no unified cgroup limits can be read");
        return null;
    }

    private String hypervisor(String info) {
        String flags = ProcFiles.field(info, "flags");
        if (flags != null && !(" " + flags + " ").contains(" hypervisor ")) return "none";
        return or("hypervisor", ProcFiles.read("/sys/class/dmi/id/sys_vendor"), "virtual, but /sys/class/dmi/id/sys_vendor cannot be read");
    }

    private String libc() {
        try {
            Process process = new ProcessBuilder("getconf", "GNU_LIBC_VERSION").redirectErrorStream(true).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() == 0) return text;
        } catch (IOException e) {
            // said below
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return or("libc", null, "getconf GNU_LIBC_VERSION does not tell");
    }
}
