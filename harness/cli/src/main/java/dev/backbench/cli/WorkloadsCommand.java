package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.reports.Grid;
import dev.backbench.spi.setup.Cache;
import dev.backbench.workloads.Catalogue;
import dev.backbench.workloads.PinnedModules;
import dev.backbench.workloads.Workload;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "workloads", subcommands = WorkloadsCommand.Fetch.class,
    description = "List the programs that can be compiled and run, or fetch large real ones.")
final class WorkloadsCommand extends BenchCommand {
    @Option(names = {"-v", "--verbose"}, description = "Say why each is there and where its source is.")
    boolean verbose;

    @Override
    int run() {
        Catalogue catalogue = new Catalogue(Cache.directory(), console()::warn);
        Grid grid = new Grid(4, "program", "family", "preset", "language", "code bytes", "functions");
        for (Workload w : catalogue.own()) {
            grid.add(w.name(), w.family(), w.preset() == null ? "-" : w.preset().label(), w.language(), Integer.toString(w.code().codeBytes()),
                Integer.toString(w.code().functions()));
        }
        console().out.print(grid.text());
        if (verbose) for (Workload w : catalogue.own()) console().out.print("\n" + w.name() + " (" + w.source() + ")\n  " + w.why() + "\n");
        console().out.println("\nOn demand, with 'bench workloads fetch NAME':");
        Grid large = new Grid(3, "module", "package", "here", "download", "code bytes");
        for (PinnedModules.Pinned one : catalogue.pinned().all()) {
            large.add(one.name(), one.what(), catalogue.pinned().present(one) ? "yes" : "no", Text.bytes(one.downloadBytes()), Integer.toString(one.codeBytes()));
        }
        console().out.print(large.text());
        console().out.println("\nAny .wasm file, any folder in Sightglass's layout, and 'sweep' or 'sweep:FUNCTIONS' (generated) can be named too.");
        return ExitCode.OK.code();
    }

    @Command(name = "fetch", description = "Fetch large real modules into the cache folder, checked against their hashes.")
    static final class Fetch extends BenchCommand {
        @Parameters(paramLabel = "NAME", arity = "1..*", description = "Which ones.")
        List<String> names = new ArrayList<>();

        @Option(names = "--offline", description = "Fetch nothing: only say what is missing.")
        boolean offline;

        @Override
        int run() throws InterruptedException {
            PinnedModules modules = new Catalogue(Cache.directory()).pinned();
            List<PinnedModules.Pinned> wanted = names.stream().map(modules::find).toList(); // a misspelt name before any download
            boolean complete = true;
            for (PinnedModules.Pinned one : wanted) {
                if (offline && !modules.present(one)) {
                    console().warn(modules.announcement(one) + "; not fetched, because of --offline. By hand: " + modules.byHand(one));
                    complete = false;
                } else {
                    modules.fetch(one, console().progress());
                }
            }
            return (complete ? ExitCode.OK : ExitCode.NOTHING).code();
        }
    }
}
