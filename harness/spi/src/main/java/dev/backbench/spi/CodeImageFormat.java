package dev.backbench.spi;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The serialised form of a {@link CodeImage}: magic, version, SHA-256 of the rest, then the fields in order. */
final class CodeImageFormat {
    private static final int MAGIC = 0x42424349; // "BBCI"
    private static final int VERSION = 2;
    private static final int HEADER = 8 + 32;
    private static final CodeImage.Relocation[] KINDS = CodeImage.Relocation.values();
    private static final CodeImage.Symbol[] SYMBOLS = CodeImage.Symbol.values();

    private CodeImageFormat() {}

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest(bytes, 0));
    }

    static byte[] write(CodeImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(image.code.length + image.constants.length + 4096);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.write(new byte[32]);
            out.writeUTF(image.isa);
            write(out, image.code);
            write(out, image.constants);
            out.writeInt(image.constantsAlign);
            out.writeInt(image.relocations.length);
            for (CodeImage.Reloc r : image.relocations) {
                out.writeByte(r.kind().ordinal() | r.target().ordinal() << 3 | (r.inConstants() ? 0x80 : 0));
                out.writeInt(r.offset());
                out.writeInt(r.symbol());
                out.writeLong(r.addend());
            }
            out.writeInt(image.names.length);
            for (String name : image.names) out.writeUTF(name);
            write(out, image.functionStart);
            write(out, image.functionLength);
            out.writeInt(image.parts.length);
            for (CodeImage.Part part : image.parts) write(out, new int[] {part.function(), part.start(), part.length()});
            write(out, image.trapOffset);
            write(out, image.trapReason);
            for (int[] table : new int[][] {image.pcOffset, image.pcWasm, image.frameSize}) write(out, table);
            write(out, image.unwind);
        } catch (IOException e) {
            throw new AssertionError("writing to memory", e);
        }
        byte[] result = bytes.toByteArray();
        System.arraycopy(digest(result, HEADER), 0, result, 8, 32);
        return result;
    }

    static CodeImage read(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (bytes.length < HEADER || in.readInt() != MAGIC) throw new BackendException("not a serialised code image");
            int version = in.readInt();
            if (version != VERSION) throw new BackendException("code image of version " + version + ", this program reads version " + VERSION + ": compile again");
            if (!Arrays.equals(in.readNBytes(32), digest(bytes, HEADER))) throw new BackendException("damaged code image (checksum differs): compile again");
            String isa = in.readUTF();
            byte[] code = bytes(in), constants = bytes(in);
            int align = in.readInt();
            CodeImage.Reloc[] relocations = new CodeImage.Reloc[in.readInt()];
            for (int i = 0; i < relocations.length; i++) {
                int packed = in.readUnsignedByte();
                int offset = in.readInt(), symbol = in.readInt();
                relocations[i] = new CodeImage.Reloc(packed >= 0x80, offset, KINDS[packed & 7], SYMBOLS[packed >> 3 & 7], symbol, in.readLong());
            }
            String[] names = new String[in.readInt()];
            for (int i = 0; i < names.length; i++) names[i] = in.readUTF();
            return new CodeImage(isa, code, constants, align, relocations, names, ints(in), ints(in), parts(in), ints(in), bytes(in), ints(in), ints(in),
                    ints(in), bytes(in));
        } catch (IOException e) {
            throw new BackendException("damaged code image: compile again", e);
        }
    }

    private static byte[] digest(byte[] bytes, int from) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(bytes, from, bytes.length - from);
            return sha.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static void write(DataOutputStream out, byte[] table) throws IOException {
        out.writeInt(table.length);
        out.write(table);
    }

    private static void write(DataOutputStream out, int[] table) throws IOException {
        out.writeInt(table.length);
        for (int value : table) out.writeInt(value);
    }

    private static CodeImage.Part[] parts(DataInputStream in) throws IOException {
        CodeImage.Part[] parts = new CodeImage.Part[in.readInt()];
        for (int i = 0; i < parts.length; i++) {
            int[] part = ints(in);
            parts[i] = new CodeImage.Part(part[0], part[1], part[2]);
        }
        return parts;
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }

    private static int[] ints(DataInputStream in) throws IOException {
        int[] table = new int[in.readInt()];
        for (int i = 0; i < table.length; i++) table[i] = in.readInt();
        return table;
    }
}
