package dev.backbench.command;

import dev.backbench.exec.process.Place;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Backend;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.BackendSpec;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.Compiler;
import dev.backbench.spi.Ledger;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code cmd=FILE}: a back end declared as commands, for a compiler that comes as a program. {@code docs/command-backends.md} tells how. */
public final class CommandBackend implements Backend {
    @Override
    public String id() {
        return "cmd";
    }

    @Override
    public String summary() {
        return "cmd=FILE: compile and run commands declared in a small JSON file";
    }

    @Override
    public List<String> comparedByDefault() {
        return List.of();
    }

    @Override
    public boolean takesFile() {
        return true;
    }

    @Override
    public boolean runsInContainer() {
        return true;
    }

    @Override
    public Availability available() {
        return Availability.YES;
    }

    /** A version command that fails, or cannot be started, says that the compiler is not there. */
    @Override
    public Availability available(CompileOptions options) {
        try {
            Declaration declaration = Declaration.read(file(options));
            if (contained(options)) return Place.containerAvailable(image(declaration));
            return declaration.version() == null ? Availability.YES : new VersionCommand(declaration, options.file(), Place.here()).availability();
        } catch (BackendException unreadable) {
            return Availability.no(unreadable.getMessage(), "correct the declaration; docs/command-backends.md says what it holds");
        }
    }

    @Override
    public Compiler newCompiler(CompileOptions options) {
        Path file = file(options);
        Declaration declaration = Declaration.read(file);
        return new CommandCompiler(declaration, file.toAbsolutePath().getParent(), place(declaration, options));
    }

    private static boolean contained(CompileOptions options) {
        return options.extra().contains(BackendSpec.CONTAINER);
    }

    private static Place place(Declaration declaration, CompileOptions options) {
        return contained(options) ? Place.container(image(declaration)) : Place.here();
    }

    private static String image(Declaration declaration) {
        if (declaration.image() == null) throw new BackendException("the declaration of " + declaration.name() + " names no \"image\" to run in");
        return declaration.image();
    }

    private static Path file(CompileOptions options) {
        if (options.file() == null) throw new BackendException("name the declaration: cmd=FILE");
        return options.file();
    }

    @Override
    public Ledger ledger(CompileOptions options) {
        Path file = file(options);
        Declaration declaration = Declaration.read(file);
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put("name", declaration.name());
        notes.put("compile", String.join(" && ", declaration.compile().stream().map(words -> String.join(" ", words)).toList()));
        notes.put("run", String.join(" ", declaration.run()));
        notes.put("process start", "inside every compile; inside a run only where the program sets no marks");
        if (contained(options)) notes.put("container", Place.describe(image(declaration)));
        return new Ledger(version(declaration, options), null, file.toString(), contained(options) ? "container" : "child process", "default", options.threads(), "wasm", "as declared", false, "as declared",
                "as declared", false, "as declared", "as declared", false, "none", "all", notes);
    }

    private static String version(Declaration declaration, CompileOptions options) {
        if (declaration.version() == null) return "not declared";
        try (Place place = place(declaration, options)) {
            return new VersionCommand(declaration, options.file(), place).line();
        }
    }
}
