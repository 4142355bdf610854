package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching, with clients that leave behind what a test gives them. */
class PinnedModulesTest {
    @TempDir
    Path cache;

    private final byte[] module = new SweepGenerator(20, 1).module();
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @Test
    void npmAndPip() throws Exception {
        for (String client : List.of("npm", "pip")) {
            PinnedModules.Pinned pinned = pinned(client, Hex.sha256(module));
            PinnedModules modules = modules(pinned, client.equals("npm") ? tgz("package/dist/a.wasm", module) : wheel("dist/a.wasm", module));
            assertTrue(assertThrows(WorkloadException.class, () -> modules.workload(client)).getMessage().contains("./bench workloads fetch " + client));
            modules.fetch(pinned, printer());
            Workload workload = modules.workload(client);
            assertEquals(pinned.sha256(), workload.sha256());
            assertEquals(Origin.FETCHED, workload.origin());
            assertFalse(workload.runnable());
        }
        String said = progress.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains("fetching thing 1.2 by npm: a download of 1.5 MB, 3.0 MB when unpacked, to " + cache), said);
        assertNothingHalfDone(2);
    }

    @Test
    void aSecondFetchDoesNothing() throws Exception {
        PinnedModules.Pinned pinned = pinned("npm", Hex.sha256(module));
        modules(pinned, tgz("package/dist/a.wasm", module)).fetch(pinned, printer());
        new PinnedModules(cache, List.of(pinned), new Clients() {
            @Override
            void download(PinnedModules.Pinned again, Path folder) {
                throw new AssertionError("fetched again");
            }
        }).fetch(pinned, printer());
    }

    @Test
    void anotherModuleIsNotKept() throws Exception {
        PinnedModules.Pinned pinned = pinned("npm", "00".repeat(32));
        assertFails(pinned, tgz("package/dist/a.wasm", module), "SHA-256 " + Hex.sha256(module) + " instead of 0000");
    }

    @Test
    void damagedPackages() throws Exception {
        PinnedModules.Pinned npm = pinned("npm", Hex.sha256(module)), pip = pinned("pip", Hex.sha256(module));
        byte[] whole = tgz("package/dist/a.wasm", module);
        assertFails(npm, Arrays.copyOf(whole, whole.length / 2), "is damaged");
        assertFails(npm, tgz("package/other.wasm", module), "has no dist/a.wasm");
        assertFails(npm, new byte[] {1, 2, 3}, "is damaged");
        assertFails(pip, wheel("other.wasm", module), "has no dist/a.wasm");
        assertFails(npm, null, "left no package behind");
    }

    @Test
    void aModuleDamagedLaterIsNoticed() throws Exception {
        PinnedModules.Pinned pinned = pinned("npm", Hex.sha256(module));
        PinnedModules modules = modules(pinned, tgz("package/dist/a.wasm", module));
        modules.fetch(pinned, printer());
        Files.write(modules.where(pinned), new byte[] {0});
        assertTrue(assertThrows(WorkloadException.class, () -> modules.workload("npm")).getMessage().contains("is damaged"));
    }

    @Test
    void clientsThatFail() throws Exception {
        PinnedModules.Pinned pinned = pinned("npm", Hex.sha256(module));
        assertTrue(failure(pinned, "no-such-client-at-all").contains("is not on the path"));
        String offline = failure(pinned, "sh", "-c", "echo npm error code ENOTFOUND; exit 1");
        assertTrue(offline.contains("are you online?") && offline.contains("By hand: npm pack"), offline);
        assertTrue(failure(pinned, "sh", "-c", "echo strange; exit 7").contains("npm ended with 7\n  strange"));
        assertNothingHalfDone(0);
    }

    @Test
    void unwritableCache() throws Exception {
        PinnedModules.Pinned pinned = pinned("npm", Hex.sha256(module));
        Path file = Files.write(cache.resolve("file"), new byte[0]);
        PinnedModules modules = new PinnedModules(file.resolve("below"), List.of(pinned), new Clients());
        assertTrue(assertThrows(WorkloadException.class, () -> modules.fetch(pinned, printer())).getMessage().contains("BENCH_CACHE"));
    }

    @Test
    void whatIsPinnedIsWhole() {
        List<PinnedModules.Pinned> all = CatalogueFile.read().pinned();
        assertTrue(all.size() >= 6);
        for (PinnedModules.Pinned pinned : all) {
            assertTrue(pinned.sha256().matches("[0-9a-f]{64}"), pinned.name());
            assertTrue(pinned.codeBytes() > 0 && pinned.codeBytes() < pinned.fileBytes(), pinned.name());
            assertTrue(pinned.why().length() > 40, pinned.name());
            assertFalse(Clients.command(pinned, cache).isEmpty());
        }
        PinnedModules modules = new Catalogue(cache).pinned();
        assertTrue(assertThrows(WorkloadException.class, () -> modules.find("esbiuld")).getMessage().contains("did you mean esbuild?"));
    }

    private String failure(PinnedModules.Pinned pinned, String... command) {
        PinnedModules modules = new PinnedModules(cache, List.of(pinned), new Clients() {
            @Override
            List<String> downloading(PinnedModules.Pinned wanted, Path folder) {
                return List.of(command);
            }
        });
        return assertThrows(WorkloadException.class, () -> modules.fetch(pinned, printer())).getMessage();
    }

    private void assertFails(PinnedModules.Pinned pinned, byte[] archive, String part) throws IOException {
        PinnedModules modules = modules(pinned, archive);
        WorkloadException e = assertThrows(WorkloadException.class, () -> modules.fetch(pinned, printer()));
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertFalse(modules.present(pinned));
        assertNothingHalfDone(0);
    }

    private void assertNothingHalfDone(int folders) throws IOException {
        try (Stream<Path> left = Files.list(cache)) {
            List<String> names = left.map(p -> p.getFileName().toString()).toList();
            assertEquals(folders, names.size(), names.toString());
            assertTrue(names.stream().noneMatch(n -> n.startsWith(".")), names.toString());
        }
    }

    private PinnedModules modules(PinnedModules.Pinned pinned, byte[] archive) {
        return new PinnedModules(cache, List.of(pinned), new Clients() {
            @Override
            void download(PinnedModules.Pinned wanted, Path folder) throws IOException {
                if (archive != null) Files.write(folder.resolve("package." + (wanted.client().equals("npm") ? "tgz" : "whl")), archive);
            }
        });
    }

    private PrintStream printer() {
        return new PrintStream(progress, true, StandardCharsets.UTF_8);
    }

    private static PinnedModules.Pinned pinned(String client, String hash) {
        return new PinnedModules.Pinned(client, client, "thing", "1.2", "dist/a.wasm", 1_500_000, 3_000_000, 1, hash, "");
    }

    private static byte[] wheel(String name, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("before.txt"));
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return out.toByteArray();
    }

    private static byte[] tgz(String name, byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            entry(gzip, "package/package.json", "{}".getBytes(StandardCharsets.UTF_8));
            entry(gzip, name, content);
            gzip.write(new byte[1024]);
        }
        return out.toByteArray();
    }

    private static void entry(GZIPOutputStream out, String name, byte[] content) throws IOException {
        byte[] header = new byte[512];
        byte[] path = name.getBytes(StandardCharsets.UTF_8), size = String.format("%011o", content.length).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(path, 0, header, 0, path.length);
        System.arraycopy(size, 0, header, 124, size.length);
        out.write(header);
        out.write(content);
        out.write(new byte[(512 - content.length % 512) % 512]);
    }
}
