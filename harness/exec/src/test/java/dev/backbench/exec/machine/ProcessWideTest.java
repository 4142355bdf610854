package dev.backbench.exec.machine;

import static dev.backbench.exec.machine.Machine.type;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can only be seen in a JVM of its own: crash reports, collectors, settings. */
class ProcessWideTest {
    @TempDir
    Path folder;

    private record Ended(int code, String output) {}

    private Ended run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        return new Ended(process.waitFor(), output);
    }

    /** A fault that is not Wasm's still ends in the JVM's own report, also on a thread that has run generated code. */
    @Test
    void aRealCrashIsStillReportedByTheJvm() throws Exception {
        Ended ended = run("-XX:-CreateCoredumpOnCrash", Crash.class.getName());
        assertNotEquals(0, ended.code);
        assertTrue(ended.output.contains("trapped first"), ended.output);
        assertTrue(ended.output.contains("SIGSEGV"), ended.output);
        try (var files = Files.list(folder)) {
            Path report = files.filter(f -> f.getFileName().toString().startsWith("hs_err")).findFirst().orElseThrow();
            assertTrue(Files.readString(report).contains("ProcessWideTest$Crash.main"), "the report has the Java stack");
        }
    }

    /** Reads through a null pointer, outside generated code. */
    static final class Crash {
        public static void main(String[] arguments) {
            try {
                Machine.of(type(new int[0]), 0, asm -> asm.trap(0)).call();
            } catch (Trap trap) {
                System.out.println("trapped first");
            }
            System.out.println(Raw.getLong(8));
        }
    }

    @Test
    void everyCollectorLeavesTrapsAlone() throws Exception {
        for (String collector : new String[] {"Serial", "Parallel", "Z"}) {
            Ended ended = run("-XX:+Use" + collector + "GC", Churn.class.getName());
            assertEquals(0, ended.code, ended.output);
            assertEquals("20000", ended.output.strip(), collector);
        }
    }

    /** Traps with garbage in between; prints how many it saw. */
    static final class Churn {
        static volatile Object garbage;

        public static void main(String[] arguments) {
            long slot = MemoryRegion.reserve();
            Machine load = TrapsTest.load(slot);
            int seen = 0;
            for (int i = 0; i < 20_000; i++) {
                garbage = new byte[10_000];
                try {
                    load.call(i);
                } catch (Trap trap) {
                    if (trap.reason() == TrapReason.MEMORY_OUT_OF_BOUNDS) seen++;
                }
            }
            System.out.println(seen);
        }
    }

    /** A smaller stack overflows sooner, at a depth that its size explains. */
    @Test
    void theStackHasTheSizeThatWasAskedFor() throws Exception {
        long small = depth("65536"), large = depth("33554432");
        assertTrue(small > 500 && small < 65536 / 56, "64 KiB held " + small + " frames of 56 bytes");
        assertTrue(large > 590_000 && large < 33554432 / 56, "32 MiB held " + large);
        Ended refused = run("-Dbackbench.stack=1", Depth.class.getName());
        assertNotEquals(0, refused.code);
        assertTrue(refused.output.contains("backbench.stack=1"), refused.output);
    }

    private long depth(String stack) throws Exception {
        Ended ended = run("-Dbackbench.stack=" + stack, Depth.class.getName());
        assertEquals(0, ended.code, ended.output);
        return Long.parseLong(ended.output.strip());
    }

    /** Finds by halving how deep the recursion of 56 bytes a frame goes. */
    static final class Depth {
        public static void main(String[] arguments) {
            Machine recursion = TrapsTest.recursion();
            long low = 1, high = 1L << 40;
            while (high - low > 1) {
                long middle = low + high >>> 1;
                try {
                    recursion.call(middle);
                    low = middle;
                } catch (Trap trap) {
                    high = middle;
                }
            }
            System.out.println(low);
        }
    }
}
