package dev.backbench.qbe.wasm;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.exec.elf.FunctionSymbol;
import dev.backbench.qbe.Pipeline.Pass;
import dev.backbench.qbe.QbeCompiler;
import dev.backbench.qbe.amd64.ObjectOutput;
import dev.backbench.qbe.amd64.Output;
import dev.backbench.qbe.amd64.TextOutput;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.IlException;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Wasm to IL in memory, through the passes, to machine code in memory, a function at a time; and IL text to objects and assembler text. */
final class WasmCompiler extends NativeCompiler {
    /** The first is the IL as the pipeline gets it. */
    static final String IR = "ir", ASM = "asm", OBJ = "obj";
    private static final String TRANSLATE = PhaseClock.DECODE + "+" + PhaseClock.TRANSLATE;

    private final boolean guard;
    private final Fn fn = new Fn();
    private final WasmPasses passes = new WasmPasses();
    private final ImageBuilder image = new ImageBuilder();

    WasmCompiler(CompileOptions options) {
        guard = options.bounds() == CompileOptions.Bounds.GUARD;
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        FunctionTranslator translator = new FunctionTranslator(module);
        WasmToIl builder = new WasmToIl(fn, module, guard);
        passes.clock = clock;
        image.begin(module);
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            clock.enter(TRANSLATE);
            translator.translate(f, builder);
            passes.run(fn);
            clock.enter(PhaseClock.EMIT);
            image.add(fn);
        }
        return image.finish();
    }

    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        return emit("input", input, stage, function);
    }

    /** Of a module, or of IL as text, told apart by the module's first byte. */
    @Override
    public byte[] emit(String file, byte[] input, String stage, int function) {
        boolean wasm = input.length >= 4 && input[0] == 0 && input[1] == 'a';
        String shown = stage.equals(IR) ? Pass.PARSE.shown() : stage;
        try {
            return wasm ? ofModule(WasmModule.parse(input), shown, function) : ofText(file, input, shown);
        } catch (IlException wrong) {
            throw new BackendException(wrong.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] ofText(String file, byte[] il, String stage) throws IOException {
        QbeCompiler compiler = new QbeCompiler();
        switch (stage) {
            case ASM:
                return compiler.assembly(file, il).getBytes(StandardCharsets.ISO_8859_1);
            case OBJ:
                ByteArrayOutputStream object = new ByteArrayOutputStream();
                compiler.compile(file, il, object);
                return object.toByteArray();
            default:
                return compiler.dump(file, il, Pass.named(stage)).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private byte[] ofModule(WasmModule module, String stage, int function) {
        int imported = module.importedFunctionCount();
        if (function >= 0 && (function < imported || function >= module.functionCount())) throw new BackendException("the module defines no function " + function);
        Symbols symbols = new Symbols();
        for (int f = 0; f < module.functionCount(); f++) symbols.intern(FunctionSymbol.of(f));
        passes.clock = PhaseClock.OFF;
        StringBuilder text = new StringBuilder();
        Pass pass = Pass.named(stage);
        if (pass != null) {
            Printer printer = new Printer(symbols, new Types(), name -> "");
            translate(module, function, made -> {
                passes.pipeline().run(made, Pass.LOADOPT, pass); // where Wasm's IL begins: nothing runs for a pass before
                text.append(printer.print(made, passes.pipeline().notes(pass))).append('\n');
            });
            return text.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
        boolean object = stage.equals(OBJ);
        Output output = object ? new ObjectOutput(symbols, passes) : new TextOutput(symbols, passes, text);
        translate(module, function, output::function);
        output.finish();
        return object ? ((ObjectOutput) output).toBytes() : text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void translate(WasmModule module, int only, Consumer<Fn> sink) {
        FunctionTranslator translator = new FunctionTranslator(module);
        WasmToIl builder = new WasmToIl(fn, module, guard);
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            if (only >= 0 && f != only) continue;
            translator.translate(f, builder);
            sink.accept(fn);
        }
    }
}
