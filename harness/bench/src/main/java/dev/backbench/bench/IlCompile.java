package dev.backbench.bench;

import dev.backbench.qbe.QbeCompiler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One compile of {@link IlText} by the QBE port, from text in memory to an ELF object in memory. */
public class IlCompile {
    /** System property: bytes of text. */
    static final String BYTES = "bench.il.bytes";
    static final long SEED = 1;

    /** The text, and a compiler that lives as long as the process. */
    @State(Scope.Benchmark)
    public static class Input {
        private byte[] il;
        private final QbeCompiler compiler = new QbeCompiler();

        @Setup
        public void generate() {
            il = IlText.generate(Integer.getInteger(BYTES), SEED);
        }
    }

    @Benchmark
    public int port(Input input) throws IOException {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        input.compiler.compile("generated.ssa", input.il, object);
        return object.size();
    }
}
