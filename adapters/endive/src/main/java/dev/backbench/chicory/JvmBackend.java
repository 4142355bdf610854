package dev.backbench.chicory;

import com.dylibso.chicory.compiler.InterpreterFallback;
import com.dylibso.chicory.compiler.MachineFactoryCompiler;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Wasm to JVM bytecode by Chicory's compiler, and from there by HotSpot's. */
public final class JvmBackend extends EngineBackend {
    public JvmBackend() {
        super("jvm", "Chicory's compiler from Wasm to JVM bytecode, tiered by HotSpot");
    }

    /** Its compile cells are tiered: a comparison that nobody configured shows back ends that can be ranked. */
    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public boolean tiered() {
        return true;
    }

    @Override
    Function<Instance, Machine> translate(WasmModule module) {
        return MachineFactoryCompiler.builder(module).withInterpreterFallback(InterpreterFallback.SILENT).compile();
    }

    @Override
    String version() {
        return "1.7.5";
    }

    @Override
    String tiering() {
        return "HotSpot: interpreter, C1, C2";
    }

    @Override
    Map<String, String> notes() {
        return Map.of("memory", "addresses over 2 GiB trap", "large functions", "those over the JVM's 64 KiB limit run in Chicory's interpreter, those over 8,000 bytes of bytecode in "
                + "HotSpot's, which is its default", "commit", "unknown: the published library does not tell",
                "name", "Chicory is what Endive was called before; Endive's own compiler is not on Maven Central");
    }
}
