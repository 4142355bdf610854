package dev.backbench.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The file behind {@code cmd=FILE}. Words may hold {@code {wasm}} (the module), {@code {out}} (a folder for what is made, where the commands run), {@code {here}} (the declaration's own
 * folder) and, in {@code run}, {@code {dir}} (the folder the program may open); a word that is just {@code {args}} becomes the program's arguments.
 *
 * @param version a command whose first line of output is the version; may be null
 * @param compile commands, one after another
 * @param run one command; its exit code is the program's; for marks see {@link dev.backbench.exec.process.ProgramProcess}
 * @param install what to type when a command is missing; may be null
 * @param image the image that has the commands, for {@code +in=container}; may be null
 */
record Declaration(String name, List<String> version, List<List<String>> compile, List<String> run, String install, String image) {
    /** @throws BackendException with file, place and what is expected */
    static Declaration read(Path file) {
        try {
            Declaration read = JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build().readValue(Files.readAllBytes(file), Declaration.class);
            if (read == null || read.name == null || read.compile == null || read.compile.isEmpty() || read.run == null || read.run.isEmpty()) {
                throw new BackendException(file + ": \"name\", \"compile\" (a list of commands) and \"run\" (a command) are required");
            }
            if (!command(read.run) || !read.compile.stream().allMatch(Declaration::command) || read.version != null && !command(read.version)) {
                throw new BackendException(file + ": every command is a list of words, at least one");
            }
            return read;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr() + ":" + e.getLocation().getColumnNr();
            throw new BackendException(file + where + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new BackendException("cannot read the declaration " + file + ": " + e.getMessage(), e);
        }
    }

    private static boolean command(List<String> words) {
        return words != null && !words.isEmpty() && words.stream().allMatch(word -> word != null);
    }

    /** Whether a command uses a place. */
    boolean mentions(String place) {
        return compile.stream().anyMatch(words -> mentions(words, place)) || mentions(run, place) || version != null && mentions(version, place);
    }

    private static boolean mentions(List<String> words, String place) {
        return words.stream().anyMatch(word -> word.contains(place));
    }

    static List<String> fill(List<String> words, Map<String, String> places, List<String> arguments) {
        List<String> filled = new ArrayList<>();
        for (String word : words) {
            if (word.equals("{args}")) {
                filled.addAll(arguments);
                continue;
            }
            for (Map.Entry<String, String> place : places.entrySet()) word = word.replace("{" + place.getKey() + "}", place.getValue());
            filled.add(word);
        }
        return filled;
    }
}
