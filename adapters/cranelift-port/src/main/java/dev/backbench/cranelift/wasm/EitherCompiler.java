package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.run.TextCompiler;
import dev.backbench.spi.Artifact;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import java.util.function.Supplier;

/** Modules go one way, CLIF as text another, told apart by the first byte. */
final class EitherCompiler implements Compiler {
    private final CraneliftCompiler modules;
    private final Supplier<TextCompiler> maker;
    private TextCompiler texts;

    EitherCompiler(CraneliftCompiler modules, Supplier<TextCompiler> texts) {
        this.modules = modules;
        maker = texts;
    }

    /** Text begins with a character; whatever begins otherwise is a module, or refused as one. */
    private static boolean isModule(byte[] input) {
        return input.length == 0 || input[0] < '\t';
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
    public void close() {
        modules.close();
    }
}
