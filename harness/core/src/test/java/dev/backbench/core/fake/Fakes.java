package dev.backbench.core.fake;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.PlanPreset;
import dev.backbench.core.plan.TaskList;
import dev.backbench.core.row.Measure;
import dev.backbench.spi.Availability;
import dev.backbench.wasm.WasmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** Back ends that misbehave on modules of certain names, programs for them, and options for short runs. */
public final class Fakes {
    private Fakes() {}

    /** SIGKILLs its process in the middle of running {@code beta}. */
    public static final class Killed extends FakeBackend {
        public Killed() {
            super("killed", 1, 1);
        }

        @Override
        protected void beforeRun(String module) throws Exception {
            if (module.equals("beta")) killSelf();
        }
    }

    /** Never comes back from compiling {@code beta}, with a child process that would outlive it. */
    public static final class Hanging extends FakeBackend {
        public Hanging() {
            super("hanging", 1, 1);
        }

        @Override
        protected void beforeCompile(String module) throws Exception {
            if (!module.equals("beta")) return;
            new ProcessBuilder("sleep", "4711").start();
            Thread.sleep(1_000_000);
        }
    }

    /** Prints something else for {@code beta}. */
    public static final class Lying extends FakeBackend {
        public Lying() {
            super("lying", 1, 1);
        }

        @Override
        protected String output(String module) {
            return module.equals("beta") ? "ran away\n" : super.output(module);
        }
    }

    /** Allocates until there is nothing left when compiling {@code beta}. */
    public static final class Hungry extends FakeBackend {
        public Hungry() {
            super("hungry", 1, 1);
        }

        @Override
        protected void beforeCompile(String module) {
            if (!module.equals("beta")) return;
            List<long[]> hoard = new ArrayList<>();
            while (true) hoard.add(new long[1 << 20]);
        }
    }

    /** Works in a child, in a thread that ends and in a companion: a little while it compiles, and ten times as much while the program runs. */
    public static final class Delegating extends FakeBackend {
        /** What the companion takes for a compile, in nanoseconds. */
        public static final long COMPANION = 7_000_000;
        private static final int LOOPS = 60_000;
        private static final long MILLIS = 30;
        private long companion = 100 * COMPANION;

        public Delegating() {
            super("delegating", 1, 1);
        }

        @Override
        protected void beforeCompile(String module) throws Exception {
            work(1);
        }

        @Override
        protected void beforeRun(String module) throws Exception {
            work(10);
        }

        @Override
        protected long companionCpu() {
            return companion;
        }

        private void work(int times) throws Exception {
            Process child = new ProcessBuilder("sh", "-c", "i=0; while [ $i -lt " + times * LOOPS + " ]; do i=$((i+1)); done").start();
            Thread thread = new Thread(() -> burn(times * MILLIS));
            thread.start();
            thread.join();
            child.waitFor();
            companion += times * COMPANION;
        }
    }

    /** Does not tell when {@code beta} reached its first mark. */
    public static final class Unmarked extends FakeBackend {
        public Unmarked() {
            super("unmarked", 1, 1);
        }

        @Override
        protected boolean marked(String module) {
            return !module.equals("beta");
        }
    }

    public static final class Missing extends FakeBackend {
        public Missing() {
            super("missing", 1, 1);
        }

        @Override
        public Availability available() {
            return Availability.no("libfake is not here", "run fetch-fake");
        }
    }

    /** Does not know a feature of {@code beta}. */
    public static final class Picky extends FakeBackend {
        public Picky() {
            super("picky", 1, 1);
        }

        @Override
        protected void beforeCompile(String module) {
            if (module.equals("beta")) throw new WasmException(WasmException.Kind.UNSUPPORTED, 8, "SIMD");
        }
    }

    /** Cannot be loaded at all. */
    public static final class Broken extends FakeBackend {
        public Broken() {
            super("broken", 1, 1);
        }

        @Override
        public dev.backbench.spi.Compiler newCompiler(dev.backbench.spi.CompileOptions options) {
            throw new UnsatisfiedLinkError("no libbroken");
        }
    }

