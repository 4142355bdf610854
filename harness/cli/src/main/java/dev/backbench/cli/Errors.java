package dev.backbench.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** File errors as sentences: Java's own messages are often only the path. */
final class Errors {
    private Errors() {}

    static String sentence(IOException error) {
        if (!(error instanceof FileSystemException file) || file.getReason() != null) {
            return error.getMessage() == null ? error.toString() : error.getMessage();
        }
        String what = switch (file) {
            case NoSuchFileException missing -> "there is no such file or folder";
            case AccessDeniedException denied -> "it may not be read or written; check its owner and mode";
            case FileAlreadyExistsException exists -> "it exists already";
            case NotDirectoryException plain -> "it is not a folder";
            case DirectoryNotEmptyException full -> "the folder is not empty";
            default -> "it could not be read or written";
        };
        return file.getFile() + ": " + what;
    }
}
