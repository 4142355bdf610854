package dev.backbench.exec.wasi;

import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps a program inside one folder, by turning every path into one that is relative to that folder and free of links, or into an error. A path is
 * taken relative to the folder its descriptor stands for, without {@code ..} that climb above it; the real folder it then lies in
 * must be the root or below, and so must what it finally names, where that is a link to be followed.
 */
final class Sandbox {
    /** The root's descriptor. */
    static final int PREOPEN = 3;

    private static final int EBADF = 8, EINVAL = 28, ENOENT = 44, ENOTDIR = 54, EPERM = 63;

    private final Path root;
    /** By descriptor; files too, which no path can be relative to. */
    private final Map<Integer, Path> opened = new HashMap<>();
    private int error;

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

    /** Why {@link #resolve} gave null. */
    int error() {
        return error;
    }

    /**
     * @param follow whether the operation follows a link that the path itself names
     * @return a path relative to {@link #PREOPEN}, or null
     */
    String resolve(int fd, String path, boolean follow) {
        Path folder = opened.get(fd);
        if (folder == null) return fail(EBADF);
        if (!Files.isDirectory(folder)) return fail(ENOTDIR);
        if (path.isEmpty()) return fail(ENOENT);
        try {
            Path target = folder.resolve(path).normalize();
            if (!target.startsWith(folder)) return fail(EPERM);
            Path real = target;
            if (!target.equals(root)) real = target.getParent().toRealPath().resolve(target.getFileName());
            if (follow && Files.isSymbolicLink(real)) real = real.toRealPath();
            if (!real.startsWith(root)) return fail(EPERM);
            String relative = real.equals(root) ? "." : root.relativize(real).toString();
            return path.endsWith("/") ? relative + "/" : relative;
        } catch (InvalidPathException e) {
            return fail(EINVAL);
        } catch (IOException e) {
            // Nothing there, or a link to nothing: opening that to write would create the link's target, wherever it is.
            return fail(ENOENT);
        }
    }

    private String fail(int errno) {
        error = errno;
        return null;
    }

    /** @param path as {@link #resolve} gave it */
    void opened(String path, int fd) {
        opened.put(fd, root.resolve(path).normalize());
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
