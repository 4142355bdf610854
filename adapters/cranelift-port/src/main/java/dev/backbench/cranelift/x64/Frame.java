package dev.backbench.cranelift.x64;

import static dev.backbench.asm.X64.*;
import static dev.backbench.asm.X64Insn.*;

import dev.backbench.asm.X64Address;
import dev.backbench.asm.X64Encoder;
import dev.backbench.cranelift.mach.UnsupportedFeature;
import dev.backbench.cranelift.mach.VCode;
import dev.backbench.cranelift.regalloc.Allocation;

/**
 * A function's part of the stack, from the frame pointer down: saved registers, spill slots, the function's stack slots with the area for results of calls, arguments of calls. Above it the saved
 * frame pointer, the return address, this function's stack arguments.
 */
final class Frame {
    private static final int PAGE = 4096, UNROLLED_PROBES = 8;
    /** From the frame pointer to the arguments that came on the stack. */
    static final int INCOMING = 16;

    private final X64Encoder e;
    private final X64Address address = new X64Address();
    private static final int MAX_BYTES = 3 << 29;
    private static final int GENERAL = 0xFFFF, FLOAT_BYTES = 16;
    /** Registers, and bytes at the frame pointer that they are saved in: floats, of which all 16 are, below the others. */
    private int saved, savedBytes, slotBytes;
    private int bytes;
    private int incoming;

    Frame(X64Encoder encoder) {
        this.e = encoder;
    }

    void layOut(VCode code, Allocation places, Lower lowered) {
        saved = writtenRegisters(code, places) & lowered.calleeSaved();
        savedBytes = 8 * Integer.bitCount(saved & GENERAL);
        if ((saved & ~GENERAL) != 0) savedBytes = (savedBytes + 15 & ~15) + FLOAT_BYTES * Integer.bitCount(saved & ~GENERAL);
        slotBytes = lowered.slotBytes();
        incoming = lowered.incomingBytes();
        long all = 8L * places.slots() + slotBytes + lowered.outgoingBytes();
        if (all > MAX_BYTES) throw new UnsupportedFeature("frames of more than " + MAX_BYTES + " bytes");
        spillEnd = slotsEnd(places);
        bytes = spillEnd + slotBytes + lowered.outgoingBytes();
    }

    private int spillEnd;

    private int slotsEnd(Allocation places) {
        return savedBytes + 8 * places.slots() + 15 & ~15;
    }

    private static int writtenRegisters(VCode code, Allocation places) {
        int written = 0;
        for (int o = 0, n = code.operands(); o < n; o++) if (code.isDef(o) && !Allocation.isSlot(places.place(o))) written |= 1 << places.place(o);
        for (int m = 0; m < places.moves(); m++) if (!Allocation.isSlot(places.moveTo(m))) written |= 1 << places.moveTo(m);
        for (int i = 0, n = code.insts(); i < n; i++) written |= code.clobbers(i);
        return written;
    }

    /** With return address and saved frame pointer. */
    int bytes() {
        return bytes + 16;
    }

    int incoming() {
        return incoming;
    }

    /** From the frame pointer. */
    int spillOffset(int place) {
        return -savedBytes - 8 * (place - VCode.REGISTERS + 1);
    }

    /** Of the first stack slot, from the frame pointer. */
    int slotsOffset() {
        return -(spillEnd + slotBytes);
    }

    void enter(int label) {
        e.r(PUSH, 8, RBP);
        e.rr(MOV, 8, RBP, RSP);
        if (bytes == 0) return;
        if (bytes >= PAGE) probe(label);
        e.ri(SUB, 8, RSP, bytes);
        int offset = 0;
        for (int left = saved & GENERAL; left != 0; left &= left - 1) {
            offset -= 8;
            e.mr(MOV, 8, address.plain(RBP, offset), Integer.numberOfTrailingZeros(left));
        }
        offset &= -FLOAT_BYTES;
        for (int left = saved & ~GENERAL; left != 0; left &= left - 1) {
            offset -= FLOAT_BYTES;
            e.mr(MOVAPS, FLOAT_BYTES, address.plain(RBP, offset), Integer.numberOfTrailingZeros(left) - Regs.XMM0);
        }
    }

    /** Touches every page on the way down, in order, so that the guard below the stack is met. r11 is free on entry. */
    private void probe(int label) {
        int pages = bytes / PAGE;
        if (pages <= UNROLLED_PROBES) {
            for (int p = 1; p <= pages; p++) e.mr(MOV, 8, address.plain(RSP, -p * PAGE), RSP);
            return;
        }
        e.rm(LEA, 8, R11, address.plain(RSP, -pages * PAGE));
        e.label(label);
        e.ri(SUB, 8, RSP, PAGE);
        e.mr(MOV, 8, address.plain(RSP, 0), RSP);
        e.rr(CMP, 8, RSP, R11);
        e.jump(NE, label);
        e.rr(MOV, 8, RSP, RBP);
    }

    private void restore() {
        int offset = 0;
        for (int left = saved & GENERAL; left != 0; left &= left - 1) {
            offset -= 8;
            e.rm(MOV, 8, Integer.numberOfTrailingZeros(left), address.plain(RBP, offset));
        }
        offset &= -FLOAT_BYTES;
        for (int left = saved & ~GENERAL; left != 0; left &= left - 1) {
            offset -= FLOAT_BYTES;
            e.rm(MOVAPS, FLOAT_BYTES, Integer.numberOfTrailingZeros(left) - Regs.XMM0, address.plain(RBP, offset));
        }
    }

    /** @param popped bytes of arguments that go with the frame */
    void leave(int popped) {
        restore();
        if (bytes == 0) e.r(POP, 8, RBP);
        else e.plain(LEAVE);
        if (popped == 0) e.plain(RET);
        else e.returnPopping(popped);
    }

    /**
     * Takes the frame down before a jump to another function: its arguments, at the end of the frame, go to where they end at the return address's old place; from the last on, since
     * that is above. rax and r11 are free.
     */
    void leaveForTail(int outgoing) {
        restore();
        if (outgoing == 0 && incoming == 0) {
            if (bytes == 0) e.r(POP, 8, RBP);
            else e.plain(LEAVE);
            return;
        }
        int to = INCOMING + incoming - outgoing + bytes; // from the stack pointer
        e.rm(MOV, 8, R11, address.plain(RBP, 8));
        e.rm(MOV, 8, RBP, address.plain(RBP, 0));
        for (int at = outgoing - 8; at >= 0; at -= 8) {
            e.rm(MOV, 8, RAX, address.plain(RSP, at));
            e.mr(MOV, 8, address.plain(RSP, to + at), RAX);
        }
        e.rm(LEA, 8, RSP, address.plain(RSP, to));
        e.r(PUSH, 8, R11);
    }
}
