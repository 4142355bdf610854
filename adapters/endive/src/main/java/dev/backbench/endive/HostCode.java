package dev.backbench.endive;

import run.endive.runtime.Instance;

/** What an imported function does: values in the engine's form, but extern references as handles. */
@FunctionalInterface
interface HostCode {
    long[] call(Instance caller, long[] arguments);
}
