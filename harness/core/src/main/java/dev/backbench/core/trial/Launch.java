package dev.backbench.core.trial;

import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.plan.Unit;
import dev.backbench.core.row.Row;
import dev.backbench.core.row.Start;
import dev.backbench.core.worker.OutputCheck;
import dev.backbench.core.worker.WorkerSpec;
import dev.backbench.core.worker.WorkerSpec.Kind;
import dev.backbench.core.worker.WorkerSpec.Module;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.spi.Containers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One worker about to be started: its command, and the file of tasks that it is given. A worker is a JVM, or for cold starts of a native engine the engine's own
 * host, which gets a line of tab-separated fields for each start.
 *
 * @param started how it is started, for rows of cold starts
 * @param natively whether the tasks are for a {@link dev.backbench.spi.StartHost}
 * @param work folder in which a native host leaves outputs
 * @param box the container it is in; null for none
 */
record Launch(List<String> argv, Row.Started started, boolean natively, Path work, Containers.Box box) {
    private static final String OUT = "out-", ERR = "err-";

    /** @param quiet no clocks and no canary before the first task is over */
    static Launch write(Plan plan, WorkerCommand command, Unit unit, TaskList list, List<Task> tasks, Path work, Path log, long layoutSeed, boolean quiet) throws IOException {
        Path spec = work.resolve("tasks");
        List<String> host = unit.kind() == Unit.Kind.START ? command.hosts().command(unit.backend()) : null;
        Start start = unit.kind() == Unit.Kind.START ? unit.start() : Start.USUAL;
        boolean cached = start.host() != Start.Host.UNCACHED && command.cache().flag(unit.backend()) != null;
        var chosen = plan.backend(unit.backend());
        Containers.Image image = chosen.image(unit);
        Containers.Box box = image == null ? null : Boxes.worker(image, command.cpus(), list.modules(), work, log);
        if (host != null) {
            Files.writeString(spec, lines(list, tasks, work));
            return new Launch(command.arguments(host, spec, log, box), new Row.Started(start.host(), start.code(), command.hosts().kind(unit.backend()), null), true, work, box);
        }
        boolean jmh = list.jmh() && tasks.getFirst().kind() == Kind.COMPILE;
        Files.writeString(spec, new WorkerSpec(chosen.backend().getClass().getName(), chosen.workerOptions(), jmh, quiet, work.resolve("blobs").toString(), list.modules(), tasks).text());
        return new Launch(command.arguments(unit.backend(), cached, unit.brief(), spec, log, layoutSeed, box), new Row.Started(start.host(), start.code(), Recorder.JVM, cached), false, work, box);
    }

    /** One start a line: task, form of the code, its file, standard input, output and error, the folder it may use, then the program's arguments. */
    private static String lines(TaskList list, List<Task> tasks, Path work) {
        StringBuilder text = new StringBuilder();
        for (Task task : tasks) {
            Module module = list.modules().get(task.module());
            boolean image = task.kind() == Kind.START_IMAGE;
            List<String> fields = new ArrayList<>(List.of(Integer.toString(task.id()), image ? Start.Code.PRECOMPILED.label() : Start.Code.COMPILED.label(), image ? module.image() : module.wasm(),
                    module.stdin() == null ? "/dev/null" : module.stdin(), work.resolve(OUT + task.id()).toString(), work.resolve(ERR + task.id()).toString(),
                    module.folder() == null ? "" : module.folder(), Path.of(module.wasm()).getFileName().toString()));
            fields.addAll(module.arguments());
            for (String field : fields) if (field.indexOf('\t') >= 0 || field.indexOf('\n') >= 0) throw new IllegalArgumentException("a tab or line end in " + field);
            text.append(String.join("\t", fields)).append('\n');
        }
        return text.toString();
    }

    /** What a worker says about its program's output, which a native host leaves in files. */
    void check(Module module, Task task, Map<String, String> values) {
        if (!natively) return;
        OutputCheck check = OutputCheck.of(module, Integer.parseInt(values.getOrDefault("exit", "0")), work.resolve(OUT + task.id()), work.resolve(ERR + task.id()));
        values.put("wrong", check.wrong());
        values.put("output", check.sha256());
    }
}
