package dev.backbench.gcc;

import static dev.backbench.gcc.Gcc.*;
import static dev.backbench.wasm.Opcode.*;
import static dev.backbench.wasm.ValType.*;
import static org.junit.jupiter.api.Assertions.*;

import dev.backbench.spi.Artifact;
import dev.backbench.spi.BackendException;
import dev.backbench.spi.CompileOptions;
import dev.backbench.spi.CompiledModule;
import dev.backbench.spi.Ledger;
import dev.backbench.spi.PhaseClock;
import dev.backbench.spi.Store;
import dev.backbench.spi.Trap;
import dev.backbench.spi.abi.TrapReason;
import dev.backbench.wasm.WasmException;
import dev.backbench.wasm.build.BodyWriter;
import dev.backbench.wasm.build.ModuleWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GccCompilerTest {
    private static byte[] adder(int by) {
        ModuleWriter module = new ModuleWriter();
        module.memory(1, 1);
        export(module, "add", type(of(I32), I32), new BodyWriter(1).get(0).i32(by).op(I32_ADD));
        export(module, "load", type(of(I32), I32), new BodyWriter(1).get(0).memory(I32_LOAD, 2, 0));
        return module.toBytes();
    }

    private static List<String> files(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** The same bytes give the same code, whatever was compiled before; the code survives serialisation. */
    @Test
    void compilesAreIndependentAndRepeatable() throws Exception {
        try (var compiler = compiler("O2")) {
            Artifact first = compiler.compile(adder(3), PhaseClock.OFF);
            compiler.compile(adder(4), PhaseClock.OFF);
            Artifact again = compiler.compile(adder(3), PhaseClock.OFF);
            assertEquals(first.codeSha256(), again.codeSha256());
            assertArrayEquals(first.serialize(), again.serialize());
            assertEquals(2, first.functionsEmitted());
            Artifact read = compiler.deserialize(first.serialize());
            try (Store store = compiler.newStore(); CompiledModule code = compiler.link(read, PhaseClock.OFF)) {
                assertEquals(45, store.instantiate(code, (from, name) -> null).invoke("add", 42)[0]);
            }
        }
    }

    @Test
    void phasesNameAllTheWork() throws Exception {
        PhaseClock clock = PhaseClock.running();
        try (var compiler = compiler("O1")) {
            compiler.link(compiler.compile(adder(3), clock), clock).close();
        }
        assertEquals(List.of("decode", "decode+translate", "optimise+select+allocate+emit", "assemble", "link"), List.copyOf(clock.nanos().keySet()));
    }

    /** Temporary files of this process are gone even after an invalid body, which is found in the middle of building. */
    @Test
    void nothingIsLeftBehind() throws Exception {
        ModuleWriter broken = new ModuleWriter();
        export(broken, "fine", type(of(), I32), new BodyWriter(0).i32(1));
        export(broken, "broken", type(of(), I32), new BodyWriter(0).f32(1));
        Path folder;
        try (Workspace workspace = new Workspace()) {
            folder = workspace.file("x").getParent().getParent();
        }
        try (var compiler = compiler("O0")) {
            assertThrows(WasmException.class, () -> compiler.compile(broken.toBytes(), PhaseClock.OFF));
            compiler.compile(adder(1), PhaseClock.OFF);
        }
        assertFalse(Files.exists(folder), folder::toString);
    }

    /** Folders of processes that are gone are removed, those of a process that lives and young ones stay. */
    @Test
    void abandonedFoldersAreRemoved(@TempDir Path temporary) throws Exception {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (String name : List.of("backbench-gcc1", "backbench-gcc2", "backbench-gcc-young", "else")) {
            Path folder = Files.createDirectories(temporary.resolve(name).resolve("compile1")).getParent();
            Files.writeString(folder.resolve("lock"), "");
            if (!name.endsWith("young")) Files.setLastModifiedTime(folder, old);
        }
        try (var channel = FileChannel.open(temporary.resolve("backbench-gcc2/lock"), StandardOpenOption.WRITE)) {
            channel.lock();
            Workspace.removeAbandoned(temporary);
            assertEquals(Set.of("backbench-gcc2", "backbench-gcc-young", "else"), Set.copyOf(files(temporary)));
        }
        Workspace.removeAbandoned(temporary);
        assertEquals(Set.of("backbench-gcc-young", "else"), Set.copyOf(files(temporary)));
    }

    @Test
    void emitsEachStageOfOneFunction() throws Exception {
        try (var compiler = compiler("O2")) {
            String ir = new String(compiler.emit(adder(77), "ir", 0), StandardCharsets.UTF_8), assembly = new String(compiler.emit(adder(77), "asm", 0), StandardCharsets.UTF_8);
            assertTrue(ir.contains("f0 (") && ir.contains("77") && !ir.contains("f1 ("), ir);
            assertTrue(assembly.startsWith("f0:") && assembly.contains("77") && !assembly.contains("f1:"), assembly);
            byte[] object = compiler.emit(adder(77), "obj", -1);
            assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, Arrays.copyOf(object, 4));
            assertThrows(BackendException.class, () -> compiler.emit(adder(77), "nonsense", -1));
        }
    }

    @Test
    void explicitBoundsTrapByThemselves() throws Exception {
        need();
        try (var compiler = BACKEND.newCompiler(new CompileOptions("O2", 1, "x86_64", CompileOptions.Bounds.EXPLICIT, Set.of(), null))) {
            run(compiler, adder(1), instance -> {
                assertEquals(0, instance.invoke("load", 65532)[0]);
                assertEquals(TrapReason.MEMORY_OUT_OF_BOUNDS, assertThrows(Trap.class, () -> instance.invoke("load", 65533)).reason());
                assertEquals(TrapReason.MEMORY_OUT_OF_BOUNDS, assertThrows(Trap.class, () -> instance.invoke("load", 0xffffffffL)).reason());
            });
        }
    }

    @Test
    void ledgerNamesWhatKeepsTheSemantics() throws Exception {
        need();
        Ledger ledger = BACKEND.ledger(CompileOptions.of("O2"));
        assertTrue(ledger.version().matches("\\d+\\.\\d+\\.\\d+"), ledger.version());
        assertTrue(Files.exists(Path.of(ledger.binary())));
        for (String flag : List.of("-fsignaling-nans", "-fwrapv", "-fno-optimize-sibling-calls", "-fno-finite-loops", "-ffp-contract=off")) {
            assertTrue(ledger.notes().keySet().stream().anyMatch(key -> key.contains(flag)), flag);
        }
        assertNotNull(ledger.notes().get("linear memory"));
    }

    @Test
    void optionsThatAreNotThereAreRefused() throws Exception {
        assertThrows(BackendException.class, () -> compiler("O2", "nonsense"));
        assertThrows(BackendException.class, () -> compiler("O9"));
    }
}
