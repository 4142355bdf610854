package dev.backbench.workloads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One WebAssembly program and what is needed to run and check it. All paths exist when the workload is handed out.
 *
 * @param name unique within one answer of the catalogue; letters, digits, {@code . _ - /} and {@code :}
 * @param family programs of one family share over half of their function bodies; totals take a family as one
 * @param why what it is there to show; empty for programs of others
 * @param language what it was written in and compiled with; empty if unknown
 * @param wasm the module
 * @param sha256 of the module's bytes, lower-case hex
 * @param arguments what follows the program's name
 * @param stdin null for an empty one
 * @param folder preopened as {@code .}; null for none
 * @param expectedStdout null if nobody knows; then two unlike back ends must agree
 * @param expectedStderr the same
 * @param source where the module is from: files in the repository, a package and version, or a path
 * @param compileOnly why it can be compiled but not run, such as imports that the runtime lacks; null if it runs
 * @param preset the smallest preset that holds it; null if it is in none
 * @param code what the module's sections say
 */
public record Workload(String name, String family, Origin origin, String why, String language, Path wasm, String sha256, List<String> arguments, Path stdin,
        Path folder, Path expectedStdout, Path expectedStderr, String source, String compileOnly, Preset preset, ModuleSummary code) {

    public Workload {
        arguments = List.copyOf(arguments);
    }

    /** Whether it can be run at all. */
    public boolean runnable() {
        return compileOnly == null;
    }

    public boolean in(Preset wanted) {
        return preset != null && preset.compareTo(wanted) <= 0;
    }

    /** @throws WorkloadException if the file is gone or unreadable */
    public byte[] bytes() {
        try {
            return Files.readAllBytes(wasm);
        } catch (IOException e) {
            throw new WorkloadException("cannot read " + wasm + ": " + Failures.reason(e), e);
        }
    }

    Workload named(String other) {
        return new Workload(other, family, origin, why, language, wasm, sha256, arguments, stdin, folder, expectedStdout, expectedStderr, source, compileOnly, preset, code);
    }

    Workload ofFamily(String other) {
        return new Workload(name, other, origin, why, language, wasm, sha256, arguments, stdin, folder, expectedStdout, expectedStderr, source, compileOnly, preset, code);
    }
}
