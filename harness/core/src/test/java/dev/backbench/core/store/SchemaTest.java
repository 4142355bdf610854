package dev.backbench.core.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.backbench.core.Experiment;
import dev.backbench.core.ExperimentListener;
import dev.backbench.core.fake.Fakes;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a real run, with failures of several kinds in it, against their published schemas. */
class SchemaTest {
    @TempDir Path temp;

    private static JsonSchema schema(String name) throws IOException {
        try (InputStream in = SchemaTest.class.getResourceAsStream("/schema/" + name + ".schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(in);
        }
    }

    private static void valid(JsonSchema schema, String json) {
        assertEquals(List.of(), schema.validate(json, InputFormat.JSON).stream().map(Object::toString).toList(), json);
    }

    private static void allValid(Path run) throws IOException {
        valid(schema("manifest"), Files.readString(run.resolve(RunFolder.MANIFEST)));
        valid(schema("summary"), Files.readString(run.resolve(RunFolder.SUMMARY)));
        JsonSchema row = schema("row"), trial = schema("trial");
        for (String line : Files.readAllLines(run.resolve(RunFolder.ROWS))) valid(row, line);
        for (String line : Files.readAllLines(run.resolve(RunFolder.TRIALS))) valid(trial, line);
    }

    @Test
    void aRunWithFailures() throws IOException {
        Path programs = temp.resolve("programs"), out = temp.resolve("run");
        Fakes.programs(programs, "beta");
        PlanOptions options = Fakes.options(programs, out, Measure.COMPILE, Measure.RUN, Measure.SIZE, Measure.COLD, Measure.MEMORY);
        options.backends = List.of("killed", "missing", "picky");
        Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
        allValid(out);
        assertTrue(Files.readAllLines(out.resolve(RunFolder.TRIALS)).size() >= 5);
    }

    @Test
    void aRunOfColdStarts() throws IOException {
        Path programs = temp.resolve("programs"), out = temp.resolve("run");
        Fakes.programs(programs, "alpha");
        PlanOptions options = Fakes.options(programs, out, Measure.COLD);
        options.backends = List.of("imaging", "good", "native");
        options.starts = Start.WITHOUT_CONTAINER;
        Experiment.run(options, Fakes.all(), ExperimentListener.NONE);
        allValid(out);
        String rows = Files.readString(out.resolve(RunFolder.ROWS)), row = rows.lines().filter(r -> r.contains("\"start\":{")).findFirst().orElseThrow();
        assertTrue(rows.contains("\"runtime\":\"fake\"") && rows.contains("\"runtime\":\"bare\"") && rows.contains("\"code\":\"precompiled\""), rows);
        assertFalse(schema("row").validate(row.replace("\"runtime\":", "\"runtme\":"), InputFormat.JSON).isEmpty());
    }

    @Test
    void theGoldenRun() throws IOException {
        allValid(Path.of("src/test/resources/golden/1"));
    }

    @Test
    void theSchemasRefuseWhatIsNoRow() throws IOException {
        String row = Files.readAllLines(Path.of("src/test/resources/golden/1", RunFolder.ROWS)).getFirst();
        for (String bad : List.of("{}", row.replace("\"ok\"", "\"fine\""), row.replace("\"wall\":", "\"wal\":"), row.replace("\"row\":0", "\"row\":-1"))) {
            assertFalse(schema("row").validate(bad, InputFormat.JSON).isEmpty(), bad);
        }
    }
}
