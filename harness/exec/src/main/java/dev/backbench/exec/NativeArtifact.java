package dev.backbench.exec;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.wasm.WasmModule;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * A compiled module before linking: its machine code, and what else an instance needs, which is the module without its function bodies. The
 * serialised form is {magic, version, CRC-32 of the module, its length, module, code image}; the image has a sum of its own.
 */
public final class NativeArtifact implements Artifact {
    private static final int MAGIC = 0x42424E41; // "BBNA"
    private static final int VERSION = 2;
    private static final int HEADER = 16;

    private final WasmModule module;
    private final CodeImage image;

    public NativeArtifact(WasmModule module, CodeImage image) {
        this.module = module;
        this.image = image;
    }

    public WasmModule module() {
        return module;
    }

    public CodeImage image() {
        return image;
    }

    @Override
    public byte[] serialize() {
        byte[] wasm = Bodies.strip(module.bytes());
        byte[] code = image.serialize();
        return ByteBuffer.allocate(HEADER + wasm.length + code.length).putInt(MAGIC).putInt(VERSION).putInt(sum(wasm)).putInt(wasm.length).put(wasm).put(code).array();
    }

    /** @throws BackendException not an artifact, damaged, or of another version */
    public static NativeArtifact deserialize(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER || in.getInt() != MAGIC) throw new BackendException("not a compiled module");
        int version = in.getInt();
        if (version != VERSION) {
            throw new BackendException("compiled module of version " + version + ", this program reads version " + VERSION + ": compile again");
        }
        int sum = in.getInt(), length = in.getInt();
        if (length < 0 || length > bytes.length - HEADER) throw damaged();
        byte[] wasm = Arrays.copyOfRange(bytes, HEADER, HEADER + length);
        if (sum(wasm) != sum) throw damaged();
        CodeImage image = CodeImage.deserialize(Arrays.copyOfRange(bytes, HEADER + length, bytes.length));
        return new NativeArtifact(WasmModule.parse(wasm), image);
    }

    private static BackendException damaged() {
        return new BackendException("damaged compiled module: compile again");
    }

    private static int sum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public long codeBytes() {
        return image.codeBytes();
    }

    @Override
    public long constantBytes() {
        return image.constantBytes();
    }

    @Override
    public int functionsEmitted() {
        return image.functionsEmitted();
    }

    @Override
    public String codeSha256() {
        return image.codeSha256();
    }

    @Override
    public byte[] normalizedCode() {
        return image.normalizedCode();
    }
}
