package dev.backbench.spi;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;

/** Containers of images that are on this machine, for whole processes of ours; found with {@link ServiceLoader}. */
public interface Containers {
    /** Of a bare Debian: for back ends that bring all they need. */
    Image BARE = new Image("backbench/bare", List.of());

    /**
     * Where a back end's worker runs.
     *
     * @param name of the image
     * @param files and folders of this machine that the back end needs there, under the same paths, beside the JDK, the build and the user's cache
     */
    record Image(String name, List<Path> files) {}

    /**
     * One container to be started: without network, with a limit on memory, and gone when its command ends or its standard input does.
     *
     * @param name of the container
     * @param cpus its cores, as a list such as {@code 0-1,3}; null for all
     * @param idFile not there yet, for the container's id
     * @param readable files and folders of this machine that are there under the same paths
     * @param writable the same, to be written to; whose files these are, as that user the command runs
     * @param environment variables: {@code NAME} of one that is handed on, or {@code NAME=VALUE}
     */
    record Box(String image, String name, String cpus, Path idFile, Set<Path> readable, Set<Path> writable, Set<String> environment) {}

    /** Whether one of that image can be started; cheap, and asks the engine once. */
    Availability available(String image);

    /** The image's content by hash; null if unknown. */
    String imageId(String image);

    /** What one is allowed, in words for a ledger. */
    String limits();

    /** Words that go before a command, so that it runs in the container with the streams of whoever starts it. */
    List<String> command(Box box);

    /** The command that ends a container and all in it. */
    List<String> removal(String name);

    static Optional<Containers> found() {
        return ServiceLoader.load(Containers.class).findFirst();
    }

    /** Whether a container of that image can be started. */
    static Availability availability(String image) {
        return found().map(c -> c.available(image)).orElseGet(() -> Availability.no("this build has no containers", "build all of it: ./bench"));
    }
}
