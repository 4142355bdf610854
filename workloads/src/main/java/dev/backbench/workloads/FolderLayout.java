package dev.backbench.workloads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Programs of others as files. {@code X.clif} is IR to compile. Sightglass's layout: {@code X.wasm} with {@code X.stdout.expected} and {@code X.stderr.expected} beside it, several in a folder or
 * folders of folders, the program's own folder preopened, its inputs read from there. {@code benchmark.wasm} goes by its folder's name.
 */
final class FolderLayout {
    private static final String SUFFIX = ".wasm", CLIF = ".clif";
    /** What a benchmark suite may nest; deeper is a home folder named by mistake, or a cycle of links. */
    private static final int DEPTH = 4;

    private FolderLayout() {}

    /** All modules in and below a folder, by path. */
    static List<Workload> folder(Path folder) {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder, DEPTH)) {
            files = walk.filter(f -> f.getFileName() != null && isProgram(f.getFileName().toString()) && Files.isRegularFile(f)).sorted().toList();
        } catch (IOException | java.io.UncheckedIOException e) {
            IOException cause = e instanceof java.io.UncheckedIOException unchecked ? unchecked.getCause() : (IOException) e;
            throw new WorkloadException("cannot list " + folder + ": " + Failures.reason(cause), e);
        }
        if (files.isEmpty()) throw new WorkloadException("there is no " + SUFFIX + " or " + CLIF + " file in " + folder.toAbsolutePath() + " or " + DEPTH + " folders below");
        List<Workload> workloads = new ArrayList<>();
        for (Path file : files) workloads.add(load(file));
        return Names.unique(workloads);
    }

    private static boolean isProgram(String name) {
        return name.endsWith(SUFFIX) || name.endsWith(CLIF);
    }

    /** One module, or program in a form that its suffix tells, named by the user. Text is refused here; whatever else is wrong with it the front end says with offset and rule. */
    static Workload file(Path file) {
        Workload workload = load(file);
        if (workload.input().equals(Workload.WASM) && !workload.code().readable() && !ModuleSummary.isModule(workload.bytes())) {
            throw new WorkloadException(file + " is not a WebAssembly binary module: it does not begin with 00 61 73 6D 01 00 00 00"
                    + (file.toString().endsWith(".wat") ? "; make one of the text with wat2wasm" : ""));
        }
        return workload;
    }

    private static Workload load(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new WorkloadException("cannot read " + file + ": " + Failures.reason(e), e);
        } catch (OutOfMemoryError e) {
            throw new WorkloadException(file + " is too large to be a module");
        }
        Path folder = file.toAbsolutePath().normalize().getParent();
        String stem = stem(file);
        String name = stem.equals("benchmark") ? parentName(file) : stem;
        String input = input(file);
        boolean module = input.equals(Workload.WASM);
        ModuleSummary code = module ? ModuleSummary.of(bytes) : ModuleSummary.ofText(bytes.length);
        return new Workload(name, name, Origin.FOLDER, "", "", input, file.toAbsolutePath().normalize(), Hex.sha256(bytes), List.of(), null, folder,
                beside(folder, stem + ".stdout.expected"), beside(folder, stem + ".stderr.expected"), file.toString(), whyNotRunnable(input, code), null, code);
    }

    private static String whyNotRunnable(String input, ModuleSummary code) {
        if (input.equals("clif")) return "CLIF is compiled only: it holds functions, not a program";
        return input.equals(Workload.WASM) ? code.whyNotRunnable() : null;
    }

    static String parentName(Path file) {
        Path parent = file.toAbsolutePath().normalize().getParent();
        return parent.getFileName() == null ? "root" : parent.getFileName().toString();
    }

    private static String stem(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SUFFIX) || !input(file).equals(Workload.WASM) ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    /** By its suffix; what has none that is known is taken for a module, and refused as one. */
    private static String input(Path file) {
        String name = file.getFileName().toString();
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "mjs" -> "js";
            case "py" -> "python";
            case "clif" -> "clif";
            default -> Workload.WASM;
        };
    }

    private static Path beside(Path folder, String name) {
        Path file = folder.resolve(name);
        return Files.isRegularFile(file) ? file : null;
    }
}
