package dev.backbench.cranelift.verify;

/** @param entity such as {@code inst7}, {@code gv0}, {@code block2} or {@code function} @param line of that entity, from 1 */
public record Complaint(String entity, int line, String message) {
    @Override
    public String toString() {
        return "line " + line + ", " + entity + ": " + message;
    }
}
