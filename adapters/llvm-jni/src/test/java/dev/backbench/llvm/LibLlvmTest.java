package dev.backbench.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibLlvmTest {
    @TempDir
    Path cache;

    /** A damaged or foreign jar leaves nothing behind that would be taken for the library. */
    @Test
    void aWrongLibraryIsNotUnpacked() throws IOException {
        LibLlvm requirement = new LibLlvm(cache);
        Files.createDirectories(requirement.where().getParent());
        Path jar = cache.resolve("wrong.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("org/bytedeco/llvm/linux-x86_64/libLLVM.so"));
            out.write(new byte[1000]);
        }
        String message = assertThrows(IOException.class, () -> requirement.unpack(jar)).getMessage();
        assertTrue(message.contains("SHA-256"), message);
        assertFalse(requirement.present());
        try (Stream<Path> left = Files.list(requirement.where().getParent())) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aJarWithoutTheLibraryIsSaid() throws IOException {
        LibLlvm requirement = new LibLlvm(cache);
        Files.createDirectories(requirement.where().getParent());
        Path jar = cache.resolve("empty.jar");
        new JarOutputStream(Files.newOutputStream(jar), new java.util.jar.Manifest()).close();
        String message = assertThrows(IOException.class, () -> requirement.unpack(jar)).getMessage();
        assertTrue(message.contains("holds no"), message);
    }
}
