package dev.backbench.container;

import dev.backbench.spi.Availability;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be asked of the Docker engine without loading a client: whether it answers, and which image a name stands for. */
final class Engine {
    private static final String USUAL = "/var/run/docker.sock", UNIX = "unix://";
    private static final Pattern ID = Pattern.compile("\"Id\":\"(sha256:[0-9a-f]{64})\""), API = Pattern.compile("\"ApiVersion\":\"([0-9.]+)\"");
    private static final String START = "start a Docker engine (Debian: apt-get install docker.io, then dockerd as root), or name its socket in DOCKER_HOST";

    private Engine() {}

    /** Whether a container of the image can be started. */
    static Availability available(String image) {
        try {
            if (imageId(image) != null) return Availability.YES;
            String built = image.startsWith("backbench/") ? "docker/build.sh " + image.substring("backbench/".length()) : "docker pull " + image;
            return Availability.no("the Docker engine has no image " + image, built);
        } catch (IOException e) {
            return Availability.no("no Docker engine answers at " + socket() + ": " + e.getMessage(), START);
        }
    }

    /** The image's content by hash; null if there is no such image. */
    static String imageId(String image) throws IOException {
        Matcher id = ID.matcher(get("/images/" + image + "/json"));
        return id.find() ? id.group(1) : null;
    }

    /** The newest protocol that it speaks, such as {@code 1.41}. */
    static String apiVersion() throws IOException {
        Matcher version = API.matcher(get("/version"));
        if (!version.find()) throw new IOException("it does not tell its version");
        return version.group(1);
    }

    private static String socket() {
        String host = System.getenv("DOCKER_HOST");
        return host == null || host.isEmpty() ? USUAL : host.startsWith(UNIX) ? host.substring(UNIX.length()) : host;
    }

    private static String get(String path) throws IOException {
        if (!socket().startsWith("/")) throw new IOException("only an engine of this machine can be timed");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            ByteBuffer request = ByteBuffer.wrap(("GET " + path + " HTTP/1.0\r\nHost: docker\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            while (request.hasRemaining()) channel.write(request);
            ByteArrayOutputStream reply = new ByteArrayOutputStream();
            ByteBuffer part = ByteBuffer.allocate(1 << 13);
            while (channel.read(part) >= 0) {
                reply.write(part.array(), 0, part.position());
                part.clear();
            }
            return reply.toString(StandardCharsets.UTF_8);
        }
    }
}
