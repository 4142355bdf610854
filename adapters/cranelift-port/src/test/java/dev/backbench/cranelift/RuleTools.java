package dev.backbench.cranelift;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** The compiler of rule files, which belongs to the build and not to the module's classes. */
public final class RuleTools {
    private RuleTools() {}

    /** @param classes a folder for its classes @param method of {@code rules.RuleCompiler}, which takes so many paths */
    public static Method compiler(Path classes, String method, int paths) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-d", classes.toString()));
        try (Stream<Path> sources = Files.list(Path.of("src", "build", "rules"))) {
            sources.forEach(s -> arguments.add(s.toString()));
        }
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
        Class<?>[] parameters = new Class<?>[paths];
        Arrays.fill(parameters, Path.class);
        return URLClassLoader.newInstance(new URL[] {classes.toUri().toURL()}).loadClass("rules.RuleCompiler").getMethod(method, parameters);
    }
}
