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
 * {@code event} gets a direct call (behind a test of reachability for {@code emit}), one that does not gets nothing. What stands between the lines
 * {@code // events} and {@code // end of events} goes where the sink takes none of them.
 */
public class Generate {
    private static final String PACKAGE = "dev.backbench.wasm";
    /** Loop class to sink class. */
    private static final Map<String, String> LOOPS = new LinkedHashMap<>(Map.of("ValidatingLoop", "NoSink", "SsaLoop", "SsaSink"));
    /** Kinds of operations whose validation is a matter of the table. */
    private static final List<String> SIMPLE = List.of("LOCAL_GET", "LOCAL_SET", "LOCAL_TEE", "I32_CONST", "I64_CONST", "UNARY", "BINARY", "LOAD", "STORE");
    private static final long NOT_SIMPLE = 1 << 16;
    /** By natural alignment: bits that are not set in a usual one. Two bits can't say "at most 2", so 1 counts as unusual there. */
    private static final int[] UNUSUAL_ALIGNMENT = {0xFF, 0xFE, 0xFD, 0xFC};
    /** Codes from 1, as TypeList has them. */
    private static final String TYPES = "ilfd";

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
            if (signature.equals("=") || signature.startsWith(":")) return constant();
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
        for (String kind : SIMPLE) kinds.put(kind, kinds.size());
        kinds.put("ILLEGAL", kinds.size());
        int size = 0;
        for (Row row : rows) {
            if (row.refused()) continue;
            kinds.putIfAbsent(row.kind(), kinds.size());
            size = Math.max(size, row.opcode() + 1);
        }
        long[] info = new long[size];
        int[] shapes = new int[size];
        java.util.Arrays.fill(info, NOT_SIMPLE);
        java.util.Arrays.fill(shapes, kinds.get("ILLEGAL"));
        String[] names = new String[size], immediates = new String[size];
        java.util.Arrays.fill(names, "");
        java.util.Arrays.fill(immediates, "");
        StringBuilder refusals = new StringBuilder();
        for (Row row : rows) {
            if (row.refused()) {
                refusals.append(String.format("%s{0x%X, 0x%X, 0x%X, Feature.%s.ordinal()}", refusals.isEmpty() ? "" : ",\n            ", row.prefix, row.first, row.last, row.feature));
                continue;
            }
            info[row.opcode()] = SIMPLE.contains(row.kind()) ? simple(row) : NOT_SIMPLE;
            shapes[row.opcode()] = kinds.get(row.kind()) | row.alignment << 8;
            names[row.opcode()] = row.name;
            immediates[row.opcode()] = row.immediates.equals("-") ? "" : row.immediates;
        }
        StringBuilder out = new StringBuilder(header("the operations"));
        out.append("/** What decoder, validator and disassembler know of each operation, by opcode. */\nfinal class OpTable {\n");
        out.append("    static final int SIZE = ").append(size).append(";\n");
        kinds.forEach((kind, number) -> out.append("    static final int ").append(kind).append(" = ").append(number).append(";\n"));
        out.append("\n    private static final short[] SHAPES = {").append(numbers(java.util.Arrays.stream(shapes).asLongStream().toArray(), "")).append("};\n");
        out.append("    /** What the methods below take out of it. */\n");
        out.append("    static final long[] INFO = {").append(numbers(info, "L")).append("};\n");
        for (Row row : rows) if (!row.refused() && row.immediates.equals("memarg")) info[row.opcode()] |= NOT_SIMPLE;
        out.append("    /** The same for a module that has no memory: its accesses need looking at. */\n");
        out.append("    static final long[] WITHOUT_MEMORY = {").append(numbers(info, "L")).append("};\n");
        out.append("    static final String[] NAMES = (").append(words(names)).append(").split(\",\", -1);\n");
        out.append("    /** Kinds of immediates, joined by plus signs. */\n    static final String[] IMMEDIATES = (").append(words(immediates)).append(").split(\",\", -1);\n");
        out.append("    private static final int[][] REFUSED = {\n            ").append(refusals).append("};\n");
        out.append("""

                    private OpTable() {}

                    static int kind(int opcode) {
                        return SHAPES[opcode] & 0xFF;
                    }

                    /** The natural alignment of a memory access, as an exponent. */
                    static int alignment(int opcode) {
                        return SHAPES[opcode] >> 8;
                    }

                    /**
                     * Not zero if the operation is not simple, takes an immediate of which the first byte says that another follows, or has an alignment other than usual.
                     *
                     * @param next the three bytes behind the operation, the first lowest
                     */
                    static int unusual(long info, int next) {
                        return (next | 0x10000) & (int) info & 0x1FFFF;
                    }

                    /** Ones where operands are popped, four bits each. */
                    static int expectedMask(long info) {
                        return (int) info >>> 24;
                    }

                    /** A shift count: four for each operand popped. What stands above its six bits does not count. */
                    static int popBits(long info) {
                        return (int) (info >>> 32);
                    }

                    static int pops(long info) {
                        return (int) (info >>> 34) & 3;
                    }

                    /** A shift count likewise: four if a result is pushed. */
                    static int pushBits(long info) {
                        return (int) (info >>> 36);
                    }

                    /** In bytes, if each immediate has one. */
                    static int length(long info) {
                        return (int) (info >>> 42) & 3;
                    }

                    /** By how much the operands grow. */
                    static int growth(long info) {
                        return ((int) (info >>> 44) & 3) - 2;
                    }

                    /** The code of the type pushed, unless a local's. */
                    static int result(long info) {
                        return (int) (info >>> 46) & 15;
                    }

                    /** The type pushed. @param local the code of the local's type, or 0 */
                    static int result(long info, int local) {
                        return (result(info) | local) & (int) (info >>> 50);
                    }

                    /** Codes of the types of the operands popped, the newest lowest, unless a local's. */
                    static int expected(long info) {
                        return (int) (info >>> 55) & 0xFF;
                    }

                    /** All ones if the first immediate is a local. */
                    static int localMask(long info) {
                        return (int) (info >> 63);
                    }

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

    private static long simple(Row row) {
        boolean local = row.immediates.equals("local"), memory = row.immediates.equals("memarg"), get = row.name.equals("local.get"), set = row.name.equals("local.set");
        String operands = local ? "" : row.signature.substring(0, row.signature.indexOf(':')), results = local ? "" : row.signature.substring(operands.length() + 1);
        long expected = 0, mask = 0;
        for (char operand : operands.toCharArray()) {
            expected = expected << 4 | type(operand);
            mask = mask << 4 | 15;
        }
        if (local && !get) mask = 15;
        long pops = local ? get ? 0 : 1 : operands.length(), pushes = local ? set ? 0 : 1 : results.length();
        int immediates = memory ? 2 : row.immediates.equals("-") ? 0 : 1;
        int unusual = memory ? UNUSUAL_ALIGNMENT[row.alignment] : immediates > 0 ? 0x80 : 0;
        return unusual | bit(immediates > 1, 15) | mask << 24 | pops << 34 | pushes << 38 | immediates + 1L << 42 | pushes - pops + 2 << 44
                | (results.isEmpty() ? 0L : type(results.charAt(0))) << 46 | (pushes > 0 ? 15L : 0) << 50 | expected << 55 | bit(local, 63);
    }

    private static long bit(boolean set, int at) {
        return set ? 1L << at : 0;
    }

    private static int type(char letter) {
        int at = TYPES.indexOf(letter);
        if (at < 0) throw new IllegalArgumentException("no type " + letter);
        return at + 1;
    }

    private static String numbers(long[] numbers, String suffix) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < numbers.length; i++) out.append(i % 8 == 0 ? "\n            " : " ").append("0x").append(Long.toHexString(numbers[i])).append(suffix).append(",");
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
        event.appendTail(out);
        return Pattern.compile(" *// events\n(.*?) *// end of events\n", Pattern.DOTALL).matcher(out)
                .replaceAll(block -> out.indexOf("sink.") >= 0 ? Matcher.quoteReplacement(block.group(1)) : "");
    }

    private static String header(String from) {
        return "// Generated by the build from " + from + ".\n\npackage " + PACKAGE + ";\n\n";
    }
}
