package dev.backbench.workloads;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Words for what the file system says with class names. */
final class Failures {
    private Failures() {}

    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) return "there is no such file";
        if (e instanceof AccessDeniedException) return "permission denied";
        return e.getMessage() != null ? e.getMessage() : e.getClass().getSimpleName();
    }
}
