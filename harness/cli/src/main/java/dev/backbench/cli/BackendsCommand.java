package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.reports.Grid;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "backends", description = "List the back ends, their levels, and whether they can run here.")
final class BackendsCommand extends BenchCommand {
    @Override
    int run() {
        Grid grid = new Grid(6, "back end", "levels (* = a bare name)", "compared if none is named", "options", "available", "what it is");
        for (Backend backend : Backends.onClassPath().all()) {
            Availability available = backend.available();
            List<String> levels = new ArrayList<>();
            for (String level : backend.levels()) levels.add(level.equals(backend.defaultLevel()) ? level + "*" : level);
            grid.add(backend.id(), String.join(" ", levels), backend.comparedByDefault().isEmpty() ? "-" : String.join(" ", backend.comparedByDefault()), backend.options().isEmpty() ? "-" : "+" + String.join(" +", backend.options()),
                available.yes() ? "yes" : "no: " + available.fix(), backend.summary());
        }
        console().out.print(grid.text());
        if (grid.size() == 0) console().warn("no back end is on the class path; the build is incomplete");
        return ExitCode.OK.code();
    }
}
