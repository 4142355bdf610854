package dev.backbench.cli;

import dev.backbench.core.store.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds a run by what the user calls it: a folder, {@code latest}, or a name in {@code bench-out} or its end. */
final class Runs {
    private static final Path HOME = Path.of("bench-out");

    private Runs() {}

    static RunFolder open(String name) throws IOException {
        Path path = PlanArguments.path("RUN", name);
        if (Files.isDirectory(path)) return RunFolder.open(path.toRealPath());
        if (Files.isDirectory(HOME.resolve(path))) return RunFolder.open(HOME.resolve(path).toRealPath());
        List<String> known = known();
        List<String> ending = known.stream().filter(run -> run.endsWith(name)).toList();
        if (ending.size() == 1) return RunFolder.open(HOME.resolve(ending.getFirst()));
        if (known.isEmpty()) throw CliException.usage("there is no run '" + name + "': no such folder, and no runs in " + HOME.toAbsolutePath());
        throw PlanArguments.unknown("run", name, known);
    }

    private static List<String> known() throws IOException {
        if (!Files.isDirectory(HOME)) return List.of();
        try (Stream<Path> runs = Files.list(HOME)) {
            return runs.filter(Files::isDirectory).map(run -> run.getFileName().toString()).sorted().toList();
        }
    }
}
