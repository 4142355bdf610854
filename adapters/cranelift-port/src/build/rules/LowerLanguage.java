package rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lowering rules are written with: the instructions, read from where they are declared; types of terms, classes of CLIF types, extractors, constructors, terms with rules of their own,
 * predicates, from declarations in the rule files.
 */
final class LowerLanguage {
    /** Scalar types that are lowered, and none. */
    static final List<String> TYPES = List.of("i8", "i16", "i32", "i64", "i128", "f32", "f64", "none");
    /** Heads of declarations, in the order in which they are read. */
    static final List<Set<String>> DECLARATIONS = List.of(Set.of("type"), Set.of("class"), Set.of("word", "convert", "disjoint", "extractor", "constructor", "predicate", "term"));
    private static final Pattern OP = Pattern.compile("(?m)^    ([A-Z0-9_]+)\\(Format\\.([A-Z0-9_]+), \"([^\"]*)\"");

    /** @param operands constraints as {@code Op} spells them @param condition the type of the condition that comes first, null for none */
    record Op(String name, List<String> operands, List<String> results, String condition) {}

    /** A pattern on the constant or instruction behind a value. @param test null for none @param within one that matches all that this does; may be null */
    record Extractor(String name, String op, List<String> types, String test, List<String> getters, String within) {}

    /** A Java method, or a term with rules. @param example what an example of its rules is part of; may be null */
    record Constructor(String name, List<String> parameters, String result, String java, Sexp example) {
        boolean hasRules() {
            return java == null;
        }

        /** What a term takes in the files. */
        List<String> arguments() {
            return parameters.stream().filter(p -> !p.equals("def")).toList();
        }
    }

    /** A name that stands for a Java expression. */
    record Word(String type, String java) {}

    final Map<String, Op> ops = new LinkedHashMap<>();
    final Map<String, String> javaTypes = new HashMap<>();
    /** Types that an instruction can define, and what makes a new one. */
    final Map<String, String> registers = new HashMap<>();
    final Map<String, Set<String>> classes = new HashMap<>();
    final Map<String, Extractor> extractors = new LinkedHashMap<>();
    final Map<String, Constructor> constructors = new LinkedHashMap<>();
    final Map<String, Word> words = new HashMap<>();
    /** Java prefix by {@code "from to"}. */
    private final Map<String, String> conversions = new HashMap<>();
    private final Set<String> disjoint = new LinkedHashSet<>();

    LowerLanguage(String opSource) {
        for (Matcher m = OP.matcher(opSource); m.find();) {
            String types = m.group(3), sides = types.substring(types.indexOf(';') + 1);
            int arrow = sides.indexOf("->");
            String condition = m.group(2).equals("INT_COMPARE") ? "cc" : m.group(2).equals("FLOAT_COMPARE") ? "fcc" : null;
            ops.put(m.group(1).toLowerCase(), new Op(m.group(1).toLowerCase(), words(arrow < 0 ? sides : sides.substring(0, arrow)), words(arrow < 0 ? "" : sides.substring(arrow + 2)), condition));
        }
        for (String type : TYPES) classes.put(type, Set.of(type));
        javaTypes.put("value", "int");
        javaTypes.put("imm", "long");
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
    }

    void declare(String file, Sexp s) {
        if (s.size() < 3) throw new RuleException(file, s.line(), "this declaration is too short");
        String name = s.get(1).isWord() ? s.get(1).word() : "";
        switch (s.head()) {
            case "type" -> {
                javaTypes.put(name, s.get(2).word());
                if (s.size() > 3) registers.put(name, s.get(3).word());
            }
            case "class" -> {
                Set<String> types = new LinkedHashSet<>();
                for (Sexp t : s.list().subList(2, s.size())) types.addAll(typesOf(file, t, t.word()));
                classes.put(name, types);
            }
            case "word" -> words.put(name, new Word(known(file, s.get(2)), s.get(3).word()));
            case "convert" -> conversions.put(known(file, s.get(1)) + " " + known(file, s.get(2)), s.get(3).word());
            case "disjoint" -> disjoint.add(name + " " + s.get(2).word());
            case "extractor" -> extractor(file, s, name);
            case "constructor", "predicate" -> constructors.put(name, new Constructor(name, types(file, s.get(2)), s.head().equals("predicate") ? "bool" : known(file, s.get(3)),
                    s.get(s.size() - 1).word(), null));
            case "term" -> constructors.put(name, new Constructor(name, types(file, s.get(2)), known(file, s.get(3)), null, s.size() > 4 ? s.get(4).get(1) : null));
            default -> throw new AssertionError(s.head());
        }
    }

    /** {@code (extractor NAME OP (TYPE GETTER)… (if TEST)? (within EXTRACTOR)?)}. */
    private void extractor(String file, Sexp s, String name) {
        String op = s.get(2).word(), test = null, within = null;
        if (!ops.containsKey(op)) throw new RuleException(file, s.line(), "no instruction '" + op + "'");
        List<String> types = new ArrayList<>(), getters = new ArrayList<>();
        for (Sexp part : s.list().subList(3, s.size())) {
            if (part.head().equals("if")) {
                test = part.get(1).word();
            } else if (part.head().equals("within")) {
                within = part.get(1).word();
            } else {
                types.add(known(file, part.get(0)));
                getters.add(part.get(1).word());
            }
        }
        extractors.put(name, new Extractor(name, op, types, test, getters, within));
    }

    private List<String> types(String file, Sexp list) {
        List<String> types = new ArrayList<>();
        for (Sexp t : list.list()) types.add(known(file, t));
        return types;
    }

    private String known(String file, Sexp type) {
        if (type.isWord() && (javaTypes.containsKey(type.word()) || type.word().equals("def") || type.word().equals("none"))) return type.word();
        throw new RuleException(file, type.line(), "no type of terms '" + type + "': declare (type " + type + " JAVA-TYPE)");
    }

    Set<String> typesOf(String file, Sexp where, String name) {
        Set<String> types = classes.get(name);
        if (types == null) throw new RuleException(file, where.line(), "no type or class of types '" + name + "'");
        return types;
    }

    /** @return the Java text before the parenthesis, null where there is no conversion */
    String conversion(String from, String to) {
        return conversions.get(from + " " + to);
    }

    boolean areDisjoint(Extractor a, Extractor b) {
        return disjoint.contains(a.name() + " " + b.name()) || disjoint.contains(b.name() + " " + a.name());
    }

    /** Whether {@code outer} matches whatever {@code inner} does. */
    boolean isWithin(Extractor inner, Extractor outer) {
        for (Extractor e = inner; e != null; e = e.within() == null ? null : extractors.get(e.within())) if (e == outer) return true;
        return false;
    }
}
