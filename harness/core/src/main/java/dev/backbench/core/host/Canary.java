package dev.backbench.core.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * A fixed piece of machine code whose time shows whether the core changed its speed: a chain of dependent multiplications, so neither caches nor the JIT
 * have a say. x86-64 only.
 */
public final class Canary {
    private static final int PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long PAGE = 4096;
    private static final int REPEATS = 3;
    /** 1 million rounds of four {@code imul rax, rax} of three cycles each: about 4 ms. */
    private static final byte[] LOOP = {(byte) 0xB9, 0x40, 0x42, 0x0F, 0, (byte) 0xB8, 3, 0, 0, 0, 0x48, 0x0F, (byte) 0xAF, (byte) 0xC0, 0x48, 0x0F, (byte) 0xAF,
        (byte) 0xC0, 0x48, 0x0F, (byte) 0xAF, (byte) 0xC0, 0x48, 0x0F, (byte) 0xAF, (byte) 0xC0, (byte) 0xFF, (byte) 0xC9, 0x75, (byte) 0xEC, (byte) 0xC3};

    private Canary() {}

    /** Nanoseconds of the loop, the least of three; -1 where it cannot run. */
    public static long nanos() {
        if (!System.getProperty("os.arch").equals("amd64")) return -1;
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MemorySegment map = linker.defaultLookup().findOrThrow("mmap");
            MethodHandle mmap = linker.downcallHandle(map, FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
            MethodHandle mprotect = linker.downcallHandle(linker.defaultLookup().findOrThrow("mprotect"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
            MethodHandle munmap = linker.downcallHandle(linker.defaultLookup().findOrThrow("munmap"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
            long page = (long) mmap.invokeExact(0L, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (page == -1) return -1;
            try {
                MemorySegment.ofAddress(page).reinterpret(PAGE, arena, null).copyFrom(MemorySegment.ofArray(LOOP));
                if ((int) mprotect.invokeExact(page, PAGE, PROT_READ | PROT_EXEC) != 0) return -1;
                return time(linker.downcallHandle(MemorySegment.ofAddress(page), FunctionDescriptor.of(ValueLayout.JAVA_LONG)));
            } finally {
                int ignored = (int) munmap.invokeExact(page, PAGE);
            }
        } catch (Throwable t) {
            return -1;
        }
    }

    private static long time(MethodHandle loop) throws Throwable {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < REPEATS; i++) {
            long start = System.nanoTime();
            long ignored = (long) loop.invokeExact();
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }
}
