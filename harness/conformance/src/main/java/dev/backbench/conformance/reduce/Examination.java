package dev.backbench.conformance.reduce;

import dev.backbench.conformance.fuzz.ModuleCheck;
import dev.backbench.conformance.fuzz.TextCheck;

/** What is wrong with an input, found in a worker process. */
public interface Examination extends AutoCloseable {
    /**
     * What a failure is, told apart from others, and in full.
     *
     * @param kind without what changes as the input does: values, numbers of entities
     */
    record Failure(String kind, String what) {}

    /** Told whose turn it is, so that a silence has a name. */
    interface Turn {
        /** @param backEnd or the oracle */
        void of(boolean backEnd);
    }

    /** @return null where nothing is wrong */
    Failure examine(byte[] input, Turn turn);

    @Override
    void close();

    /** @param form {@code wasm} or a text form @param against the oracle for modules */
    static Examination of(String form, String backend, String against) {
        return form.equals("wasm") ? new ModuleCheck(backend, against) : new TextCheck(form, backend);
    }

    /** An exception from inside, by its class and the innermost place that is ours. */
    static Failure thrown(String who, Throwable e) {
        String place = "";
        for (StackTraceElement at : e.getStackTrace()) {
            if (!at.getClassName().startsWith("dev.backbench.")) continue;
            place = " at " + at.getClassName() + "." + at.getMethodName();
            break;
        }
        return new Failure(who + ": " + e.getClass().getName() + place, who + ": " + e + place);
    }
}
