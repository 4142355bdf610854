package dev.backbench.workloads;

/** What is wrong with a workload's name, file or fetch; the message is for the user and says how to go on. */
public final class WorkloadException extends RuntimeException {
    public WorkloadException(String message) {
        super(message);
    }

    public WorkloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
