package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in a repository of its own, with a JDK and a Maven that only pretend. */
class LauncherTest {
    private static final Path LAUNCHER = Path.of("").toAbsolutePath().resolve("../../bench").normalize();

    @TempDir
    Path temp;
    private Path repo, tools, jdk, built;

    private record Result(int code, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        repo = Files.createDirectories(temp.resolve("a repository"));
        tools = Files.createDirectories(temp.resolve("tools"));
        jdk = Files.createDirectories(temp.resolve("jdk-25"));
        built = temp.resolve("built");
        Files.copy(LAUNCHER, repo.resolve("bench"));
        Files.writeString(repo.resolve("pom.xml"), "<project/>");
        for (String folder : List.of("harness/cli/src/main", "adapters", "workloads", "reports")) Files.createDirectories(repo.resolve(folder));
        Files.writeString(repo.resolve("harness/cli/src/main/A.java"), "class A {}");
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(jdk.resolve("bin/java"), "case \"$*\" in *AOTCacheOutput*) exit 1 ;; esac", "for a; do last=$a; done", "echo \"java ran: $last\"");
        script(jdk.resolve("bin/javac"), "exit 0");
        script(tools.resolve("mvn"), "echo built >> '" + built + "'", "sleep 0.5", "mkdir -p '" + repo + "/harness/dist/target/lib'",
            "wc -l < '" + built + "' > '" + repo + "/harness/dist/target/lib/a.jar'", "echo '[INFO] Building Something 1.0-SNAPSHOT   [1/1]'");
    }

