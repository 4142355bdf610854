package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.spi.BackendException;
import java.lang.invoke.MethodHandle;

/** The few system calls the runtime needs, with Linux x86-64's constants. */
public final class Posix {
    public static final int NONE = 0, READ = 1, WRITE = 2, EXECUTE = 4;
    public static final long PAGE = 4096;

    private static final int MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000;

    private static final NativeLibrary C = NativeLibrary.process();
    private static final MethodHandle MMAP = C.words("mmap");
    private static final MethodHandle MUNMAP = C.words("munmap");
    private static final MethodHandle MPROTECT = C.words("mprotect");
    private static final MethodHandle SIGACTION = C.words("sigaction");
    private static final MethodHandle SIGALTSTACK = C.words("sigaltstack");

    private Posix() {}

    /**
     * Address space without memory or access.
     *
     * @throws BackendException there is none left
     */
    public static long reserve(long bytes) {
        return map(0, bytes, NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    }

    /** Zeroed memory that is committed when touched. */
    public static long allocate(long bytes) {
        return map(0, bytes, READ | WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
    }

    /** Gives the pages' memory back and takes all access away, in one step; the addresses stay reserved. */
    public static void decommit(long address, long bytes) {
        map(address, bytes, NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED);
    }

    private static long map(long address, long bytes, int protection, int flags) {
        try {
            long result = (long) MMAP.invokeExact(address, bytes, (long) protection, (long) flags, -1L, 0L);
            if (result == -1) throw new BackendException("cannot map " + bytes + " bytes of address space: is there a limit on it (ulimit -v)?");
            return result;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    public static void unmap(long address, long bytes) {
        try {
            int result = (int) (long) MUNMAP.invokeExact(address, bytes, 0L, 0L, 0L, 0L);
            assert result == 0;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** @return whether the system agreed */
    public static boolean tryProtect(long address, long bytes, int protection) {
        try {
            return (int) (long) MPROTECT.invokeExact(address, bytes, (long) protection, 0L, 0L, 0L) == 0;
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    /** @throws BackendException the system refused */
    public static void protect(long address, long bytes, int protection) {
        if (bytes > 0 && !tryProtect(address, bytes, protection)) {
            throw new BackendException("cannot change the protection of " + bytes + " bytes: out of memory, of mappings (vm.max_map_count), or executable memory is forbidden");
        }
    }

    /** sigaction(2) on raw structs; 0 for absent. */
    static void sigaction(int signal, long action, long old) {
        try {
            if ((int) (long) SIGACTION.invokeExact((long) signal, action, old, 0L, 0L, 0L) != 0) {
                throw new BackendException("cannot install a handler for signal " + signal);
            }
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    static void sigaltstack(long stack) {
        try {
            if ((int) (long) SIGALTSTACK.invokeExact(stack, 0L, 0L, 0L, 0L, 0L) != 0) throw new BackendException("cannot set this thread's signal stack");
        } catch (Throwable t) {
            throw NativeLibrary.sneak(t);
        }
    }

    public static long roundUp(long bytes, long unit) {
        return bytes + unit - 1 & -unit;
    }
}
