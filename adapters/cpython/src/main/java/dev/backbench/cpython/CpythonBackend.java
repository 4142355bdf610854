package dev.backbench.cpython;

import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.exec.process.ScriptCompiler;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** CPython's bytecode interpreter and its copy-and-patch JIT: one binary that has the JIT, switched by {@code PYTHON_JIT}; a fresh process for every run. */
public final class CpythonBackend implements Backend {
    private static final String JIT = "jit", PROGRAM = "program.py", MARKS = "bench.py", IMAGE = "backbench/python-jit", IN_IMAGE = "python3.14";
    private static final String CHECK = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')";
    private static final String FIX = "install a Python 3.14 or later that has its JIT built in (Debian sid: apt-get install python3.14), or build the image and add +in=container: docker/build.sh python-jit";

    @Override
    public String id() {
        return "cpython";
    }

    @Override
    public String summary() {
        return "CPython on Python: its interpreter, and the same with its JIT";
    }

    @Override
    public List<String> levels() {
        return List.of("interp", JIT);
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public Set<String> inputs() {
        return Set.of("python");
    }

    @Override
    public boolean tiered() {
        return true;
    }

    @Override
    public boolean runsInContainer() {
        return true;
    }

    @Override
    public Availability available() {
        return Python.withJit() != null ? Availability.YES : Availability.no("no Python on the path has a JIT", FIX);
    }

    @Override
    public Availability available(CompileOptions options) {
        return contained(options) ? Place.containerAvailable(IMAGE) : available();
    }

    private static boolean contained(CompileOptions options) {
        return options.extra().contains(BackendSpec.CONTAINER);
    }

    private static String python(CompileOptions options) {
        String python = contained(options) ? IN_IMAGE : Python.withJit();
        if (python == null) throw new BackendException("no Python on the path has a JIT: " + FIX);
        return python;
    }

    private static Place place(CompileOptions options) {
        return contained(options) ? Place.container(IMAGE) : Place.here();
    }

    /** The hash seed is fixed: the order of a set of strings must not be another one in every process. */
    private static Map<String, String> environment(CompileOptions options) {
        return Map.of("PYTHON_JIT", options.level().equals(JIT) ? "1" : "0", "PYTHONHASHSEED", "0");
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        String python = python(options), program = "{}/" + PROGRAM;
        return new ScriptCompiler(new ScriptCompiler.Engine("cpython", FIX, PROGRAM, Map.of(MARKS, marks()), List.of(python, "-I", "-c", CHECK, program), List.of(python, "-B", program),
                environment(options)), place(options));
    }

    private static byte[] marks() {
        try (InputStream in = CpythonBackend.class.getResourceAsStream(MARKS)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new BackendException("cannot read " + MARKS + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        boolean contained = contained(options);
        String version;
        try (Place place = place(options); ProgramProcess process = new ProgramProcess("cpython", place, FIX)) {
            process.send();
            version = process.ask(List.of(python(options), "-V")).firstLine();
        }
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("environment", "PYTHON_JIT=" + environment(options).get("PYTHON_JIT") + " PYTHONHASHSEED=0");
        notes.put("compile", "only the syntax is checked; everything else happens inside a run");
        if (contained) notes.put("container", Place.describe(IMAGE));
        return new Ledger(version, null, contained ? null : python(options), contained ? "container" : "child process", options.level(), 1, "python", "language semantics", false, "none",
                "none", false, "engine's own", "baseline", false, options.level().equals(JIT) ? "specialising interpreter, then copy-and-patch traces" : "specialising interpreter", "all", notes);
    }
}