    /** Compiled by this JVM, so that its compiles go through JMH. */
    public static final class Hosted extends FakeBackend {
        public Hosted() {
            super("hosted", 2, 1);
        }

        @Override
        public boolean javaHosted() {
            return true;
        }
    }

    /** Says that it compiles again later. */
    public static final class Tiered extends FakeBackend {
        public Tiered() {
            super("tiered", 1, 1);
        }

        @Override
        public boolean tiered() {
            return true;
        }
    }

    /** Compiles for long, and has images. */
    public static final class Imaging extends FakeBackend {
        public static final long COMPILE_MILLIS = 60;

        public Imaging() {
            super("imaging", COMPILE_MILLIS, 1);
        }

        @Override
        public boolean serialises(dev.backbench.spi.CompileOptions options) {
            return true;
        }
    }

    /** Starts its programs in a process of its own, which lies about {@code beta}. */
    public static final class Native extends FakeBackend {
        public Native() {
            super("native", 1, 1);
        }

        @Override
        public dev.backbench.spi.StartHost startHost(dev.backbench.spi.CompileOptions options) {
            return new dev.backbench.spi.StartHost() {
                @Override
                public String kind() {
                    return "fake";
                }

                @Override
                public List<String> command() {
                    if (options.level().equals("O0")) throw new dev.backbench.spi.BackendException("there is no compiler for it");
                    return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto", "-cp", System.getProperty("java.class.path"), FakeHost.class.getName());
                }
            };
        }
    }

    /** Has an image whose containers die. */
    public static final class Lost extends FakeBackend {
        public Lost() {
            super("lost", 1, 1);
        }

        @Override
        public dev.backbench.spi.Containers.Image image(dev.backbench.spi.CompileOptions options) {
            return FakeContainers.DYING;
        }
    }

    /** Has an image that is not there. */
    public static final class Nowhere extends FakeBackend {
        public Nowhere() {
            super("nowhere", 1, 1);
        }

        @Override
        public dev.backbench.spi.Containers.Image image(dev.backbench.spi.CompileOptions options) {
            return FakeContainers.ABSENT;
        }
    }

    public static Backends all() {
        return new Backends(List.of(new Lost(), new Nowhere(), new Imaging(), new Native(), new FakeBackend(), new Killed(), new Hanging(), new Lying(), new Hungry(), new Missing(), new Picky(), new Broken(), new Hosted(),
                new Tiered(), new Unmarked(), new Delegating()));
    }

    /** Modules of these names in Sightglass's layout, each with what the good back end prints. */
    public static void programs(Path folder, String... names) throws IOException {
        Files.createDirectories(folder);
        for (String name : names) {
            byte[] custom = ("\0\1x#" + name).getBytes(StandardCharsets.ISO_8859_1);
            byte[] empty = TaskList.EMPTY_MODULE, wasm = Arrays.copyOf(empty, empty.length + 1 + custom.length);
            custom[0] = (byte) (custom.length - 1);
            System.arraycopy(custom, 0, wasm, empty.length + 1, custom.length);
            Files.write(folder.resolve(name + ".wasm"), wasm);
            Files.writeString(folder.resolve(name + ".stdout.expected"), "ran " + name + "\n");
        }
    }

    /** One process and one sample of everything, no second pass. */
    public static PlanOptions options(Path folder, Path out, Measure measure, Measure... more) {
        PlanOptions options = new PlanOptions();
        options.preset = new PlanPreset("quick", 1, 1, 1, 0, 1, true, Integer.MAX_VALUE, Duration.ofSeconds(60));
        options.workloads = List.of(folder.toString());
        options.measures = EnumSet.of(measure, more);
        options.out = out;
        options.cache = out.resolveSibling("cache");
        options.seed = 1L;
        options.workerFlags = List.of("-Xms32m", "-Xmx64m", "-XX:TieredStopAtLevel=1");
        options.timeouts.put("compile", Duration.ofMillis(1500));
        options.timeouts.put("run", Duration.ofMillis(1500));
        return options;
    }
}
