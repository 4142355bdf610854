import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Run by the build before compilation: {@code java Generate.java OPCODES TEMPLATE SOURCES OUTPUT}. Derives the opcode constants and tables from the one declaration
 * of the operations, and stamps the validating loop once per kind of sink.
 *
 * <p>In the template {@code tell.event(arguments);} is an event and {@code emit.event(arguments);} an event of reachable code. A sink that declares a method
 * {@code event} gets a direct call (behind a test of reachability for {@code emit}), one that does not gets nothing.
 */
public class Generate {
    private static final String PACKAGE = "dev.backbench.wasm";
    /** Loop class to sink class. */
    private static final Map<String, String> LOOPS = new LinkedHashMap<>(Map.of("ValidatingLoop", "NoSink", "SsaLoop", "SsaSink"));
    private static final String TYPES = "ilfd";
    private static final String[] TYPE_CODES = {"0x7F", "0x7E", "0x7D", "0x7C"};

    private record Row(int line, int prefix, int first, int last, String name, String feature, String immediates, String signature, int alignment) {
        boolean refused() {
            return immediates == null;
        }

        /** How the front end numbers the operation. */
        int opcode() {
            return prefix == 0 ? first : 0x100 + first;
        }

        String constant() {
            return name.toUpperCase(Locale.ROOT).replace('.', '_');
        }

        /** Operations that the loop treats alike share a kind; those with a signature are told apart by their shape, the others are a kind each. */
        String kind() {
            if (signature.equals("=")) return constant();
            int colon = signature.indexOf(':');
            if (immediates.equals("memarg")) return signature.endsWith(":") ? "STORE" : "LOAD";
            return colon == 1 ? "UNARY" : "BINARY";
        }
    }

    public static void main(String[] args) throws IOException {
        List<Row> rows = read(Path.of(args[0]));
        Path output = Path.of(args[3]).resolve(PACKAGE.replace('.', '/'));
        Files.createDirectories(output);
        write(output.resolve("Opcode.java"), opcodes(rows));
        write(output.resolve("OpTable.java"), table(rows));
        String template = Files.readString(Path.of(args[1]));
        for (Map.Entry<String, String> loop : LOOPS.entrySet()) {
            String sink = Files.readString(Path.of(args[2], PACKAGE.replace('.', '/'), loop.getValue() + ".java"));
            write(output.resolve(loop.getKey() + ".java"), stamp(template, loop.getKey(), loop.getValue(), sink));
        }
    }

