package dev.backbench.qbe.wasm;

import dev.backbench.exec.ImageLoader;
import dev.backbench.exec.NativeCompiler;
import dev.backbench.qbe.Pipeline;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The QBE port as a back end. */
public final class QbeBackend implements Backend {
    /** What instructions beyond the least x86-64 are used, as the kernel names them. */
    static final List<String> CPU = List.of("popcnt", "sse4_1", "abm", "bmi1");

    @Override
    public String id() {
        return "qbe-port";
    }

    @Override
    public String summary() {
        return "QBE's IL and passes written anew in Java; machine code for x86-64 without an assembler";
    }

    /** Wasm, and QBE's IL as text; of either, objects, assembler text and the IL after each pass can be had. */
    @Override
    public Set<String> inputs() {
        return Set.of("wasm", "ssa");
    }

    @Override
    public List<String> stages() {
        List<String> stages = new ArrayList<>(List.of(WasmCompiler.IR, WasmCompiler.ASM, WasmCompiler.OBJ));
        for (Pipeline.Pass pass : Pipeline.Pass.values()) stages.add(pass.shown());
        return stages;
    }

    @Override
    public boolean javaHosted() {
        return true;
    }

    @Override
    public Availability available() {
        return machine();
    }

    static Availability machine() {
        Availability host = NativeCompiler.host();
        if (!host.yes()) return host;
        for (String feature : CPU) if (!HostCpu.FLAGS.contains(feature)) return Availability.no("the processor has no " + feature, "use one of 2013 or later");
        return Availability.YES;
    }

    private static final class HostCpu {
        static final Set<String> FLAGS = read();

        private static Set<String> read() {
            try {
                for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) if (line.startsWith("flags")) return Set.of(line.substring(line.indexOf(':') + 1).trim().split(" "));
            } catch (IOException e) {
                // Then nothing is known, and nothing is promised
            }
            return Set.of();
        }
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("upstream commit", "none: written from QBE's documents, not translated");
        notes.put("cpu features", String.join(", ", CPU) + ": required, and used for counts of bits and for rounding floats; nothing else beyond x86-64");
        notes.put("il", "QBE's operations, and rotl rotr clz ctz popcnt sqrt nearest floor ceil trunc min max, which its language lacks");
        notes.put("memory", options.bounds() == CompileOptions.Bounds.GUARD ? "no access is dropped; a fault is the trap"
                : "a compare and branch before each access not below the memory's minimum size");
        notes.put("calls", "every function follows the boundary convention; nothing is inlined; no tail calls");
        notes.put("branch tables", "a tree of comparisons: QBE has no jump through a table");
        notes.put("frames", "frame pointers kept; frames over a page are probed");
        notes.put("code map", "none: traps name functions, not Wasm offsets");
        return new Ledger("1", null, null, "in process", options.level(), 1, "wasm", options.bounds().name().toLowerCase(Locale.ROOT), false, "integrated", "own", false,
                "guard page, probed frames", "native", false, "none", "decode+translate", notes);
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (!options.isa().equals("x86_64")) throw new BackendException("qbe-port compiles for x86_64, not for " + options.isa());
        return new WasmCompiler(options);
    }

    @Override
    public boolean serialises(CompileOptions options) {
        return true;
    }

    @Override
    public Compiler newLoader(CompileOptions options) {
        return new ImageLoader();
    }
}
