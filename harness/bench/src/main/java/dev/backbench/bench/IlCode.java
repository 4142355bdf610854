package dev.backbench.bench;

import dev.backbench.conformance.SsaTest;
import dev.backbench.qbe.QbeCompiler;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Run time of the QBE port's code by that of native QBE's, on QBE's own tests: each program is compiled by both, linked with the same driver, and its main is called in a loop
 * ({@code repeat.c}) until that takes long enough. Counted are those that then spend at least half of their time in the code compared rather than in the driver and the C library.
 * Arguments: a folder (the corpus's if none), the native program ({@code qbe} if none).
 */
public final class IlCode {
    private static final double ENOUGH = 0.2;
    private static final long MOST_CALLS = 1 << 24;
    /** Student's t at 95 % for so many pairs. */
    private static final int PAIRS = 10;
    private static final double T = 2.262;

    /** The two programs made of one file. */
    private record Pair(String name, Path port, Path qbe, SsaTest test) {}

    /** One run: seconds of processor time, and samples of it if it was profiled. */
    private record Run(int status, double seconds, long samples, long inside) {}

    /** Mean of the logarithms of the ratios, and its standard error. */
    private record Ratio(double mean, double error) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3f (%.3f to %.3f)", Math.exp(mean), Math.exp(mean - T * error), Math.exp(mean + T * error));
        }
    }

    private final Path folder;
    private final String qbe;
    private final QbeCompiler compiler = new QbeCompiler();
    private int tooShort, elsewhere, differing;

    private IlCode(Path folder, String qbe) {
        this.folder = folder;
        this.qbe = qbe;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path corpus = Path.of(args.length > 0 ? args[0] : System.getProperty("corpus", System.getenv().getOrDefault("BENCH_CORPUS", "../shared/corpus")) + "/ssa");
        Path folder = Files.createTempDirectory("il-code");
        boolean equal = false;
        try {
            equal = new IlCode(folder, args.length > 1 ? args[1] : "qbe").run(corpus);
        } catch (IOException e) {
            System.err.println(e.getMessage() + "; needed are QBE's tests in a folder, and the programs qbe, as, objcopy and cc (apt-get install qbe gcc libc6-dev): IlCode [FOLDER [QBE]]");
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
        if (!equal) System.exit(1);
    }

    private boolean run(Path corpus) throws IOException, InterruptedException {
        try (InputStream source = IlCode.class.getResourceAsStream("repeat.c")) {
            Files.copy(source, folder.resolve("repeat.c"));
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(corpus)) {
            files = all.filter(f -> f.toString().endsWith(".ssa") && !f.getFileName().toString().startsWith("_")).sorted().toList();
        }
        System.out.printf("%-16s %10s %8s %12s   %s%n", "program", "calls", "in code", "qbe", "port / qbe, time (95 %)");
        List<Ratio> ratios = new ArrayList<>();
        for (Path file : files) {
            Pair pair = build(file);
            Ratio ratio = pair == null ? null : measure(pair);
            if (ratio != null) ratios.add(ratio);
        }
        double mean = ratios.stream().mapToDouble(Ratio::mean).average().orElse(Double.NaN), square = ratios.stream().mapToDouble(r -> r.error * r.error).sum();
        System.out.printf("%ngeometric mean of %d programs: %s%n", ratios.size(), new Ratio(mean, Math.sqrt(square) / ratios.size()));
        System.out.printf("not counted: %d too short, %d that spend most of their time elsewhere, %d whose output differs%n", tooShort, elsewhere, differing);
        return differing == 0;
    }

    // ---- from IL to two programs ----

    /** Null: {@code qbe} refuses the file, which is said. */
    private Pair build(Path file) throws IOException, InterruptedException {
        String name = file.getFileName().toString();
        SsaTest test = SsaTest.read(Files.readString(file, StandardCharsets.ISO_8859_1));
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        compiler.compile(name, Files.readAllBytes(file), object);
        Files.write(folder.resolve("port.o"), object.toByteArray());
        if (command(qbe, "-t", "amd64_sysv", "-o", "qbe.s", file.toAbsolutePath().toString()) != 0) {
            System.out.printf("%-16s left out: %s refuses it%n", name, qbe);
            return null;
        }
        need("as", "-o", "qbe.o", "qbe.s");
        List<String> driver = List.of();
        if (test.driver() != null) {
            Files.writeString(folder.resolve("driver.c"), test.driver(), StandardCharsets.ISO_8859_1);
            driver = List.of("driver.c");
        }
        return new Pair(name, link("port", driver), link("qbe", driver), test);
    }

    private Path link(String which, List<String> driver) throws IOException, InterruptedException {
        need("objcopy", "--rename-section", ".text=il", "--redefine-sym", "main=program_main", which + ".o");
        List<String> cc = new ArrayList<>(List.of("cc", "-O1", "-w", "-o", which, which + ".o"));
        if (!driver.isEmpty()) {
            need("cc", "-O1", "-w", "-Dmain=program_main", "-c", "-o", "driver.o", driver.getFirst());
            cc.add("driver.o");
        }
        cc.addAll(List.of("repeat.c", "-lm"));
        need(cc.toArray(String[]::new));
        return folder.resolve(which);
    }

    private void need(String... command) throws IOException, InterruptedException {
        if (command(command) != 0) throw new IOException(String.join(" ", command) + " failed");
    }

    private int command(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).directory(folder.toFile()).inheritIO().start().waitFor();
    }

    // ---- measuring ----

    /** Null: not counted. */
    private Ratio measure(Pair pair) throws IOException, InterruptedException {
        if (!sameOutput(pair)) {
            differing++;
            System.out.printf("%-16s the output differs%n", pair.name);
            return null;
        }
        long calls = 1;
        double seconds = run(pair.qbe, calls, false, null).seconds;
        while (seconds < ENOUGH && calls < MOST_CALLS) {
            calls = Math.min(MOST_CALLS, (long) (calls * Math.clamp(1.2 * ENOUGH / seconds, 2, 100)));
            seconds = run(pair.qbe, calls, false, null).seconds;
        }
        if (!(seconds >= ENOUGH)) {
            tooShort++;
            return null;
        }
        Run profile = run(pair.qbe, calls, true, null);
        if (2 * profile.inside < profile.samples) {
            elsewhere++;
            return null;
        }
        double[] logarithms = new double[PAIRS];
        for (int i = 0; i < PAIRS; i++) {
            double first = run(i % 2 == 0 ? pair.qbe : pair.port, calls, false, null).seconds, second = run(i % 2 == 0 ? pair.port : pair.qbe, calls, false, null).seconds;
            logarithms[i] = i % 2 == 0 ? Math.log(second / first) : Math.log(first / second);
        }
        Ratio ratio = ratio(logarithms);
        System.out.printf("%-16s %10d %7d%% %9.3f ms   %s%n", pair.name, calls, 100 * profile.inside / profile.samples, seconds * 1e3, ratio);
        return ratio;
    }

    /** Called once each program writes what the test says, called twice the same as the other. */
    private boolean sameOutput(Pair pair) throws IOException, InterruptedException {
        Path once = folder.resolve("once"), twice = folder.resolve("twice"), other = folder.resolve("other");
        for (Path program : List.of(pair.qbe, pair.port)) {
            Run run = run(program, 1, false, once);
            boolean right = pair.test.output() == null ? run.status == 0 : Files.readString(once, StandardCharsets.ISO_8859_1).equals(pair.test.output());
            if (!right) return false;
        }
        return run(pair.qbe, 2, false, twice).status == run(pair.port, 2, false, other).status && Files.mismatch(twice, other) < 0;
    }

    /** NaN seconds: it ended before its main returned. @param output null: nobody reads it */
    private Run run(Path program, long calls, boolean profile, Path output) throws IOException, InterruptedException {
        Path told = folder.resolve("told");
        Process process = new ProcessBuilder(program.toString(), String.valueOf(calls), profile ? "profile" : "plain", "a", "b", "c").directory(folder.toFile())
                .redirectOutput(output == null ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.to(output.toFile())).redirectError(told.toFile()).start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IOException(program + " called " + calls + " times did not end in a minute");
        }
        List<String> lines = Files.readAllLines(told, StandardCharsets.ISO_8859_1);
        String[] words = lines.isEmpty() ? new String[0] : lines.getLast().split(" ");
        if (words.length != 3) return new Run(process.exitValue(), Double.NaN, 0, 0);
        return new Run(process.exitValue(), Double.parseDouble(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    private static Ratio ratio(double[] logarithms) {
        double mean = 0, square = 0;
        for (double value : logarithms) mean += value / logarithms.length;
        for (double value : logarithms) square += (value - mean) * (value - mean);
        return new Ratio(mean, Math.sqrt(square / (logarithms.length - 1) / logarithms.length));
    }
}
