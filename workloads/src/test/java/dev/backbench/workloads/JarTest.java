package dev.backbench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a jar the programs are copied into the cache, where their folders can be preopened. */
class JarTest {
    @TempDir
    Path folder;

    @Test
    void programsOutOfAJar() throws Exception {
        Path jar = folder.resolve("workloads.jar"), cache = folder.resolve("cache");
        pack(Path.of(Catalogue.class.getProtectionDomain().getCodeSource().getLocation().toURI()), jar);
        List<URL> urls = new ArrayList<>(List.of(jar.toUri().toURL()));
        for (String entry : System.getProperty("java.class.path").split(":")) {
            if (entry.contains("jackson")) urls.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            for (int run = 0; run < 2; run++) {
                Object catalogue = loader.loadClass(Catalogue.class.getName()).getConstructor(Path.class).newInstance(cache);
                List<?> own = (List<?>) catalogue.getClass().getMethod("own").invoke(catalogue);
                assertEquals(new Catalogue(folder).own().size(), own.size());
                for (Object workload : own) {
                    Path wasm = (Path) workload.getClass().getMethod("wasm").invoke(workload), preopened = (Path) workload.getClass().getMethod("folder").invoke(workload);
                    assertTrue(wasm.startsWith(cache) && Files.size(wasm) > 0, wasm.toString());
                    assertEquals(wasm.getParent(), preopened);
                    assertEquals(Hex.sha256(wasm), workload.getClass().getMethod("sha256").invoke(workload));
                    if (run == 0) Files.write(wasm, new byte[] {1});
                }
                // The second run finds every copy damaged and puts it right.
            }
        }
    }

    private static void pack(Path classes, Path jar) throws Exception {
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file); Stream<Path> walk = Files.walk(classes)) {
            for (Path path : walk.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(path).toString()));
                Files.copy(path, out);
            }
        }
    }
}
