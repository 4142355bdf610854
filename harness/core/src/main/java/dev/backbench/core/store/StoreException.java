package dev.backbench.core.store;

/** A run folder that cannot be read or written; the message says which file, why, and how to go on. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
