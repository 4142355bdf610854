package dev.backbench.conformance.fuzz;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.spi.fuzz.IrFuzzer;
import dev.backbench.wasm.Opcode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Cases by number, of one kind; for a worker process. */
abstract class FuzzCases implements AutoCloseable {
    static final String WASM = "wasm";

    /** What is not as it should be. @param alone whether the reference is, against back ends that agree @param file the input, written there */
    record Finding(boolean alone, Path file, String what) {}

    /** @param backend a spec for Wasm; for a text form {@code ID} or {@code ID:LEVEL} @param against for Wasm, the reference first */
    static FuzzCases open(String kind, String backend, List<String> against, long seed, Path out) {
        if (kind.equals(WASM)) return new Modules(backend, against, seed, out);
        BackendSpec spec = BackendSpec.parse(backend);
        IrFuzzer fuzzer = fuzzer(spec.id(), kind);
        if (fuzzer == null) throw new BackendException(spec.id() + " has no fuzzer of " + kind);
        return new Texts(fuzzer.open(BackendSpec.ALL.equals(spec.level()) ? null : spec.level()), kind, seed, out);
    }

    /** @return null where that back end has none of that form */
    static IrFuzzer fuzzer(String id, String form) {
        for (IrFuzzer fuzzer : ServiceLoader.load(IrFuzzer.class)) if (fuzzer.backend().equals(id) && fuzzer.form().equals(form)) return fuzzer;
        return null;
    }

    /** Where the input of the case under way is, in the folder of findings. */
    abstract String underWay();

    abstract List<Finding> run(long number) throws IOException;

    /** By group, how often each. */
    abstract Map<String, Map<String, Long>> reached();

    @Override
    public abstract void close();

    private static final class Texts extends FuzzCases {
        private final IrFuzzer.Session session;
        private final String form;
        private final long seed;
        private final Path out;

        Texts(IrFuzzer.Session session, String form, long seed, Path out) {
            this.session = session;
            this.form = form;
            this.seed = seed;
            this.out = out;
        }

        @Override
        String underWay() {
            return "under-way." + form;
        }

        @Override
        List<Finding> run(long number) throws IOException {
            String text = session.text(Rng.seed(seed, number));
            Path now = Files.writeString(out.resolve(underWay()), text);
            String difference = session.difference(text);
            if (difference != null) return List.of(new Finding(false, Files.writeString(out.resolve("seed" + seed + "-case" + number + "." + form), text), difference));
            Files.delete(now);
            return List.of();
        }

        @Override
        Map<String, Map<String, Long>> reached() {
            return session.reached();
        }

        @Override
        public void close() {
            session.close();
        }
    }

    private static final class Modules extends FuzzCases {
        private final Compiler reference;
        private final List<Compiler> subjects = new ArrayList<>();
        private final Fuzz fuzz;
        private int told, toldAlone;

        Modules(String backend, List<String> against, long seed, Path out) {
            List<String> names = new ArrayList<>();
            BackendSpec spec = BackendSpec.parse(backend);
            for (BackendSpec level : spec.levels(spec.backend())) names.add(level.toString());
            names.addAll(against.subList(1, against.size()));
            reference = BackendSpec.parse(against.getFirst()).newCompiler();
            for (String name : names) subjects.add(BackendSpec.parse(name).newCompiler());
            Fuzz.Options options = new Fuzz.Options(against.getFirst(), names, seed, 0, Long.MAX_VALUE, Duration.ZERO, out);
            fuzz = new Fuzz(options, new PrintStream(OutputStream.nullOutputStream()));
        }

        @Override
        String underWay() {
            return Fuzz.UNDER_WAY;
        }

        @Override
        List<Finding> run(long number) throws IOException {
            fuzz.step(number, reference, subjects);
            Fuzz.Result result = fuzz.result(0);
            List<Finding> found = new ArrayList<>();
            for (; told < result.findings().size(); told++) found.add(finding(false, result.findings().get(told)));
            for (; toldAlone < result.outvoted().size(); toldAlone++) found.add(finding(true, result.outvoted().get(toldAlone)));
            return found;
        }

        private static Finding finding(boolean alone, Fuzz.Finding f) {
            return new Finding(alone, f.wasm(), f.subject() + ": expected " + f.expected() + ", got " + f.got());
        }

        @Override
        Map<String, Map<String, Long>> reached() {
            Fuzz.Result result = fuzz.result(0);
            Map<String, Long> operations = new TreeMap<>(), traps = new TreeMap<>();
            for (int op = 0; op < result.written().length; op++) if (!Opcode.name(op).startsWith("0x")) operations.merge(Opcode.name(op), (long) result.written()[op], Long::sum);
            for (TrapReason reason : TrapReason.values()) if (reason != TrapReason.UNKNOWN) traps.put(reason.toString(), (long) result.traps().getOrDefault(reason.toString(), 0));
            Map<String, Map<String, Long>> all = new LinkedHashMap<>();
            all.put("operations", operations);
            all.put("traps", traps);
            return all;
        }

        @Override
        public void close() {
            reference.close();
            for (Compiler subject : subjects) subject.close();
        }
    }
}
