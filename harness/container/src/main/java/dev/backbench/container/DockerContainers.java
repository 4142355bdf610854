package dev.backbench.container;

import dev.backbench.exec.process.Place;
import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.Containers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Containers of the Docker engine on this machine: for commands through its client library, for whole workers through the program {@code docker}, so that a start is timed from its beginning. */
public final class DockerContainers implements Place.Containers, Containers {
    /** The client would otherwise first start a container that removes leftovers, from an image of a hub. */
    private static final String WITHOUT_REMOVER = "TESTCONTAINERS_RYUK_DISABLED";

    /** By image, as they answered first. */
    private static final Map<String, Availability> KNOWN = new ConcurrentHashMap<>();

    @Override
    public Availability available(String image) {
        return KNOWN.computeIfAbsent(image, DockerContainers::look);
    }

    private static Availability look(String image) {
        Availability engine = Engine.available(image);
        return engine.yes() && !DockerRun.here() ? Availability.no("the command docker is not on the path", "apt-get install docker.io (or docker-cli)") : engine;
    }

    @Override
    public String imageId(String image) {
        try {
            return Engine.imageId(image);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public String limits() {
        return DockerRun.LIMITS;
    }

    @Override
    public List<String> command(Box box) {
        return DockerRun.command(box);
    }

    @Override
    public List<String> removal(String name) {
        return List.of(DockerRun.DOCKER, "rm", "-f", name);
    }

    @Override
    public Place start(String image) {
        Availability available = Engine.available(image);
        if (!available.yes()) throw new BackendException(available.reason() + "; " + available.fix());
        if (!Boolean.parseBoolean(System.getenv(WITHOUT_REMOVER))) throw new BackendException("containers need " + WITHOUT_REMOVER + "=true in the environment, which ./bench sets");
        try {
            // the client asks for a protocol of its own time, which older engines refuse and newer ones may one day
            System.setProperty("api.version", Engine.apiVersion());
        } catch (IOException e) {
            throw new BackendException("the Docker engine went away: " + e.getMessage(), e);
        }
        return new ContainerPlace(image);
    }
}
