package dev.backbench.core.worker;

import dev.backbench.spi.CompileOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What one worker process has to do, as the file it is started with.
 *
 * @param backend class with a public constructor without parameters
 * @param jmh whether timed compiles run in JMH's loop
 * @param quiet no clocks and no canary before the first task is over: for {@link Kind#FIRST}, {@link Kind#COLD} and {@link Kind#START}
 * @param blobs folder for machine code, one file per SHA-256
 */
public record WorkerSpec(String backend, CompileOptions options, boolean jmh, boolean quiet, String blobs, List<Module> modules, List<Task> tasks) {
    /** Everything a worker must know of a workload; paths are absolute, null where there is none. */
    public record Module(String name, String wasm, String folder, String stdin, String expectedStdout, String expectedStderr, List<String> arguments, String image) {
        public Module(String name, String wasm, String folder, String stdin, String expectedStdout, String expectedStderr, List<String> arguments) {
            this(name, wasm, folder, stdin, expectedStdout, expectedStderr, arguments, null);
        }

        /** The same with a file for its serialised form. */
        public Module with(String imageFile) {
            return new Module(name, wasm, folder, stdin, expectedStdout, expectedStderr, arguments, imageFile);
        }
    }

    /** What a task does with its module. */
    public enum Kind {
        /** bytes to callable code, timed */
        COMPILE,
        /** the same as the first thing that the process does, without anything warmed up for it */
        FIRST,
        /** the same with the phase clock on */
        PHASES,
        /** compile if need be, a discarded run if wanted, then {@code count} timed ones */
        RUN,
        /** as {@link #FIRST}, then run once, reporting the time of the first mark */
        COLD,
        /** started once from its bytes and timed by cause, without clocks of other kinds */
        START,
        /** the same from the module's image */
        START_IMAGE,
        /** compiled and written to the module's image */
        IMAGE;

        /** Whether it is nothing but a cold start. */
        public boolean starts() {
            return this == START || this == START_IMAGE;
        }
    }

    /** @param id the experiment's name for it @param warm of a compile: stored, but not used in figures; of a run: one is discarded before @param hold keeps the code for a later {@link Kind#RUN} */
    public record Task(int id, Kind kind, int module, boolean warm, boolean hold, int count) {}

    public String text() {
        StringBuilder text = new StringBuilder();
        List<Object> fields = new ArrayList<>(List.of("backend", backend, options.level(), options.threads(), options.isa(), options.bounds()));
        fields.add(options.version());
        fields.add(options.file());
        fields.addAll(options.extra());
        line(text, fields.toArray());
        line(text, "mode", jmh, quiet, blobs);
        for (Module m : modules) {
            fields.clear();
            fields.add("module");
            for (String field : new String[] {m.name, m.wasm, m.folder, m.stdin, m.expectedStdout, m.expectedStderr, m.image}) fields.add(field);
            fields.addAll(m.arguments);
            line(text, fields.toArray());
        }
        for (Task t : tasks) line(text, "task", t.id, t.kind, t.module, t.warm, t.hold, t.count);
        return text.toString();
    }

    private static void line(StringBuilder text, Object... fields) {
        text.append(Wire.line(fields)).append('\n');
    }

    /** @throws IllegalArgumentException not such a text */
    public static WorkerSpec parse(List<String> lines) {
        List<String> backend = null, mode = null;
        List<Module> modules = new ArrayList<>();
        List<Task> tasks = new ArrayList<>();
        for (String line : lines) {
            List<String> f = Wire.fields(line);
            switch (f.get(0)) {
                case "backend" -> backend = f;
                case "mode" -> mode = f;
                case "module" -> modules.add(new Module(f.get(1), f.get(2), f.get(3), f.get(4), f.get(5), f.get(6), List.copyOf(f.subList(8, f.size())), f.get(7)));
                case "task" -> tasks.add(new Task(Integer.parseInt(f.get(1)), Kind.valueOf(f.get(2)), Integer.parseInt(f.get(3)), Boolean.parseBoolean(f.get(4)),
                        Boolean.parseBoolean(f.get(5)), Integer.parseInt(f.get(6))));
                default -> throw new IllegalArgumentException("not a line of a worker's task file: " + line);
            }
        }
        if (backend == null || mode == null) throw new IllegalArgumentException("the worker's task file is incomplete");
        CompileOptions options = new CompileOptions(backend.get(2), Integer.parseInt(backend.get(3)), backend.get(4), CompileOptions.Bounds.valueOf(backend.get(5)),
                new LinkedHashSet<>(backend.subList(8, backend.size())), backend.get(6), backend.get(7) == null ? null : Path.of(backend.get(7)));
        return new WorkerSpec(backend.get(1), options, Boolean.parseBoolean(mode.get(1)), Boolean.parseBoolean(mode.get(2)), mode.get(3), modules, tasks);
    }
}
