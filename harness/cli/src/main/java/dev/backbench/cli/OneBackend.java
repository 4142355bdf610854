package dev.backbench.cli;

import dev.backbench.core.ExitCode;
import dev.backbench.core.plan.Backends;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Compiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The one back end that {@code run} and {@code compile} work with in this process, and the module they read. */
final class OneBackend {
    @Option(names = "--backend", required = true, paramLabel = "ID[@VERSION][:LEVEL][+OPTION…]", description = "Which back end; 'bench backends' lists them.")
    String backend;

    @Option(names = "--threads", paramLabel = "N", description = "Compiling threads; 1 if not said.")
    int threads = 1;

    /** @throws CliException unknown, ambiguous, or not available with what to type */
    Backends.Chosen chosen() {
        List<Backends.Chosen> chosen = Backends.onClassPath().resolve(List.of(backend), threads);
        if (chosen.size() != 1) throw CliException.usage("--backend=" + backend + " names " + chosen.size() + " levels; name one");
        if (chosen.getFirst().contained()) throw CliException.usage(backend + " is for compare and trial: this command works in its own process, so leave out +in=container");
        Availability available = chosen.getFirst().availableNow();
        if (!available.yes()) throw new CliException(ExitCode.NOTHING, backend + " is unavailable: " + available.reason() + ". Type: " + available.fix());
        return chosen.getFirst();
    }

    Compiler compiler(Backends.Chosen chosen) {
        return chosen.backend().newCompiler(chosen.options());
    }

    static byte[] read(Path file) throws IOException {
        if (Files.isDirectory(file)) throw CliException.usage(file + " is a folder; name a .wasm file");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw CliException.usage(Errors.sentence(e));
        } catch (OutOfMemoryError e) {
            throw CliException.usage(file + " is too large to read (" + Text.bytes(Files.size(file)) + ")");
        }
    }
}
