package dev.backbench.cranelift.ir;

/** Calling conventions. */
public enum CallConv {
    FAST, TAIL, SYSTEM_V, WINDOWS_FASTCALL, APPLE_AARCH64, PROBESTACK, WINCH, PRESERVE_ALL;

    private static final CallConv[] ALL = values();
    public final String text = name().toLowerCase();

    public static CallConv of(int ordinal) {
        return ALL[ordinal];
    }

    /** @return its ordinal, -1 where there is none of that name */
    public static int find(String name) {
        for (CallConv c : ALL) if (c.text.equals(name)) return c.ordinal();
        return -1;
    }

    public boolean supportsTailCalls() {
        return this == TAIL;
    }

    public boolean supportsExceptions() {
        return this == TAIL || this == SYSTEM_V || this == APPLE_AARCH64 || this == PRESERVE_ALL;
    }

    /** Values of pointer width that a handler gets. */
    public int exceptionPayloads() {
        return this == TAIL || this == SYSTEM_V || this == PRESERVE_ALL || this == APPLE_AARCH64 ? 2 : 0;
    }
}
