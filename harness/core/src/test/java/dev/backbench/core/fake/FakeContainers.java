package dev.backbench.core.fake;

import dev.backbench.spi.Availability;
import dev.backbench.spi.Containers;
import java.nio.file.Path;
import java.util.List;

/** Containers that are plain processes of this machine: of the bare image, and of one whose containers die at once. There are no others. */
public final class FakeContainers implements Containers {
    /** Of an image whose containers cannot be started after all, and of one that is not there. */
    public static final Image DYING = new Image("fake/dying", List.of()), ABSENT = new Image("fake/absent", List.of());
    public static final String WHY = "the engine has lost it";
    /** Property that names the folder in which removals leave a file of the container's name. */
    public static final String REMOVED = "backbench.test.removed";
    private static final String SCRIPT = "echo none > \"$0\"; case $1 in fake/dying) echo '" + WHY + "' >&2; exit 125 ;; esac; shift; exec \"$@\"";

    @Override
    public Availability available(String image) {
        return image.equals(ABSENT.name()) ? Availability.no("no image " + image, "build " + image) : Availability.YES;
    }

    @Override
    public String imageId(String image) {
        return "sha256:" + image.hashCode();
    }

    @Override
    public String limits() {
        return "none";
    }

    @Override
    public List<String> command(Box box) {
        return List.of("/bin/sh", "-c", SCRIPT, box.idFile().toString(), box.image());
    }

    @Override
    public List<String> removal(String name) {
        return List.of("touch", Path.of(System.getProperty(REMOVED), name).toString());
    }
}
