package dev.backbench.workloads;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a module's section headers, imports and exports say, without decoding a function: enough to tell whether the runtime can run it. It never refuses a
 * module; that is the front end's, which names the offset and the rule.
 *
 * @param fileBytes size of the whole module
 * @param codeBytes size of the code section's content, 0 without one
 * @param functions bodies in the code section
 * @param imports {@code module.name} of each, in order
 * @param command whether it exports {@code _start}
 * @param readable false if the walk over the sections came upon something malformed; the other components then hold what was read before
 */
public record ModuleSummary(long fileBytes, int codeBytes, int functions, List<String> imports, boolean command, boolean readable) {
    private static final int IMPORTS = 2, EXPORTS = 7, CODE = 10;
    private static final int SHOWN = 3, LONGEST = 48;

    /** Whether the bytes begin as a binary module of version 1 does. */
    public static boolean isModule(byte[] bytes) {
        return bytes.length >= 8 && bytes[0] == 0 && bytes[1] == 'a' && bytes[2] == 's' && bytes[3] == 'm' && bytes[4] == 1 && bytes[5] == 0 && bytes[6] == 0
                && bytes[7] == 0;
    }

    public static ModuleSummary of(byte[] bytes) {
        Walk walk = new Walk(bytes);
        boolean readable = isModule(bytes) && walk.sections();
        return new ModuleSummary(bytes.length, walk.codeBytes, walk.functions, List.copyOf(walk.imports), walk.command, readable);
    }

    /** Of a program that is no module: its text counts as its code. */
    static ModuleSummary ofText(int bytes) {
        return new ModuleSummary(bytes, bytes, 0, List.of(), true, true);
    }

    /** Why the runtime cannot run the module though it may compile it; null if it can. */
    public String whyNotRunnable() {
        if (!readable) return null;
        List<String> foreign = imports.stream().filter(name -> !WasiNames.provided(name)).toList();
        if (!foreign.isEmpty()) {
            String more = foreign.size() > SHOWN ? " and " + (foreign.size() - SHOWN) + " more" : "";
            List<String> shown = foreign.stream().limit(SHOWN).map(name -> name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name).toList();
            return "imports " + String.join(", ", shown) + more + ", which are neither WASI preview 1 nor bench";
        }
        return command ? null : "has no _start to run";
    }

    /** One pass over the sections; any index out of range ends it as unreadable. */
    private static final class Walk {
        final byte[] bytes;
        final List<String> imports = new ArrayList<>();
        int at = 8, codeBytes, functions;
        boolean command;

        Walk(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean sections() {
            try {
                while (at < bytes.length) {
                    int id = bytes[at++];
                    int size = u32();
                    if (size < 0 || size > bytes.length - at) return false;
                    int end = at + size;
                    section(id, size);
                    at = end;
                }
                return true;
            } catch (IndexOutOfBoundsException malformed) {
                return false;
            }
        }

        private void section(int id, int size) {
            if (id == IMPORTS) {
                for (int n = u32(); n > 0; n--) readImport();
            } else if (id == EXPORTS) {
                for (int n = u32(); n > 0; n--) {
                    String name = name();
                    int kind = bytes[at++];
                    u32();
                    if (kind == 0 && name.equals("_start")) command = true;
                }
            } else if (id == CODE) {
                codeBytes = size;
                functions = u32();
            }
        }

        private void readImport() {
            imports.add(name() + "." + name());
            switch (bytes[at++]) {
                case 0 -> u32();
                case 1 -> {
                    at++;
                    limits();
                }
                case 2 -> limits();
                case 3 -> at += 2;
                case 4 -> {
                    at++;
                    u32();
                }
                default -> throw new IndexOutOfBoundsException();
            }
        }

        private void limits() {
            int flags = bytes[at++];
            u32();
            if ((flags & 1) != 0) u32();
        }

        private String name() {
            int length = u32();
            if (length < 0 || length > bytes.length - at) throw new IndexOutOfBoundsException();
            String name = new String(bytes, at, length, StandardCharsets.UTF_8);
            at += length;
            return name;
        }

        /** Five bytes at most; what is over 31 bits comes out negative, which callers take as malformed. */
        private int u32() {
            int value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                byte b = bytes[at++];
                value |= (b & 0x7f) << shift;
                if (b >= 0) return value;
            }
            throw new IndexOutOfBoundsException();
        }
    }
}
