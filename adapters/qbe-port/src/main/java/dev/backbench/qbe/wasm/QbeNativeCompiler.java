package dev.backbench.qbe.wasm;

import dev.backbench.exec.NativeCompiler;
import dev.backbench.exec.elf.ElfObject;
import dev.backbench.exec.elf.FunctionSymbol;
import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.qbe.il.Fn;
import dev.backbench.qbe.il.Printer;
import dev.backbench.qbe.il.Symbols;
import dev.backbench.qbe.il.Types;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.PhaseClock;
import dev.backbench.wasm.FunctionTranslator;
import dev.backbench.wasm.WasmModule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Wasm to the port's IL, in public operations only, as text; then the programs {@code qbe} and {@code as}; their object becomes an image. */
final class QbeNativeCompiler extends NativeCompiler {
    private static final String TRANSLATE = PhaseClock.DECODE + "+" + PhaseClock.TRANSLATE;
    private static final String FUSED = PhaseClock.OPTIMISE + "+" + PhaseClock.SELECT + "+" + PhaseClock.ALLOCATE + "+" + PhaseClock.EMIT;
    private static final String TEXT = "module.ssa", ASSEMBLY = "module.s", ROUTINES = "routines.s", OBJECT = "module.o";

    private final boolean guard;
    private final Place place;

    /** @param place where the programs run; closed with this compiler */
    QbeNativeCompiler(CompileOptions options, Place place) {
        guard = options.bounds() == CompileOptions.Bounds.GUARD;
        this.place = place;
    }

    @Override
    protected CodeImage compile(WasmModule module, PhaseClock clock) {
        clock.enter(TRANSLATE);
        byte[] il = text(module, -1);
        byte[] object = run(il, OBJECT, clock);
        clock.enter(PhaseClock.LINK);
        int imported = module.importedFunctionCount();
        return ElfObject.read(object, imported, module.functionCount() - imported);
    }

    /** @param only index of the one function wanted, or -1 for all */
    private byte[] text(WasmModule module, int only) {
        Symbols symbols = new Symbols();
        for (int f = 0; f < module.functionCount(); f++) symbols.intern(FunctionSymbol.of(f));
        Fn fn = new Fn();
        PublicIl publicIl = new PublicIl(symbols);
        Printer printer = new Printer(symbols, new Types(), name -> "");
        FunctionTranslator translator = new FunctionTranslator(module);
        WasmToIl builder = new WasmToIl(fn, module, guard);
        StringBuilder text = new StringBuilder();
        for (int f = module.importedFunctionCount(); f < module.functionCount(); f++) {
            if (only >= 0 && f != only) continue;
            translator.translate(f, builder);
            publicIl.run(fn);
            text.append(printer.print(fn)).append('\n');
        }
        return text.append(publicIl.functions()).toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** @return the file {@code wanted}, assembly or object */
    private byte[] run(byte[] il, String wanted, PhaseClock clock) {
        try (ProgramProcess process = new ProgramProcess(QbeNativeBackend.ID, place, QbeNativeBackend.FIX)) {
            clock.enter(FUSED);
            process.put(TEXT, il);
            process.put(ROUTINES, PublicIl.routines().getBytes(StandardCharsets.US_ASCII));
            process.send();
            process.compile(List.of("qbe", "-t", "amd64_sysv", "-o", ASSEMBLY, TEXT));
            if (wanted.equals(OBJECT)) {
                clock.enter(PhaseClock.ASSEMBLE);
                process.compile(List.of("as", "--64", "-o", OBJECT, ASSEMBLY, ROUTINES));
            }
            Path file = process.folder().resolve(wanted);
            place.fetch(file);
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new BackendException(QbeNativeBackend.ID + ": what was made cannot be read: " + e.getMessage(), e);
        }
    }

    /** Of a module, or of IL as text, told apart by the first byte. */
    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        boolean wasm = input.length >= 4 && input[0] == 0 && input[1] == 'a';
        byte[] il = wasm ? text(WasmModule.parse(input), function) : input;
        return switch (stage) {
            case QbeNativeBackend.IR -> il;
            case QbeNativeBackend.ASM -> run(il, ASSEMBLY, PhaseClock.OFF);
            case QbeNativeBackend.OBJ -> run(il, OBJECT, PhaseClock.OFF);
            default -> throw new BackendException(QbeNativeBackend.ID + " has no stage '" + stage + "'");
        };
    }

    @Override
    public long companionCpu() {
        return place.companionCpu();
    }

    @Override
    public long companionPeakBytes() {
        return place.companionPeakBytes();
    }

    @Override
    public void close() {
        place.close();
    }
}
