package dev.backbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(), err = new ByteArrayOutputStream();

    private int bench(String... arguments) {
        return Main.execute(new Console(new PrintStream(out), new PrintStream(err), false, false), arguments);
    }

    @Test
    void versionAndHelpGoToStandardOutput() {
        assertEquals(ExitCode.OK.code(), bench("--version"));
        assertTrue(out.toString().startsWith("backbench "), out.toString());
        assertEquals(ExitCode.OK.code(), bench("--help"));
        assertTrue(out.toString().contains("doctor"), out.toString());
        assertEquals("", err.toString());
    }

    @Test
    void everyCommandHasHelp() {
        for (String name : new picocli.CommandLine(new Main(Console.system())).getSubcommands().keySet()) {
            assertEquals(ExitCode.OK.code(), bench(name, "--help"), name);
            assertTrue(out.toString().contains("Usage: bench " + name), name);
        }
    }

    @Test
    void aWrongCommandIsUsageWithTheNearName() {
        assertEquals(ExitCode.USAGE.code(), bench("doctr"));
        assertTrue(err.toString().contains("doctor"), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void aWrongOptionIsUsage() {
        assertEquals(ExitCode.USAGE.code(), bench("doctor", "--nope"));
        assertTrue(err.toString().contains("--nope"), err.toString());
    }

    @Test
    void aWrongValueIsToldInTwoLines() {
        assertEquals(ExitCode.USAGE.code(), bench("compare", "--seed=x"));
        assertEquals("bench: Invalid value for option '--seed': 'x' is not a long\nbench: see bench compare --help\n", err.toString());
    }

    /** Such as that of a script's unset variable: not the usual five minutes. */
    @Test
    void anEmptyListIsNotTheUsualOne() {
        assertEquals(ExitCode.USAGE.code(), bench("compare", "--backends=", "--dry-run"));
        assertTrue(err.toString().contains("--backends names none"), err.toString());
    }

    @Test
    void aFileThatCannotBeWrittenIsFoundOutBeforeMeasuring() {
        assertEquals(ExitCode.USAGE.code(), bench("compare", "--export-json=/no/such/folder/f.json", "--dry-run"));
        assertTrue(err.toString().contains("there is no folder /no/such/folder"), err.toString());
    }

    @Test
    void anUnknownBackEndIsUsage() {
        assertEquals(ExitCode.USAGE.code(), bench("setup", "--offline", "no-such-back-end"));
        assertTrue(err.toString().contains("there is no back end 'no-such-back-end'"), err.toString());
    }

    @Test
    void aModuleToFetchIsLookedUpBeforeAnythingIsFetched() {
        assertEquals(ExitCode.USAGE.code(), bench("workloads", "fetch", "--offline", "no-such-module"));
        assertTrue(err.toString().contains("no module to fetch named 'no-such-module'"), err.toString());
    }

    @Test
    void timesAreReadInAllTheirForms() {
        assertEquals(Duration.ofSeconds(90), Times.parse("--budget", "90"));
        assertEquals(Duration.ofMinutes(90), Times.parse("--budget", "1h30m"));
        assertEquals(Duration.ofMillis(1500), Times.parse("--budget", "1.5s"));
        for (String wrong : List.of("", "5x", "m", "-3s", "0", "5 m x")) assertThrows(CliException.class, () -> Times.parse("--budget", wrong), wrong);
    }
}
