package dev.backbench.core.worker;

import dev.backbench.core.worker.WorkerSpec.Kind;
import dev.backbench.core.worker.WorkerSpec.Task;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Cold starts by cause. Each cause is timed by clock readings of its own and nothing is found by subtraction, so that their sum can be checked against the whole,
 * which is the distance from the beginning to the program's first mark.
 */
final class Starts {
    private final Session session;
    private final Reporter reporter;
    private final List<Object> fields = new ArrayList<>();

    Starts(Session session, Reporter reporter) {
        this.session = session;
        this.reporter = reporter;
    }

    /** Compiles the module and writes its serialised form. */
    void image(Task task, Program program, Compiler compiler) throws IOException {
        session.begin(task, "compile");
        compiler.prepare(program.wasm());
        Artifact artifact = compiler.compile(program.wasm(), PhaseClock.OFF);
        Path file = Path.of(program.module.image()), part = Path.of(program.module.image() + ".part");
        Files.write(part, artifact.serialize());
        Files.move(part, file);
        compiler.link(artifact, PhaseClock.OFF).close();
    }

    /** @return whether the program was right */
    boolean start(Task task, Program program) throws IOException, ReflectiveOperationException {
        boolean image = task.kind() == Kind.START_IMAGE, loads = !session.loaded();
        if (!loads) session.rest();
        session.begin(task, "start");
        program.expect();
        PhaseClock clock = image ? PhaseClock.OFF : PhaseClock.only(PhaseClock.DECODE);
        // nothing is noted down before the mark, so that causes follow each other closely
        long began = System.nanoTime();
        if (loads) session.open(image);
        long loaded = System.nanoTime();
        session.during(image ? "link" : "compile");
        byte[] bytes = Files.readAllBytes(Path.of(image ? program.module.image() : program.module.wasm()));
        long read = System.nanoTime();
        Artifact artifact = image ? session.compiler().deserialize(bytes) : session.compiler().compile(bytes, clock);
        long made = System.nanoTime();
        CompiledModule code = session.compiler().link(artifact, PhaseClock.OFF);
        long linked = System.nanoTime();
        session.during("run");
        long asked = System.nanoTime();
        Program.Outcome outcome = program.run(code);
        ProgramResult r = outcome.result();
        fields.clear();
        fields.addAll(List.of("sample", task.id(), "start"));
        if (loads) add("phase.load", loaded - began);
        add("phase.read", read - loaded);
        made(image, clock, made - read);
        add("phase.link", linked - made);
        add("phase.instantiate", r.instantiate());
        add("phase.call", r.firstMark() - asked - r.instantiate());
        // a process that is started has its beginning outside; what it did before it loaded a back end is its start
        add(loads ? "began" : "from", began);
        add("mark", r.firstMark());
        add("output", outcome.outputSha256());
        add("wrong", outcome.wrong());
        reporter.send(fields.toArray());
        code.close();
        return outcome.wrong() == null;
    }

    /** Decoding is a cause of its own where the back end tells it apart. */
    private void made(boolean image, PhaseClock clock, long nanos) {
        clock.leave();
        Long decode = clock.nanos().get(PhaseClock.DECODE);
        if (decode != null) add("phase.decode", decode);
        add(image ? "phase.decode" : decode == null ? "phase.decode+compile" : "phase.compile", nanos - (decode == null ? 0 : decode));
    }

    private void add(String name, Object value) {
        fields.add(name);
        fields.add(value);
    }
}
