package dev.backbench.qbe.wasm;

import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** QBE itself as a reference: the {@code qbe} program, fed the IL that the port makes of a module, and GNU {@code as}. */
public final class QbeNativeBackend implements Backend {
    static final String ID = "qbe-native", IMAGE = "backbench/toolchain-qbe", IR = "ir", ASM = "asm", OBJ = "obj";
    static final String FIX = "apt-get install qbe binutils, or build the image and add +in=container: docker/build.sh toolchain-qbe";

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String summary() {
        return "QBE itself: the qbe program on the port's IL as text, assembled by GNU as";
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public Set<String> inputs() {
        return Set.of("wasm", "ssa");
    }

    @Override
    public List<String> stages() {
        return List.of(IR, ASM, OBJ);
    }

    @Override
    public boolean runsInContainer() {
        return true;
    }

    @Override
    public Availability available() {
        Availability host = QbeBackend.machine();
        if (!host.yes()) return host;
        for (String program : List.of("qbe", "as")) if (onPath(program) == null) return Availability.no(program + " is not on the PATH", FIX);
        return Availability.YES;
    }

    @Override
    public Availability available(CompileOptions options) {
        if (!contained(options)) return available();
        Availability host = QbeBackend.machine();
        return host.yes() ? Place.containerAvailable(IMAGE) : host;
    }

    private static Path onPath(String program) {
        String path = System.getenv("PATH");
        if (path == null) return null;
        for (String folder : path.split(File.pathSeparator)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) return file;
        }
        return null;
    }

    private static boolean contained(CompileOptions options) {
        return options.extra().contains(BackendSpec.CONTAINER);
    }

    private static Place place(CompileOptions options) {
        return contained(options) ? Place.container(IMAGE) : Place.here();
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("upstream commit", "none: the version names Debian's package");
        notes.put("optimisation of qbe", "Debian's package is built without, and slower for it by about half: its compile times are that build's");
        notes.put("process start", "qbe and as are started once a module, inside their phases");
        notes.put("il", "the port's, without its own operations: rotations, min and max are sequences and functions in IL, counts of bits, square roots and rounding calls of routines of one instruction");
        notes.put("cpu features", String.join(", ", QbeBackend.CPU) + ": required, and used in those routines; qbe itself uses nothing beyond x86-64");
        notes.put("memory", "a load whose value is not used may go, and with it its trap" + (options.bounds() == CompileOptions.Bounds.GUARD ? "; a fault is the trap" : ""));
        notes.put("frames", "frame pointers kept; large frames are not probed");
        notes.put("code map", "none: traps name no Wasm offsets");
        if (contained(options)) notes.put("container", Place.describe(IMAGE));
        return new Ledger(version(options), null, contained(options) ? null : String.valueOf(onPath("qbe")), contained(options) ? "container" : "child process", options.level(), 1, "wasm",
                options.bounds().name().toLowerCase(Locale.ROOT), false, "GNU as, a child process", "own", false, "guard page", "native", false, "none", "optimise+select+allocate+emit", notes);
    }

    /** qbe says no version of its own; Debian's tools know the package's. */
    private static String version(CompileOptions options) {
        try (Place place = place(options); ProgramProcess process = new ProgramProcess(ID, place, FIX)) {
            process.send();
            ProgramProcess.Said said = process.ask(List.of("dpkg-query", "-W", "-f", "${Version}", "qbe"));
            return said.exit() == 0 && !said.firstLine().isEmpty() ? said.firstLine() : "unknown: not from a Debian package";
        } catch (BackendException noDebian) {
            return "unknown: not from a Debian package";
        }
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!options.isa().equals("x86_64")) throw new BackendException(ID + " compiles for x86_64, not for " + options.isa());
        return new QbeNativeCompiler(options, place(options));
    }
}
