package rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compiles the lowering rules of one folder to the class that matches them, and writes functions to try each of them on. */
final class LowerCompiler {
    private static final String PACKAGE = "dev.backbench.cranelift.x64", CLASS = "LowerRules";

    private LowerCompiler() {}

    /** @param opSource where the instructions are declared @param examples a file */
    static void compile(Path folder, Path opSource, Path sources, Path examples) throws IOException {
        LowerLanguage language = new LowerLanguage(Files.readString(opSource));
        Map<String, List<LowerRule>> roots = read(language, folder);
        for (List<LowerRule> rules : roots.values()) {
            LowerRule.check(language, rules);
            rules.sort((a, b) -> b.priority() != a.priority() ? b.priority() - a.priority() : Boolean.compare(a.mirrored(), b.mirrored()));
        }
        for (var c : language.constructors.values()) {
            if (c.hasRules() && !roots.containsKey(c.name())) throw new RuleException(folder.getFileName().toString(), 0, "the term '" + c.name() + "' has no rules");
        }
        RuleCompiler.write(sources.resolve(PACKAGE.replace('.', '/')).resolve(CLASS + ".java"), new LowerWriter(language, roots).write(PACKAGE, CLASS));
        StringBuilder text = new StringBuilder();
        for (List<LowerRule> rules : roots.values()) for (LowerRule rule : rules) if (!rule.mirrored()) LowerExamples.write(language, rule, text);
        RuleCompiler.write(examples, text.toString());
    }

    /** By name of the instruction or term. Declarations of all files come before the rules of any. */
    private static Map<String, List<LowerRule>> read(LowerLanguage language, Path folder) throws IOException {
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(f -> f.toString().endsWith(".lower")).sorted().toList();
        }
        Map<String, List<Sexp>> pending = new LinkedHashMap<>();
        for (Path path : files) pending.put(path.getFileName().toString(), Sexp.parse(path.getFileName().toString(), Files.readString(path)));
        for (Set<String> kind : LowerLanguage.DECLARATIONS) pending.forEach((file, all) -> all.stream().filter(s -> kind.contains(s.head())).forEach(s -> language.declare(file, s)));
        Map<String, List<LowerRule>> roots = new LinkedHashMap<>();
        Map<String, LowerRule> byName = new HashMap<>();
        for (var entry : pending.entrySet()) {
            for (Sexp s : expanded(entry.getKey(), entry.getValue())) {
                List<LowerRule> rules = LowerRule.parse(language, entry.getKey(), s);
                LowerRule rule = rules.getFirst(), other = byName.put(rule.name(), rule);
                if (other != null) throw new RuleException(rule.file(), rule.line(), "a rule '" + rule.name() + "' is at " + other.where());
                roots.computeIfAbsent(rule.left().op(), k -> new ArrayList<>()).addAll(rules);
            }
        }
        return roots;
    }

    /** {@code (each (WORD…) ((TEXT…)…) RULE…)}: the rules once for each row, with {@code $WORD} replaced. */
    private static List<Sexp> expanded(String file, List<Sexp> all) {
        List<Sexp> rules = new ArrayList<>();
        for (Sexp s : all) {
            if (!s.head().equals("each")) {
                if (LowerLanguage.DECLARATIONS.stream().noneMatch(kind -> kind.contains(s.head()))) rules.add(s);
                continue;
            }
            for (Sexp row : s.get(2).list()) {
                if (row.size() != s.get(1).size()) throw new RuleException(file, row.line(), "this row has " + row.size() + " words, named are " + s.get(1).size());
                Map<String, String> words = new LinkedHashMap<>();
                for (int i = 0; i < row.size(); i++) words.put("$" + s.get(1).get(i).word(), row.get(i).word());
                for (Sexp rule : s.list().subList(3, s.size())) rules.add(replace(rule, words));
            }
        }
        return rules;
    }

    private static Sexp replace(Sexp s, Map<String, String> words) {
        if (s.isWord()) {
            String word = s.word();
            if (word.indexOf('$') >= 0) for (var w : words.entrySet()) word = word.replace(w.getKey(), w.getValue());
            return new Sexp(s.line(), word, null);
        }
        return new Sexp(s.line(), null, s.list().stream().map(part -> replace(part, words)).toList());
    }
}
