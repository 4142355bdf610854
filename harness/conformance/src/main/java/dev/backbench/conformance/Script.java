package dev.backbench.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** One script of the specification's suite in the {@code json-from-wast} form: a JSON file of commands with its modules beside it. */
final class Script {
    private static final ObjectMapper JSON = new ObjectMapper();

    final Path file;
    final List<JsonNode> commands;

    private Script(Path file, List<JsonNode> commands) {
        this.file = file;
        this.commands = commands;
    }

    /** @throws IOException unreadable, or not a script */
    static Script read(Path file) throws IOException {
        JsonNode list = JSON.readTree(file.toFile()).get("commands");
        if (list == null || !list.isArray()) throw new IOException(file + " has no list of commands");
        List<JsonNode> commands = new ArrayList<>(list.size());
        list.forEach(commands::add);
        return new Script(file, commands);
    }

    /** All scripts at and below {@code places} (folders or JSON files), in the order of their paths. @throws IOException no such file, or one that cannot be read */
    static List<Path> find(List<Path> places) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path place : places) {
            if (!Files.exists(place)) throw new IOException("no such file or folder: " + place);
            try (Stream<Path> below = Files.walk(place)) {
                below.filter(p -> p.toString().endsWith(".json") && Files.isRegularFile(p)).sorted().forEach(found::add);
            }
        }
        return found;
    }

    Path sibling(String name) {
        return file.resolveSibling(name);
    }

    static int line(JsonNode command) {
        return command.path("line").asInt();
    }

    /** Its type and what it acts on, such as {@code assert_return add}. */
    static String describe(JsonNode command) {
        String type = command.path("type").asText();
        JsonNode action = command.path("action");
        if (!action.isMissingNode()) return type + " " + action.path("field").asText();
        return command.has("filename") ? type + " " + command.path("filename").asText() : type;
    }
}
