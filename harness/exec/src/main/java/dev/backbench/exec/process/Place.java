package dev.backbench.exec.process;

import dev.backbench.spi.BackendException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** Where commands run: on this machine, or in a container. A file has the same path there as here once it was sent. */
public interface Place extends AutoCloseable {
    /** Option of a back end whose commands shall run in its image. */
    String CONTAINER_OPTION = "in=container";

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
        return ServiceLoader.load(Containers.class).findFirst().orElseThrow(() -> new BackendException("this build has no containers")).start(image);
    }

    /** There is no such command. */
    final class NoSuchCommand extends RuntimeException {
        private static final long serialVersionUID = 1;

        public NoSuchCommand(String command) {
            super(command);
        }
    }
}
