package dev.backbench.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes scripts for tests: one JSON command per line, numbered by line, and the modules they name. */
final class Scripts {
    private Scripts() {}

    /** A script whose modules are the fake back end's words: {@code module(WORD)} writes one. */
    static final class Builder {
        private final Path folder;
        private final String name;
        private final List<String> commands = new ArrayList<>();

        Builder(Path folder, String name) {
            this.folder = folder;
            this.name = name;
        }

        /** A command without its braces and line. */
        Builder add(String fields) {
            commands.add("{" + fields + ",\"line\":" + (commands.size() + 1) + "}");
            return this;
        }

        /** A command of {@code type} about a new binary module of these words, with more fields. */
        Builder module(String type, String words, String more) throws IOException {
            String file = name + "." + commands.size() + ".wasm";
            Files.writeString(folder.resolve(file), words);
            return add("\"type\":\"" + type + "\",\"filename\":\"" + file + "\",\"module_type\":\"binary\"" + more);
        }

        Builder module(String words) throws IOException {
            return module("module", words, "");
        }

        /** Calls the export that is named after what it does. */
        Builder returns(String field, String expected) {
            return add("\"type\":\"assert_return\",\"action\":{\"type\":\"invoke\",\"field\":\"" + field + "\",\"args\":[]},\"expected\":[" + expected + "]");
        }

        Builder traps(String field, String text) {
            return add("\"type\":\"assert_trap\",\"action\":{\"type\":\"invoke\",\"field\":\"" + field + "\",\"args\":[]},\"text\":\"" + text + "\"");
        }

        Path write() throws IOException {
            Path file = folder.resolve(name + ".json");
            Files.writeString(file, "{\"source_filename\":\"" + name + ".wast\",\"commands\":[" + String.join(",\n", commands) + "]}");
            return file;
        }
    }
}
