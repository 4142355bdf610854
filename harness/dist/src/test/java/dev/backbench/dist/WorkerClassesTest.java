package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.ExitCode;
import dev.backbench.core.SingleTrial;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.row.Measure;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A measured process must not carry the command line, the JSON library or the charts with it: they cost half a second of start and tens of megabytes. */
class WorkerClassesTest {
    private static final List<String> KEPT_OUT = List.of("picocli.", "com.fasterxml.jackson.", "org.knowm.xchart.", "dev.backbench.cli.", "dev.backbench.reports.",
        "dev.backbench.workloads.Catalogue", "java.awt.");

    @TempDir
    Path folder;

    @Test
    void aWorkerLoadsNothingOfTheCommand() throws Exception {
        Path log = folder.resolve("classes");
        PlanOptions options = new PlanOptions();
        options.backends = List.of("interp");
        options.workloads = List.of("riscv");
        options.measures = EnumSet.of(Measure.COMPILE);
        options.workerFlags = List.of("-Xlog:class+load:file=" + log);
        options.cache = folder.resolve("cache");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(ExitCode.OK, SingleTrial.run(options, false, new PrintStream(out)), out.toString());
        List<String> classes = Files.readAllLines(log);
        assertTrue(classes.stream().anyMatch(line -> line.contains("dev.backbench.core.worker.WorkerMain ")), "the log is of a worker");
        List<String> strange = classes.stream().filter(line -> KEPT_OUT.stream().anyMatch(name -> line.contains(" " + name))).toList();
        assertEquals(List.of(), strange);
    }
}
