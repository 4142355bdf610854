package dev.backbench.core.worker;

import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A module of the worker's task file with its bytes and what it should print. */
final class Program {
    /** One run, checked. @param wrong what is wrong with its output or exit code; null if nothing */
    record Outcome(ProgramResult result, String outputSha256, String wrong) {}

    final WorkerSpec.Module module;
    private byte[] wasm, stdout, stderr;

    Program(WorkerSpec.Module module) {
        this.module = module;
    }

    /** Its bytes, read when first asked for. */
    byte[] wasm() throws IOException {
        if (wasm == null) wasm = Files.readAllBytes(Path.of(module.wasm()));
        return wasm;
    }

    /** Reads what it should print, so that no run is held up by it. */
    void expect() throws IOException {
        if (stdout == null) stdout = read(module.expectedStdout());
        if (stderr == null) stderr = read(module.expectedStderr());
    }

    /** Runs it once in a fresh instance. */
    Outcome run(CompiledModule code) throws IOException {
        expect();
        List<String> arguments = new ArrayList<>();
        arguments.add(Path.of(module.wasm()).getFileName().toString());
        arguments.addAll(module.arguments());
        Path folder = module.folder() == null ? null : Path.of(module.folder());
        Capture out = new Capture(), err = new Capture();
        ProgramResult result;
        try (InputStream in = module.stdin() == null ? InputStream.nullInputStream() : new FileInputStream(module.stdin())) {
            result = code.run(new ProgramConfig(arguments, Map.of(), folder, in, out, err));
        }
        String wrong = result.exitCode() != 0 ? "exit code " + result.exitCode() : out.difference("standard output", stdout);
        if (wrong == null) wrong = err.difference("standard error", stderr);
        return new Outcome(result, Capture.sha256(out, err), wrong);
    }

    static byte[] read(String file) throws IOException {
        return file == null ? null : Files.readAllBytes(Path.of(file));
    }
}
