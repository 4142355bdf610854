package dev.backbench.exec.wasi;

import dev.backbench.spi.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps a program inside one folder, by turning every path into one that is relative to that folder and free of links, or into an error. A path, and each link
 * on its way, stays in the folder its descriptor stands for; an absolute one leads out of it by definition. Nobody else changes the folder meanwhile: the operation
 * itself goes by name again.
 */
final class Sandbox {
    /** The root's descriptor. */
    static final int PREOPEN = 3;

    private static final int EBADF = 8, EINVAL = 28, ELOOP = 32, ENOENT = 44, ENOTDIR = 54, EPERM = 63;
    /** As many as the system follows for one path. */
    private static final int MOST_LINKS = 40;

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
     * Goes a path's way name by name as the system would: a link's target is gone through where the link stands, and {@code ..} after it is above what it led to.
     *
     * @param follow whether the operation follows a link that the path itself names; with a slash after it one is followed anyway. One to nothing is an error, though
     *     a file could be made at its target
     * @return a path relative to {@link #PREOPEN} without links or {@code ..}, or null
     */
    String resolve(int fd, String path, boolean follow) {
        Path folder = opened.get(fd);
        if (folder == null) return fail(EBADF);
        if (path.isEmpty()) return fail(ENOENT);
        boolean slash = path.endsWith("/");
        try {
            if (!folder.toRealPath().equals(folder)) return fail(EPERM); // moved away, and a link is in its place
            Path real = walk(folder, path, follow || slash);
            if (real == null) return null;
            if (slash && Files.exists(real) && !Files.isDirectory(real)) return fail(ENOTDIR);
            String relative = real.equals(root) ? "." : root.relativize(real).toString();
            return slash ? relative + "/" : relative;
        } catch (InvalidPathException e) {
            return fail(EINVAL);
        } catch (IOException e) {
            return fail(ENOENT);
        }
    }

    /** @return where the path leads from {@code folder}, never above it; null after {@link #fail} */
    private Path walk(Path folder, String path, boolean follow) throws IOException {
        Deque<String> names = new ArrayDeque<>();
        push(path, names);
        boolean absolute = path.startsWith("/"), linked = false;
        Path at = folder;
        for (int links = 0; !absolute && !names.isEmpty();) {
            if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) return fail(Files.exists(at, LinkOption.NOFOLLOW_LINKS) ? ENOTDIR : ENOENT);
            String name = names.pop();
            if (name.equals(".")) continue;
            if (name.equals("..")) {
                if (at.equals(folder)) return fail(EPERM);
                at = at.getParent();
                continue;
            }
            Path child = at.resolve(name);
            boolean last = names.isEmpty();
            if (!Files.isSymbolicLink(child) || last && !follow) {
                at = child;
                continue;
            }
            if (++links > MOST_LINKS) return fail(ELOOP);
            linked |= last;
            String target = Files.readSymbolicLink(child).toString();
            push(target, names);
            absolute = target.startsWith("/");
        }
        if (absolute) return fail(EPERM);
        return linked && !Files.exists(at, LinkOption.NOFOLLOW_LINKS) ? fail(ENOENT) : at;
    }

    /** Puts a path's names before those still to go. */
    private static void push(String path, Deque<String> names) {
        String[] parts = path.split("/");
        for (int i = parts.length; --i >= 0;) if (!parts[i].isEmpty()) names.push(parts[i]);
    }

    private <T> T fail(int errno) {
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
