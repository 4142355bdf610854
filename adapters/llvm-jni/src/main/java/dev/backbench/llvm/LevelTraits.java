package dev.backbench.llvm;

import dev.backbench.spi.BackendException;

/**
 * What an optimisation level means to libLLVM.
 *
 * @param pipeline for {@code LLVMRunPasses}; null runs none
 * @param codegen {@code LLVMCodeGenOptLevel}
 */
record LevelTraits(String name, String pipeline, int codegen, boolean forSize) {
    private static final int NONE = 0, LESS = 1, DEFAULT = 2, AGGRESSIVE = 3;

    static LevelTraits of(String level) {
        return switch (level) {
            case "O0" -> new LevelTraits(level, null, NONE, false);
            case "O1" -> new LevelTraits(level, "default<O1>", LESS, false);
            case "O2" -> new LevelTraits(level, "default<O2>", DEFAULT, false);
            case "O3" -> new LevelTraits(level, "default<O3>", AGGRESSIVE, false);
            case "Os" -> new LevelTraits(level, "default<Os>", DEFAULT, true);
            default -> throw new BackendException("llvm has no level '" + level + "'");
        };
    }

    boolean optimises() {
        return pipeline != null;
    }
}
