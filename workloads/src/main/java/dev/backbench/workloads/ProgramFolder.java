package dev.backbench.workloads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where our own and generated programs are written: a folder of the cache or, where that cannot be written, a temporary one that goes with this process.
 * Made when it is first asked for. Thread-safe.
 */
final class ProgramFolder {
    private final Path wanted;
    private final Consumer<String> note;
    private Path folder;

    /** @param note takes the line for the user if it is the temporary one */
    ProgramFolder(Path wanted, Consumer<String> note) {
        this.wanted = wanted;
        this.note = note;
    }

    /** @throws WorkloadException if there is no temporary folder either */
    synchronized Path path() {
        if (folder == null) folder = writable(wanted) ? wanted : temporary();
        return folder;
    }

    private static boolean writable(Path folder) {
        try {
            return Files.isWritable(Files.createDirectories(folder));
        } catch (IOException e) {
            return false;
        }
    }

    private Path temporary() {
        try {
            Path made = Files.createTempDirectory("backbench-programs-");
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> CacheFiles.delete(made)));
            note.accept(wanted + " cannot be written: programs are unpacked into " + made + " for this once. Set BENCH_CACHE to a folder of yours to keep them and what back ends need");
            return made;
        } catch (IOException e) {
            throw CacheFiles.cannotWrite(wanted, e);
        }
    }
}
