package dev.backbench.cli;

import dev.backbench.conformance.reduce.ReduceRun;
import dev.backbench.spi.BackendSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "reduce", description = {"Make a .wasm or .clif file that a back end fails on as small as it goes while it fails in the same way: a wrong result, an exception from inside, a crash, a hang.",
    "Everything runs in a worker process. Exit code 1: the file does not fail."})
final class ReduceCommand extends BenchCommand {
    @Option(names = "--backend", required = true, paramLabel = "ID[:LEVEL]", description = "The back end that fails; of CLIF all its levels if none is said.")
    String backend;

    @Option(names = "--against", paramLabel = "ID[:LEVEL]", description = "For modules: the back end that is right. interp if not said.")
    String against = "interp";

    @Option(names = "--limit", paramLabel = "TIME", description = "What takes longer hangs. 10s if not said.")
    String limit;

    @Option(names = "--time", paramLabel = "TIME", description = "Of the whole. 10m if not said.")
    String time;

    @Option(names = {"-o", "--output"}, paramLabel = "F", description = "Write to this file. FILE's name with .reduced before its ending if not said.")
    Path output;

    @Parameters(index = "0", paramLabel = "FILE", description = "What fails: .wasm or .clif.")
    Path file;

    @Override
    int run() {
        if (!Files.isRegularFile(file)) throw CliException.usage(file + " is not a file");
        BackendSpec.parse(backend);
        ReduceRun.Options options = new ReduceRun.Options(file, backend, against, Times.parse("--limit", limit == null ? "10s" : limit), Times.parse("--time", time == null ? "10m" : time), output);
        return ReduceRun.run(options, console().out, console().progress());
    }
}
