package dev.backbench.core.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.core.fake.FakeBackend;
import dev.backbench.core.fake.Fakes;
import dev.backbench.core.row.CellKey;
import dev.backbench.core.row.Measure;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.workloads.Workload;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherFormsTest {
    @TempDir Path temp;

    /** Takes modules and text, and shows a module as text. */
    private static final class Both extends FakeBackend {
        Both() {
            super("both", 1, 1);
        }

        @Override
        public Set<String> inputs() {
            return Set.of(Workload.WASM, "clif");
        }

        @Override
        public List<String> stages() {
            return List.of("clif");
        }

        @Override
        public Compiler newCompiler(CompileOptions options) {
            return (Compiler) Proxy.newProxyInstance(Compiler.class.getClassLoader(), new Class<?>[] {Compiler.class}, (self, method, arguments) -> {
                if (!method.getName().equals("emit")) return null;
                byte[] module = (byte[]) arguments[0];
                if (module.length % 2 == 1) throw new BackendException("odd");
                return ("text of " + module.length).getBytes();
            });
        }
    }

    private static final class TextOnly extends FakeBackend {
        TextOnly() {
            super("text", 1, 1);
        }

        @Override
        public Set<String> inputs() {
            return Set.of("clif");
        }
    }

    private Plan plan(String... backends) throws IOException {
        Path programs = temp.resolve("programs");
        Fakes.programs(programs, "a", "bb", "c");
        PlanOptions options = Fakes.options(programs, temp.resolve("out"), Measure.COMPILE, Measure.RUN, Measure.SIZE);
        options.cache = temp.resolve("cache");
        options.backends = List.of(backends);
        return Planner.plan(options, new Backends(List.of(new Both(), new TextOnly())));
    }

    @Test
    void whoTakesNoModulesIsGivenThemAsText() throws IOException {
        Plan plan = plan("both", "text");
        List<Workload> modules = plan.workloads().stream().filter(w -> w.input().equals(Workload.WASM)).toList(), texts = plan.workloads().stream().filter(w -> w.input().equals("clif")).toList();
        List<Workload> even = modules.stream().filter(w -> w.bytes().length % 2 == 0).toList();
        assertEquals(3, modules.size());
        assertTrue(!even.isEmpty() && even.size() < 3, "one of the modules cannot be shown as text");
        assertEquals(even.stream().map(w -> w.name() + ".clif").toList(), texts.stream().map(Workload::name).toList());
        for (Workload text : texts) {
            assertArrayEquals(("text of " + plan.workload(text.name().replace(".clif", "")).bytes().length).getBytes(), text.bytes());
            assertEquals(plan.workload(text.name().replace(".clif", "")).code(), text.code(), "rates are by the module's bytes");
        }
        Set<String> names = texts.stream().map(Workload::name).collect(Collectors.toSet());
        assertEquals(names, plan.cells().stream().filter(c -> c.backend().equals("text:O2")).map(CellKey::workload).collect(Collectors.toSet()));
        assertTrue(plan.cells().stream().anyMatch(c -> c.backend().equals("both:O2") && names.contains(c.workload())), "who takes both compiles the very same text");
        assertTrue(plan.cells().stream().noneMatch(c -> names.contains(c.workload()) && c.measure() == Measure.RUN), "text is not run");
    }

    @Test
    void nobodyIsGivenTextWhoTakesModules() throws IOException {
        assertEquals(3, plan("both").workloads().size());
    }
}
