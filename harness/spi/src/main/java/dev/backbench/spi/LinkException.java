package dev.backbench.spi;

/** An import that is not there or does not fit; the message names it as {@code "module" "name"}. */
public final class LinkException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LinkException(String message) {
        super(message);
    }
}
