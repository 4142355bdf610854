package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.Raw;

/**
 * Puts our handler in front of the JVM's, once per process, for the signals that a trap may raise. Flags and mask stay the JVM's, but for the use of a signal
 * stack: a thread that has none (every thread that never ran generated code) is not affected.
 */
final class SignalHandler {
    static final int SIGILL = 4, SIGBUS = 7, SIGFPE = 8, SIGSEGV = 11;

    private static final int STRUCT_BYTES = 152, FLAGS = 136, SA_ONSTACK = 0x08000000;
    private static boolean installed;

    private SignalHandler() {}

    static synchronized void install() {
        if (installed) return;
        long struct = Posix.allocate(Posix.PAGE);
        for (int signal : new int[] {SIGILL, SIGBUS, SIGFPE, SIGSEGV}) {
            Posix.sigaction(signal, 0, struct);
            Raw.putLong(Trampolines.PREVIOUS_HANDLERS + 8L * signal, Raw.getLong(struct));
            Raw.putLong(struct, Trampolines.HANDLER);
            Raw.putInt(struct + FLAGS, Raw.getInt(struct + FLAGS) | SA_ONSTACK);
            Posix.sigaction(signal, struct, 0);
        }
        Posix.unmap(struct, STRUCT_BYTES);
        installed = true;
    }
}
