package dev.backbench.workloads;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Large real modules, pinned by package, version and hash, that the ordinary clients of npm and pip fetch when asked. They are compiled only: none marks a
 * timed part.
 */
public final class PinnedModules {
    /**
     * @param client {@code npm} or {@code pip}
     * @param path of the module inside the package
     * @param downloadBytes size of the package
     * @param fileBytes size of the module
     * @param codeBytes size of its code section
     * @param sha256 of the module
     */
    public record Pinned(String name, String client, @com.fasterxml.jackson.annotation.JsonProperty("package") String packageName, String version, String path,
            long downloadBytes, long fileBytes, int codeBytes, String sha256, String why) {
        /** Such as {@code esbuild-wasm 0.28.2 by npm}. */
        public String what() {
            return packageName + " " + version + " by " + client;
        }
    }

    private static final String COMPILED_ONLY = "a module of others, without marks and input: it is only compiled";

    private final Path cache;
    private final List<Pinned> all;
    private final Clients clients;

    PinnedModules(Path cache, List<Pinned> all, Clients clients) {
        this.cache = cache;
        this.all = all;
        this.clients = clients;
    }

    public List<Pinned> all() {
        return all;
    }

    public Set<String> names() {
        return all.stream().map(Pinned::name).collect(Collectors.toCollection(java.util.LinkedHashSet::new));
    }

    /** @throws WorkloadException if there is none by that name, with the near ones */
    public Pinned find(String name) {
        for (Pinned pinned : all) {
            if (pinned.name().equals(name)) return pinned;
        }
        List<String> known = List.copyOf(names()), near = Names.near(name, known);
        throw new WorkloadException("there is no module to fetch named '" + name + "'; "
                + (near.isEmpty() ? "known are " + String.join(", ", known) : "did you mean " + String.join(", ", near) + "?"));
    }

    /** Where the module lies once fetched. */
    public Path where(Pinned pinned) {
        return cache.resolve(pinned.name()).resolve(pinned.name() + ".wasm");
    }

    public boolean present(Pinned pinned) {
        return Files.isRegularFile(where(pinned));
    }

    /** Such as {@code esbuild-wasm 0.28.2 by npm, 3.9 MB, to /home/…}; what is shown before fetching. */
    public String announcement(Pinned pinned) {
        return String.format(Locale.ROOT, "%s: a download of %.1f MB, %.1f MB when unpacked, to %s", pinned.what(), pinned.downloadBytes() / 1e6, pinned.fileBytes() / 1e6,
                where(pinned).getParent());
    }

    /** What to type to get the package by hand. */
    public String byHand(Pinned pinned) {
        return Clients.byHand(pinned);
    }

    /**
     * The fetched module as a workload.
     *
     * @throws WorkloadException if it was not fetched, or is damaged
     */
    Workload workload(String name) {
        Pinned pinned = find(name);
        Path file = where(pinned);
        if (!present(pinned)) {
            throw new WorkloadException(String.format(Locale.ROOT, "%s is not here yet: ./bench workloads fetch %s (%s, %.1f MB)", name, name, pinned.what(),
                    pinned.downloadBytes() / 1e6));
        }
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new WorkloadException("cannot read " + file + ": " + Failures.reason(e), e);
        }
        String hash = Hex.sha256(bytes);
        if (!hash.equals(pinned.sha256())) {
            throw new WorkloadException(file + " is damaged (SHA-256 " + hash + ", pinned is " + pinned.sha256() + "): delete it and type ./bench workloads fetch " + name);
        }
        ModuleSummary code = ModuleSummary.of(bytes);
        String why = code.whyNotRunnable();
        return new Workload(name, name.equals("ruby-stdlib") ? "ruby" : name, Origin.FETCHED, pinned.why(), "", Workload.WASM, file, hash, List.of(), null, null, null, null,
                pinned.packageName() + " " + pinned.version() + " (" + pinned.client() + "), " + pinned.path(), why == null ? COMPILED_ONLY : why, null, code);
    }

    /**
     * Fetches a module unless it is there; nothing half done is left where {@link #present} would see it.
     *
     * @param progress for plain lines: what, how big and where to, before anything is fetched
     * @throws WorkloadException if the client is missing, fails or takes too long, or if the module is not the pinned one
     */
    public void fetch(Pinned pinned, PrintStream progress) throws InterruptedException {
        if (present(pinned)) {
            progress.println(pinned.name() + " is already in " + where(pinned).getParent());
            return;
        }
        progress.println("fetching " + announcement(pinned));
        Path work = null;
        try {
            Files.createDirectories(cache);
            work = Files.createTempDirectory(cache, ".fetch");
            clients.download(pinned, work);
            Path module = work.resolve("module.wasm");
            unpack(pinned, onlyFile(work, pinned), module);
            String hash = Hex.sha256(module);
            if (!hash.equals(pinned.sha256())) {
                throw new WorkloadException(pinned.what() + " holds another " + pinned.path() + " than the pinned one: SHA-256 " + hash + " instead of " + pinned.sha256()
                        + ". Nothing was kept. A registry does not change a version; look at what stands between you and it.");
            }
            Files.createDirectories(where(pinned).getParent());
            Files.move(module, where(pinned), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw CacheFiles.cannotWrite(cache, e);
        } finally {
            if (work != null) CacheFiles.delete(work);
        }
        progress.println(pinned.name() + " is in " + where(pinned).getParent());
    }

    private static Path onlyFile(Path folder, Pinned pinned) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.{tgz,whl}")) {
            for (Path file : files) return file;
        }
        throw new WorkloadException(pinned.client() + " said it fetched " + pinned.what() + " but left no package behind");
    }

    private static void unpack(Pinned pinned, Path archive, Path to) throws IOException {
        boolean wheel = archive.toString().endsWith(".whl"), found;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16); OutputStream out = Files.newOutputStream(to)) {
            found = wheel ? copyFromZip(in, pinned.path(), out) : Tar.copy(new GZIPInputStream(in, 1 << 16), "package/" + pinned.path(), out);
        } catch (java.util.zip.ZipException | java.io.EOFException e) {
            throw new WorkloadException("the package of " + pinned.what() + " is damaged: " + Failures.reason(e), e);
        }
        if (!found) throw new WorkloadException("the package of " + pinned.what() + " has no " + pinned.path());
    }

    private static boolean copyFromZip(InputStream in, String path, OutputStream out) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry; (entry = zip.getNextEntry()) != null;) {
            if (!entry.getName().equals(path)) continue;
            zip.transferTo(out);
            return true;
        }
        return false;
    }
}
