package dev.backbench.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** While open, the end of the process by Ctrl-C or SIGTERM waits until it is closed, a minute at most: reports are written of what was measured. */
final class Unhurried implements AutoCloseable {
    private static final long MOST_SECONDS = 60;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("waits for the report").unstarted(() -> {
        try {
            closed.await(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    });

    Unhurried() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it is that end which waited
        }
    }
}
