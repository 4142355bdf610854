package dev.backbench.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** HotSpot leaves methods of more than 8,000 bytes of bytecode to the interpreter for ever: there is none in any module's classes. */
class MethodSizeTest {
    private static final int HUGE = 8_000;
    private static final Path ROOT = Path.of("").toAbsolutePath().resolve("../..").normalize();

    @Test
    void noMethodIsTooLargeToBeCompiled() throws IOException {
        List<String> huge = new ArrayList<>();
        int methods = 0;
        for (Path file : classes()) {
            ClassModel type = ClassFile.of().parse(file);
            for (MethodModel method : type.methods()) {
                methods++;
                int size = method.code().map(code -> ((CodeAttribute) code).codeLength()).orElse(0);
                String name = method.methodName().stringValue();
                // tables are filled in once, by static initialisers
                if (size > HUGE && !name.equals("<clinit>")) huge.add(type.thisClass().asInternalName() + "." + name + ": " + size + " bytes");
            }
        }
        assertEquals(List.of(), huge);
        assertTrue(methods > 500, "only " + methods + " methods found below " + ROOT + ": nothing was built?");
    }

    private static List<Path> classes() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> folders = Files.find(ROOT, 4, (path, attributes) -> path.endsWith(Path.of("target", "classes")))) {
            folders.forEach(folder -> {
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> file.toString().endsWith(".class") && !file.endsWith("module-info.class")).forEach(found::add);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return found;
    }
}
