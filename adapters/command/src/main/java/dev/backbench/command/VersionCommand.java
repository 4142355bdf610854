package dev.backbench.command;

import dev.backbench.spi.Availability;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The declared version command, run once: its first line is the version, and what it says when it fails is why the compiler is not available. */
final class VersionCommand {
    private final Declaration declaration;
    private final String line;
    private final String failure;

    VersionCommand(Declaration declaration, Path file) {
        this.declaration = declaration;
        List<String> words = Declaration.fill(declaration.version(), Map.of("here", file.toAbsolutePath().getParent().toString()), List.of());
        String said = null, wrong = null;
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            said = process.inputReader().readLine();
            process.inputReader().transferTo(Writer.nullWriter());
            int exit = process.waitFor();
            if (exit != 0) wrong = said == null ? "'" + words.getFirst() + "' ended with " + exit : said.strip();
        } catch (IOException e) {
            wrong = "cannot start '" + words.getFirst() + "'";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            wrong = "interrupted";
        }
        line = said;
        failure = wrong;
    }

    String line() {
        return failure != null ? "unknown: " + failure : line == null ? "unknown: the version command said nothing" : line.strip();
    }

    Availability availability() {
        if (failure == null) return Availability.YES;
        return Availability.no(declaration.name() + ": " + failure, declaration.install() == null ? "install what the declaration's commands need" : declaration.install());
    }
}
