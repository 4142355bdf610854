package dev.backbench.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Extern;
import dev.backbench.spi.Instance;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the commands of one script in a store of their own, one outcome per command.
 *
 * <p>A module refused for an unsupported feature is skipped under the feature's name, and with it all that acts on it or imports from it: it would
 * pass or fail for the wrong reason. A module that failed fails what acts on it.
 */
final class ScriptRunner implements AutoCloseable {
    /** Takes outcomes as they come, in the order of the commands. */
    @FunctionalInterface
    interface Sink {
        void accept(int index, Outcome outcome);
    }

    /** A module as the script's later commands meet it. */
    private sealed interface Subject {}

    /** @param importsFrom names of modules, and whether their state is shared */
    private record Compiled(CompiledModule module, Map<String, Boolean> importsFrom) implements Subject {}

    /** @param importsFrom as in {@link Compiled} */
    private record Skipped(String feature, Map<String, Boolean> importsFrom) implements Subject {}

    private record Failed(String what, Throwable cause) implements Subject {}

    /** An instance. It is lost to the script once a module that was skipped would have written to what it shares with it. */
    private static final class Live implements Subject {
        private final Instance instance;
        private final List<Live> sharesWith = new ArrayList<>();
        private Skipped lost;

        Live(Instance instance) {
            this.instance = instance;
        }

        void lose(Skipped why) {
            if (lost != null) return;
            lost = why;
            for (Live other : sharesWith) other.lose(why);
        }
    }

    /** Ends a command that acts on a module that is not there. */
    private static final class NotLive extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Subject subject;

