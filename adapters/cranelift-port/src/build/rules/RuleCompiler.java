package rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles the rule files: {@code RuleCompiler RULES-FOLDER SOURCES-FOLDER PROOFS-FOLDER OP-SOURCE}. Of the mid-end's, writes the class that matches them, what a solver has to
 * prove of each, and functions to try each on; those of lowering, in {@code x64}, are {@link LowerCompiler}'s. Run by the build, before compilation; prints errors as
 * {@code file:line: what}.
 */
public final class RuleCompiler {
    private static final String PACKAGE = "dev.backbench.cranelift.opt", CLASS = "Rewrites";

    private RuleCompiler() {}

    public static void main(String[] args) throws IOException {
        String error = compile(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]));
        if (error == null) error = compileLowering(Path.of(args[0]).resolve("x64"), Path.of(args[3]), Path.of(args[1]), Path.of(args[2]));
        if (error == null) return;
        System.err.println(error);
        System.exit(1);
    }

    /** @return what is wrong with the rules, null where nothing is */
    public static String compile(Path folder, Path sources, Path proofs) throws IOException {
        try {
            List<Rule> rules = read(folder);
            write(sources.resolve(PACKAGE.replace('.', '/')).resolve(CLASS + ".java"), JavaWriter.write(PACKAGE, CLASS, rules));
            StringBuilder problems = new StringBuilder(), examples = new StringBuilder();
            for (Rule rule : rules) {
                for (String example : Examples.write(rule)) examples.append(example).append('\n');
                if (rule.listed() != null) problems.append("@listed ").append(rule.name()).append(' ').append(rule.listed()).append('\n');
                else for (Map.Entry<String, String> p : SmtWriter.write(rule).entrySet()) problems.append("@prove ").append(rule.name()).append(' ').append(p.getKey()).append('\n').append(p.getValue());
            }
            write(proofs.resolve("proofs.txt"), problems.toString());
            write(proofs.resolve("examples.clif"), examples.toString());
            return null;
        } catch (RuleException e) {
            return e.getMessage();
        }
    }

    /** @param opSource where the instructions are declared @return what is wrong with the rules, null where nothing is */
    public static String compileLowering(Path folder, Path opSource, Path sources, Path proofs) throws IOException {
        try {
            LowerCompiler.compile(folder, opSource, sources, proofs.resolve("lowering.clif"));
            return null;
        } catch (RuleException e) {
            return e.getMessage();
        }
    }

    static List<Rule> read(Path folder) throws IOException {
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(f -> f.toString().endsWith(".rules")).sorted().toList();
        }
        List<Rule> rules = new ArrayList<>();
        Map<String, Rule> byName = new HashMap<>();
        for (Path file : files) {
            for (Sexp s : Sexp.parse(file.getFileName().toString(), Files.readString(file))) {
                Rule rule = Rule.parse(file.getFileName().toString(), s);
                Rule other = byName.put(rule.name(), rule);
                if (other != null) throw new RuleException(rule.file(), rule.line(), "a rule '" + rule.name() + "' is at " + other.file() + ":" + other.line());
                rules.add(rule);
            }
        }
        return rules;
    }

    /** Only when it differs, so that an unchanged rule compiles nothing anew. */
    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        if (Files.exists(file) && Files.readString(file).equals(text)) return;
        Files.writeString(file, text);
    }
}
