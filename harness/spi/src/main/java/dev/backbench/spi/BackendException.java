package dev.backbench.spi;

/** A back end could not do what was asked; the message is for the user and says how to go on. Module errors are {@link dev.backbench.wasm.WasmException}. */
public class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