        NotLive(Subject subject) {
            super(null, null, false, false);
            this.subject = subject;
        }
    }

    /** What an action gave: types and bits of its results. */
    private record Results(int[] types, long[] bits) {
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < bits.length; i++) text.append(i > 0 ? ", " : "").append(Values.show(types[i], bits[i]));
            return bits.length == 0 ? "no result" : text.toString();
        }
    }

    private static final Failed NO_MODULE = new Failed("no such module in the script", null);

    private final Script script;
    private final Compiler compiler;
    private final Store store;
    private final Spectest spectest;
    private final Map<String, Subject> definitions = new HashMap<>();
    private final Map<String, Subject> named = new HashMap<>();
    private final Map<String, Subject> registered = new HashMap<>();
    private final List<CompiledModule> open = new ArrayList<>();
    private Subject lastDefinition = NO_MODULE;
    private Subject current = NO_MODULE;

    ScriptRunner(Script script, Compiler compiler) {
        this.script = script;
        this.compiler = compiler;
        store = compiler.newStore();
        spectest = new Spectest(store);
    }

    void run(Sink sink) {
        for (int i = 0; i < script.commands.size(); i++) sink.accept(i, run(script.commands.get(i)));
    }

    private Outcome run(JsonNode command) {
        int line = Script.line(command);
        String what = Script.describe(command);
        try {
            String wrong = execute(command);
            return wrong == null ? Outcome.passed(line, what) : Outcome.failed(line, what, expectation(command), wrong);
        } catch (NotLive e) {
            return switch (e.subject) {
                case Skipped(String feature, Map<String, Boolean> importsFrom) -> Outcome.skipped(line, what, feature);
                case Failed(String why, Throwable cause) -> Outcome.failed(line, what, expectation(command), why);
                default -> throw new AssertionError(e.subject);
            };
        } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError | LinkageError e) {
            return Outcome.failed(line, what, expectation(command), describe(e));
        }
    }

    /** @return null if all is as it should be, otherwise what is not */
    private String execute(JsonNode command) throws NotLive, IOException {
        String text = command.path("text").asText();
        return switch (command.path("type").asText()) {
            case "module" -> keep(named, command.path("name"), instantiate(compile(command)));
            case "module_definition" -> define(command, compile(command));
            case "module_instance" -> keep(named, command.path("instance"), instantiate(definition(command)));
            case "register" -> {
                Subject subject = subject(command.path("name"));
                registered.put(command.path("as").asText(), subject);
                live(subject);
                yield null;
            }
            case "action" -> {
                act(command.path("action"));
                yield null;
            }
            case "assert_return" -> compare(command.path("expected"), act(command.path("action")));
            case "assert_trap", "assert_exhaustion" -> trap(command.path("action"), text);
            case "assert_exception" -> exception(command.path("action"));
            case "assert_invalid", "assert_malformed" -> refusal(compile(command));
            case "assert_unlinkable" -> unlinkable(instantiate(compile(command)));
            case "assert_uninstantiable" -> uninstantiable(instantiate(compile(command)), text);
            default -> "a command this runner does not know";
        };
    }

    // ---- modules ----

    private Subject compile(JsonNode command) throws IOException {
        Path file = script.sibling(command.path("filename").asText());
        if (command.path("module_type").asText().equals("text")) {
            file = script.sibling(command.path("binary_filename").asText(""));
            if (!Files.isRegularFile(file)) return new Skipped("text", Map.of());
        }
        byte[] bytes = Files.readAllBytes(file);
        try {
            CompiledModule module = compiler.link(compiler.compile(bytes, PhaseClock.OFF), PhaseClock.OFF);
            open.add(module);
            return new Compiled(module, ImportNames.of(bytes));
        } catch (WasmException e) {
            return e.kind() == WasmException.Kind.UNSUPPORTED ? new Skipped(e.what(), ImportNames.of(bytes)) : new Failed(describe(e), e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError | LinkageError e) {
            return new Failed(describe(e), e);
        }
    }

    private Subject instantiate(Subject definition) {
        if (definition instanceof Skipped skipped) {
            for (Live touched : sharedBy(skipped.importsFrom)) touched.lose(skipped);
        }
        if (!(definition instanceof Compiled(CompiledModule module, Map<String, Boolean> importsFrom))) return definition;
        for (String name : importsFrom.keySet()) {
            Subject from = standing(registered.get(name));
            if (from instanceof Skipped || from instanceof Failed) return from;
        }
        try {
            Live live = new Live(store.instantiate(module, this::find));
            for (Live other : sharedBy(importsFrom)) {
                live.sharesWith.add(other);
                other.sharesWith.add(live);
            }
            return live;
        } catch (WasmException e) {
            // an engine that takes more than our own reader, which tells its stores what a module imports and exports
            return e.kind() == WasmException.Kind.UNSUPPORTED ? instantiate(new Skipped(e.what(), importsFrom)) : new Failed(describe(e), e);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError | LinkageError e) {
            return new Failed(describe(e), e);
        }
    }

    private List<Live> sharedBy(Map<String, Boolean> importsFrom) {
        List<Live> shared = new ArrayList<>();
        importsFrom.forEach((name, shares) -> {
            if (shares && registered.get(name) instanceof Live live) shared.add(live);
        });
        return shared;
    }

    private Extern find(String module, String name) {
        if (registered.get(module) instanceof Live live) return live.instance.export(name);
        return module.equals(Spectest.NAME) ? spectest.find(name) : null;
    }

    /** The subject, or why it is lost. */
    private static Subject standing(Subject subject) {
        return subject instanceof Live live && live.lost != null ? live.lost : subject;
    }

    private String define(JsonNode command, Subject definition) throws NotLive {
        lastDefinition = definition;
        if (command.has("name")) definitions.put(command.path("name").asText(), definition);
        if (definition instanceof Compiled) return null;
        throw new NotLive(definition);
    }

    private Subject definition(JsonNode command) {
        return command.has("module") ? definitions.getOrDefault(command.path("module").asText(), NO_MODULE) : lastDefinition;
    }

    private String keep(Map<String, Subject> names, JsonNode name, Subject subject) throws NotLive {
        current = subject;
        if (!name.isMissingNode()) names.put(name.asText(), subject);
        live(subject);
        return null;
    }

    private Subject subject(JsonNode name) {
        return name.isMissingNode() ? current : named.getOrDefault(name.asText(), NO_MODULE);
    }

    private static Instance live(Subject subject) throws NotLive {
        if (standing(subject) instanceof Live live) return live.instance;
        throw new NotLive(standing(subject));
    }

    // ---- actions and assertions ----

    private Results act(JsonNode action) throws NotLive {
        Instance instance = live(subject(action.path("module")));
        String field = action.path("field").asText();
        if (action.path("type").asText().equals("get")) {
            if (!(instance.export(field) instanceof Extern.Global global)) throw new IllegalArgumentException("no exported global '" + field + "'");
            return new Results(new int[] {global.type().type()}, new long[] {global.get()});
        }
        JsonNode arguments = action.path("args");
        long[] bits = new long[arguments.size()];
        for (int i = 0; i < bits.length; i++) bits[i] = Values.bits(arguments.get(i));
        long[] results = instance.invoke(field, bits);
        return new Results(((Extern.Function) instance.export(field)).type().results(), results);
    }

    private static String compare(JsonNode expected, Results got) {
        boolean same = expected.size() == got.bits.length;
        for (int i = 0; same && i < got.bits.length; i++) same = Values.matches(expected.get(i), got.types[i], got.bits[i]);
        return same ? null : got.toString();
    }

    private String trap(JsonNode action, String text) throws NotLive {
        try {
            return act(action).toString();
        } catch (Trap trap) {
            return otherReason(trap, text);
        }
    }

    /** A module that can throw is refused as unsupported, so whatever is alive here cannot. */
    private String exception(JsonNode action) throws NotLive {
        return act(action) + ", and no exception";
    }

    private static String refusal(Subject compiled) throws NotLive {
        if (compiled instanceof Skipped) throw new NotLive(compiled);
        if (compiled instanceof Failed(String what, Throwable cause)) return cause instanceof WasmException ? null : what;
        return "accepted";
    }

    private static String unlinkable(Subject subject) throws NotLive {
        if (subject instanceof Failed(String what, Throwable cause)) return cause instanceof LinkException ? null : what;
        live(subject);
        return "linked";
    }

    private static String uninstantiable(Subject subject, String text) throws NotLive {
        if (subject instanceof Failed(String what, Throwable cause)) return cause instanceof Trap trap ? otherReason(trap, text) : what;
        live(subject);
        return "instantiated";
    }

    private static String otherReason(Trap trap, String text) {
        TrapReason reason = TrapReason.ofMessage(text);
        if (reason == null) return trap.getMessage() + " (and the runner knows no reason class for the text)";
        return trap.reason() == reason ? null : trap.getMessage();
    }

    // ---- words ----

    private static String expectation(JsonNode command) {
        if (command.has("text")) return command.path("text").asText();
        if (!command.has("expected")) return "success";
        StringBuilder text = new StringBuilder();
        for (JsonNode value : command.path("expected")) text.append(text.isEmpty() ? "" : ", ").append(Values.show(value));
        return text.isEmpty() ? "no result" : text.toString();
    }

    private static String describe(Throwable t) {
        if (t instanceof Trap) return "trap: " + t.getMessage();
        if (t instanceof LinkException) return "link error: " + t.getMessage();
        if (t instanceof WasmException) return "refused: " + t.getMessage();
        StackTraceElement[] stack = t.getStackTrace();
        return t + (stack.length == 0 ? "" : " at " + stack[0]);
    }

    @Override
    public void close() {
        store.close();
        for (CompiledModule module : open) module.close();
    }
}
