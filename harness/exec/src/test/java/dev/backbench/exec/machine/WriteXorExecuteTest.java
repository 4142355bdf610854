package dev.backbench.exec.machine;

import static dev.backbench.exec.machine.Machine.type;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteXorExecuteTest {
    /** Permissions of the mappings inside the code region, as the kernel sees them. */
    private static List<String> permissions() throws IOException {
        List<String> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            String[] parts = line.split(" ", 3); // start-end, permissions
            long start = Long.parseUnsignedLong(parts[0].substring(0, parts[0].indexOf('-')), 16);
            if (CodeRegion.contains(start)) found.add(parts[1].substring(0, 3));
        }
        return found;
    }

    @Test
    void noPageIsEverWritableAndExecutable() throws IOException {
        Machine.of(type(new int[0]), 0, asm -> asm.ret()).call();
        long open = CodeRegion.allocate(2 * Posix.PAGE);
        List<String> during = permissions();
        assertTrue(during.contains("rw-") && during.contains("r-x"), during.toString());
        assertEquals(0, during.stream().filter(p -> p.contains("w") && p.contains("x")).count(), during.toString());
        CodeRegion.seal(open, Posix.PAGE, 2 * Posix.PAGE);
        List<String> after = permissions();
        assertEquals(0, after.stream().filter(p -> p.contains("w")).count(), after.toString());
        CodeRegion.free(open, 2 * Posix.PAGE);
        assertTrue(permissions().stream().noneMatch(p -> p.contains("w")));
    }

    @Test
    void freedPagesAreUsedAgain() {
        long first = CodeRegion.allocate(5 * Posix.PAGE);
        CodeRegion.free(first, 5 * Posix.PAGE);
        for (int i = 0; i < 1000; i++) {
            long again = CodeRegion.allocate(5 * Posix.PAGE);
            assertEquals(first, again);
            CodeRegion.free(again, 5 * Posix.PAGE);
        }
    }
}
