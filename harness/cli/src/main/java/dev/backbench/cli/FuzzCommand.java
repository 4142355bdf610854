package dev.backbench.cli;

import dev.backbench.conformance.fuzz.FuzzRun;
import dev.backbench.spi.BackendSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "fuzz", description = {"Compare a back end with others, or with its interpreter, on random inputs. A case that differs, crashes or hangs is a finding: its input is kept, and the exit code is 1.",
    "The last line is 'N cases, N findings'."})
final class FuzzCommand extends BenchCommand {
    private static final Duration USUAL = Duration.ofMinutes(1);

    @Option(names = "--backend", required = true, paramLabel = "ID[:LEVEL]", description = "Which back end; all its levels if none is said.")
    String backend;

    @Option(names = "--kind", paramLabel = "wasm|clif", description = "Modules, or texts for a back end that takes them and has an interpreter. wasm if not said.")
    String kind = "wasm";

    @Option(names = "--against", split = ",", paramLabel = "ID[:LEVEL],…", description = "For wasm: what it is compared with, the reference first. interp,llvm:O2 if not said.")
    List<String> against = List.of("interp", "llvm:O2");

    @Option(names = "--time", paramLabel = "TIME", description = "How long, such as 1h. 1m if neither this nor --cases is said.")
    String time;

    @Option(names = "--cases", paramLabel = "N", description = "How many cases.")
    Long cases;

    @Option(names = "--seed", paramLabel = "S", description = "Of the whole run; the same seed gives the same cases. 1 if not said.")
    long seed = 1;

    @Option(names = "--first", paramLabel = "N", description = "The first case; 0 if not said. With --cases=1, one case again.")
    long first;

    @Option(names = "--limit", paramLabel = "TIME", description = "Of one case. 1m if not said.")
    String limit;

    @Option(names = "--out", paramLabel = "DIR", description = "Where inputs of findings go, and how often everything was reached. bench-out/fuzz if not said.")
    Path out = Path.of("bench-out", "fuzz");

    @Override
    int run() {
        if (cases != null && cases < 1) throw CliException.usage("--cases=" + cases + ": a number from 1 up");
        Duration budget = time != null ? Times.parse("--time", time) : cases != null ? Duration.ofDays(365) : USUAL;
        BackendSpec.parse(backend);
        FuzzRun.Options options = new FuzzRun.Options(kind, backend, against, seed, first, cases == null ? Long.MAX_VALUE : cases, budget,
            limit == null ? Duration.ofMinutes(1) : Times.parse("--limit", limit), out);
        return FuzzRun.run(options, console().out, console().progress());
    }
}
