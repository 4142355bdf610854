package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import dev.backbench.spi.StartHost;
import dev.backbench.spi.setup.Cache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A host of ours in C, compiled with this machine's {@code cc} into the user's cache when first needed, once for each version of its source and of the header that all of them share. */
public final class NativeHost implements StartHost {
    private static final String HEADER = "start_host.h";
    private static final long LIMIT_SECONDS = 60;

    private final Class<?> owner;
    private final String source;
    private final List<String> arguments;

    /**
     * @param owner beside which the source lies as a resource
     * @param arguments that come before the file of starts
     */
    public NativeHost(Class<?> owner, String source, List<String> arguments) {
        this.owner = owner;
        this.source = source;
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public String kind() {
        return "native";
    }

    @Override
    public List<String> command() {
        List<String> command = new ArrayList<>();
        try {
            byte[] text = resource(owner, source), header = resource(NativeHost.class, HEADER);
            String name = owner.getPackageName().substring(owner.getPackageName().lastIndexOf('.') + 1);
            Path folder = Cache.make(Cache.directory().resolve("hosts")), host = folder.resolve(name + '-' + digest(header, text));
            if (!Files.isExecutable(host)) compile(header, text, folder, host);
            command.add(host.toString());
        } catch (IOException e) {
            throw new BackendException("its host cannot be made: " + e.getMessage(), e);
        }
        command.addAll(arguments);
        return command;
    }

    private static byte[] resource(Class<?> owner, String name) throws IOException {
        try (InputStream in = owner.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static String digest(byte[] header, byte[] text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(header);
            return HexFormat.of().formatHex(digest.digest(text)).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private void compile(byte[] header, byte[] text, Path folder, Path host) throws IOException {
        Path work = Files.createTempDirectory(folder, "making-"), file = work.resolve(source), shared = work.resolve(HEADER), made = work.resolve("host"), log = work.resolve("log");
        try {
            Files.write(file, text);
            Files.write(shared, header);
            Process cc;
            try {
                cc = new ProcessBuilder("cc", "-std=gnu17", "-O2", "-pthread", "-w", "-o", made.toString(), file.toString(), "-ldl").redirectErrorStream(true).redirectOutput(log.toFile()).start();
            } catch (IOException e) {
                throw new BackendException("its host is in C, and there is no C compiler here (cc): apt-get install gcc libc6-dev", e);
            }
            if (!cc.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) cc.destroyForcibly().waitFor();
            if (cc.exitValue() != 0) throw new BackendException("its host is in C, and cc failed on it: " + Files.readString(log).strip().lines().findFirst().orElse("without a word"));
            Files.move(made, host, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while its host was compiled", e);
        } finally {
            for (Path left : List.of(file, shared, made, log)) Files.deleteIfExists(left);
            Files.delete(work);
        }
    }
}
