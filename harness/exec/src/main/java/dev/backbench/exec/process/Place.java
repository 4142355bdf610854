package dev.backbench.exec.process;

import dev.backbench.spi.Availability;
import dev.backbench.spi.BackendException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Where commands run: on this machine, or in a container. A file has the same path there as here once it was sent. */
public interface Place extends AutoCloseable {
    String NONE = "this build has no containers";

    /**
     * A command to run to its end.
     *
     * @param folder its working folder
     * @param environment added to the place's own
     * @param in null for an empty input
     * @param err null: together with {@code out}
     */
    record Step(List<String> command, Path folder, Map<String, String> environment, Path in, Path out, Path err) {}

    /** Makes places of another kind than this machine; found with {@link ServiceLoader}. */
    interface Containers {
        /** Whether one of that image can be started; asks the engine, but loads no client. */
        Availability available(String image);

        /** The image's content by hash; null if unknown. */
        String imageId(String image);

        /** @throws BackendException there is no engine or no such image; the message says what to type */
        Place start(String image);
    }

    /**
     * @return its exit code
     * @throws NoSuchCommand it could not be started
     * @throws BackendException the place is gone
     */
    int run(Step step);

    /** Makes a file or folder of this machine, with all in it, present there. */
    void send(Path path);

    /** Brings back a file that a command may have written; nothing happens if it has not. */
    void fetch(Path file);

    /** Removes a folder that was sent, there only. */
    void forget(Path folder);

    /** CPU time so far, in nanoseconds, of commands that are not children of this process. */
    long companionCpu();

    /** Peak resident bytes of those. */
    long companionPeakBytes();

    @Override
    void close();

    /** This machine. */
    static Place here() {
        return new ThisMachine();
    }

    /** A container of an image, without network, on this process's cores. @throws BackendException there is none to be had; the message says what to type */
    static Place container(String image) {
        return containers().orElseThrow(() -> new BackendException(NONE)).start(image);
    }

    /** Whether {@link #container} would succeed. */
    static Availability containerAvailable(String image) {
        return containers().map(c -> c.available(image)).orElseGet(() -> Availability.no(NONE, "build all of it: ./bench"));
    }

    /** For a ledger: the image with its content's hash. */
    static String describe(String image) {
        return image + ' ' + containers().map(c -> c.imageId(image)).orElse(null) + ", no network, 4 GiB, on the worker's cores; starting a command is inside wall time, its CPU time is the container's";
    }

    private static Optional<Containers> containers() {
        return ServiceLoader.load(Containers.class).findFirst();
    }

    /** There is no such command. */
    final class NoSuchCommand extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NoSuchCommand(String command) {
            super(command);
        }
    }
}
