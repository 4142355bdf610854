package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "setup",
    description = "Fetch what back ends need into the user's cache folder, saying what, how big and where to. Nothing is installed system-wide.")
final class SetupCommand extends BenchCommand {
    @Parameters(paramLabel = "BACKEND[@VERSION]", arity = "0..*", description = "Which ones; all if none is named.")
    List<String> backends = new ArrayList<>();

    @Option(names = "--offline", description = "Fetch nothing: only say what is missing.")
    boolean offline;

    @Override
    int run() throws InterruptedException {
        Setup setup = new Setup(console(), offline);
        boolean ready = true;
        for (Backends.Chosen chosen : chosen()) {
            boolean complete = setup.fetch(chosen.backend().id(), Setup.requirements(chosen));
            Availability available = chosen.availableNow();
            if (available.yes()) console().say(chosen.backend().id() + ": ready");
            else console().warn(chosen.backend().id() + ": unavailable: " + available.reason() + ". Type: " + available.fix());
            ready &= complete && available.yes();
        }
        return (ready ? ExitCode.OK : ExitCode.NOTHING).code();
    }

    private List<Backends.Chosen> chosen() {
        Backends all = Backends.onClassPath();
        return all.resolve(backends.isEmpty() ? all.all().stream().filter(b -> !b.takesFile()).map(Backend::id).toList() : backends, 1);
    }
}
