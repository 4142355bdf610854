package dev.backbench.conformance.fuzz;

import dev.backbench.conformance.reduce.Examination;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import java.util.ArrayList;
import java.util.List;

/** A module under a back end and under one that is right: what can be seen of calls to its exported functions, as in fuzzing. */
public final class ModuleCheck implements Examination {
    private static final int ROUNDS = 4;
    private final Compiler subject, oracle;
    private final String name;

    public ModuleCheck(String backend, String against) {
        subject = BackendSpec.parse(backend).newCompiler();
        oracle = BackendSpec.parse(against).newCompiler();
        name = backend;
    }

    @Override
    public Failure examine(byte[] input, Turn turn) {
        turn.of(true);
        try {
            subject.compile(input, PhaseClock.OFF);
        } catch (BackendException e) {
            return new Failure(name + ": " + e.getMessage().replaceAll("\\d+", "N"), name + ": " + e.getMessage());
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            return Examination.thrown(name, e);
        }
        turn.of(false);
        FuzzCase test = new FuzzCase(0, input, calls(WasmModule.parse(input)), null);
        List<String> expected = Differential.observe(test, oracle);
        if (!expected.isEmpty() && expected.getLast().startsWith(Differential.FAILED)) return null;
        turn.of(true);
        List<String> got = Differential.observe(test, subject);
        int at = Differential.firstDifference(expected, got);
        if (at < 0) return null;
        String seen = at < got.size() ? got.get(at) : "nothing more", wanted = at < expected.size() ? expected.get(at) : "nothing more";
        String kind = seen.startsWith(Differential.FAILED) ? seen.replaceAll("\\d+", "N") : "differs";
        return new Failure(name + ": " + kind, name + ": expected " + wanted + ", got " + seen);
    }

    /** Those that came with a module of the fuzzer; of others each exported function with arguments of all sorts. */
    private static List<FuzzCase.Call> calls(WasmModule module) {
        List<FuzzCase.Call> known = FuzzCalls.read(module);
        if (known != null) return known;
        List<FuzzCase.Call> calls = new ArrayList<>();
        Rng rng = new Rng(1);
        for (WasmModule.Export export : module.exports()) {
            if (export.kind() != WasmModule.FUNCTION) continue;
            FuncType type = module.functionType(export.index());
            for (int round = 0; round < (type.parameters().length == 0 ? 1 : ROUNDS); round++) {
                long[] arguments = new long[type.parameters().length];
                for (int i = 0; i < arguments.length; i++) arguments[i] = round == 0 ? 0 : Ops.constant(rng, type.parameters()[i]);
                calls.add(new FuzzCase.Call(export.name(), type, arguments, true));
            }
        }
        return calls;
    }

    @Override
    public void close() {
        subject.close();
        oracle.close();
    }
}
