package dev.backbench.qbe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.backbench.exec.process.Place;
import dev.backbench.spi.Availability;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Hare program and all of the library that it uses: to IL by {@code hare} in its image, to objects by the port, linked and run in the image beside what QBE makes of it. */
class HareTest {
    private static final String IMAGE = "backbench/toolchain-qbe";

    @TempDir Path folder;

    @BeforeEach
    void anEngineIsHere() {
        Availability availability = Place.containerAvailable(IMAGE);
        assumeTrue(availability.yes(), () -> "skipped: " + availability.reason() + "; " + availability.fix());
    }

    private Path put(String name, boolean executable) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = HareTest.class.getResourceAsStream(name)) {
            Files.copy(in, file);
        }
        if (executable) Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }

    private String run(Place place, Map<String, String> environment, String... command) throws IOException {
        Path out = folder.resolve("said");
        int exit = place.run(new Place.Step(List.of(command), folder, environment, null, out, null));
        place.fetch(out);
        String said = Files.readString(out);
        assertEquals(0, exit, said);
        return said;
    }

    @Test
    void aProgramWithItsLibrary() throws IOException {
        Path objects = Files.createDirectory(folder.resolve("objects")), program = put("words.ha", false), qbe = put("hare-qbe.sh", true), as = put("hare-as.sh", true);
        String cache = folder.resolve("cache").toString(), other = folder.resolve("other").toString();
        try (Place place = Place.container(IMAGE)) {
            place.send(folder);
            run(place, Map.of("HARECACHE", cache), "hare", "build", "-q", "-o", folder.resolve("native").toString(), program.toString());
            String expected = run(place, Map.of(), folder.resolve("native").toString());
            assertTrue(expected.contains("9592 primes"), expected);
            List<String> modules = run(place, Map.of(), "sh", "-c", "find \"$0\" -name '*.ssa' -exec sha256sum {} +", cache).lines().toList();
            assertTrue(modules.size() > 20, "the library is in it: " + modules);
            QbeCompiler compiler = new QbeCompiler();
            for (String line : modules) {
                Path il = Path.of(line.substring(66));
                Files.createDirectories(il.getParent());
                place.fetch(il);
                try (OutputStream object = Files.newOutputStream(objects.resolve(line.substring(0, 64) + ".o"))) {
                    compiler.compile(il.getFileName().toString(), Files.readAllBytes(il), object);
                }
            }
            place.forget(objects);
            place.send(objects);
            run(place, Map.of("HARECACHE", other, "QBE", qbe.toString(), "AS", as.toString(), "OBJECTS", objects.toString()), "hare", "build", "-q", "-o", folder.resolve("ported").toString(), program.toString());
            assertEquals(expected, run(place, Map.of(), folder.resolve("ported").toString()));
            List<String> used = run(place, Map.of(), "sort", "-u", objects.resolve("used").toString()).lines().toList();
            assertEquals(modules.size(), used.size(), "every module is the port's");
        }
    }
}
