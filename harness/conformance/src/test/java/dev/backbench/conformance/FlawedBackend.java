package dev.backbench.conformance;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.parts.WasmParts;
import java.util.List;

/** The interpreter, but for modules with {@code i64.rotr}, where it has the flaw that its level names: {@code wrong} rotates the other way, {@code throws}, {@code dies}, {@code hangs}. */
public final class FlawedBackend implements Backend {
    @Override
    public String id() {
        return "flawed";
    }

    @Override
    public String summary() {
        return "right but for one operation";
    }

    @Override
    public List<String> levels() {
        return List.of("wrong", "throws", "dies", "hangs");
    }

    @Override
    public Availability available() {
        return Availability.YES;
    }

    private static Backend interpreter() {
        return BackendSpec.parse("interp").backend();
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        return interpreter().ledger(options);
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        Compiler right = BackendSpec.parse("interp").newCompiler();
        return new Compiler() {
            @Override
            public Artifact compile(byte[] wasm, PhaseClock clock) {
                return right.compile(flawed(wasm, options.level()), clock);
            }

            @Override
            public CompiledModule link(Artifact artifact, PhaseClock clock) {
                return right.link(artifact, clock);
            }

            @Override
            public Artifact deserialize(byte[] serialized) {
                return right.deserialize(serialized);
            }

            @Override
            public Store newStore() {
                return right.newStore();
            }

            @Override
            public void close() {
                right.close();
            }
        };
    }

    private static byte[] flawed(byte[] wasm, String flaw) {
        WasmParts parts = new WasmParts(wasm);
        boolean there = false;
        for (WasmParts.Body body : parts.bodies) {
            for (byte[] instruction : body.code()) {
                if ((instruction[0] & 0xFF) != Opcode.I64_ROTR) continue;
                there = true;
                if (flaw.equals("wrong")) instruction[0] = (byte) Opcode.I64_ROTL;
            }
        }
        if (there && flaw.equals("throws")) throw new IllegalStateException("no pattern for instruction " + wasm.length);
        if (there && flaw.equals("dies")) Runtime.getRuntime().halt(134);
        while (there && flaw.equals("hangs")) Thread.onSpinWait();
        return parts.toBytes();
    }
}
