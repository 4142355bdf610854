package dev.backbench.cli;

import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "setup", mixinStandardHelpOptions = true,
    description = "Fetch what back ends need into the user's cache folder, saying what, how big and where to. Nothing is installed system-wide.")
final class SetupCommand extends BenchCommand {
    @Parameters(paramLabel = "BACKEND", arity = "0..*", description = "Which ones; all if none is named.")
    List<String> backends = new ArrayList<>();

    @Option(names = "--offline", description = "Fetch nothing: only say what is missing.")
    boolean offline;

    @Override
    int run() throws InterruptedException {
        Registry registry = Registry.load();
        List<Backend> chosen = new ArrayList<>();
        for (String id : backends) chosen.add(registry.get(id));
        if (backends.isEmpty()) chosen = registry.all();
        Setup setup = new Setup(console(), offline);
        boolean ready = true;
        for (Backend backend : chosen) {
            boolean complete = setup.fetch(backend, backend.requirements());
            Availability available = backend.available();
            if (available.yes()) console().say(backend.id() + ": ready");
            else console().warn(backend.id() + ": unavailable: " + available.reason() + ". Type: " + available.fix());
            ready &= complete && available.yes();
        }
        return ready ? Exit.OK : Exit.NOTHING_RAN;
    }
}
