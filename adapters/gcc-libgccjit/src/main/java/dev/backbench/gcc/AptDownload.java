package dev.backbench.gcc;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Debian packages fetched and unpacked by an ordinary user: {@code apt-get download} verifies what it fetches against the archive's signed
 * lists, and with state and cache directories of our own it needs no rights and touches nothing of the system's.
 */
final class AptDownload {
    /** Lists, packages and the unpacked tree together. */
    private static final long ROOM = 100_000_000;

    private final Path work;
    private final PrintStream progress;
    private boolean ownLists, listsFailed;

    /** @param work an empty directory that the caller removes */
    AptDownload(Path work, PrintStream progress) throws IOException {
        this.work = work;
        this.progress = progress;
        for (String directory : List.of("lists/partial", "archives/partial", "debs")) Files.createDirectories(work.resolve(directory));
    }

    /**
     * Fetches {@code packages} and unpacks them below {@code root}.
     *
     * @throws IOException with apt's or dpkg's last words
     */
    void unpack(List<String> packages, Path root) throws IOException, InterruptedException {
        progress.println("fetching " + String.join(", ", packages) + " with apt-get download");
        // The system's own package lists serve if they are there and fresh; otherwise ours, in the work directory.
        Result download = ownLists ? null : run(work.resolve("debs"), apt(packages));
        if (download == null || download.code != 0) {
            updateOwnLists();
            download = run(work.resolve("debs"), apt(packages));
        }
        if (download.code != 0) throw failure("apt-get download " + String.join(" ", packages) + " failed", download);
        for (Path deb : list(work.resolve("debs"))) {
            Result unpacked = run(work, List.of("dpkg-deb", "-x", deb.toString(), root.toString()));
            if (unpacked.code != 0) throw failure("dpkg-deb cannot unpack " + deb.getFileName(), unpacked);
            Files.delete(deb);
        }
    }

    private void updateOwnLists() throws IOException, InterruptedException {
        if (ownLists) return;
        ownLists = true;
        progress.println("fetching package lists with apt-get update (about 10 MB, removed afterwards)");
        List<String> command = new ArrayList<>(options());
        command.add("update");
        Result update = run(work, command);
        // apt-get update answers 0 even if nothing could be fetched: the download that follows tells.
        if (update.code != 0) throw failure("apt-get update failed", update);
        listsFailed = update.output.contains("Failed to fetch");
    }

    /** With the two usual causes named: no room, no network. */
    private IOException failure(String what, Result result) throws IOException {
        long free = Files.getFileStore(work).getUsableSpace();
        if (free < ROOM) return new IOException(what + ": only " + free / 1_000_000 + " MB are free in " + work.getParent() + ", " + ROOM / 1_000_000 + " are needed");
        if (listsFailed) return new IOException(what + ": the package archive cannot be reached; is there a network, or a proxy to be named in http_proxy?");
        return new IOException(what + ": " + result.lastWords());
    }

    private List<String> apt(List<String> packages) {
        List<String> command = new ArrayList<>(options());
        command.add("download");
        command.addAll(packages);
        return command;
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(List.of("apt-get", "-q", "-o", "Dir::Cache=" + work, "-o", "Acquire::Retries=2", "-o", "APT::Sandbox::User=root"));
        if (ownLists) options.addAll(List.of("-o", "Dir::State=" + work, "-o", "Dir::State::status=/var/lib/dpkg/status"));
        return options;
    }

    /** The packages that hold the shared libraries {@code file} needs and the dynamic linker does not find. */
    static List<String> missingFor(Path file, Path libraries) throws IOException, InterruptedException {
        Result ldd = run(libraries, List.of("ldd", file.toString()), Map.of("LD_LIBRARY_PATH", libraries.toString()));
        List<String> packages = new ArrayList<>();
        for (String line : ldd.output.lines().toList()) {
            if (!line.contains("not found") || !line.contains("=>")) continue;
            String name = packageOf(line.substring(0, line.indexOf("=>")).strip());
            if (!packages.contains(name)) packages.add(name);
        }
        return packages;
    }

    /** Debian names a library's package after its soname; the exceptions are listed. */
    static String packageOf(String soname) {
        int so = soname.indexOf(".so");
        String stem = so < 0 ? soname : soname.substring(0, so);
        if (stem.startsWith("libbfd-") || stem.startsWith("libopcodes-")) return "libbinutils";
        if (soname.equals("libsframe.so.0")) return "libbinutils";
        if (soname.equals("libz.so.1")) return "zlib1g";
        String version = so < 0 || soname.length() < so + 4 ? "" : soname.substring(so + 4);
        return stem + (!stem.isEmpty() && Character.isDigit(stem.charAt(stem.length() - 1)) && !version.isEmpty() ? "-" : "") + version;
    }

    private record Result(int code, String output) {
        String lastWords() {
            List<String> lines = output.lines().filter(line -> !line.isBlank() && !line.startsWith("W: ")).toList();
            return lines.isEmpty() ? "exit code " + code : String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        }
    }

    private static Result run(Path directory, List<String> command) throws IOException, InterruptedException {
        return run(directory, command, Map.of());
    }

    private static Result run(Path directory, List<String> command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException("cannot run " + command.get(0) + " (is this Debian or a relative?): " + e.getMessage(), e);
        }
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } finally {
            process.destroy();
        }
    }

    static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Removes a tree; links are not followed. */
    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) return;
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
