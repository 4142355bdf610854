package dev.backbench.cli;

import dev.backbench.core.SingleTrial;
import dev.backbench.core.plan.PlanOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "trial", sortOptions = false, abbreviateSynopsis = true,
    description = {"Repeat one cell alone, in the foreground, with the worker's own words on the terminal.",
        "A failed cell of a comparison prints the command to type. It writes no run folder."})
final class TrialCommand extends BenchCommand {
    @Mixin
    PlanArguments plan;

    @Option(names = "--gdb", description = "Run the worker under gdb, stopped before the back end is loaded.")
    boolean gdb;

    @Override
    int run() {
        PlanOptions options = plan.options(main().arguments());
        options.note = console()::warn;
        if (options.backends.size() != 1 || options.workloads.size() != 1 || plan.measures.size() != 1) {
            throw CliException.usage("a trial is one cell: --backend=ID:LEVEL --workload=NAME --measure=MEASURE, one of each");
        }
        if (gdb && !DoctorCommand.onPath("gdb")) throw CliException.usage("gdb is not installed. Type: apt-get install gdb");
        if (gdb) console().warn("gdb stops before the JVM starts: type 'run' at its prompt, 'bt' where it stops, 'quit' to leave");
        return SingleTrial.run(options, gdb, console().out).code();
    }
}
