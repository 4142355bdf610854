package dev.backbench.gcc;

import dev.backbench.spi.setup.Cache;
import dev.backbench.spi.setup.Requirement;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Where libgccjit and the assembler are: those of the system if they are installed, otherwise those unpacked into the user's cache. An unpacked
 * tree appears under its final name by one rename, after everything in it was found to resolve.
 */
final class Installation implements Requirement {
    private static final String LIBRARY = "libgccjit.so.0", ASSEMBLER = "usr/bin/x86_64-linux-gnu-as";
    private static final List<Path> SYSTEM_LIBRARIES = List.of(Path.of("/usr/lib/x86_64-linux-gnu"), Path.of("/lib/x86_64-linux-gnu"), Path.of("/usr/lib64"),
            Path.of("/usr/lib"));
    private static final long LIBRARY_BYTES = 9_000_000, LISTS_BYTES = 14_000_000, ASSEMBLER_BYTES = 3_000_000;

    private final Path tree;

    Installation() {
        this(Cache.directory().resolve("libgccjit0"));
    }

    Installation(Path tree) {
        this.tree = tree;
    }

    /** libgccjit itself, or null. */
    Path library() {
        Path system = systemLibrary(), own = libraries().resolve(LIBRARY);
        return system != null ? system : Files.isReadable(own) ? own : null;
    }

    /** The assembler, or null. */
    Path assembler() {
        Path system = systemAssembler(), own = tree.resolve(ASSEMBLER);
        return system != null ? system : Files.isExecutable(own) ? own : null;
    }

    private static Path systemLibrary() {
        for (Path directory : SYSTEM_LIBRARIES) {
            if (Files.isReadable(directory.resolve(LIBRARY))) return directory.resolve(LIBRARY);
        }
        return null;
    }

    private static Path systemAssembler() {
        String path = System.getenv("PATH");
        for (String directory : (path == null ? "" : path).split(":")) {
            if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, "as"))) return Path.of(directory, "as");
        }
        return null;
    }

    /** The unpacked libraries beside libgccjit that the system lacks, and those the unpacked assembler needs. */
    Path libraries() {
        return tree.resolve("usr/lib/x86_64-linux-gnu");
    }

    boolean owns(Path file) {
        return file.startsWith(tree);
    }

    @Override
    public String what() {
        return String.join(" and ", systemLibrary() != null ? List.of("GNU as") : systemAssembler() != null ? List.of("libgccjit") : List.of("libgccjit", "GNU as"));
    }

    @Override
    public long downloadBytes() {
        return (systemLibrary() == null ? LIBRARY_BYTES : 0) + (systemAssembler() == null ? ASSEMBLER_BYTES : 0) + LISTS_BYTES;
    }

    @Override
    public Path where() {
        return tree;
    }

    @Override
    public boolean present() {
        return library() != null && assembler() != null;
    }

    @Override
    public String byHand() {
        List<String> packages = packages();
        return "apt-get install " + String.join(" ", packages.isEmpty() ? List.of("libgccjit0", "binutils") : packages);
    }

    /** All that the system lacks: an incomplete tree of ours is replaced whole. */
    private static List<String> packages() {
        List<String> packages = new ArrayList<>();
        if (systemLibrary() == null) packages.add("libgccjit0");
        if (systemAssembler() == null) packages.add("binutils-x86-64-linux-gnu");
        return packages;
    }

    @Override
    public void fetch(PrintStream progress) throws IOException, InterruptedException {
        if (present()) return;
        List<String> wanted = packages();
        Path parent = tree.toAbsolutePath().getParent();
        Cache.make(parent);
        Path work = Files.createTempDirectory(parent, "libgccjit0-fetch");
        try {
            Path root = Files.createDirectory(work.resolve("root"));
            Path libraries = Files.createDirectories(root.resolve("usr/lib/x86_64-linux-gnu"));
            AptDownload apt = new AptDownload(work, progress);
            apt.unpack(wanted, root);
            for (Path file : List.of(libraries.resolve(LIBRARY), root.resolve(ASSEMBLER))) {
                if (Files.exists(file)) complete(apt, file, libraries, root);
            }
            publish(root);
            if (!present()) throw new IOException("the packages " + wanted + " did not hold " + (library() == null ? LIBRARY : "as") + ": is this not x86-64 Debian?");
        } finally {
            AptDownload.delete(work);
        }
    }

    /** Unpacks what {@code file} needs until everything resolves; each round adds at least one library. */
    private static void complete(AptDownload apt, Path file, Path libraries, Path root) throws IOException, InterruptedException {
        List<String> before = List.of();
        for (List<String> missing = AptDownload.missingFor(file, libraries); !missing.isEmpty(); missing = AptDownload.missingFor(file, libraries)) {
            if (missing.equals(before)) throw new IOException(file.getFileName() + " needs libraries that are in none of " + missing);
            apt.unpack(missing, root);
            // Debian before the merge of /usr has some libraries in /lib.
            Path old = root.resolve("lib/x86_64-linux-gnu");
            if (Files.isDirectory(old)) {
                for (Path library : AptDownload.list(old)) Files.move(library, libraries.resolve(library.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            before = missing;
        }
    }

    private void publish(Path root) throws IOException {
        AptDownload.delete(root.resolve("usr/share"));
        if (Files.exists(tree)) AptDownload.delete(tree); // an older tree that lacks what is wanted now
        try {
            Files.move(root, tree, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another process was faster: its tree is as good, and if not, present() will say so.
        }
    }
}
