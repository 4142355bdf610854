package dev.backbench.v8;

import dev.backbench.exec.process.Companion;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Containers;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.StartHost;
import dev.backbench.spi.setup.Cache;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One of V8's ways to compile Wasm, in a {@code node} process that lives as long as the compiler. */
abstract class V8Backend implements Backend {
    /** Eager, on one thread, never again: what a measured tier needs; learnt from {@code node --v8-options}. */
    private static final List<String> ONE_TIER = List.of("--no-wasm-lazy-compilation", "--no-wasm-dynamic-tiering", "--no-wasm-tier-up",
            "--no-wasm-native-module-cache-enabled", "--wasm-num-compilation-tasks=1", "--single-threaded");

    private final String id;
    private final String summary;
    private final List<String> tierFlags;
    private final boolean tiered;

    /** @param tierFlags null for V8 as it comes */
    V8Backend(String id, String summary, List<String> tierFlags) {
        this.id = id;
        this.summary = summary;
        this.tiered = tierFlags == null;
        this.tierFlags = tiered ? List.of() : tierFlags;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public boolean tiered() {
        return tiered;
    }

    @Override
    public Availability available() {
        return Node.available();
    }

    @Override
    public Containers.Image image(CompileOptions options) {
        return Node.image();
    }

    private List<String> flags(CompileOptions options) {
        List<String> flags = new ArrayList<>(tierFlags);
        if (!tiered) flags.addAll(ONE_TIER);
        if (options.bounds() == CompileOptions.Bounds.EXPLICIT) flags.add("--wasm-enforce-bounds-checks");
        if (serialises(options)) flags.add("--allow-natives-syntax"); // the parser then knows %SerializeWasmModule; nothing else changes
        return flags;
    }

    /** A node with our worker script, see {@code worker.mjs}. */
    private Companion node(CompileOptions options) {
        return new Companion("node", folder -> {
            List<String> command = new ArrayList<>(List.of("node", "--no-warnings"));
            command.addAll(flags(options));
            command.add(Node.script("worker.mjs", folder).toString());
            return command;
        });
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (options.threads() != 1) throw new BackendException("V8 is measured with one compiling thread; leave out --threads");
        return new V8Compiler(node(options), new V8Compiler.Settings(id, flags(options), serialises(options), tiered));
    }

    /** Node is V8's own host. */
    @Override
    public StartHost startHost(CompileOptions options) {
        return new StartHost() {
            @Override
            public String kind() {
                return "node";
            }

            @Override
            public List<String> command() {
                try {
                    List<String> command = new ArrayList<>(List.of(Node.binary(), "--no-warnings"));
                    command.addAll(flags(options));
                    command.add(Node.script("start.cjs", Cache.make(Cache.directory().resolve("hosts"))).toString());
                    return command;
                } catch (IOException e) {
                    throw new BackendException("its script cannot be kept: " + e.getMessage(), e);
                }
            }
        };
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        String version;
        try (Companion node = node(options)) {
            Map<String, String> reply = node.request("version");
            version = "V8 " + reply.get("v8") + ", node " + reply.get("node");
        }
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("flags", String.join(" ", flags(options)));
        notes.put("protocol", "a resident node process reads the module's bytes from a file and compiles when asked over a pipe: only the second is timed; of its CPU time, what commands take");
        notes.put("serialised form", serialises(options) ? "V8's own, through its test function %SerializeWasmModule: node offers no public one" : "none: V8 serialises TurboFan's code only");
        if (!tiered) notes.put("code size", "from V8's trace of another compile, outside what is timed");
        notes.put("wasi", "node:wasi, which needs a program's memory exported as 'memory'; host calls inside the region are not counted");
        return new Ledger(version, null, Node.binary(), "companion process", "default", tiered ? 1 + Node.POOL : 1, "wasm",
                options.bounds() == CompileOptions.Bounds.GUARD ? "guard" : "explicit", false, "none", "own", false, "stack limit check in prologues", "native", false,
                tiered ? "Liftoff lazily, then TurboFan on other threads" : "none",
                tiered ? "all" : "decode+translate+optimise+select+allocate+emit+link", notes);
    }
}
