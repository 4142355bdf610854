package dev.backbench.command;

import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProcessCompiler;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the declared commands. */
final class CommandCompiler extends ProcessCompiler {
    private static final String MODULE = "module.wasm";

    private final Declaration declaration;
    private final Path here;

    CommandCompiler(Declaration declaration, Path here, Place place) {
        super(declaration.name(), declaration.install(), place);
        this.declaration = declaration;
        this.here = here;
        if (declaration.mentions("{here}")) place.send(here);
    }

    @Override
    protected void compile(byte[] wasm, ProgramProcess process) {
        process.put(MODULE, wasm);
        process.send();
        for (List<String> words : declaration.compile()) process.compile(Declaration.fill(words, places(process), List.of()));
    }

    @Override
    protected ProgramResult run(ProgramProcess process, ProgramConfig config) {
        Map<String, String> all = places(process);
        all.put("dir", (config.preopen() == null ? process.folder() : config.preopen()).toAbsolutePath().toString());
        List<String> arguments = config.arguments().stream().skip(1).toList();
        return process.run(Declaration.fill(declaration.run(), all, arguments), config, Map.of());
    }

    private Map<String, String> places(ProgramProcess process) {
        return new HashMap<>(Map.of("here", here.toString(), "out", process.folder().toString(), "wasm", process.folder().resolve(MODULE).toString()));
    }
}
