package dev.backbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(), err = new ByteArrayOutputStream();

    private int bench(String... arguments) {
        return Main.execute(new Console(new PrintStream(out), new PrintStream(err), false, false), arguments);
    }

    @Test
    void versionAndHelpGoToStandardOutput() {
        assertEquals(Exit.OK, bench("--version"));
        assertTrue(out.toString().startsWith("backbench "), out.toString());
        assertEquals(Exit.OK, bench("--help"));
        assertTrue(out.toString().contains("doctor"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void everyCommandHasHelp() {
        for (String name : new picocli.CommandLine(new Main(Console.system())).getSubcommands().keySet()) {
            assertEquals(Exit.OK, bench(name, "--help"), name);
            assertTrue(out.toString().contains("Usage: bench " + name), name);
        }
    }

    @Test
    void aWrongCommandIsUsageWithTheNearName() {
        assertEquals(Exit.USAGE, bench("doctr"));
        assertTrue(err.toString().contains("doctor"), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void aWrongOptionIsUsage() {
        assertEquals(Exit.USAGE, bench("doctor", "--nope"));
        assertTrue(err.toString().contains("--nope"), err.toString());
    }

    @Test
    void anUnknownBackEndIsUsage() {
        assertEquals(Exit.USAGE, bench("setup", "--offline", "no-such-back-end"));
        assertTrue(err.toString().contains("no back end 'no-such-back-end'"), err.toString());
    }

    @Test
    void nearNamesAreNearestFirst() {
        assertEquals(List.of("llvm"), NearNames.near("lvm", List.of("gcc", "interp", "llvm", "jvm")).subList(0, 1));
        assertEquals(List.of(), NearNames.near("zzzzzz", List.of("gcc", "llvm")));
        assertEquals(1, NearNames.distance("lvlm", "llvm"), "a swap of neighbours is one edit");
        assertEquals(4, NearNames.distance("", "llvm"));
    }
}
