package dev.backbench.endive;

import dev.backbench.spi.BackendException;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ExecutionException;

/** The engine recurses on the Java stack, which is short on most threads. */
final class BigStack {
    private static final long BYTES = 256L << 20;

    private BigStack() {}

    /** Runs {@code work} on a thread of its own. @throws RuntimeException what it threw */
    static <T> T call(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(null, task, "program", BYTES);
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new BackendException("program: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted", e);
        }
    }
}
