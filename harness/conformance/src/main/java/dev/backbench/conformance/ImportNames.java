package dev.backbench.conformance;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names of the modules that a module imports from, and whether it shares their state (a memory, a table, a mutable global). Read leniently: it must work for
 * modules with features that the front end refuses, because what such a module would have written matters to the commands after it.
 */
final class ImportNames {
    private static final int IMPORT_SECTION = 2;
    private static final int HAS_MAXIMUM = 1, CUSTOM_PAGE_SIZE = 8;

    private final byte[] bytes;
    private int at;

    private ImportNames(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    /** What could be read; empty for a module without imports or not in the binary format. */
    static Map<String, Boolean> of(byte[] module) {
        Map<String, Boolean> names = new LinkedHashMap<>();
        try {
            ImportNames scan = new ImportNames(module, 8);
            while (scan.at < module.length) {
                int section = module[scan.at++];
                int size = (int) scan.leb();
                if (section == IMPORT_SECTION) scan.imports(names);
                if (section >= IMPORT_SECTION) return names;
                scan.at += size;
            }
        } catch (ArrayIndexOutOfBoundsException | IllegalArgumentException e) {
            return names; // cut short or of a form not known here: what came before stands
        }
        return names;
    }

    private void imports(Map<String, Boolean> names) {
        for (long count = leb(); count > 0; count--) {
            String module = name();
            name();
            boolean shares = false;
            names.putIfAbsent(module, false);
            switch (bytes[at++]) {
                case 0 -> leb();
                case 1 -> {
                    type();
                    limits();
                    shares = true;
                }
                case 2 -> {
                    limits();
                    shares = true;
                }
                case 3 -> {
                    type();
                    shares = bytes[at++] != 0;
                }
                case 4 -> {
                    at++;
                    leb();
                }
                default -> throw new IllegalArgumentException("kind of import");
            }
            if (shares) names.put(module, true);
        }
    }

    private void type() {
        int code = bytes[at++] & 0xFF;
        if (code == 0x63 || code == 0x64) leb(); // (ref null ht), (ref ht)
    }

    private void limits() {
        int flags = bytes[at++];
        leb();
        if ((flags & HAS_MAXIMUM) != 0) leb();
        if ((flags & CUSTOM_PAGE_SIZE) != 0) leb();
    }

    private String name() {
        int length = (int) leb();
        if (length < 0 || length > bytes.length - at) throw new IllegalArgumentException("length of a name");
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    private long leb() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = bytes[at++];
            value |= (b & 0x7FL) << shift;
            if (b >= 0) return value;
        }
    }
}
