package dev.backbench.conformance;

import dev.backbench.spi.filetest.Filetest;
import dev.backbench.spi.filetest.FiletestException;
import dev.backbench.spi.filetest.FiletestTool;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Cranelift's filetests: every file has commands at its head, each of which is one outcome. */
public final class ClifSuite {
    private static final Set<String> MAKE_CODE = Set.of("run", "compile");
    private static final String HOST = "x86_64";
    private final FiletestTool tool;

    public ClifSuite(FiletestTool tool) {
        this.tool = tool;
    }

    /** @return null where no adapter of that name offers it */
    public static FiletestTool tool(String backend, String form) {
        for (FiletestTool tool : ServiceLoader.load(FiletestTool.class)) if (tool.backend().equals(backend) && tool.form().equals(form)) return tool;
        return null;
    }

    /** @param progress a line per file with failures */
    public List<FileResult> run(List<Path> places, PrintStream progress) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path place : places) {
            try (Stream<Path> below = Files.walk(place)) {
                below.filter(f -> Files.isRegularFile(f) && (f.equals(place) || f.toString().endsWith(".clif"))).sorted().forEach(files::add);
            }
        }
        List<FileResult> results = new ArrayList<>();
        for (Path file : files) {
            results.add(new FileResult(file, outcomes(Files.readAllBytes(file))));
            if (results.getLast().count(Outcome.Status.FAILED) > 0) progress.println(Report.line(results.getLast()));
        }
        return results;
    }

    List<Outcome> outcomes(byte[] text) {
        ClifFile file = new ClifFile(text);
        List<Outcome> outcomes = new ArrayList<>();
        Filetest test = null;
        String unreadable = null;
        try {
            test = tool.open(text);
        } catch (FiletestException e) {
            unreadable = e.getMessage();
        }
        for (ClifFile.Command command : file.commands) {
            String name = "test " + String.join(" ", command.words());
            if (unreadable != null) outcomes.add(Outcome.failed(command.line(), name, "a text that can be read", unreadable));
            else outcomes.add(guarded(name, command, file, test));
        }
        if (test != null) test.close();
        return outcomes;
    }

    /** An exception from inside the adapter costs this command, not the run. */
    private Outcome guarded(String name, ClifFile.Command command, ClifFile file, Filetest test) {
        try {
            return outcome(name, command, file, test);
        } catch (RuntimeException | StackOverflowError e) {
            return Outcome.failed(command.line(), name, "no exception", e.toString());
        }
    }

    private Outcome outcome(String name, ClifFile.Command command, ClifFile file, Filetest test) {
        if (MAKE_CODE.contains(command.name()) && !file.targets.isEmpty() && file.targets.stream().noneMatch(words -> words.getFirst().startsWith(HOST))) {
            return Outcome.skipped(command.line(), name, "for other machines than " + HOST);
        }
        int functions = test.functions();
        for (int f = 0; f < functions; f++) {
            List<ClifFile.Comment> comments = comments(file, test, f);
            String[] wrong = switch (command.name()) {
                case "cat" -> check(comments, test.print(f));
                case "print-cfg" -> check(comments, test.controlFlow(f));
                case "domtree" -> dominators(comments, test, f);
                case "verifier" -> verifier(comments, file, test, f);
                case "interpret" -> execute(comments, file, test, f, false);
                case "alias-analysis", "optimize" -> optimized(comments, command, test, f);
                case "compile" -> unfinished(test.compile(f, file.settings));
                case "run" -> execute(comments, file, test, f, true);
                default -> new String[] {"a known command", command.name()};
            };
            if (wrong == null) continue;
            if (wrong.length == 1) return Outcome.skipped(command.line(), name, wrong[0]);
            return Outcome.failed(command.line(), name, wrong[0], "function at line " + test.firstLine(f) + ": " + wrong[1]);
        }
        return Outcome.passed(command.line(), name);
    }

    /** From a function's first line to the next one's; those before the first function are everyone's. */
    private static List<ClifFile.Comment> comments(ClifFile file, Filetest test, int f) {
        int to = f + 1 < test.functions() ? test.firstLine(f + 1) : Integer.MAX_VALUE;
        List<ClifFile.Comment> comments = new ArrayList<>(file.between(1, test.firstLine(0)));
        comments.addAll(file.between(test.firstLine(f), to));
        return comments;
    }

    private static String[] check(List<ClifFile.Comment> comments, String text) {
        String missing = FileCheck.check(comments, text);
        return missing == null ? null : new String[] {"what the comments say", missing};
    }

    /** Text that has to be there to the letter is upstream's own business: only that the function gets through is asked. */
    private static String[] optimized(List<ClifFile.Comment> comments, ClifFile.Command command, Filetest test, int f) {
        String text = test.optimized(f);
        return command.words().contains("precise-output") ? null : check(comments, text);
    }

    private static String[] unfinished(Filetest.Execution done) {
        return switch (done.kind()) {
            case PASSED -> null;
            case UNSUPPORTED -> new String[] {named(done.message())};
            case FAILED -> new String[] {"machine code", done.message()};
        };
    }

    private static String named(String why) {
        return why.startsWith("unsupported feature") ? why : "unsupported feature: " + why;
    }

    private static String[] dominators(List<ClifFile.Comment> comments, Filetest test, int f) {
        String text = test.dominators(f);
        for (ClifFile.Comment comment : comments) {
            if (!comment.text().startsWith("dominates:")) continue;
            int block = test.blockAt(f, comment.line());
            String line = text.lines().map(String::strip).filter(l -> l.startsWith("block" + block + ":")).findFirst().orElse("");
            Set<String> children = new TreeSet<>(Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split(" ")));
            Set<String> wanted = new TreeSet<>(Arrays.asList(comment.text().substring("dominates:".length()).strip().split(" +")));
            if (!children.containsAll(wanted)) return new String[] {"line " + comment.line() + ": block" + block + " dominates " + wanted, line};
        }
        return check(comments, text);
    }

    /** Every error expected and no other. */
    private static String[] verifier(List<ClifFile.Comment> comments, ClifFile file, Filetest test, int f) {
        List<Filetest.Finding> findings = new ArrayList<>(test.verify(f, file.firstTarget(), file.settings));
        for (ClifFile.Comment comment : comments) {
            if (!comment.text().startsWith("error:")) continue;
            String wanted = comment.text().substring("error:".length()).strip();
            int line = test.anchor(f, comment.line());
            Filetest.Finding found = findings.stream().filter(e -> e.line() == line && e.message().contains(wanted)).findFirst().orElse(null);
            if (found == null) return new String[] {"line " + line + ": " + wanted, findings.toString()};
            findings.remove(found);
        }
        return findings.isEmpty() ? null : new String[] {"a valid function", findings.toString()};
    }

    /** @param compiled on this machine, where {@code print:} means nothing; else interpreted, whatever the target */
    private static String[] execute(List<ClifFile.Comment> comments, ClifFile file, Filetest test, int f, boolean compiled) {
        List<Filetest.Finding> findings = test.verify(f, compiled ? HOST : null, file.settings);
        if (!findings.isEmpty()) return new String[] {"a valid function", findings.getFirst().message()};
        for (ClifFile.Comment comment : comments) {
            String text = comment.text();
            boolean run = text.equals("run") || text.startsWith("run:"), print = text.startsWith("print:") && !compiled;
            if (!run && !print) continue;
            int colon = text.indexOf(':');
            String invocation = colon < 0 ? "" : text.substring(colon + 1).strip();
            Filetest.Execution done = compiled ? test.compileAndRun(f, invocation, file.settings) : test.run(f, invocation, file.settings);
            if (done.kind() == Filetest.Execution.Kind.UNSUPPORTED) return new String[] {named(done.message())};
            if (done.kind() == Filetest.Execution.Kind.FAILED) return new String[] {"line " + comment.line() + ": " + text, done.message()};
        }
        return null;
    }
}
