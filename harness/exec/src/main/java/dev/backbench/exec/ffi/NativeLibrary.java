package dev.backbench.exec.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A shared library and handles to its functions. Functions are described by short strings such as {@code "(PIJ)P"}:
 *
 * <table>
 * <caption>letters</caption>
 * <tr><td>{@code P}</td><td>a pointer, {@code size_t} or other 64 bits, carried as a Java {@code long} (addresses need no segment objects)</td></tr>
 * <tr><td>{@code J I S B}</td><td>64, 32, 16, 8 bits as {@code long int short byte}</td></tr>
 * <tr><td>{@code D F}</td><td>{@code double float}</td></tr>
 * <tr><td>{@code V}</td><td>no result</td></tr>
 * </table>
 *
 * <p>The first handle of a shape costs milliseconds of a cold start, later ones of the same shape microseconds: {@link #words} is one shape for nearly all C
 * functions, and {@code P} and {@code J} are alike. Keep handles in {@code static final} fields and call them with {@code invokeExact}.
 * Libraries stay open for the process's life.
 */
public final class NativeLibrary {
    /** Six words to one. */
    public static final String WORDS = "(PPPPPP)P";

    private static final int RTLD_NOW = 2;
    private static final int RTLD_GLOBAL = 0x100;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final NativeLibrary PROCESS = new NativeLibrary("the C library", 0);
    private static final MethodHandle DLOPEN = PROCESS.words("dlopen");
    private static final MethodHandle DLSYM = PROCESS.words("dlsym");
    private static final MethodHandle DLERROR = PROCESS.words("dlerror");

    private final String name;
    private final long handle;

    private NativeLibrary(String name, long handle) {
        this.name = name;
        this.handle = handle;
    }

    /** libc and libm, as the JVM itself uses them. */
    public static NativeLibrary process() {
        return PROCESS;
    }

    /**
     * Loads a library, all symbols resolved now.
     *
     * @throws UnsatisfiedLinkError with the dynamic linker's words
     */
    public static NativeLibrary open(Path file) {
        return open(file.toString(), RTLD_NOW);
    }

    /**
     * Loads a library by path or bare name (such as {@code libgcc_s.so.1}) and offers its symbols to libraries loaded later: for dependencies that lie in
     * a folder the dynamic linker does not search.
     */
    public static NativeLibrary openGlobal(String fileOrName) {
        return open(fileOrName, RTLD_NOW | RTLD_GLOBAL);
    }

    private static NativeLibrary open(String file, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            long handle = (long) DLOPEN.invokeExact(arena.allocateFrom(file).address(), (long) flags, 0L, 0L, 0L, 0L);
            if (handle == 0) throw new UnsatisfiedLinkError(CString.read((long) DLERROR.invokeExact(0L, 0L, 0L, 0L, 0L, 0L)));
            return new NativeLibrary(file, handle);
        } catch (Throwable t) {
            throw sneak(t);
        }
    }

    /** The address of a symbol, or 0. */
    public long find(String symbol) {
        if (handle == 0) return LINKER.defaultLookup().find(symbol).map(MemorySegment::address).orElse(0L);
        try (Arena arena = Arena.ofConfined()) {
            return (long) DLSYM.invokeExact(handle, arena.allocateFrom(symbol).address(), 0L, 0L, 0L, 0L);
        } catch (Throwable t) {
            throw sneak(t);
        }
    }

    /** @throws UnsatisfiedLinkError no such symbol */
    public long address(String symbol) {
        long address = find(symbol);
        if (address == 0) throw new UnsatisfiedLinkError("no symbol '" + symbol + "' in " + name);
        return address;
    }

    /**
     * A handle that calls {@code symbol}.
     *
     * @param descriptor see the class
     * @throws UnsatisfiedLinkError no such symbol
     */
    public MethodHandle function(String symbol, String descriptor, Linker.Option... options) {
        return function(address(symbol), descriptor, options);
    }

    /**
     * A handle of shape {@code (PPPPPP)P} for a function of up to six integer or pointer arguments: System V passes those in registers, a callee
     * takes no notice of those it has no parameter for, and an {@code int} is the low half of its register. Of an {@code int} result only the low half means anything.
     */
    public MethodHandle words(String symbol) {
        return function(symbol, WORDS);
    }

    /** A handle that calls the code at {@code address}. */
    public static MethodHandle function(long address, String descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(MemorySegment.ofAddress(address), descriptor(descriptor), options);
    }

    /** Machine code that calls {@code target}; lives as long as {@code arena}. The target must not throw. */
    public static long upcall(MethodHandle target, String descriptor, Arena arena) {
        return LINKER.upcallStub(target, descriptor(descriptor), arena).address();
    }

    /** The FFM form of a descriptor string. */
    public static FunctionDescriptor descriptor(String text) {
        int close = text.indexOf(')');
        if (text.charAt(0) != '(' || close != text.length() - 2) throw new IllegalArgumentException("not a descriptor: " + text);
        List<MemoryLayout> parameters = new ArrayList<>();
        for (int i = 1; i < close; i++) parameters.add(layout(text.charAt(i), text));
        MemoryLayout[] array = parameters.toArray(new MemoryLayout[0]);
        char result = text.charAt(close + 1);
        return result == 'V' ? FunctionDescriptor.ofVoid(array) : FunctionDescriptor.of(layout(result, text), array);
    }

    private static MemoryLayout layout(char letter, String text) {
        return switch (letter) {
            case 'P', 'J' -> ValueLayout.JAVA_LONG;
            case 'I' -> ValueLayout.JAVA_INT;
            case 'S' -> ValueLayout.JAVA_SHORT;
            case 'B' -> ValueLayout.JAVA_BYTE;
            case 'D' -> ValueLayout.JAVA_DOUBLE;
            case 'F' -> ValueLayout.JAVA_FLOAT;
            default -> throw new IllegalArgumentException("'" + letter + "' in descriptor " + text);
        };
    }

    /** Rethrows what a handle threw: native functions throw nothing, so it is an error or an upcall's unchecked exception. */
    public static RuntimeException sneak(Throwable t) {
        if (t instanceof RuntimeException e) return e;
        if (t instanceof Error e) throw e;
        return new IllegalStateException(t);
    }
}
