package dev.backbench.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The runner without the {@code bench} command: {@code wasm --backend=SPEC [--format=json] [--in-process] [--jobs=N] [--limit=SECONDS] FILE|FOLDER…}. */
public final class Main {
    private static final String USAGE = "usage: wasm --backend=ID[:LEVEL] [--format=text|json] [--in-process] [--jobs=N] [--limit=SECONDS] FILE|FOLDER...";

    private Main() {}

    public static void main(String[] arguments) {
        String backend = null;
        boolean json = false, here = false;
        int jobs = ConformanceCommandRunner.Options.USUAL.jobs();
        Duration limit = ConformanceCommandRunner.Options.USUAL.limit();
        List<Path> places = new ArrayList<>();
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            if (argument.startsWith("--backend=")) backend = value;
            else if (argument.startsWith("--format=")) json = value.equals("json");
            else if (argument.equals("--in-process")) here = true;
            else if (argument.startsWith("--jobs=")) jobs = Integer.parseInt(value);
            else if (argument.startsWith("--limit=")) limit = Duration.ofSeconds(Long.parseLong(value));
            else if (!argument.equals("wasm")) places.add(Path.of(argument));
        }
        if (backend == null || places.isEmpty()) {
            System.err.println(USAGE);
            System.exit(ConformanceCommandRunner.USAGE);
        }
        System.exit(ConformanceCommandRunner.run(backend, places, new ConformanceCommandRunner.Options(json, here, jobs, limit), System.out, System.err));
    }
}
