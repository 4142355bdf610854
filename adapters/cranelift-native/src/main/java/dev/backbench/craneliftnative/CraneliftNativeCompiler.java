package dev.backbench.craneliftnative;

import dev.backbench.exec.process.Companion;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramCompiler;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.WrongResultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Asks the companion, which holds one module at a time: first its text as it was read, then its code. */
final class CraneliftNativeCompiler extends ProgramCompiler {
    private static final String OWNER = "cranelift-native";

    private final Companion companion;
    private byte[] prepared;
    private Compiled last;

    CraneliftNativeCompiler(Path program, String level, String allocator) {
        super(OWNER);
        companion = new Companion(OWNER, folder -> List.of(program.toString(), level, allocator));
    }

    Map<String, String> version() {
        return ask("version");
    }

    @Override
    public void prepare(byte[] clif) {
        last = null;
        prepared = null;
        Path file = companion.folder().resolve("module.clif");
        try {
            Files.write(file, clif);
        } catch (IOException e) {
            throw new BackendException("cannot hand the text to " + OWNER + ": " + e.getMessage(), e);
        }
        ask("read", file.toString());
        prepared = clif;
    }

    @Override
    public Artifact compile(byte[] clif, PhaseClock clock) {
        if (prepared != clif) prepare(clif);
        prepared = null;
        Map<String, String> reply = ask("compile", clock == PhaseClock.OFF ? "off" : "on");
        for (String phase : List.of(PhaseClock.OPTIMISE, PhaseClock.SELECT, PhaseClock.ALLOCATE, PhaseClock.EMIT, PhaseClock.LINK)) {
            String nanos = reply.get("phase." + phase);
            if (nanos != null) clock.add(phase, Long.parseLong(nanos));
        }
        last = new Compiled(Long.parseLong(reply.get("bytes")), Integer.parseInt(reply.get("functions")));
        return last;
    }

    private Map<String, String> ask(String... words) {
        try {
            return companion.request(words);
        } catch (Companion.Refusal e) {
            throw new BackendException("Cranelift: " + e.getMessage());
        }
    }

    /** The code is fetched, and its run lines are called, when someone first asks for it: after the compile that was timed. */
    private final class Compiled extends OpaqueArtifact {
        private final long bytes;
        private final int functions;
        private byte[] code;

        Compiled(long bytes, int functions) {
            super(OWNER);
            this.bytes = bytes;
            this.functions = functions;
        }

        @Override
        public long codeBytes() {
            return bytes;
        }

        /** Cranelift places constants behind each function, inside the code. */
        @Override
        public long constantBytes() {
            return 0;
        }

        @Override
        public int functionsEmitted() {
            return functions;
        }

        @Override
        public byte[] normalizedCode() {
            return code().clone();
        }

        private byte[] code() {
            if (code != null) return code;
            if (last != this) throw new BackendException("this artifact's compiler has gone on to another module");
            check();
            Path file = companion.folder().resolve("module.code");
            ask("code", file.toString());
            try {
                code = Files.readAllBytes(file);
                return code;
            } catch (IOException e) {
                throw new BackendException("cannot read what " + OWNER + " compiled: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Calls the run lines of what was compiled last.
     *
     * @return how many agreed
     * @throws WrongResultException one did not
     */
    int check() {
        try {
            return Integer.parseInt(companion.request("check").get("passed"));
        } catch (Companion.Refusal e) {
            throw new WrongResultException("Cranelift: " + e.getMessage());
        }
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        if (artifact != last) throw new BackendException(OWNER + " has gone on to another module");
        return new CompiledModule() {
            @Override
            public ProgramResult run(ProgramConfig config) {
                throw new BackendException("CLIF is compiled only: it holds functions, not a program");
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public long companionCpu() {
        return companion.cpu();
    }

    @Override
    public long companionPeakBytes() {
        return companion.peakBytes();
    }

    @Override
    public void close() {
        companion.close();
    }
}
