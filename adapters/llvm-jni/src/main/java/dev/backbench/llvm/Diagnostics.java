package dev.backbench.llvm;

import dev.backbench.exec.ffi.CString;
import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * What libLLVM complains about. Errors it reports through a context are collected and thrown after the call that caused them; without a handler it would
 * print them and end the process. Its fatal errors cannot be survived: they are at least said.
 */
final class Diagnostics {
    private static final MethodHandle SET_HANDLER = Llvm.slow("LLVMContextSetDiagnosticHandler", 3);
    private static final MethodHandle DESCRIPTION = Llvm.slow("LLVMGetDiagInfoDescription", 1);
    private static final MethodHandle SEVERITY = Llvm.slow("LLVMGetDiagInfoSeverity", 1);
    private static final MethodHandle DISPOSE_MESSAGE = Llvm.slow("LLVMDisposeMessage", 1);
    private static final MethodHandle INSTALL_FATAL = Llvm.slow("LLVMInstallFatalErrorHandler", 1);
    private static final int ERROR = 0, ABORTED = 134;
    private static final ThreadLocal<StringBuilder> ERRORS = ThreadLocal.withInitial(StringBuilder::new);
    private static final long HANDLER = upcall("report", "(PP)V", MethodType.methodType(void.class, long.class, long.class));

    static {
        Llvm.call(INSTALL_FATAL, upcall("fatal", "(P)V", MethodType.methodType(void.class, long.class)));
    }

    private Diagnostics() {}

    private static long upcall(String method, String descriptor, MethodType type) {
        try {
            return NativeLibrary.upcall(MethodHandles.lookup().findStatic(Diagnostics.class, method, type), descriptor, Arena.global());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Errors of {@code context} arrive at the thread that works in it. */
    static void listen(long context) {
        ERRORS.get().setLength(0);
        Llvm.call(SET_HANDLER, context, HANDLER, 0);
    }

    /** @throws BackendException if an error was reported since {@link #listen} */
    static void check() {
        StringBuilder errors = ERRORS.get();
        if (errors.isEmpty()) return;
        String text = errors.toString();
        errors.setLength(0);
        throw new BackendException("LLVM: " + text);
    }

    /** The text of a message libLLVM allocated, which is freed. */
    static String take(long message) {
        String text = CString.read(message);
        if (message != 0) Llvm.call(DISPOSE_MESSAGE, message);
        return text;
    }

    private static void report(long diagnostic, long unused) {
        try {
            if ((int) Llvm.call(SEVERITY, diagnostic) != ERROR) return;
            StringBuilder errors = ERRORS.get();
            if (!errors.isEmpty()) errors.append("; ");
            errors.append(take(Llvm.call(DESCRIPTION, diagnostic)));
        } catch (Throwable t) { // nothing may leave an upcall
            ERRORS.get().append(t);
        }
    }

    private static void fatal(long reason) {
        try {
            System.err.println("LLVM fatal error: " + CString.read(reason));
            System.err.flush();
        } finally {
            Runtime.getRuntime().halt(ABORTED);
        }
    }
}
