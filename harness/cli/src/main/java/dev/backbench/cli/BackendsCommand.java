package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.reports.Grid;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "backends", description = "List the back ends, their levels and options, and whether they can run here.")
final class BackendsCommand extends BenchCommand {
    @Override
    int run() {
        Grid grid = new Grid(4, "back end", "levels", "here", "what it is");
        List<String> more = new ArrayList<>();
        for (Backend backend : Backends.onClassPath().all()) {
            Availability available = backend.available();
            List<String> levels = new ArrayList<>();
            for (String level : backend.levels()) {
                levels.add(level + (level.equals(backend.defaultLevel()) ? "*" : "") + (backend.comparedByDefault().contains(level) ? "!" : ""));
            }
            grid.add(backend.id(), String.join(" ", levels), available.yes() ? "yes" : "no", backend.summary());
            if (!backend.options().isEmpty()) more.add(backend.id() + " takes +" + String.join(" +", backend.options()));
            if (!available.yes()) more.add(backend.id() + " cannot run here: " + available.reason() + "\n  type: " + available.fix());
        }
        console().out.print(grid.text());
        if (grid.size() == 0) console().warn("no back end is on the class path; the build is incomplete");
        console().out.println("* the level of a bare name; ! compared if no back end is named");
        console().out.println("All take +bounds=explicit, +threads=N and +in=container, or refuse them in words");
        more.forEach(console().out::println);
        return ExitCode.OK.code();
    }
}
