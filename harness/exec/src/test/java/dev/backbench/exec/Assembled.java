package dev.backbench.exec;

import dev.backbench.asm.X64;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CodeImage.Relocation;
import dev.backbench.spi.CodeImage.Symbol;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** For tests: a module whose functions are written in machine code, as a back end would have made it. */
final class Assembled {
    /** Writes one function at the assembler's end. */
    interface Body {
        void write(X64 asm, InstanceLayout layout);
    }

    final ModuleWriter wasm = new ModuleWriter();
    final List<CodeImage.Reloc> relocations = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    final List<int[]> traps = new ArrayList<>();
    byte[] constants = {};
    String isa = "x86_64";
    private final List<Body> bodies = new ArrayList<>();

    static FuncType type(int[] parameters, int... results) {
        return new FuncType(parameters, results);
    }

    /** @return the function's index */
    int function(FuncType type, Body body) {
        bodies.add(body);
        return wasm.function(type, new BodyWriter(type.parameters().length).op(0));
    }

    int exported(String name, FuncType type, Body body) {
        int function = function(type, body);
        wasm.export(name, WasmModule.FUNCTION, function);
        return function;
    }

    /** A 32-bit field at the end of what has been written, relocated with addend -4. */
    void relocation(X64 asm, Relocation kind, Symbol target, int symbol) {
        relocations.add(new CodeImage.Reloc(false, asm.offset() - 4, kind, target, symbol, -4));
    }

    int library(String name) {
        names.add(name);
        return names.size() - 1;
    }

    /** The next instruction traps by itself. */
    void trapsHere(X64 asm, TrapReason reason) {
        traps.add(new int[] {asm.offset(), reason.ordinal()});
    }

    NativeArtifact compile() {
        WasmModule module = WasmModule.parse(wasm.toBytes());
        InstanceLayout layout = new InstanceLayout(module);
        X64 asm = new X64();
        int[] start = new int[bodies.size()], length = new int[bodies.size()], wasmOffset = new int[bodies.size()], frames = new int[bodies.size()];
        for (int f = 0; f < start.length; f++) {
            asm.align(16);
            start[f] = asm.offset();
            bodies.get(f).write(asm, layout);
            length[f] = asm.offset() - start[f];
            wasmOffset[f] = module.bodyStart(module.importedFunctionCount() + f);
        }
        Arrays.fill(frames, -1);
        int[] trapOffset = traps.stream().mapToInt(t -> t[0]).toArray();
        byte[] trapReason = new byte[trapOffset.length];
        for (int i = 0; i < trapReason.length; i++) trapReason[i] = (byte) traps.get(i)[1];
        CodeImage image = new CodeImage(isa, asm.finish(), constants, 16, relocations.toArray(CodeImage.Reloc[]::new), names.toArray(String[]::new), start, length,
                new CodeImage.Part[0], trapOffset, trapReason, start, wasmOffset, frames, new byte[0]);
        return new NativeArtifact(module, image);
    }

    NativeModule link() {
        NativeArtifact artifact = compile();
        return NativeLinker.link(artifact.module(), artifact.image());
    }
}
