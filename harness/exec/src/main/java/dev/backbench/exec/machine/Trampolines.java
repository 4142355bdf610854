package dev.backbench.exec.machine;

import static dev.backbench.asm.X64.*;

import dev.backbench.asm.X64;
import dev.backbench.exec.ffi.NativeLibrary;
import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The runtime's own machine code: the way into generated code, the way from it to Java, the signal handler, and the builtins. Written once per
 * process; {@code docs/execution.md} tells the story.
 *
 * <p>Two invariants. A thread's record says {@code INSIDE} exactly while the thread is on the stack of generated code. Java only ever
 * runs on the thread's own stack.
 */
final class Trampolines {
    /** What {@link #ENTER} returns. */
    static final int RETURNED = 0, TRAPPED = 1, THREW = 2;

    // Offsets in the kernel's ucontext and siginfo.
    private static final int UC_STACK_SP = 16, UC_RDI = 104, UC_RSP = 160, UC_RIP = 168, SI_ADDRESS = 16;
    private static final int SIGBUS = 7, SIGSEGV = 11;

    private static final MethodHandle UPCALL = upcallTarget();

    /** (record, thunk, function reference, slots, 0, 0) -> how it ended */
    static final MethodHandle ENTER;
    static final long HANDLER;
    /** (host record in rdi, slots in rsi): on the stack of generated code. */
    static final long HOST_CALL;
    /** Table of addresses by {@link Builtin} ordinal. */
    static final long BUILTINS = Posix.allocate(Posix.PAGE);
    /** Where the handler finds who was there before: by signal number. */
    static final long PREVIOUS_HANDLERS = Posix.allocate(Posix.PAGE);

    static {
        X64 asm = new X64();
        int leave = asm.label(), landing = asm.label();
        int enter = asm.here();
        enter(asm, leave, landing);
        asm.align(16);
        int hostCall = asm.here();
        hostCall(asm, leave);
        asm.align(16);
        int handler = asm.here();
        handler(asm, landing);
        int[] builtins = builtins(asm, hostCall);
        long base = CodeRegion.publish(asm.finish());
        ENTER = NativeLibrary.function(base + asm.offsetOf(enter), NativeLibrary.WORDS);
        HOST_CALL = base + asm.offsetOf(hostCall);
        HANDLER = base + asm.offsetOf(handler);
        for (int b = 0; b < builtins.length; b++) Raw.putLong(BUILTINS + 8L * b, base + asm.offsetOf(builtins[b]));
    }

    private Trampolines() {}

