package dev.backbench.core.fake;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Speaks the protocol of a {@link dev.backbench.spi.StartHost}; only that a JVM runs it is against the rules. */
final class FakeHost {
    private FakeHost() {}

    public static void main(String[] arguments) throws IOException {
        long entered = System.nanoTime();
        boolean loaded = false;
        try (PrintStream out = new PrintStream(new FileOutputStream("/proc/self/fd/3"), true)) {
            out.print("hello\t" + ProcessHandle.current().pid() + '\t' + entered + '\n');
            for (String line : Files.readAllLines(Path.of(arguments[0]))) {
                String[] field = line.split("\t", -1);
                out.print("begin\t" + field[0] + "\tstart\n");
                long began = System.nanoTime();
                String name = FakeBackend.name(Files.readAllBytes(Path.of(field[2])));
                FakeBackend.burn(2);
                long mark = System.nanoTime();
                try (OutputStream stdout = Files.newOutputStream(Path.of(field[4]))) {
                    stdout.write((name.equals("beta") ? "lied\n" : "ran " + name + '\n').getBytes());
                }
                out.print("sample\t" + field[0] + "\tstart\t" + (loaded ? "from" : "began") + '\t' + began + "\tphase.decode+compile\t" + (mark - began) + "\tmark\t" + mark + "\texit\t0\n");
                out.print("end\t" + field[0] + '\n');
                loaded = true;
            }
            out.print("bye\n");
        }
    }
}
