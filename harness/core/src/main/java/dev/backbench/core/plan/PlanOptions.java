package dev.backbench.core.plan;

import dev.backbench.core.row.Measure;
import dev.backbench.core.row.Start;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** What the user asked for, before anything is looked up. Fields are the command line's options of the same names; null or empty is "not said". */
public final class PlanOptions {
    /** {@code ID[@VERSION][:LEVEL][+OPTION…]}; empty: every back end's levels for comparison. */
    public List<String> backends = List.of();
    /** Names, presets, files, folders; empty: the preset's programs. */
    public List<String> workloads = List.of();
    public Set<Measure> measures = EnumSet.allOf(Measure.class);
    /** Axes of cold start. */
    public List<Start> starts = List.of(Start.USUAL);
    public PlanPreset preset = PlanPreset.QUICK;
    public Duration budget;
    /** Timed samples of each cell in a process. */
    public Integer runs;
    /** Discarded rounds. */
    public Integer warmup;
    /** Drawn and printed if null. */
    public Long seed;
    /** Cores to pin workers to, such as {@code 3} or {@code 2,3}; null: the last core that this process may use. */
    public String cpu;
    /** Compiling threads. */
    public int threads = 1;
    public Pattern filter;
    public Pattern exclude;
    /** A back end of the plan; null: {@code llvm:O2} if it is there, otherwise the first. */
    public String reference;
    /** Back ends whose absence is exit code 3; {@code all} for every one named. */
    public List<String> require = List.of();
    /**
     * Limits per cell, by stage {@code compile} and {@code run}; with {@link Plan#COMPILE_PER_MB} a compile's grows with the code section. An optimising compiler takes a minute for 700 KB,
     * and an interpreter runs for over a minute what compiled code does in a second.
     */
    public Map<String, Duration> timeouts = new LinkedHashMap<>(Map.of("compile", Duration.ofSeconds(60), Plan.COMPILE_PER_MB, Duration.ofSeconds(250), "run", Duration.ofSeconds(300)));
    /** The run folder; null: {@code bench-out/<time>-<run>} with a link {@code latest} beside it. */
    public Path out;
    public boolean resume;
    public boolean force;
    /** Split compiles into phases, in samples of their own. */
    public boolean phases = true;
    /** The command line after {@code ./bench}, for the manifest and the command that repeats the run. */
    public List<String> argv = new ArrayList<>();
    public Map<String, String> labels = new LinkedHashMap<>();
    /** Flags added to the workers' JVM. */
    public List<String> workerFlags = List.of();
    /** The user's cache folder, where workloads are unpacked; null: {@link dev.backbench.spi.setup.Cache#directory}. */
    public Path cache;
    /** Takes lines for the user about what had to be done otherwise. */
    public Consumer<String> note = line -> { };
}
