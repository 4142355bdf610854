package dev.backbench.command;

import dev.backbench.exec.process.Place;
import dev.backbench.exec.process.ProgramProcess;
import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The declared version command, run once: its first line is the version, and what it says when it fails is why the compiler is not available. */
final class VersionCommand {
    private final Declaration declaration;
    private final String line, failure;

    /** @param file the declaration's @param place where its commands run */
    VersionCommand(Declaration declaration, Path file, Place place) {
        this.declaration = declaration;
        Path here = file.toAbsolutePath().getParent();
        List<String> words = Declaration.fill(declaration.version(), Map.of("here", here.toString()), List.of());
        String said = null, wrong = null;
        try (ProgramProcess process = new ProgramProcess(declaration.name(), place, null)) {
            process.send();
            if (declaration.mentions("{here}")) place.send(here);
            ProgramProcess.Said output = process.ask(words);
            said = output.firstLine();
            if (output.exit() != 0) wrong = said.isEmpty() ? "'" + words.getFirst() + "' ended with " + output.exit() : said;
        } catch (BackendException e) {
            int owner = e.getMessage().indexOf(": ");
            wrong = owner < 0 ? e.getMessage() : e.getMessage().substring(owner + 2);
        }
        line = said;
        failure = wrong;
    }

    String line() {
        return failure != null ? "unknown: " + failure : line.isEmpty() ? "unknown: the version command said nothing" : line;
    }

    Availability availability() {
        if (failure == null) return Availability.YES;
        return Availability.no(declaration.name() + ": " + failure, declaration.install() == null ? "install what the declaration's commands need" : declaration.install());
    }
}
