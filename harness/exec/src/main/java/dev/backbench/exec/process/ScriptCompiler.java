package dev.backbench.exec.process;

import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A language whose programs are handed to its engine as text: asked to compile it only checks syntax, the rest happens inside a run. */
public final class ScriptCompiler extends ProcessCompiler {
    /**
     * The engine's commands; {@code {}} in a word is the folder of the program.
     *
     * @param file the program's name in that folder
     * @param beside files put beside it, by name
     * @param check reads the program without running it
     * @param run runs it; arguments follow
     */
    public record Engine(String owner, String install, String file, Map<String, byte[]> beside, List<String> check, List<String> run, Map<String, String> environment) {}

    private final Engine engine;

    public ScriptCompiler(Engine engine, Place place) {
        super(engine.owner(), engine.install(), place);
        this.engine = engine;
    }

    @Override
    protected void compile(byte[] source, ProgramProcess process) {
        process.put(engine.file(), source);
        engine.beside().forEach(process::put);
        process.send();
        process.compile(filled(engine.check(), process.folder()));
    }

    @Override
    protected ProgramResult run(ProgramProcess process, ProgramConfig config) {
        List<String> command = filled(engine.run(), process.folder());
        config.arguments().stream().skip(1).forEach(command::add);
        return process.run(command, config, engine.environment());
    }

    private static List<String> filled(List<String> words, Path folder) {
        List<String> filled = new ArrayList<>();
        for (String word : words) filled.add(word.replace("{}", folder.toString()));
        return filled;
    }
}
