import dev.backbench.spi.Backend;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Compiles a program once, then for every line read runs it in a fresh instance and prints the wall and CPU nanoseconds of its marked region, or what went wrong. */
class RegionTimes {
    public static void main(String[] arguments) throws Exception {
        String[] spec = arguments[0].split(":");
        Path wasm = Path.of(arguments[1]).toAbsolutePath();
        Backend backend = ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get).filter(b -> b.id().equals(spec[0])).findFirst().orElseThrow();
        if (!backend.available().yes()) throw new IllegalStateException(backend.available().reason() + ": " + backend.available().fix());
        try (Compiler compiler = backend.newCompiler(CompileOptions.of(spec[1]));
                CompiledModule module = compiler.link(compiler.compile(Files.readAllBytes(wasm), PhaseClock.OFF), PhaseClock.OFF);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
            System.out.println("ready");
            while (in.readLine() != null) System.out.println(run(module, wasm));
        }
    }

    private static String run(CompiledModule module, Path wasm) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream(), err = new ByteArrayOutputStream();
        List<String> name = List.of(wasm.getFileName().toString());
        ProgramResult result = module.run(new ProgramConfig(name, Map.of(), wasm.getParent(), InputStream.nullInputStream(), out, err));
        if (result.exitCode() != 0) return "exit " + result.exitCode();
        if (differs(wasm, "stdout", out) || differs(wasm, "stderr", err)) return "wrong output";
        return result.regionWall() + " " + result.regionCpu();
    }

    private static boolean differs(Path wasm, String stream, ByteArrayOutputStream found) throws Exception {
        Path expected = wasm.resolveSibling(wasm.getFileName().toString().replaceAll("\\.wasm$", "") + "." + stream + ".expected");
        return Files.exists(expected) && !Arrays.equals(Files.readAllBytes(expected), found.toByteArray());
    }
}
