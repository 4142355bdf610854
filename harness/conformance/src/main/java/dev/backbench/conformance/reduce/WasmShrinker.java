package dev.backbench.conformance.reduce;

import dev.backbench.spi.fuzz.Shrinker;
import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.FunctionValidator;
import dev.backbench.wasm.Opcode;
import dev.backbench.wasm.ValType;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.parts.WasmParts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Modules made smaller. Functions keep their numbers: one that is not needed ends as one that returns zeros. What is taken out of a body is replaced by the first of a few fixed texts (operands
 * dropped, a zero pushed) that makes the function valid again, so that no types are needed here; every replacement costs less than what it replaces ({@link #cost}).
 */
final class WasmShrinker implements Shrinker {
    private static final String BODIES = "bodies", EXPORTS = "exports", DATA = "data", SECTIONS = "sections", INSTRUCTIONS = "instructions", BLOCKS = "blocks", LEFTOVERS = "leftovers";
    private static final int MOST_DROPS = 6, ORDINARY = 10;
    private static final byte[] DROP = {Opcode.DROP}, END = {Opcode.END}, UNREACHABLE = {Opcode.UNREACHABLE};
    private static final byte[][] ZEROS = {{Opcode.I32_CONST, 0}, {Opcode.I64_CONST, 0}, {Opcode.F32_CONST, 0, 0, 0, 0}, {Opcode.F64_CONST, 0, 0, 0, 0, 0, 0, 0, 0}};
    private static final int[] TYPES = {ValType.I32, ValType.I64, ValType.F32, ValType.F64};

    /** A place in a body. */
    private record Place(int body, int index) {}

    @Override
    public String form() {
        return "wasm";
    }

    @Override
    public List<String> passes() {
        return List.of(BODIES, EXPORTS, SECTIONS, DATA, INSTRUCTIONS, LEFTOVERS, BLOCKS);
    }

    @Override
    public int steps(String pass, byte[] input) {
        WasmParts parts = new WasmParts(input);
        return switch (pass) {
            case BODIES -> parts.bodies.size();
            case EXPORTS -> items(parts, WasmParts.EXPORT).size();
            case DATA -> items(parts, WasmParts.DATA).size();
            case SECTIONS -> parts.sections.size();
            default -> places(pass, parts).size();
        };
    }

    @Override
    public byte[] apply(String pass, byte[] input, int from, int to) {
        WasmParts parts = new WasmParts(input);
        switch (pass) {
            case BODIES -> zeroBodies(parts, WasmModule.parse(input), from, to);
            case EXPORTS -> items(parts, WasmParts.EXPORT).subList(from, to).clear();
            case DATA -> items(parts, WasmParts.DATA).subList(from, to).replaceAll(WasmShrinker::empty);
            case SECTIONS -> {
                if (parts.sections.subList(from, to).stream().anyMatch(s -> s.id == WasmParts.FUNCTION || s.id == WasmParts.CODE)) return null;
                parts.sections.subList(from, to).clear();
            }
            default -> {
                if (!change(pass, parts, places(pass, parts).subList(from, to))) return null;
            }
        }
        byte[] output = parts.toBytes();
        return Arrays.equals(input, output) || !isValid(output, -1) ? null : output;
    }

    /** @param body of which validity is asked, -1 for all */
    private static boolean isValid(byte[] bytes, int body) {
        try {
            WasmModule module = WasmModule.parse(bytes);
            FunctionValidator validator = new FunctionValidator(module);
            int first = module.importedFunctionCount();
            for (int f = body < 0 ? first : first + body; f < (body < 0 ? module.functionCount() : first + body + 1); f++) validator.validate(f);
            return true;
        } catch (WasmException e) {
            return false;
        }
    }

    // ---- outside of bodies ----

    private static List<byte[]> items(WasmParts parts, int id) {
        for (WasmParts.Section section : parts.sections) if (section.id == id) return section.items;
        return new ArrayList<>();
    }

    /** A segment without bytes: its number stays taken. */
    private static byte[] empty(byte[] segment) {
        for (int length = 1; length < segment.length; length++) {
            if (segment[0] == 1 || segment[length - 1] == Opcode.END) {
                byte[] head = Arrays.copyOf(segment, length + 1);
                head[length] = 0;
                return head;
            }
        }
        return segment;
    }

    private static void zeroBodies(WasmParts parts, WasmModule module, int from, int to) {
        for (int i = from; i < to; i++) {
            FuncType type = module.functionType(module.importedFunctionCount() + i);
            List<byte[]> code = new ArrayList<>();
            boolean plain = true;
            for (int result : type.results()) {
                int known = indexOf(result);
                plain &= known >= 0;
                if (known >= 0) code.add(ZEROS[known]);
            }
            if (!plain) code = new ArrayList<>(List.of(UNREACHABLE));
            code.add(END);
            parts.bodies.set(i, new WasmParts.Body(new byte[] {0}, code));
        }
    }

    private static int indexOf(int type) {
        for (int i = 0; i < TYPES.length; i++) if (TYPES[i] == type) return i;
        return -1;
    }

    // ---- bodies ----

    private static List<Place> places(String pass, WasmParts parts) {
        List<Place> places = new ArrayList<>();
        for (int b = 0; b < parts.bodies.size(); b++) {
            List<byte[]> code = parts.bodies.get(b).code();
            for (int i = 0; i < code.size() - 1; i++) {
                int op = code.get(i)[0] & 0xFF;
                boolean there = switch (pass) {
                    case INSTRUCTIONS -> op != Opcode.END && op != Opcode.ELSE && cost(code.get(i)) > 1;
                    case BLOCKS -> opens(op);
                    default -> op == Opcode.DROP || op == Opcode.NOP || cost(code.get(i)) <= 2;
                };
                if (there) places.add(new Place(b, i));
            }
        }
        return places;
    }

    /** Zeros and drops 1, other constants and locals 2, {@value #ORDINARY} for all else. */
    private static int cost(byte[] instruction) {
        for (byte[] zero : ZEROS) if (Arrays.equals(zero, instruction)) return 1;
        return switch (instruction[0] & 0xFF) {
            case Opcode.DROP, Opcode.END, Opcode.ELSE -> 1;
            case Opcode.I32_CONST, Opcode.I64_CONST, Opcode.F32_CONST, Opcode.F64_CONST, Opcode.LOCAL_GET -> 2;
            default -> ORDINARY;
        };
    }

    private static boolean opens(int op) {
        return op == Opcode.BLOCK || op == Opcode.LOOP || op == Opcode.IF;
    }

    /** Places of each body from its last, all between the first and the last of a range with them. */
    private static boolean change(String pass, WasmParts parts, List<Place> places) {
        boolean changed = false;
        for (int last = places.size() - 1; last >= 0;) {
            int first = last, body = places.get(last).body;
            while (first > 0 && places.get(first - 1).body == body) first--;
            List<byte[]> code = parts.bodies.get(body).code();
            int from = places.get(first).index, to = places.get(last).index;
            changed |= switch (pass) {
                case INSTRUCTIONS -> replace(parts, body, from, to);
                case BLOCKS -> from == to && unwrap(code, from);
                default -> withDrop(code, from, to);
            };
            last = first - 1;
        }
        return changed;
    }

    /** Instructions {@code [from, to]}, with the whole of blocks that begin there, by the cheapest text with which the function is valid. */
    private static boolean replace(WasmParts parts, int body, int from, int to) {
        List<byte[]> code = parts.bodies.get(body).code(), taken = new ArrayList<>();
        int end = from, cost = 0;
        for (int depth = 0; end <= to || depth > 0; end++) {
            int op = code.get(end)[0] & 0xFF;
            if (opens(op)) depth++;
            if (depth == 0 && (op == Opcode.END || op == Opcode.ELSE)) return false;
            if (op == Opcode.END) depth--;
            cost += cost(code.get(end));
            taken.add(code.get(end));
        }
        List<byte[]> before = new ArrayList<>(code.subList(0, from)), after = new ArrayList<>(code.subList(end, code.size()));
        for (List<byte[]> text : replacements()) {
            int price = 0;
            for (byte[] instruction : text) price += instruction == UNREACHABLE ? 3 : cost(instruction);
            if (price >= cost) continue;
            code.clear();
            code.addAll(before);
            code.addAll(text);
            code.addAll(after);
            if (isValid(parts.toBytes(), body)) return true;
        }
        code.clear();
        code.addAll(before);
        code.addAll(taken);
        code.addAll(after);
        return false;
    }

    private static List<List<byte[]>> replacements() {
        List<List<byte[]>> all = new ArrayList<>();
        for (int drops = 0; drops <= MOST_DROPS; drops++) {
            List<byte[]> dropped = new ArrayList<>();
            for (int i = 0; i < drops; i++) dropped.add(DROP);
            all.add(dropped);
            for (byte[] zero : ZEROS) {
                List<byte[]> pushed = new ArrayList<>(dropped);
                pushed.add(zero);
                all.add(pushed);
            }
        }
        all.add(List.of(UNREACHABLE));
        return all;
    }

    /** A block's content without it; branches then go elsewhere, and validation says whether they can. */
    private static boolean unwrap(List<byte[]> code, int at) {
        int depth = 0;
        for (int i = at; i < code.size(); i++) {
            int op = code.get(i)[0] & 0xFF;
            if (opens(op)) depth++;
            if (op == Opcode.ELSE && depth == 1) return false;
            if (op != Opcode.END || --depth > 0) continue;
            code.remove(i);
            if (code.get(at)[0] == Opcode.IF) code.set(at, DROP);
            else code.remove(at);
            return true;
        }
        return false;
    }

    /** Constants and locals that are dropped at once. */
    private static boolean withDrop(List<byte[]> code, int from, int to) {
        boolean changed = false;
        for (int i = Math.min(to, code.size() - 2); i >= from; i--) {
            if (code.get(i)[0] == Opcode.NOP) code.remove(i);
            else if (code.get(i)[0] != Opcode.DROP && cost(code.get(i)) <= 2 && code.get(i)[0] != Opcode.END && code.get(i)[0] != Opcode.ELSE && code.get(i + 1)[0] == Opcode.DROP) {
                code.remove(i + 1);
                code.remove(i);
                i = Math.min(i + 1, code.size() - 1);
            } else continue;
            changed = true;
        }
        return changed;
    }
}
