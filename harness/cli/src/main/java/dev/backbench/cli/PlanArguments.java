package dev.backbench.cli;

import dev.backbench.core.plan.Backends;
import dev.backbench.core.plan.Plan;
import dev.backbench.core.plan.PlanOptions;
import dev.backbench.core.plan.PlanPreset;
import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import dev.backbench.spi.Availability;
import dev.backbench.spi.Containers;
import dev.backbench.workloads.Names;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say what is measured: those of {@code compare}, and of {@code trial}, which repeats a part of it. */
final class PlanArguments {
    private static final List<String> STAGES = List.of("compile", "run");
    private static final List<String> PRESETS = List.of("quick", "standard", "paper");

    @Option(names = {"--backends", "--backend"}, split = ",", hideParamSyntax = true, paramLabel = "BACKEND,…",
        description = "Each ID[@VERSION][:LEVEL][+OPTION…]; ID alone is one level, ID:* all. Without: what 'bench backends' says.")
    List<String> backends = new ArrayList<>();

    @Option(names = {"--workloads", "--workload"}, split = ",", hideParamSyntax = true, paramLabel = "NAME|FILE|DIR,…",
        description = "Programs of the catalogue, presets, .wasm files, folders in Sightglass's layout. Without: the preset's programs.")
    List<String> workloads = new ArrayList<>();

    @Option(names = {"--measures", "--measure"}, split = ",", hideParamSyntax = true, paramLabel = "MEASURE,…", description = "Of compile, run, size, cold, memory. Without: all.")
    List<String> measures = new ArrayList<>();

    @Option(names = "--preset", paramLabel = "quick|standard|paper", description = "How many programs and how many samples; quick if not said.")
    String preset;

    @Option(names = "--budget", paramLabel = "TIME", description = "Stop measuring after this long, such as 90s, 5m, 1h; cells not reached by then say so.")
    String budget;

    @Option(names = "--runs", paramLabel = "N", description = "Timed samples of a cell in one process.")
    Integer runs;

    @Option(names = "--warmup", paramLabel = "N", description = "At most so many discarded rounds before them; they end when the JVM's own compilers rest.")
    Integer warmup;

    @Option(names = "--seed", paramLabel = "N", description = "Orders the schedule and draws the layouts; drawn and printed if not said.")
    Long seed;

    @Option(names = "--cpu", paramLabel = "LIST", description = "Cores to pin workers to, such as 3 or 2,3; the last one if not said.")
    String cpu;

    @Option(names = "--filter", paramLabel = "RE", description = "Only programs in whose name this regular expression is found.")
    String filter;

    @Option(names = "--exclude", paramLabel = "RE", description = "Not those in whose name this one is found.")
    String exclude;

    @Option(names = "--threads", paramLabel = "N", description = "Compiling threads; 1 if not said.")
    int threads = 1;

    @Option(names = "--timeout", split = ",", hideParamSyntax = true, paramLabel = "STAGE:TIME,…", description = "Limits of a cell, such as compile:60s,run:60s; a time alone is for both. "
        + "Without: 60 s and 250 s for each MB of code section to compile, 300 s to run.")
    List<String> timeouts = new ArrayList<>();

    @Option(names = "--in", paramLabel = "container", description = "Run back ends in images, their commands or their whole workers: the same as +in=container behind each that has one.")
    String in;

    @Option(names = "--cold", split = ",", hideParamSyntax = true, paramLabel = "HOST-CODE,…",
        description = "Which cold starts: resident, process, uncached or container, with compiled or precompiled, such as process-precompiled; all, and a host or a code alone, stand for several. "
            + "Without: process-compiled, but all that this machine can do where compare's --measures names cold.")
    List<String> cold = new ArrayList<>();

    /** Of a comparison: asked for by name, a measure is given in full. @param note takes a line for the user */
    PlanOptions inFull(List<String> argv, Consumer<String> note) {
        PlanOptions options = options(argv);
        boolean named = !measures.isEmpty() && options.measures.contains(Measure.COLD);
        if (!named || !cold.isEmpty()) return options;
        options.starts = new ArrayList<>(Start.WITHOUT_CONTAINER);
        Availability container = Containers.availability(Containers.BARE.name());
        if (container.yes()) options.starts.addAll(Start.IN_CONTAINER);
        else note.accept("no cold starts in containers: " + container.reason() + "; " + container.fix() + ". Everything else is measured");
        return options;
    }

