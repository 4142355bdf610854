package dev.backbench.container;

import dev.backbench.exec.process.Place;
import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import java.io.IOException;

/** Containers of the Docker engine on this machine. */
public final class DockerContainers implements Place.Containers {
    /** The client would otherwise first start a container that removes leftovers, from an image of a hub. */
    private static final String WITHOUT_REMOVER = "TESTCONTAINERS_RYUK_DISABLED";

    @Override
    public Availability available(String image) {
        return Engine.available(image);
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
