package dev.backbench.spi;

/** What was compiled computes something else than its text claims. */
public final class WrongResultException extends BackendException {
    private static final long serialVersionUID = 1;

    public WrongResultException(String message) {
        super(message);
    }
}
