package dev.backbench.conformance;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.Instance;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.OpaqueArtifact;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A back end whose modules are words that say what happens: at compile {@code malformed}, {@code invalid}, {@code unsupported:NAME}, {@code error}, {@code halt}, {@code segfault},
 * {@code hang}; at instantiation {@code unlinkable}, {@code trap:REASON}; anything else is a module. Its instances export, under any name, a function without
 * parameters that does what the name says: {@code halt}, {@code trap:REASON} or {@code TYPE:BITS,...}, the results.
 */
public final class FakeBackend implements Backend {
    private record Module(String word) implements CompiledModule {
        @Override
        public ProgramResult run(ProgramConfig config) {
            throw new BackendException("no programs");
        }

        @Override
        public void close() {}
    }

    private static final class Words extends OpaqueArtifact {
        private final String word;

        Words(String word) {
            super("fake");
            this.word = word;
        }
    }

    @Override
    public String id() {
        return "fake";
    }

    @Override
    public String summary() {
        return "does what it is told";
    }

    @Override
    public List<String> levels() {
        return List.of("default");
    }

    @Override
    public String defaultLevel() {
        return "default";
    }

    @Override
    public Availability available() {
        return Availability.YES;
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        throw new BackendException("no ledger");
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        return new FakeCompiler();
    }

    private static void happen(String word) {
        switch (word) {
            case "halt" -> Runtime.getRuntime().halt(42);
            case "segfault" -> MemorySegment.ofAddress(8).reinterpret(8).set(ValueLayout.JAVA_LONG, 0, 1);
            case "hang" -> {
                while (true) LockSupport.park();
            }
            case "error" -> throw new BackendException("told to fail");
            case "malformed" -> throw new WasmException(WasmException.Kind.MALFORMED, 1, "malformed as told");
            case "invalid" -> throw new WasmException(WasmException.Kind.INVALID, 1, "invalid as told");
            default -> {
                if (word.startsWith("unsupported:")) throw new WasmException(WasmException.Kind.UNSUPPORTED, 1, word.substring(12));
                if (word.startsWith("trap:")) throw new Trap(TrapReason.valueOf(word.substring(5)), "f", 7);
            }
        }
    }

    private static final class FakeCompiler implements Compiler {
        @Override
        public Artifact compile(byte[] wasm, PhaseClock clock) {
            String word = new String(wasm, StandardCharsets.UTF_8).strip();
            if (!word.startsWith("trap:")) happen(word);
            return new Words(word);
        }

        @Override
        public CompiledModule link(Artifact artifact, PhaseClock clock) {
            return new Module(((Words) artifact).word);
        }

        @Override
        public Artifact deserialize(byte[] serialized) {
            throw OpaqueArtifact.noSerialisedForm("fake");
        }

        @Override
        public Store newStore() {
            return new FakeStore();
        }

        @Override
        public void close() {}
    }

    private static final class FakeStore implements Store {
        @Override
        public Instance instantiate(CompiledModule module, Imports imports) {
            String word = ((Module) module).word;
            if (word.equals("unlinkable")) throw new LinkException("unknown import as told");
            happen(word);
            return FakeStore::function;
        }

        private static Extern function(String name) {
            if (name.equals("missing")) return null;
            String[] values = name.contains(":") && !name.startsWith("trap:") ? name.split(",") : new String[0];
            int[] types = new int[values.length];
            long[] bits = new long[values.length];
            for (int i = 0; i < values.length; i++) {
                int colon = values[i].indexOf(':');
                types[i] = type(values[i].substring(0, colon));
                bits[i] = Long.parseUnsignedLong(values[i].substring(colon + 1), 16);
            }
            return new HostFunction(new FuncType(new int[0], types), (caller, arguments, results) -> {
                happen(name);
                System.arraycopy(bits, 0, results, 0, bits.length);
            });
        }

        private static int type(String name) {
            for (int type : new int[] {ValType.I32, ValType.I64, ValType.F32, ValType.F64, ValType.FUNCREF, ValType.EXTERNREF}) {
                if (ValType.name(type).equals(name)) return type;
            }
            throw new IllegalArgumentException(name);
        }

        @Override
        public Extern.Memory newMemory(WasmModule.MemoryType type) {
            return null;
        }

        @Override
        public Extern.Table newTable(WasmModule.TableType type) {
            return null;
        }

        @Override
        public Extern.Global newGlobal(WasmModule.GlobalType type, long bits) {
            return null;
        }

        @Override
        public void close() {}
    }
}
