package dev.backbench.conformance;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts a JVM like this one that may crash. */
public final class ChildJvm {
    /** How the JVM's words about its own crash, on standard output, begin the line that names the signal. */
    public static final String SIGNAL = "#  SIG";

    private ChildJvm() {}

    /** @param log where its standard error goes; crash reports of the JVM are put beside it */
    public static Process start(Class<?> main, List<String> arguments, Path log) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) if (inherited(flag)) command.add(flag);
        command.addAll(List.of("-XX:ErrorFile=" + log.resolveSibling("hs_err_%p.log"), "-XX:-CreateCoredumpOnCrash", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    }

    /** Flags of this JVM that change what code means or may do; agents and class data archives are its own affair. */
    private static boolean inherited(String flag) {
        return flag.startsWith("-D") || flag.startsWith("-ea") || flag.startsWith("-Xmx") || flag.startsWith("--enable-native-access") || flag.startsWith("--sun-misc-unsafe")
                || flag.startsWith("--add-opens");
    }
}
