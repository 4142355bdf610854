package dev.backbench.cranelift.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer's comparison finds every planted bug within its fixed budget of texts. Wrong code runs in processes of its own; one that dies has found its bug. */
class PlantedBugsTest {
    private static final int LEAST = 20, SECONDS = 60;
    /** Exit codes from here on are of signals. */
    private static final int KILLED = 128;
    private static final String MARK = "@planted ";

    @TempDir
    Path folder;

    @Test
    void allAreFound() throws Exception {
        Map<PlantedBug, String> found = new TreeMap<>();
        PlantedBug[] all = PlantedBug.values();
        assertTrue(all.length >= LEAST);
        for (int next = 0; next < all.length; ) next = process(next, found);
        found.forEach((bug, how) -> System.out.println("planted: " + bug + " " + how));
        List<PlantedBug> missed = new ArrayList<>(List.of(all));
        missed.removeAll(found.keySet());
        assertEquals(List.of(), missed, "not found in " + FuzzTest.TEXTS + " texts");
    }

    /** @return the bug to go on with */
    private int process(int first, Map<PlantedBug, String> found) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) if (flag.startsWith("--") || flag.equals("-ea")) command.add(flag);
        Path log = folder.resolve("log" + first);
        command.addAll(List.of("-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"), "-XX:-CreateCoredumpOnCrash", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
            PlantedBugsTest.class.getName(), String.valueOf(first)));
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        int at = first - 1;
        boolean over = false;
        Thread watch = Thread.ofPlatform().daemon().start(() -> end(process));
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (!line.startsWith(MARK)) continue;
                String[] words = line.substring(MARK.length()).split(" ", 3);
                if (words[0].equals("begin")) at = PlantedBug.valueOf(words[1]).ordinal();
                else if (words[0].equals("over")) over = true;
                else found.put(PlantedBug.valueOf(words[1]), words[2]);
            }
        } finally {
            watch.interrupt();
        }
        int code = process.waitFor();
        assertTrue(at >= first, () -> "the process ended with " + code + " before its first bug: " + text(log));
        if (over) return PlantedBug.values().length;
        assertTrue(code >= KILLED, () -> "the process ended with " + code + ", which no bug in machine code does: " + text(log));
        found.put(PlantedBug.values()[at], "ended its process with code " + code);
        return at + 1;
    }

    private static void end(Process process) {
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            // it ended
        }
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** In the process: bugs from the given one on. */
    public static void main(String[] arguments) {
        PrintStream out = System.out;
        PlantedBug[] all = PlantedBug.values();
        for (int b = Integer.parseInt(arguments[0]); b < all.length; b++) {
            out.println(MARK + "begin " + all[b]);
            String how = hunt(all[b]);
            if (how != null) out.println(MARK + "found " + all[b] + " " + how);
        }
        out.println(MARK + "over");
    }

    /** @return null where no text showed it */
    private static String hunt(PlantedBug bug) {
        ClifOracle.Watch nobody = new ClifOracle.Watch() {
            @Override
            public void compiled(dev.backbench.cranelift.ir.Function f) {}

            @Override
            public void outcome(String how) {}

            @Override
            public void refused(String why) {}
        };
        ClifOracle oracle = new ClifOracle(List.of(bug.pipeline()), ClifFuzzer.ROUNDS, nobody);
        for (long seed = 1; seed <= FuzzTest.TEXTS; seed++) {
            String difference = oracle.difference(ClifFuzzer.textOf(seed), seed);
            if (difference != null) return "by text " + seed + ": " + difference.replace('\n', ' ');
        }
        return null;
    }
}
