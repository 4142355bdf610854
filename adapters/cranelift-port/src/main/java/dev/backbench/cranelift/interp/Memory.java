package dev.backbench.cranelift.interp;

import dev.backbench.cranelift.ir.TrapCode;
import java.util.Arrays;

/** Bytes from address {@link #BASE} up to a top that frames move. Addresses fit 32 bits. */
public final class Memory {
    public static final long BASE = 0x1_0000;
    private static final int LIMIT = 64 << 20;
    private byte[] bytes = new byte[4096];
    private int top;
    private byte fresh;

    /** The address behind the last byte in use. */
    public long top() {
        return BASE + top;
    }

    /** From here on new bytes lie {@code bytes} further up, a multiple of 16, and are not zero: what means something does not depend on that. */
    void elsewhere(int bytes) {
        top += bytes;
        fresh = (byte) 0xA5;
    }

    /** Bytes above the top, zeros unless {@link #elsewhere}. @throws Trap the stack is full */
    public long push(int size, int align) throws Trap {
        long start = (long) top + align - 1 & -align, end = start + size;
        if (end > LIMIT) throw new Trap(TrapCode.STACK_OVERFLOW);
        if (end > bytes.length) bytes = Arrays.copyOf(bytes, (int) Math.min(LIMIT, Math.max(end, bytes.length * 2L)));
        Arrays.fill(bytes, (int) start, (int) end, fresh);
        top = (int) end;
        return BASE + start;
    }

    /** Everything from {@code address} up is gone. */
    public void pop(long address) {
        top = (int) (address - BASE);
    }

    /** @param size 1 to 8 @param trapCode where the bytes are not all there; 0 says that they are */
    public long load(long address, int size, boolean big, int trapCode) throws Trap {
        int at = check(address, size, trapCode);
        long value = 0;
        for (int i = 0; i < size; i++) value = value << 8 | bytes[at + (big ? i : size - 1 - i)] & 0xff;
        return value;
    }

    public void store(long address, int size, long value, boolean big, int trapCode) throws Trap {
        int at = check(address, size, trapCode);
        for (int i = 0; i < size; i++) bytes[at + (big ? size - 1 - i : i)] = (byte) (value >>> 8 * i);
    }

    private int check(long address, int size, int trapCode) throws Trap {
        long at = address - BASE;
        if (at < 0 || at > (long) top - size) throw new Trap(trapCode == 0 ? TrapCode.HEAP_OUT_OF_BOUNDS : trapCode);
        return (int) at;
    }
}