    private static void script(Path file, String... lines) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", repo.resolve("bench").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(java.util.Map.of("JAVA_HOME", jdk.toString(), "PATH", tools + ":/usr/bin:/bin", "BENCH_CACHE", temp.resolve("cache").toString()));
        return builder.start();
    }

    private Result bench(String... arguments) throws Exception {
        return end(start(arguments));
    }

    private static Result end(Process process) throws Exception {
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8), err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Result(process.exitValue(), out, err);
    }

    private long builds() throws IOException {
        return Files.exists(built) ? Files.readAllLines(built).size() : 0;
    }

    @Test
    void buildsOnceAndAgainWhenASourceIsNewer() throws Exception {
        Result first = bench("hello");
        assertEquals(new Result(0, "java ran: hello\n", first.err), first);
        assertTrue(first.err.contains("bench: building Something [1/1]"), first.err);
        Result second = bench("hello");
        assertEquals("", second.err, "nothing is said when there is nothing to do");
        assertEquals(1, builds());
        Thread.sleep(20);
        Files.writeString(repo.resolve("harness/cli/src/main/A.java"), "class A { }");
        assertEquals(0, bench("hello").code);
        assertEquals(2, builds());
        Files.delete(repo.resolve("harness/cli/src/main/A.java"));
        bench("hello");
        assertEquals(3, builds(), "a deleted source is a change too");
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        Process one = start("one"), other = start("other");
        Result first = end(one), second = end(other);
        assertEquals("java ran: one\n", first.out, first.err);
        assertEquals("java ran: other\n", second.out, second.err);
        assertEquals(1, builds());
    }

    @Test
    void aRebuildLeavesTheClassPathOfARunInProgress() throws Exception {
        script(jdk.resolve("bin/java"), "case \"$*\" in *AOTCacheOutput*) exit 1 ;; esac", "for a; do last=$a; done", "[ \"$last\" = wait ] && { echo up; read line; }",
            "while [ \"$1\" != -cp ]; do shift; done", "[ -e \"$2\" ] && echo \"still there\"");
        Process running = start("wait");
        assertEquals('u', running.getInputStream().read());
        Thread.sleep(20);
        Files.writeString(repo.resolve("pom.xml"), "<project></project>");
        bench("other");
        assertEquals(2, builds());
        running.getOutputStream().write('\n');
        Result result = end(running);
        assertTrue(result.out.contains("still there"), result.out + result.err);
        Files.writeString(repo.resolve("pom.xml"), "<project> </project>");
        bench("other");
        try (var apps = Files.list(repo.resolve("harness/dist/target/app"))) {
            assertEquals(1, apps.count(), "class paths that nobody runs from are removed");
        }
    }

    @Test
    void aFailedBuildSaysWhereItsWordsAre() throws Exception {
        script(tools.resolve("mvn"), "echo '[ERROR] A.java: no such thing'", "exit 1");
        Result result = bench("hello");
        assertEquals(3, result.code);
        assertTrue(result.err.contains("no such thing") && result.err.contains("build.log"), result.err);
        assertEquals("", result.out);
    }

    @Test
    void anotherKindOfMachineIsToldSo() throws Exception {
        script(tools.resolve("uname"), "[ \"$1\" = -s ] && echo Darwin || echo arm64");
        Result result = bench("hello");
        assertEquals(2, result.code);
        assertTrue(result.err.contains("Darwin arm64") && result.err.contains("Linux on x86-64"), result.err);
        assertEquals(0, builds());
    }

    @Test
    void aJdkThatIsTooOldIsPassedOver() throws Exception {
        Path old = Files.createDirectories(temp.resolve("jdk-17"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.9\"\n");
        script(old.resolve("bin/java"), "echo \"too old\"");
        script(old.resolve("bin/javac"), "exit 0");
        Path right = jdk;
        script(tools.resolve("java"), "exit 0");
        Files.delete(tools.resolve("java"));
        Files.createSymbolicLink(tools.resolve("java"), right.resolve("bin/java"));
        jdk = old;
        Result result = bench("hello");
        assertFalse(result.out.contains("too old"), result.out);
        assertEquals("java ran: hello\n", result.out, result.err);
    }

    @Test
    void countsTestsAndSaysWhatWasSkipped() throws Exception {
        Path reports = Files.createDirectories(repo.resolve("harness/cli/target/surefire-reports"));
        String xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuite name="dev.backbench.cli.T" tests="3" errors="0" skipped="1" failures="1">
              <testcase name="good" classname="dev.backbench.cli.T" time="0.1"/>
              <testcase name="skipped" classname="dev.backbench.cli.T" time="0"><skipped message="no &quot;gdb&quot; &lt;here&gt;"/></testcase>
              <testcase name="bad" classname="dev.backbench.cli.T" time="0">
                <failure message="expected: &lt;1&gt;" type="x">trace</failure>
              </testcase>
            </testsuite>
            """;
        Files.writeString(temp.resolve("xml"), xml);
        String lib = repo + "/harness/dist/target/lib";
        script(tools.resolve("mvn"), "mkdir -p '" + lib + "'", "echo x > '" + lib + "/a.jar'",
            "case \"$*\" in *verify*) cp '" + temp.resolve("xml") + "' '" + reports.resolve("TEST-dev.backbench.cli.T.xml") + "'; exit 1 ;; esac");
        Result result = bench("test");
        assertEquals(1, result.code);
        String[] lines = result.out.strip().split("\n");
        assertEquals("1 passed, 1 failed, 1 skipped", lines[lines.length - 1]);
        assertTrue(result.out.contains("skipped: cli.T.skipped: no \"gdb\" <here>"), result.out);
        assertTrue(result.out.contains("FAILED:  cli.T.bad: expected: <1>"), result.out);
    }

    @Test
    void aBuildThatDiesBetweenTestsIsAFailure() throws Exception {
        Path reports = Files.createDirectories(repo.resolve("harness/cli/target/surefire-reports"));
        Files.writeString(temp.resolve("xml"), "<testsuite>\n  <testcase name=\"good\" classname=\"dev.backbench.cli.T\" time=\"0.1\"/>\n</testsuite>\n");
        String lib = repo + "/harness/dist/target/lib";
        script(tools.resolve("mvn"), "mkdir -p '" + lib + "'", "echo x > '" + lib + "/a.jar'",
            "case \"$*\" in *verify*) cp '" + temp.resolve("xml") + "' '" + reports.resolve("TEST-T.xml") + "'; kill -KILL $$ ;; esac");
        Result result = bench("test");
        assertEquals(1, result.code);
        assertTrue(result.out.endsWith("FAILED:  the build: Maven ended before all tests had run\n1 passed, 1 failed, 0 skipped\n"), result.out);
    }
}
