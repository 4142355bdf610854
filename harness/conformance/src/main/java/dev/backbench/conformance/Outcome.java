package dev.backbench.conformance;

/**
 * What became of one command of a script.
 *
 * @param command its type, with the field it acts on
 * @param feature why it was skipped; null unless skipped
 * @param expected what should have been, and {@code got} what was; null unless failed
 */
public record Outcome(Status status, int line, String command, String feature, String expected, String got) {
    public enum Status { PASSED, FAILED, SKIPPED }

    static Outcome passed(int line, String command) {
        return new Outcome(Status.PASSED, line, command, null, null, null);
    }

    static Outcome failed(int line, String command, String expected, String got) {
        return new Outcome(Status.FAILED, line, command, null, expected, got);
    }

    static Outcome skipped(int line, String command, String feature) {
        return new Outcome(Status.SKIPPED, line, command, feature, null, null);
    }
}