    private static MethodHandle upcallTarget() {
        try {
            return MethodHandles.lookup().findStatic(Upcalls.class, "call", MethodType.methodType(long.class, long.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * enter(rdi record, rsi thunk, rdx function reference, rcx slots): saves what System V says a callee keeps, switches to the other stack and calls
     * the thunk. The landing pad is where the handler sends a thread that trapped, with rdi = record and rsp = SAVED_SP.
     */
    private static void enter(X64 asm, int leave, int landing) {
        int[] saved = {RBX, R12, R13, R14, R15};
        asm.push(RBP);
        asm.mov64(RBP, RSP);
        for (int register : saved) asm.push(register);
        asm.pushMemory(RDI, ThreadState.SAVED_SP);
        asm.pushMemory(RDI, ThreadState.WASM_SP);
        asm.push(RDI);
        asm.store64(RDI, ThreadState.SAVED_SP, RSP);
        asm.store64Immediate(RDI, ThreadState.INSIDE, 1);
        asm.mov64(RSP, RCX);
        asm.mov64(RAX, RSI);
        asm.mov64(RDI, RDX);
        asm.mov64(RSI, RCX);
        asm.callRegister(RAX);
        record(asm, RDI);
        asm.load64(RSP, RDI, ThreadState.SAVED_SP);
        asm.movImmediate(RAX, RETURNED);
        asm.bind(leave);
        asm.store64Immediate(RDI, ThreadState.INSIDE, 0);
        asm.pop(RDI);
        asm.popMemory(RDI, ThreadState.WASM_SP);
        asm.popMemory(RDI, ThreadState.SAVED_SP);
        for (int i = saved.length - 1; i >= 0; i--) asm.pop(saved[i]);
        asm.pop(RBP);
        asm.ret();
        asm.bind(landing);
        asm.cld();
        asm.movImmediate(RAX, TRAPPED);
        asm.jmp(leave);
    }

    /** The record of the thread whose generated-code stack rsp is on. */
    private static void record(X64 asm, int to) {
        asm.mov64(to, RSP);
        asm.aluImmediate64(Alu.AND, to, (int) -ThreadRegion.SLOT);
    }

    /** Called by thunks on the generated-code stack with rdi, rsi for {@link Upcalls#call}; returns only if that returned 0. */
    private static void hostCall(X64 asm, int leave) {
        int room = asm.label(), threw = asm.label();
        asm.push(RBP);
        asm.mov64(RBP, RSP);
        asm.push(RBX);
        asm.aluImmediate64(Alu.SUB, RSP, 8);
        record(asm, RBX);
        asm.load64(RAX, RBX, ThreadState.SAVED_SP);
        asm.aluMemory64(Alu.CMP, RAX, RBX, ThreadState.JAVA_LIMIT);
        asm.jcc(AE, room);
        asm.trap(TrapReason.STACK_EXHAUSTED.ordinal());
        asm.bind(room);
        asm.store64(RBX, ThreadState.WASM_SP, RSP);
        asm.store64Immediate(RBX, ThreadState.INSIDE, 0);
        asm.mov64(RSP, RAX);
        asm.movImmediate(RAX, NativeLibrary.upcall(UPCALL, "(PP)J", Arena.global()));
        asm.callRegister(RAX);
        asm.test64(RAX, RAX);
        asm.jcc(NE, threw);
        asm.store64Immediate(RBX, ThreadState.INSIDE, 1);
        asm.lea(RSP, RBP, -8);
        asm.pop(RBX);
        asm.pop(RBP);
        asm.ret();
        asm.bind(threw);
        asm.mov64(RDI, RBX);
        asm.load64(RSP, RBX, ThreadState.SAVED_SP);
        asm.movImmediate(RAX, THREW);
        asm.jmp(leave);
    }

    /**
     * handler(edi signal, rsi siginfo, rdx ucontext), on the signal stack. The thread is ours if its signal stack is, and the fault Wasm's if the
     * thread is inside and either the pc lies in generated code, or a library routine called by it touched a memory's reservation
     * or the stack guard. Everything else goes on to the previous handler as if we had not been here.
     */
    private static void handler(X64 asm, int landing) {
        int chain = asm.label(), hit = asm.label(), address = asm.label(), chunks = asm.label(), next = asm.label();
        asm.load64(R9, RDX, UC_STACK_SP);
        jumpUnlessWithin(asm, R9, ThreadRegion.START, ThreadRegion.BYTES, chain);
        asm.cmpMemoryImmediate64(R9, ThreadState.INSIDE, 0);
        asm.jcc(E, chain);
        asm.load64(RCX, RDX, UC_RIP);
        jumpUnlessWithin(asm, RCX, CodeRegion.START, CodeRegion.BYTES, address);
        asm.jmp(hit);

        asm.bind(address);
        asm.load64(RCX, RSI, SI_ADDRESS);
        asm.aluImmediate32(Alu.CMP, RDI, SIGSEGV);
        asm.jcc(E, chunks);
        asm.aluImmediate32(Alu.CMP, RDI, SIGBUS);
        asm.jcc(NE, chain);
        asm.bind(chunks);
        asm.mov64(RAX, RCX);
        asm.aluMemory64(Alu.SUB, RAX, R9, ThreadState.GUARD_START);
        asm.aluImmediate64(Alu.CMP, RAX, (int) ThreadRegion.GUARD);
        asm.jcc(B, hit);
        asm.movImmediate(R8, MemoryRegion.TABLE);
        asm.load64(R10, R8, MemoryRegion.TABLE_COUNT);
        asm.load64(R11, R8, MemoryRegion.TABLE_CHUNK);
        asm.bind(next);
        asm.test64(R10, R10);
        asm.jcc(E, chain);
        asm.mov64(RAX, RCX);
        asm.aluMemory64(Alu.SUB, RAX, R8, MemoryRegion.TABLE_STARTS);
        asm.aluImmediate64(Alu.ADD, R8, 8);
        asm.aluImmediate64(Alu.SUB, R10, 1);
        asm.alu64(Alu.CMP, RAX, R11);
        asm.jcc(AE, next);

        asm.bind(hit);
        asm.store64(R9, ThreadState.SIGNAL, RDI);
        copy(asm, RDX, UC_RIP, R9, ThreadState.FAULT_PC);
        copy(asm, RDX, UC_RSP, R9, ThreadState.FAULT_SP);
        copy(asm, RSI, SI_ADDRESS, R9, ThreadState.FAULT_ADDRESS);
        copy(asm, R9, ThreadState.SAVED_SP, RDX, UC_RSP);
        asm.store64(RDX, UC_RDI, R9);
        asm.lea(RCX, landing);
        asm.store64(RDX, UC_RIP, RCX);
        asm.ret();

        asm.bind(chain);
        asm.movImmediate(R8, PREVIOUS_HANDLERS);
        asm.mov32(RAX, RDI);
        asm.jmpTable(R8, RAX);
    }

    /** Clobbers rax and r8. */
    private static void jumpUnlessWithin(X64 asm, int value, long start, long bytes, int label) {
        asm.movImmediate(R8, start);
        asm.mov64(RAX, value);
        asm.alu64(Alu.SUB, RAX, R8);
        asm.movImmediate(R8, bytes);
        asm.alu64(Alu.CMP, RAX, R8);
        asm.jcc(AE, label);
    }

    private static void copy(X64 asm, int from, int fromOffset, int to, int toOffset) {
        asm.load64(RAX, from, fromOffset);
        asm.store64(to, toOffset, RAX);
    }

    /** One routine per builtin: those that are hot in machine code, the others by way of Java. */
    private static int[] builtins(X64 asm, int hostCall) {
        Builtin[] all = Builtin.values();
        int[] labels = new int[all.length];
        for (Builtin builtin : all) {
            asm.align(16);
            labels[builtin.ordinal()] = asm.here();
            switch (builtin) {
                case MEMORY_COPY -> copyOrFill(asm, true);
                case MEMORY_FILL -> copyOrFill(asm, false);
                default -> javaBuiltin(asm, builtin, hostCall);
            }
        }
        return labels;
    }

    /** (rdi instance, rsi destination, rdx source or byte, rcx length): checked against the size, then libc's, which returns to our caller. */
    private static void copyOrFill(X64 asm, boolean copy) {
        int trap = asm.label();
        asm.load64(R8, RDI, InstanceLayout.MEMORY);
        asm.load64(R9, R8, InstanceLayout.MEMORY_RECORD_SIZE);
        asm.load64(R8, R8, InstanceLayout.MEMORY_RECORD_BASE);
        asm.mov32(RCX, RCX);
        asm.mov32(RSI, RSI);
        asm.mov32(RDX, RDX);
        for (int start : copy ? new int[] {RSI, RDX} : new int[] {RSI}) {
            asm.mov64(RAX, start);
            asm.alu64(Alu.ADD, RAX, RCX);
            asm.alu64(Alu.CMP, RAX, R9);
            asm.jcc(A, trap);
        }
        asm.mov64(RDI, RSI);
        asm.alu64(Alu.ADD, RDI, R8);
        asm.mov64(RSI, RDX);
        if (copy) asm.alu64(Alu.ADD, RSI, R8);
        asm.mov64(RDX, RCX);
        asm.movImmediate(RAX, NativeLibrary.process().address(copy ? "memmove" : "memset"));
        asm.jmpRegister(RAX);
        asm.bind(trap);
        asm.trap(TrapReason.MEMORY_OUT_OF_BOUNDS.ordinal());
    }

    /** Integer arguments into 8-byte slots; the first one comes back as the result. */
    private static void javaBuiltin(X64 asm, Builtin builtin, int hostCall) {
        int[] registers = {RDI, RSI, RDX, RCX, R8};
        asm.push(RBP);
        asm.mov64(RBP, RSP);
        asm.aluImmediate64(Alu.SUB, RSP, 48);
        for (int p = 0; p < builtin.parameters(); p++) asm.store64(RSP, 8 * p, registers[p]);
        asm.movImmediate(RDI, builtin.ordinal());
        asm.mov64(RSI, RSP);
        asm.call(hostCall);
        asm.load64(RAX, RSP, 0);
        asm.mov64(RSP, RBP);
        asm.pop(RBP);
        asm.ret();
    }
}