    /** As the user wrote them, in the order of reports. */
    private List<Start> starts() {
        List<Start> known = Stream.concat(Start.WITHOUT_CONTAINER.stream(), Start.IN_CONTAINER.stream()).toList();
        Set<Start> chosen = new HashSet<>();
        for (String word : trimmed(cold)) {
            List<Start> meant = known.stream().filter(s -> word.equals("all") || word.equals(s.regime()) || word.equals(s.host().label()) || word.equals(s.code().label())).toList();
            if (meant.isEmpty()) throw unknown("cold start", word, known.stream().map(Start::regime).toList());
            chosen.addAll(meant);
        }
        return known.stream().filter(chosen::contains).toList();
    }

    PlanOptions options(List<String> argv) {
        PlanOptions options = new PlanOptions();
        List<String> named = named("--backends", backends);
        options.backends = in == null ? named : contained(named);
        options.workloads = named("--workloads", workloads);
        if (!measures.isEmpty()) options.measures = measures();
        if (!cold.isEmpty()) options.starts = starts();
        if (preset != null) options.preset = preset();
        options.budget = budget == null ? null : Times.parse("--budget", budget);
        options.runs = atLeast("--runs", runs, 1);
        options.warmup = atLeast("--warmup", warmup, 0);
        options.seed = seed;
        options.cpu = cpu;
        options.threads = atLeast("--threads", threads, 1);
        options.filter = pattern("--filter", filter);
        options.exclude = pattern("--exclude", exclude);
        options.timeouts = timeouts(options.timeouts);
        options.argv = new ArrayList<>(argv);
        return options;
    }

    private List<String> contained(List<String> names) {
        if (!in.equals("container")) throw unknown("place", in, List.of("container"));
        List<String> contained = Backends.onClassPath().inContainers(names);
        if (contained.equals(names)) throw CliException.usage("--in=container: none of --backends has an image to run in");
        return contained;
    }

    /** A list that is given and empty, such as that of a script's unset variable, is not the usual one. */
    private static List<String> named(String option, List<String> words) {
        List<String> named = trimmed(words);
        if (named.isEmpty() && !words.isEmpty()) throw CliException.usage(option + " names none; leave it out for the usual ones");
        return named;
    }

    private static List<String> trimmed(List<String> words) {
        return words.stream().map(String::strip).filter(w -> !w.isEmpty()).toList();
    }

    private EnumSet<Measure> measures() {
        List<String> known = Arrays.stream(Measure.values()).map(Measure::label).toList();
        EnumSet<Measure> chosen = EnumSet.noneOf(Measure.class);
        for (String word : trimmed(measures)) {
            if (!known.contains(word)) throw unknown("measure", word, known);
            chosen.add(Measure.named(word));
        }
        if (chosen.isEmpty()) throw CliException.usage("--measures names none; known are " + String.join(", ", known));
        return chosen;
    }

    private PlanPreset preset() {
        PlanPreset named = PlanPreset.named(preset);
        if (named == null) throw unknown("preset", preset, PRESETS);
        return named;
    }

    private Map<String, Duration> timeouts(Map<String, Duration> usual) {
        Map<String, Duration> limits = new LinkedHashMap<>(usual);
        for (String word : trimmed(timeouts)) {
            int colon = word.indexOf(':');
            Duration limit = Times.parse("--timeout", word.substring(colon + 1));
            if (colon < 0) STAGES.forEach(stage -> limits.put(stage, limit));
            else if (STAGES.contains(word.substring(0, colon))) limits.put(word.substring(0, colon), limit);
            else throw unknown("stage", word.substring(0, colon), STAGES);
            if (colon < 0 || word.startsWith("compile:")) limits.remove(Plan.COMPILE_PER_MB);
        }
        return limits;
    }

    static CliException unknown(String kind, String word, List<String> known) {
        List<String> near = Names.near(word, known);
        return CliException.usage("there is no " + kind + " '" + word + "'; "
            + (near.isEmpty() ? "known are " + String.join(", ", known) : "did you mean " + String.join(", ", near) + "?"));
    }

    private static Integer atLeast(String option, Integer value, int least) {
        if (value != null && value < least) throw CliException.usage(option + "=" + value + ": a number from " + least + " up");
        return value;
    }

    private static Pattern pattern(String option, String text) {
        if (text == null) return null;
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw CliException.usage(option + "=" + text + " is not a regular expression: " + e.getDescription() + " at " + e.getIndex());
        }
    }

    /** As an absolute path, for a file or folder that the user named. */
    static Path path(String option, String text) {
        try {
            return Path.of(text);
        } catch (java.nio.file.InvalidPathException e) {
            throw CliException.usage(option + "=" + text + " is not a path: " + e.getReason());
        }
    }
}
