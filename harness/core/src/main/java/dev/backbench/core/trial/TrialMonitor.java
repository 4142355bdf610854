package dev.backbench.core.trial;

/** What the experiment tells a trial under way, and hears from it. */
public interface TrialMonitor {
    /** The experiment is to end now; nothing more is wanted of this trial. */
    boolean stopping();

    /** The budget is over: tasks that have not begun are not wanted. */
    boolean overBudget();

    /** @param what such as {@code llvm:O2 compile sqlite3 (sweep)} */
    void working(String what);

    /** One line for the user. */
    void note(String line);
}
