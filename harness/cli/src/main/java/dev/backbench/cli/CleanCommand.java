package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.spi.setup.Cache;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "clean",
    description = "Remove what was fetched (libraries, workloads, start-up caches) from the user's cache folder. Results in bench-out are never touched.")
final class CleanCommand extends BenchCommand {
    @Option(names = "--build", description = "Remove the build (every module's target folder) too.")
    boolean build;

    @Option(names = {"-n", "--dry-run"}, description = "Only say what would go.")
    boolean dryRun;

    @Override
    int run() throws IOException {
        List<Path> targets = new ArrayList<>();
        Path cache = Cache.directory();
        if (Files.isDirectory(cache)) try (Stream<Path> inside = Files.list(cache)) {
            targets.addAll(inside.sorted().toList());
        }
        if (build) targets.addAll(buildFolders());
        long total = 0;
        for (Path target : targets) {
            long size = size(target);
            total += size;
            console().out.println((dryRun ? "would remove " : "removed ") + target + " (" + Text.bytes(size) + ")");
            if (!dryRun) delete(target);
        }
        console().out.println(Text.bytes(total) + (dryRun ? " would be freed" : " freed"));
        return ExitCode.OK.code();
    }

    private List<Path> buildFolders() throws IOException {
        List<Path> targets = new ArrayList<>();
        Path root = Main.root();
        try (Stream<Path> poms = Files.find(root, 3, (path, attributes) -> path.endsWith("pom.xml"))) {
            for (Path pom : poms.sorted().toList()) {
                Path target = pom.resolveSibling("target");
                if (Files.isDirectory(target)) targets.add(target);
            }
        }
        return targets;
    }

    static long size(Path target) throws IOException {
        long[] sum = {0};
        Files.walkFileTree(target, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                sum[0] += attributes.size();
                return FileVisitResult.CONTINUE;
            }
        });
        return sum[0];
    }

    /** Does not follow links: a link goes, what it points at stays. */
    static void delete(Path target) throws IOException {
        Files.walkFileTree(target, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException error) throws IOException {
                if (error != null) throw error;
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
