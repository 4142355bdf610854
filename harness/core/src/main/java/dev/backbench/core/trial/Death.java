package dev.backbench.core.trial;

import dev.backbench.core.host.ProcFiles;
import dev.backbench.core.row.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Why a worker died without saying so. */
record Death(Status status, String reason) {
    private static final List<String> SIGNALS = List.of("", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
            "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM");
    private static final int SIGKILL = 9;

    /** @param exit as the shell gives it @param oomKillsBefore of {@link #oomKills} when the worker started */
    static Death of(int exit, Path log, long oomKillsBefore) {
        if (exit <= 128) return exited(exit, log);
        int signal = exit - 128;
        String name = signal < SIGNALS.size() ? SIGNALS.get(signal) : "signal " + signal;
        if (signal == SIGKILL && oomKills() > oomKillsBefore) return new Death(Status.OOM, "killed by the kernel for want of memory");
        String frame = problematicFrame(log);
        return new Death(Status.CRASH, "killed by " + name + (frame == null ? "" : " in " + frame));
    }

    private static Death exited(int exit, Path log) {
        String tail = tail(log);
        if (tail.contains("insufficient memory for the Java Runtime") || tail.contains("OutOfMemoryError") || tail.contains("std::bad_alloc")) {
            return new Death(Status.OOM, "out of memory (exit code " + exit + ")");
        }
        int end = tail.lastIndexOf('\n', tail.length() - 2);
        String last = tail.substring(end + 1).strip();
        return new Death(Status.CRASH, "exit code " + exit + (last.isEmpty() ? "" : ": " + last));
    }

    /** Processes that the kernel killed for want of memory since boot; 0 if it does not tell. */
    static long oomKills() {
        String text = ProcFiles.read("/proc/vmstat");
        int at = text == null ? -1 : text.indexOf("\noom_kill ");
        return at < 0 ? 0 : Long.parseLong(text.substring(at + 10).lines().findFirst().orElse("0").strip());
    }

    /** What the JVM's crash report names, without its column padding. */
    private static String problematicFrame(Path log) {
        Path report = Path.of(log + ".crash");
        if (!Files.exists(report)) return null;
        List<String> lines = tailOf(report, Integer.MAX_VALUE).lines().toList();
        int at = lines.indexOf("# Problematic frame:");
        return at < 0 || at + 1 == lines.size() ? null : lines.get(at + 1).replace("# ", "").replaceAll("\\s+", " ").strip();
    }

    private static String tail(Path log) {
        return tailOf(log, 4000);
    }

    private static String tailOf(Path file, int most) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            int from = Math.max(0, bytes.length - most);
            return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }
}
