package dev.backbench.exec.wasi;

import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps a program inside one folder. A path is taken relative to the folder its descriptor stands for, without {@code ..} that climb above it; the real
 * folder it then lies in, after all links, must be the root or below; and so must what it finally names, where that is a link to be followed.
 */
final class Sandbox {
    private static final int EINVAL = 28, ENOENT = 44, EPERM = 63;
    private static final int PREOPEN = 3;

    private final Path root;
    /** By descriptor; files too, which no path can be relative to. */
    private final Map<Integer, Path> opened = new HashMap<>();

    /** @param preopen null for none @throws BackendException it is not a folder */
    Sandbox(Path preopen) {
        try {
            root = preopen == null ? null : preopen.toRealPath();
        } catch (IOException e) {
            throw new BackendException("cannot give the program the folder " + preopen + ": it does not exist or cannot be read", e);
        }
        if (root != null) {
            if (!Files.isDirectory(root)) throw new BackendException("cannot give the program " + preopen + ": it is not a folder");
            opened.put(PREOPEN, root);
        }
    }

    Path root() {
        return root;
    }

    /**
     * @param follow whether the operation may follow a link that the path itself names
     * @return 0 or an errno; a descriptor never opened is left to the implementation
     */
    int check(int fd, String path, boolean follow) {
        Path folder = opened.get(fd);
        if (folder == null) return 0;
        if (path.isEmpty()) return ENOENT;
        Path target;
        try {
            target = folder.resolve(path).normalize();
        } catch (InvalidPathException e) {
            return EINVAL;
        }
        if (!target.startsWith(folder)) return EPERM;
        try {
            if (!target.equals(root) && !target.getParent().toRealPath().startsWith(root)) return EPERM;
            if (follow && Files.isSymbolicLink(target) && !target.toRealPath().startsWith(root)) return EPERM;
            return 0;
        } catch (IOException e) {
            // Nothing there, or a link to nothing: opening that to write would create the link's target, wherever it is.
            return ENOENT;
        }
    }

    void opened(int folderFd, String path, int fd) {
        opened.put(fd, opened.get(folderFd).resolve(path).normalize());
    }

    /** @return {@code result} */
    int closed(int fd, int result) {
        if (result == 0) opened.remove(fd);
        return result;
    }

    /** @return {@code result} */
    int renumbered(int from, int to, int result) {
        if (result == 0 && from != to) {
            Path path = opened.remove(from);
            if (path == null) opened.remove(to);
            else opened.put(to, path);
        }
        return result;
    }
}
