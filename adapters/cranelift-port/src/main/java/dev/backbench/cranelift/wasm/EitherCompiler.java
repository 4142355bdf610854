package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.run.TextCompiler;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import java.util.function.Supplier;

/** Modules go one way, CLIF as text another, told apart by the first bytes. */
final class EitherCompiler implements Compiler {
    /** Bytes of a module's magic number and version, which hold zeros. */
    private static final int HEADER = 8;
    private static final int DELETE = 0x7F;

    private final CraneliftCompiler modules;
    private final Supplier<TextCompiler> maker;
    private TextCompiler texts;

    EitherCompiler(CraneliftCompiler modules, Supplier<TextCompiler> texts) {
        this.modules = modules;
        maker = texts;
    }

    /** Text is at least {@link #HEADER} bytes of characters; whatever begins otherwise is a module, or refused as one. */
    private static boolean isModule(byte[] input) {
        if (input.length < HEADER) return true;
        for (int i = 0; i < HEADER; i++) if (input[i] < ' ' && input[i] != '\n' && input[i] != '\r' && input[i] != '\t' || input[i] == DELETE) return true;
        return false;
    }

    private TextCompiler texts() {
        if (texts == null) texts = maker.get();
        return texts;
    }

    @Override
    public void prepare(byte[] input) {
        if (!isModule(input)) texts().prepare(input);
    }

    @Override
    public Artifact compile(byte[] input, PhaseClock clock) {
        return isModule(input) ? modules.compile(input, clock) : texts().compile(input, clock);
    }

    @Override
    public void checkProgram(byte[] input) {
        if (isModule(input)) modules.checkProgram(input);
    }

    @Override
    public CompiledModule link(Artifact artifact, PhaseClock clock) {
        return TextCompiler.owns(artifact) ? texts().link(artifact, clock) : modules.link(artifact, clock);
    }

    @Override
    public Artifact deserialize(byte[] serialized) {
        return modules.deserialize(serialized);
    }

    @Override
    public Store newStore() {
        return modules.newStore();
    }

    @Override
    public byte[] emit(byte[] input, String stage, int function) {
        return modules.emit(input, stage, function);
    }

    @Override
    public byte[] emitLocated(byte[] input, String stage, int function) {
        return modules.emitLocated(input, stage, function);
    }

    @Override
    public void compileFunction(byte[] input, int function, PhaseClock clock) {
        if (isModule(input)) modules.compileFunction(input, function, clock);
        else texts().compileFunction(input, function, clock);
    }

    @Override
    public long instructions(byte[] input, int function) {
        return modules.instructions(input, function);
    }

    @Override
    public void close() {
        modules.close();
    }
}
