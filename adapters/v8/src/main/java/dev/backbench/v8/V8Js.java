package dev.backbench.v8;

import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ScriptCompiler;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Containers;
import dev.backbench.spi.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** V8's tiers for JavaScript, each as the highest one allowed; a fresh {@code node} for every run. Another language than the rest of the experiment. */
public final class V8Js implements Backend {
    private static final Map<String, List<String>> FLAGS = Map.of(
            "ignition", List.of("--no-sparkplug", "--no-maglev", "--no-opt"),
            "sparkplug", List.of("--sparkplug", "--always-sparkplug", "--no-maglev", "--no-opt"),
            "maglev", List.of("--sparkplug", "--maglev", "--no-opt"),
            "turbofan", List.of("--sparkplug", "--no-maglev", "--opt"));
    private static final String OWNER = "node", PROGRAM = "program.mjs", PRELUDE = "prelude.cjs";
    private static final String INSTALL = "install Node.js (Debian: apt-get install nodejs)";

    @Override
    public String id() {
        return "v8-js";
    }

    @Override
    public String summary() {
        return "V8 on JavaScript: bytecode interpreter, baseline and optimising tiers";
    }

    @Override
    public List<String> levels() {
        return List.of("ignition", "sparkplug", "maglev", "turbofan");
    }

    @Override
    public String defaultLevel() {
        return "turbofan";
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public Set<String> inputs() {
        return Set.of("js");
    }

    @Override
    public boolean tiered() {
        return true;
    }

    @Override
    public Availability available() {
        return Node.available();
    }

    @Override
    public Containers.Image image(CompileOptions options) {
        return Node.image();
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        return new Ledger("node " + Node.version(), null, Node.binary(), "child process", options.level(), 1 + Node.POOL, "js", "language semantics", false, "none", "none", false,
                "engine's own", "native", false, "up to " + options.level(), "all", Map.of("flags", String.join(" ", FLAGS.get(options.level())),
                        "garbage collector", "node's own, its threads included"));
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (options.level().equals("maglev") && !Node.knows("--maglev")) throw new BackendException("this node's V8 has no Maglev; install a newer Node.js");
        List<String> run = new ArrayList<>(List.of("node", "--no-warnings"));
        run.addAll(FLAGS.get(options.level()));
        run.addAll(List.of("--require", "{}/" + PRELUDE, "{}/" + PROGRAM));
        return new ScriptCompiler(new ScriptCompiler.Engine(OWNER, INSTALL, PROGRAM, Map.of(PRELUDE, Node.text(PRELUDE)), List.of("node", "--check", "{}/" + PROGRAM), run, Map.of()),
                Place.here());
    }
}
