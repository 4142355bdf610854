package dev.backbench.craneliftnative;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Rust's build tool, where it is usually put. */
final class Cargo {
    static final String INSTALL = "install Rust 1.95 or later with cargo (such as by rustup)";

    private Cargo() {}

    /** Null if there is none. */
    static Path find() {
        List<Path> folders = new ArrayList<>();
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) if (!folder.isEmpty()) folders.add(Path.of(folder));
        // rustup's folder; it is on the path of login shells only
        folders.add(Path.of(System.getenv().getOrDefault("CARGO_HOME", System.getProperty("user.home") + "/.cargo"), "bin"));
        return in(folders);
    }

    static Path in(List<Path> folders) {
        return folders.stream().map(folder -> folder.resolve("cargo")).filter(Files::isExecutable).findFirst().orElse(null);
    }
}
