package dev.backbench.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * IL text to machine code in MB of text a second: the QBE port, steady and the first compile of a fresh process, and native {@code qbe} programs with the assembler's time apart.
 * Arguments: megabytes of text (5 if none), then native programs ({@code qbe} if none). What is not there is left out in words.
 */
public final class IlSpeed {
    private static final int NATIVE_ROUNDS = 7;

    private IlSpeed() {}

    public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
        int bytes = 1_000_000 * (args.length > 0 ? Integer.parseInt(args[0]) : 5);
        byte[] il = IlText.generate(bytes, IlCompile.SEED);
        System.out.printf("%.1f MB of IL%n", il.length / 1e6);
        port("port, steady", il.length, bytes, Mode.AverageTime, 2, 5);
        port("port, first", il.length, bytes, Mode.SingleShotTime, 5, 1);
        List<String> programs = args.length > 1 ? Arrays.asList(args).subList(1, args.length) : List.of("qbe");
        Path folder = Files.createTempDirectory("il-speed");
        Path text = Files.write(folder.resolve("in.ssa"), il), assembly = folder.resolve("out.s"), object = folder.resolve("out.o");
        try {
            for (String program : programs) beside(program, il.length, text, assembly, object);
        } finally {
            for (Path file : List.of(text, assembly, object, folder)) Files.deleteIfExists(file);
        }
    }

    private static void port(String name, int length, int bytes, Mode mode, int forks, int iterations) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.mode(mode).timeUnit(TimeUnit.NANOSECONDS).forks(forks).measurementIterations(iterations).measurementTime(TimeValue.seconds(2))
                .warmupIterations(mode == Mode.AverageTime ? 5 : 0).warmupTime(TimeValue.seconds(2)).verbosity(VerboseMode.SILENT).shouldFailOnError(true)
                .jvmArgsAppend("-XX:+UseSerialGC", "-D" + IlCompile.BYTES + "=" + bytes).include("IlCompile\\.port$");
        for (RunResult result : new Runner(options.build()).run()) print(name, length, result.getPrimaryResult().getScore());
    }

    private static void beside(String program, int length, Path text, Path assembly, Path object) throws IOException, InterruptedException {
        try {
            double compile = median(List.of(program, "-t", "amd64_sysv", "-o", assembly.toString(), text.toString()));
            double assemble = median(List.of("as", "-o", object.toString(), assembly.toString()));
            print(program, length, compile);
            print(program + " + as", length, compile + assemble);
        } catch (IOException missing) {
            System.out.println(program + ": left out: " + missing.getMessage());
        }
    }

    /** Nanoseconds of wall time from start to end of the process, its start included. */
    private static double median(List<String> command) throws IOException, InterruptedException {
        List<Long> times = new ArrayList<>();
        for (int round = 0; round < NATIVE_ROUNDS; round++) {
            long start = System.nanoTime();
            int status = new ProcessBuilder(command).inheritIO().start().waitFor();
            times.add(System.nanoTime() - start);
            if (status != 0) throw new IOException(String.join(" ", command) + " ended with status " + status);
        }
        times.sort(null);
        return times.get(NATIVE_ROUNDS / 2);
    }

    private static void print(String name, int length, double nanos) {
        System.out.printf("%-24s %8.2f MB/s %10.1f ms%n", name, length * 1e3 / nanos, nanos / 1e6);
    }
}
