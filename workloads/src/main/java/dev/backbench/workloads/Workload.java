package dev.backbench.workloads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One program and what is needed to run and check it. All paths exist when the workload is handed out.
 *
 * @param name unique within one answer of the catalogue; letters, digits, {@code . _ - /} and {@code :}
 * @param family programs of one family share over half of their function bodies; totals take a family as one
 * @param why what it is there to show; empty for programs of others
 * @param language what it was written in and compiled with; empty if unknown
 * @param input its form, in the words of back ends' inputs: {@code wasm}, {@code js}, {@code python}, {@code clif}
 * @param wasm the module, or the program's text where the form is another one
 * @param sha256 of its bytes, lower-case hex
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
public record Workload(String name, String family, Origin origin, String why, String language, String input, Path wasm, String sha256, List<String> arguments, Path stdin,
        Path folder, Path expectedStdout, Path expectedStderr, String source, String compileOnly, Preset preset, ModuleSummary code) {

    /** The usual form. */
    public static final String WASM = "wasm";

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

    /** Programs that totals may pool: of one origin and one form. */
    public String set() {
        return input.equals(WASM) ? origin.label() : origin.label() + '-' + input;
    }

    /** Whether {@link #set} is one of modules. */
    public static boolean isOfModules(String set) {
        return set.indexOf('-') < 0;
    }

    /** A module's functions in a form that is compiled only; sizes stay those of the module, so that rates are by the same bytes. @param text the file @param why it cannot be run */
    public Workload inForm(String form, Path text, byte[] bytes, String why) {
        return new Workload(name + '.' + form, family, origin, this.why, language, form, text, Hex.sha256(bytes), List.of(), null, null, null, null, source, why, null, code);
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
        return new Workload(other, family, origin, why, language, input, wasm, sha256, arguments, stdin, folder, expectedStdout, expectedStderr, source, compileOnly, preset, code);
    }

    Workload ofFamily(String other) {
        return new Workload(name, other, origin, why, language, input, wasm, sha256, arguments, stdin, folder, expectedStdout, expectedStderr, source, compileOnly, preset, code);
    }
}
