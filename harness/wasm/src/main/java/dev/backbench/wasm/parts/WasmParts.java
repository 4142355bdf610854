package dev.backbench.wasm.parts;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A module taken apart into sections, items of some sections and instructions of bodies, and put together again; nothing is checked. Only of modules that are valid. */
public final class WasmParts {
    public static final int FUNCTION = 3, EXPORT = 7, CODE = 10, DATA = 11;
    private static final int HEADER = 8, PREFIX = 0xFC;

    /** @param items of exports and data; null where the section is not looked into */
    public static final class Section {
        public final int id;
        public final List<byte[]> items;
        private final byte[] content;

        private Section(int id, byte[] content, List<byte[]> items) {
            this.id = id;
            this.content = content;
            this.items = items;
        }
    }

    /** @param locals the declarations with their count @param code instructions, the last is the body's {@code end} */
    public record Body(byte[] locals, List<byte[]> code) {}

    public final List<Section> sections = new ArrayList<>();
    public final List<Body> bodies = new ArrayList<>();
    private final byte[] bytes;
    private int at;

    public WasmParts(byte[] module) {
        bytes = module;
        for (at = HEADER; at < bytes.length;) {
            int id = bytes[at++], size = (int) number(), end = at + size;
            byte[] content = Arrays.copyOfRange(bytes, at, end);
            sections.add(new Section(id, content, id == EXPORT ? items(this::skipExport) : id == DATA ? items(this::skipData) : null));
            if (id == CODE) bodies();
            at = end;
        }
    }

    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, HEADER);
        for (Section section : sections) {
            byte[] content = section.id == CODE ? code() : section.items != null ? join(section.items) : section.content;
            out.write(section.id);
            unsigned(out, content.length);
            out.writeBytes(content);
        }
        return out.toByteArray();
    }

    // ---- reading ----

    private long number() {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            value |= (long) (bytes[at] & 0x7F) << shift;
            if (bytes[at++] >= 0) return value;
        }
    }

    private List<byte[]> items(Runnable skip) {
        List<byte[]> items = new ArrayList<>();
        for (long n = number(); n > 0; n--) {
            int start = at;
            skip.run();
            items.add(Arrays.copyOfRange(bytes, start, at));
        }
        return items;
    }

    private void skipExport() {
        int length = (int) number();
        at += length + 1;
        number();
    }

    private void skipData() {
        long flags = number();
        if (flags == 2) number();
        if (flags != 1) while (instruction()[0] != 0x0B) continue;
        int length = (int) number();
        at += length;
    }

    private void bodies() {
        for (long n = number(); n > 0; n--) {
            int size = (int) number(), end = at + size, start = at;
            for (long groups = number(); groups > 0; groups--) {
                number();
                at++;
            }
            byte[] locals = Arrays.copyOfRange(bytes, start, at);
            List<byte[]> code = new ArrayList<>();
            while (at < end) code.add(instruction());
            bodies.add(new Body(locals, code));
        }
    }

    private byte[] instruction() {
        int start = at, code = bytes[at++] & 0xFF;
        switch (code) {
            case 0x02, 0x03, 0x04, 0x41, 0x42, 0x0C, 0x0D, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3F, 0x40, 0xD0, 0xD2 -> number();
            case 0x11 -> skip(2);
            case 0x0E -> skip((int) number() + 1);
            case 0x1C -> skip((int) number());
            case 0x43 -> at += 4;
            case 0x44 -> at += 8;
            case PREFIX -> prefixed((int) number());
            default -> {
                if (code >= 0x28 && code <= 0x3E) skip((bytes[at] & 0x40) != 0 ? 3 : 2);
            }
        }
        return Arrays.copyOfRange(bytes, start, at);
    }

    private void prefixed(int code) {
        switch (code) {
            case 8, 10, 12, 14 -> skip(2);
            case 9, 11, 13, 15, 16, 17 -> skip(1);
            default -> {}
        }
    }

    private void skip(int numbers) {
        for (int i = 0; i < numbers; i++) number();
    }

    // ---- writing ----

    private byte[] code() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        unsigned(out, bodies.size());
        for (Body body : bodies) {
            int size = body.locals.length;
            for (byte[] instruction : body.code) size += instruction.length;
            unsigned(out, size);
            out.writeBytes(body.locals);
            for (byte[] instruction : body.code) out.writeBytes(instruction);
        }
        return out.toByteArray();
    }

    private static byte[] join(List<byte[]> items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        unsigned(out, items.size());
        for (byte[] item : items) out.writeBytes(item);
        return out.toByteArray();
    }

    private static void unsigned(ByteArrayOutputStream out, int value) {
        for (; value >>> 7 != 0; value >>>= 7) out.write(value & 0x7F | 0x80);
        out.write(value);
    }
}
