package dev.backbench.v8;

import dev.backbench.exec.process.Companion;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Asks a resident {@code node}. The companion holds a module from its compile until what was linked from it is closed, or another is compiled before it was linked. */
final class V8Compiler extends ProgramCompiler {
    private static final String OWNER = "node";

    private final Companion node;
    private final Settings settings;
    private final CodeSizes sizes;
    private int modules;
    private Handle unlinked;
    private byte[] prepared;

    /** @param lazy code is made when it is first called, and again */
    record Settings(String name, List<String> flags, boolean serialises, boolean lazy) {}

    V8Compiler(Companion node, Settings settings) {
        super(OWNER);
        this.node = node;
        this.settings = settings;
        sizes = new CodeSizes(settings.flags(), node.folder());
    }

    /** Leaves the module's bytes in node, which drops the module before if nobody has linked it; waits until node is up. */
    @Override
    public void prepare(byte[] wasm) {
        Path file = node.folder().resolve("module.wasm");
        try {
            Files.write(file, wasm);
        } catch (IOException e) {
            throw new BackendException("cannot hand the module to node: " + e.getMessage(), e);
        }
        if (unlinked != null) drop(unlinked.id);
        unlinked = null;
        node.request("read", file.toString());
        prepared = wasm;
    }

    @Override
    public Artifact compile(byte[] wasm, PhaseClock clock) {
        if (prepared != wasm) prepare(wasm);
        prepared = null;
        String id = Integer.toString(++modules);
        clock.enter("decode+translate+optimise+select+allocate+emit+link");
        try {
            node.request("compile", id);
        } catch (Companion.Refusal e) {
            throw new BackendException("V8: " + e.getMessage());
        } finally {
            clock.leave();
        }
        unlinked = new Handle(id, wasm);
        return unlinked;
    }

    /** Reads back what {@link Handle#serialize} made under the same flags by the same version. */
    @Override
    public Artifact deserialize(byte[] serialized) {
        if (!settings.serialises()) throw OpaqueArtifact.noSerialisedForm(settings.name());
        Path file = node.folder().resolve("module.image");
        try {
            Files.write(file, serialized);
        } catch (IOException e) {
            throw new BackendException("cannot hand the image to node: " + e.getMessage(), e);
        }
        if (unlinked != null) drop(unlinked.id);
        unlinked = null;
        String id = Integer.toString(++modules);
        try {
            node.request("deserialize", id, file.toString());
        } catch (Companion.Refusal e) {
            throw new BackendException("V8: " + e.getMessage());
        }
        unlinked = new Handle(id, null);
        return unlinked;
    }

    private final class Handle extends OpaqueArtifact {
        private final String id;
        /** Null if it was compiled elsewhere. */
        private final byte[] wasm;

        Handle(String id, byte[] wasm) {
            super(settings.name());
            this.id = id;
            this.wasm = wasm;
        }

        /** The Wasm bytes' length, those bytes, then V8's image. */
        @Override
        public byte[] serialize() {
            if (!settings.serialises()) return super.serialize();
            Path file = node.folder().resolve("module.image");
            try {
                node.request("serialize", id, file.toString());
                return Files.readAllBytes(file);
            } catch (Companion.Refusal e) {
                throw new BackendException("V8: " + e.getMessage());
            } catch (IOException e) {
                throw new BackendException("cannot take the image from node: " + e.getMessage(), e);
            }
        }

        @Override
        public long codeBytes() {
            return wasm == null || settings.lazy() ? -1 : sizes.of(wasm).code();
        }

        /** They are inside the code. */
        @Override
        public long constantBytes() {
            return wasm == null || settings.lazy() ? -1 : 0;
        }

        @Override
        public int functionsEmitted() {
            return wasm == null || settings.lazy() ? -1 : sizes.of(wasm).functions();
        }
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        if (artifact != unlinked) throw new BackendException("node has linked this module already, or has gone on to another one");
        String id = unlinked.id;
        unlinked = null;
        return new CompiledModule() {
            @Override
            public ProgramResult run(ProgramConfig config) {
                return runProgram(id, config);
            }

            @Override
            public void close() {
                drop(id);
            }
        };
    }

    private void drop(String id) {
        if (node.alive()) node.request("drop", id);
    }

    private ProgramResult runProgram(String id, ProgramConfig config) {
        Path in = node.folder().resolve("stdin"), out = node.folder().resolve("stdout"), err = node.folder().resolve("stderr");
        try {
            writeInput(in, config.in());
            List<String> words = new ArrayList<>(List.of("run", id, in.toString(), out.toString(), err.toString(),
                    config.preopen() == null ? "" : config.preopen().toString(), query(config.environment())));
            words.addAll(config.arguments());
            Map<String, String> reply;
            try {
                reply = node.request(words.toArray(String[]::new));
            } catch (Companion.Refusal e) {
                throw failure(e);
            } finally {
                readOutput(out, config.out());
                readOutput(err, config.err());
            }
            return new ProgramResult(Integer.parseInt(reply.get("exit")), reply.get("marked").equals("true"), number(reply, "firstMark"), number(reply, "wall"),
                    number(reply, "regionCpu"), number(reply, "faults"), -1, -1, -1, number(reply, "instantiate"), number(reply, "total"));
        } catch (IOException e) {
            throw new BackendException("cannot exchange files with node: " + e.getMessage(), e);
        }
    }

    private static long number(Map<String, String> reply, String field) {
        return Long.parseLong(reply.get(field));
    }

    private static String query(Map<String, String> environment) {
        return environment.entrySet().stream()
                .map(e -> URLEncoder.encode(e.getKey(), StandardCharsets.UTF_8) + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** V8's words for a trap; anything else is an error of the host. */
    private static RuntimeException failure(Companion.Refusal error) {
        String message = error.getMessage();
        if (message.contains("call stack size")) return new Trap(TrapReason.STACK_EXHAUSTED, null, -1);
        if (message.contains("instance.exports.memory")) return new LinkException("node:wasi runs only programs that export their memory as 'memory', and this one does not");
        if (!error.kind().equals("RuntimeError")) return new BackendException("node: " + error.kind() + ": " + message);
        TrapReason reason = switch (message) {
            case "unreachable" -> TrapReason.UNREACHABLE;
            case "memory access out of bounds" -> TrapReason.MEMORY_OUT_OF_BOUNDS;
            case "divide by zero", "remainder by zero" -> TrapReason.DIVIDE_BY_ZERO;
            case "divide result unrepresentable" -> TrapReason.INTEGER_OVERFLOW;
            case "float unrepresentable in integer range" -> TrapReason.INVALID_CONVERSION;
            case "table index is out of bounds" -> TrapReason.UNDEFINED_ELEMENT;
            case "null function or function signature mismatch" -> TrapReason.INDIRECT_CALL_TYPE;
            default -> TrapReason.UNKNOWN;
        };
        return new Trap(reason, null, -1);
    }

    @Override
    public long companionCpu() {
        return node.cpu();
    }

    @Override
    public long companionPeakBytes() {
        return node.peakBytes();
    }

    @Override
    public void close() {
        node.close();
    }
}
