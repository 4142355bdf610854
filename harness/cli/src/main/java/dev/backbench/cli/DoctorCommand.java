package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.Containers;
import dev.backbench.spi.setup.Cache;
import dev.backbench.spi.setup.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;

@Command(name = "doctor",
    description = "Say what is missing on this machine and what to type, and what makes its timings less steady.")
final class DoctorCommand extends BenchCommand {
    private int missing;

    @Override
    int run() throws IOException {
        ok("JDK " + Runtime.version() + " in " + System.getProperty("java.home"));
        Path cache = Cache.directory();
        Path existing = cache;
        while (existing != null && !Files.exists(existing)) existing = existing.getParent();
        if (existing != null && Files.isWritable(existing)) {
            ok("cache folder " + cache + ", " + Text.bytes(Files.getFileStore(existing).getUsableSpace()) + " free");
        } else {
            bad("the cache folder " + cache + " cannot be written", "export BENCH_CACHE=/a/folder/of/yours");
        }
        for (Backend backend : Backends.onClassPath().all()) backend(backend);
        tools();
        steadiness();
        console().out.println(missing == 0 ? "Nothing is missing." : missing + (missing == 1 ? " thing is missing." : " things are missing.")
            + " What is missing makes a part unavailable; the rest runs.");
        return ExitCode.OK.code();
    }

    private void backend(Backend backend) {
        for (Requirement r : Setup.missing(backend.requirements())) {
            bad(backend.id() + ": " + r.what() + " is not in " + r.where() + " (" + Setup.size(r) + ")", "./bench setup " + backend.id()
                + (r.byHand().startsWith("./bench setup") ? "" : "    or by hand: " + r.byHand()));
        }
        Availability available = backend.available();
        if (available.yes()) ok("back end " + backend.id() + ": " + backend.summary());
        else if (Setup.missing(backend.requirements()).isEmpty()) bad("back end " + backend.id() + ": " + available.reason(), available.fix());
    }

    private void tools() {
        tool("as", "gcc's assembler", "apt-get install binutils");
        tool("fc-list", "fontconfig, for charts as PNG", "apt-get install fontconfig fonts-dejavu-core");
        tool("gdb", "only for 'bench trial --gdb'", "apt-get install gdb");
        Availability container = Containers.availability(Containers.BARE.name());
        if (container.yes()) ok("containers (only for +in=container and for cold starts in them)");
        else bad("containers (only for +in=container and for cold starts in them): " + container.reason(), container.fix());
    }

    private void tool(String name, String purpose, String fix) {
        if (onPath(name)) ok(name + " (" + purpose + ")");
        else bad(name + " is not on the path (" + purpose + ")", fix);
    }

    static boolean onPath(String name) {
        String path = System.getenv("PATH");
        if (path == null) return false;
        for (String folder : path.split(":")) if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) return true;
        return false;
    }

    /** Not missing, but worth knowing before timings are believed. */
    private void steadiness() {
        note(read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"), "performance", "the frequency governor is '%s'; steadier: cpupower frequency-set -g performance");
        note(read("/sys/devices/system/cpu/intel_pstate/no_turbo"), "1", "turbo is on (no_turbo=%s); steadier: echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
        note(read("/sys/devices/system/cpu/smt/active"), "0", "hyper-threading is active (%s); steadier: keep the sibling of the measured core idle");
        int cores = Runtime.getRuntime().availableProcessors();
        if (cores < 2) console().out.println("note     one core only: the harness shares it with what it measures");
    }

    private void note(String value, String wanted, String text) {
        if (value != null && !value.equals(wanted)) console().out.println("note     " + text.formatted(value));
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return null;
        }
    }

    private void ok(String line) {
        console().out.println("ok       " + line);
    }

    private void bad(String line, String fix) {
        missing++;
        console().out.println("missing  " + line);
        console().out.println("         type: " + fix);
    }
}