    /** Leaves a file alone that would not change, so that the compiler has nothing to do. */
    private static void write(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) Files.writeString(file, text);
    }

    private static List<Row> read(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) continue;
            String[] field = line.trim().split("\\s+");
            int at = 0, prefix = 0;
            if (field[0].matches("F[B-E]")) prefix = Integer.parseInt(field[at++], 16);
            String[] range = field[at++].split("\\.\\.");
            int first = Integer.parseInt(range[0], 16), last = Integer.parseInt(range[range.length - 1], 16);
            boolean refused = field.length == at + 2;
            if (!refused && (field.length < at + 4 || first != last)) throw new IllegalArgumentException(file + ":" + number + ": an operation has five or six columns");
            rows.add(new Row(number, prefix, first, last, field[at], field[at + 1], refused ? null : field[at + 2], refused ? null : field[at + 3],
                    field.length > at + 4 ? Integer.parseInt(field[at + 4]) : 0));
        }
        return rows;
    }

    private static String opcodes(List<Row> rows) {
        StringBuilder out = new StringBuilder(header("the operations"));
        out.append("/** Operation codes. One-byte operations have their byte's value; those behind prefix 0xFC have {@code 0x100 + code}. */\n");
        out.append("public final class Opcode {\n");
        for (Row row : rows) {
            if (!row.refused()) out.append(String.format("    /** {@code %s} */%n    public static final int %s = 0x%02X;%n", row.name, row.constant(), row.opcode()));
        }
        out.append("""

                    private Opcode() {}

                    /** The text format's name, or the number of what is no operation. */
                    public static String name(int opcode) {
                        String name = opcode >= 0 && opcode < OpTable.SIZE ? OpTable.NAMES[opcode] : "";
                        return name.isEmpty() ? "0x" + Integer.toHexString(opcode) : name;
                    }
                }
                """);
        return out.toString();
    }

    private static String table(List<Row> rows) {
        Map<String, Integer> kinds = new LinkedHashMap<>();
        for (String kind : List.of("ILLEGAL", "UNARY", "BINARY", "LOAD", "STORE")) kinds.put(kind, kinds.size());
        int size = 0;
        for (Row row : rows) {
            if (row.refused()) continue;
            kinds.putIfAbsent(row.kind(), kinds.size());
            size = Math.max(size, row.opcode() + 1);
        }
        int[] info = new int[size];
        String[] names = new String[size], immediates = new String[size];
        java.util.Arrays.fill(names, "");
        java.util.Arrays.fill(immediates, "");
        StringBuilder refusals = new StringBuilder();
        for (Row row : rows) {
            if (row.refused()) {
                refusals.append(String.format("%s{0x%X, 0x%X, 0x%X, Feature.%s.ordinal()}", refusals.isEmpty() ? "" : ",\n            ", row.prefix, row.first, row.last, row.feature));
                continue;
            }
            info[row.opcode()] = kinds.get(row.kind()) | types(row) | row.alignment << 24;
            names[row.opcode()] = row.name;
            immediates[row.opcode()] = row.immediates.equals("-") ? "" : row.immediates;
        }
        StringBuilder out = new StringBuilder(header("the operations"));
        out.append("/** What decoder, validator and disassembler know of each operation, by opcode. */\nfinal class OpTable {\n");
        out.append("    static final int SIZE = ").append(size).append(";\n");
        kinds.forEach((kind, number) -> out.append("    static final int ").append(kind).append(" = ").append(number).append(";\n"));
        out.append("\n    /** Kind, then 8 bits each of operand type (of a store its value's), result type, alignment's logarithm. */\n");
        out.append("    static final int[] INFO = {").append(numbers(info)).append("};\n");
        out.append("    static final String[] NAMES = (").append(words(names)).append(").split(\",\", -1);\n");
        out.append("    /** Kinds of immediates, joined by plus signs. */\n    static final String[] IMMEDIATES = (").append(words(immediates)).append(").split(\",\", -1);\n");
        out.append("    private static final int[][] REFUSED = {\n            ").append(refusals).append("};\n");
        out.append("""

                    private OpTable() {}

                    /** The feature whose operation {@code code} (behind {@code prefix}, or 0) is, if it is refused for that, else null. */
                    static Feature refusal(int prefix, int code) {
                        for (int[] range : REFUSED) {
                            if (range[0] == prefix && range[1] <= code && code <= range[2]) return Feature.values()[range[3]];
                        }
                        return null;
                    }
                }
                """);
        return out.toString();
    }

    private static int types(Row row) {
        int colon = row.signature.indexOf(':');
        if (colon < 0) return 0;
        int operand = type(row.signature.charAt(colon - 1)), result = colon + 1 < row.signature.length() ? type(row.signature.charAt(colon + 1)) : 0;
        return operand << 8 | result << 16;
    }

    private static int type(char letter) {
        int at = TYPES.indexOf(letter);
        if (at < 0) throw new IllegalArgumentException("no type " + letter);
        return Integer.decode(TYPE_CODES[at]);
    }

    private static String numbers(int[] numbers) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < numbers.length; i++) out.append(i % 12 == 0 ? "\n            " : " ").append("0x").append(Integer.toHexString(numbers[i])).append(',');
        return out.toString();
    }

    private static String words(String[] words) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < words.length; i++) out.append(i > 0 ? "," : "").append(i % 8 == 0 ? "\"\n            + \"" : "").append(words[i]);
        return out.append('"').toString();
    }

    private static String stamp(String template, String loop, String sinkName, String sinkSource) {
        Matcher event = Pattern.compile("\\b(tell|emit)\\.(\\w+)\\((.*)\\);").matcher(template.replace("$Loop", loop).replace("$Sink", sinkName));
        StringBuilder out = new StringBuilder(header("the loop's template"));
        while (event.find()) {
            String call = "sink." + event.group(2) + "(" + event.group(3) + ");";
            boolean declared = Pattern.compile("^    void " + event.group(2) + "\\(", Pattern.MULTILINE).matcher(sinkSource).find();
            String text = !declared ? "" : event.group(1).equals("emit") ? "if (live) " + call : call;
            event.appendReplacement(out, Matcher.quoteReplacement(text));
        }
        return event.appendTail(out).toString();
    }

    private static String header(String from) {
        return "// Generated by the build from " + from + ".\n\npackage " + PACKAGE + ";\n\n";
    }
}
