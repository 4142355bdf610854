package dev.backbench.container;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import dev.backbench.exec.process.Place;
import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.ImagePullPolicy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/**
 * One container for as long as this object lives, pinned to the cores of this process, without network, with a limit on memory. Its first process reads an input that this process
 * holds open: when this process ends in whatever way, so does the container, and the engine removes it.
 */
final class ContainerPlace implements Place {
    private static final long MEMORY = 4L << 30;
    private static final int NOT_FOUND = 127, KILLED = 137;
    /** Working folder, input, output and error file, then the command; an empty name of the error file joins it to the output. */
    private static final String SCRIPT = "cd \"$1\" && in=$2 out=$3 err=$4 && shift 4 && if [ -n \"$err\" ]; then exec \"$@\" <\"$in\" >\"$out\" 2>\"$err\"; else exec \"$@\" <\"$in\" >\"$out\" 2>&1; fi";

    private final String image;
    private final GenericContainer<?> container;
    private final Set<Path> folders = new HashSet<>();
    private final ControlGroup usage;

    ContainerPlace(String image) {
        this.image = image;
        container = new GenericContainer<>(DockerImageName.parse(image));
        container.withImagePullPolicy((ImagePullPolicy) name -> false);
        container.withCommand("cat");
        container.withCreateContainerCmdModifier(create -> {
            create.withStdinOpen(true).withStdInOnce(true);
            HostConfig host = create.getHostConfig();
            host.withNetworkMode("none").withMemory(MEMORY).withMemorySwap(MEMORY).withAutoRemove(true).withCpusetCpus(ControlGroup.allowedCpus());
        });
        try {
            container.start();
            holdOpen();
            usage = ControlGroup.of(container.getContainerInfo().getState().getPidLong());
        } catch (IOException | RuntimeException e) {
            container.stop();
            throw new BackendException("a container of " + image + " could not be started: " + root(e), e);
        }
    }

    private void holdOpen() throws IOException {
        PipedInputStream input = new PipedInputStream();
        input.connect(new PipedOutputStream());
        container.getDockerClient().attachContainerCmd(container.getContainerId()).withStdIn(input).withFollowStream(true).withStdOut(true)
                .exec(new ResultCallback.Adapter<Frame>());
    }

    @Override
    public int run(Step step) {
        List<String> words = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", step.folder().toString(), step.in() == null ? "/dev/null" : step.in().toString(),
                step.out().toString(), step.err() == null ? "" : step.err().toString()));
        if (!step.environment().isEmpty()) words.add("env");
        for (Map.Entry<String, String> variable : step.environment().entrySet()) words.add(variable.getKey() + '=' + variable.getValue());
        words.addAll(step.command());
        int exit = execute(words.toArray(String[]::new)).getExitCode();
        if (exit == NOT_FOUND && execute("sh", "-c", "command -v \"$1\"", "sh", step.command().getFirst()).getExitCode() != 0) {
            throw new NoSuchCommand(step.command().getFirst() + "' in image '" + image);
        }
        if (exit == KILLED && !alive()) throw died(null);
        return exit;
    }

    private ExecResult execute(String... words) {
        try {
            return container.execInContainer(words);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while a command ran in a container", e);
        } catch (IOException | RuntimeException e) {
            throw died(e);
        }
    }

    private boolean alive() {
        try {
            return container.isRunning();
        } catch (RuntimeException gone) {
            return false;
        }
    }

    private BackendException died(Exception e) {
        return new BackendException("the container of " + image + " died" + (e == null ? "" : ": " + root(e)), e);
    }

    private static String root(Throwable e) {
        while (e.getCause() != null) e = e.getCause();
        return String.valueOf(e.getMessage()).strip();
    }

    @Override
    public void send(Path path) {
        boolean folder = Files.isDirectory(path);
        if (folder && !folders.add(path) || !folder && folders.add(path.getParent())) execute("mkdir", "-p", folder ? path.toString() : path.getParent().toString());
        try {
            container.copyFileToContainer(MountableFile.forHostPath(path), path.toString());
        } catch (RuntimeException e) {
            throw died(e);
        }
    }

    @Override
    public void fetch(Path file) {
        try {
            container.copyFileFromContainer(file.toString(), file.toString());
        } catch (RuntimeException e) {
            if (!alive()) throw died(e);
        }
    }

    @Override
    public void forget(Path folder) {
        if (folders.remove(folder) && alive()) execute("rm", "-rf", folder.toString());
    }

    @Override
    public long companionCpu() {
        return usage.cpu();
    }

    @Override
    public long companionPeakBytes() {
        return usage.peakBytes();
    }

    @Override
    public void close() {
        container.stop();
    }
}
