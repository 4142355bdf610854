package dev.backbench.exec;

import static dev.backbench.asm.X64.*;
import static dev.backbench.exec.Assembled.type;
import static dev.backbench.wasm.ValType.I32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.asm.X64;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CodeImage;
import dev.backbench.spi.LinkException;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.ProgramResult;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmModule;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final int[] NONE = {};
    private static final String WASI = "wasi_snapshot_preview1";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ProgramConfig config = new ProgramConfig(List.of("program"), Map.of(), null, new ByteArrayInputStream(new byte[0]), out, out);

    private final Assembled a = new Assembled();
    private int start, end, write, exit;

    private void imports() {
        start = a.wasm.importFunction("bench", "start", type(NONE));
        end = a.wasm.importFunction("bench", "end", type(NONE));
        write = a.wasm.importFunction(WASI, "fd_write", type(new int[] {I32, I32, I32, I32}, I32));
        exit = a.wasm.importFunction(WASI, "proc_exit", type(new int[] {I32}));
        a.wasm.memory(1, 1);
        a.wasm.data(0, new byte[] {8, 0, 0, 0, 6, 0, 0, 0, 'h', 'e', 'l', 'l', 'o', '\n'});
    }

    /** The instance is in rbx. */
    private static void call(X64 asm, InstanceLayout layout, int function, long... arguments) {
        int[] registers = {RSI, RDX, RCX, R8};
        for (int i = 0; i < arguments.length; i++) asm.movImmediate(registers[i], arguments[i]);
        asm.load64(RAX, RBX, layout.importedFunction(function));
        asm.load64(RDI, RAX, InstanceLayout.FUNCREF_INSTANCE);
        asm.callMemory(RAX, InstanceLayout.FUNCREF_CODE);
    }

    private void main(Assembled.Body body) {
        a.exported("_start", type(NONE), (asm, layout) -> {
            asm.push(RBX);
            asm.mov64(RBX, RDI);
            body.write(asm, layout);
            asm.pop(RBX);
            asm.ret();
        });
    }

    private ProgramResult run() {
        try (NativeModule module = a.link()) {
            return module.run(config);
        }
    }

    /** What the marks enclose counts, summed; writing before and after does not. */
    @Test
    void theMarkedRegionIsMeasuredAndTheExitCodePassedOn() {
        imports();
        main((asm, layout) -> {
            call(asm, layout, write, 1, 0, 1, 100);
            for (int round = 0; round < 2; round++) {
                call(asm, layout, start);
                call(asm, layout, write, 1, 0, 1, 100);
                asm.movImmediate(RCX, 10_000_000);
                int loop = asm.here();
                asm.aluImmediate64(Alu.SUB, RCX, 1);
                asm.jcc(NE, loop);
                asm.load64(RAX, RBX, InstanceLayout.MEMORY_BASE);
                asm.store32(RAX, 8192 + 4096 * round, RCX); // a page fault each
                call(asm, layout, end);
                call(asm, layout, write, 1, 0, 1, 100);
            }
            call(asm, layout, exit, 42);
            asm.trap(TrapReason.UNREACHABLE.ordinal());
        });
        long before = System.nanoTime();
        ProgramResult result = run();
        assertEquals("hello\n".repeat(5), out.toString());
        assertEquals(42, result.exitCode());
        assertTrue(result.marked());
        assertEquals(2, result.hostCalls());
        assertTrue(result.firstMark() > before + result.instantiate());
        assertTrue(result.regionCpu() > 1_000_000, "20 million additions took " + result.regionCpu());
        assertTrue(result.regionWall() >= result.regionCpu() * 9 / 10, result.toString());
        assertTrue(result.hostNanos() > 0 && result.hostNanos() < result.regionWall());
        assertTrue(result.regionFaults() >= 2, result.toString());
        assertTrue(result.hostFaults() >= 0 && result.hostFaults() <= result.regionFaults() - 2, result.toString());
        assertTrue(result.total() >= result.instantiate() + result.regionWall());
    }

    @Test
    void withoutMarksTheWholeOfStartCounts() {
        imports();
        main((asm, layout) -> call(asm, layout, write, 1, 0, 1, 100));
        ProgramResult result = run();
        assertFalse(result.marked());
        assertEquals(0, result.exitCode());
        assertEquals(1, result.hostCalls());
        assertTrue(result.regionWall() > 0);
    }

    @Test
    void aTrapEndsTheProgramAndTheNextRunIsFresh() {
        imports();
        main((asm, layout) -> {
            call(asm, layout, write, 1, 0, 1, 100);
            asm.load64(RAX, RBX, InstanceLayout.MEMORY_BASE);
            asm.store32(RAX, 4, RBX);
            asm.trap(TrapReason.UNREACHABLE.ordinal());
        });
        try (NativeModule module = a.link()) {
            for (int i = 1; i <= 3; i++) {
                Trap trap = assertThrows(Trap.class, () -> module.run(config));
                assertSame(TrapReason.UNREACHABLE, trap.reason());
                assertEquals("_start", trap.function());
                assertEquals("hello\n".repeat(i), out.toString());
            }
        }
    }

    @Test
    void whatIsNotACommandSaysSo() {
        assertTrue(assertThrows(BackendException.class, this::run).getMessage().contains("_start"));
        a.wasm.importFunction("env", "nowhere", type(NONE));
        assertTrue(assertThrows(LinkException.class, this::run).getMessage().contains("\"env\" \"nowhere\""));
    }

    /** What could not be started is known without a compile, in the words that the run would have. */
    @Test
    void importsAreCheckedBeforeCompiling() {
        NativeCompiler compiler = new NativeCompiler() {
            @Override
            protected CodeImage compile(WasmModule module, PhaseClock clock) {
                throw new AssertionError("compiled");
            }
        };
        imports();
        assertTrue(assertThrows(BackendException.class, () -> compiler.checkProgram(a.wasm.toBytes())).getMessage().contains("'_start'"));
        main((asm, layout) -> call(asm, layout, exit, 0));
        compiler.checkProgram(a.wasm.toBytes());
        for (String[] other : new String[][] {{"env", "nowhere"}, {WASI, "fd_open"}, {"bench", "middle"}, {WASI, "fd_close"}}) {
            ModuleWriter writer = new ModuleWriter();
            writer.importFunction(other[0], other[1], type(NONE));
            writer.export("_start", WasmModule.FUNCTION, writer.function(type(NONE), new BodyWriter(0)));
            String said = assertThrows(LinkException.class, () -> compiler.checkProgram(writer.toBytes())).getMessage();
            assertTrue(said.contains("\"" + other[0] + "\" \"" + other[1] + "\""), said);
        }
        ModuleWriter closes = new ModuleWriter();
        closes.importFunction(WASI, "fd_close", type(NONE));
        assertTrue(assertThrows(LinkException.class, () -> compiler.checkProgram(closes.toBytes())).getMessage().startsWith("incompatible import type"));
    }
}
