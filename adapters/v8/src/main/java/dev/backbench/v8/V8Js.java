package dev.backbench.v8;

import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final String OWNER = "node";
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
    public Ledger ledger(CompileOptions options) {
        return new Ledger("node " + Node.version(), null, Node.binary(), "child process", options.level(), 1, "js", "language semantics", false, "none", "none", false,
                "engine's own", "native", false, "up to " + options.level(), "all", Map.of("flags", String.join(" ", FLAGS.get(options.level())),
                        "garbage collector", "node's own, its threads included"));
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        if (options.level().equals("maglev") && !Node.knows("--maglev")) throw new BackendException("this node's V8 has no Maglev; install a newer Node.js");
        return new Programs(FLAGS.get(options.level()));
    }

    /** Checks syntax when asked to compile; everything else happens lazily inside a run. */
    private static final class Programs implements Compiler {
        private final ProgramProcess process = new ProgramProcess(OWNER);
        private final List<String> flags;

        Programs(List<String> flags) {
            this.flags = flags;
        }

        private static final class Program extends OpaqueArtifact {
            Program() {
                super(OWNER);
            }
        }

        @Override
        public Artifact compile(byte[] source, PhaseClock clock) {
            process.clear();
            try {
                Path program = Files.write(process.folder().resolve("program.mjs"), source);
                process.compile(List.of("node", "--check", program.toString()), INSTALL);
            } catch (IOException e) {
                throw new BackendException("cannot hand the program to node: " + e.getMessage(), e);
            }
            Node.script("prelude.cjs", process.folder());
            return new Program();
        }

        @Override
        public CompiledModule link(Artifact artifact, PhaseClock clock) {
            return new CompiledModule() {
                @Override
                public ProgramResult run(ProgramConfig config) {
                    List<String> command = new ArrayList<>(List.of("node", "--no-warnings"));
                    command.addAll(flags);
                    command.addAll(List.of("--require", process.folder().resolve("prelude.cjs").toString(), process.folder().resolve("program.mjs").toString()));
                    config.arguments().stream().skip(1).forEach(command::add);
                    return process.run(command, config, INSTALL);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Artifact deserialize(byte[] serialized) {
            throw OpaqueArtifact.noSerialisedForm(OWNER);
        }

        @Override
        public Store newStore() {
            throw new BackendException("node runs whole programs here");
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
