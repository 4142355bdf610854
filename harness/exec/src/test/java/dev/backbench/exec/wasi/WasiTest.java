package dev.backbench.exec.wasi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.backbench.exec.NativeMemory;
import dev.backbench.exec.NativeStore;
import dev.backbench.spi.HostFunction;
import dev.backbench.spi.ProgramConfig;
import dev.backbench.spi.Trap;
import dev.backbench.wasm.WasmModule;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The functions as a program would call them, pointers into a memory and all; above all that no path leaves the folder. */
class WasiTest {
    private static final int FOLLOW = 1, CREATE = 1, READ = 1 << 1, WRITE = 1 << 6;
    private static final int STRING = 1024, SECOND = 2048, RESULT = 4096, DATA = 8192;
    private static final int PREOPEN = 3, NOTHING_SUCH = 44, ELOOP = 32, ENOTDIR = 54, EPERM = 63;

    @TempDir
    Path outside;

    private Path inside;
    private NativeStore store;
    private NativeMemory memory;
    private Wasi wasi;
    private ProgramImports imports;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void open() throws IOException {
        inside = Files.createDirectory(outside.resolve("inside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createDirectory(outside.resolve("folder"));
        Files.writeString(outside.resolve("folder/secret"), "secret");
        Files.createDirectory(inside.resolve("sub"));
        Files.writeString(inside.resolve("sub/file"), "hello");
        Files.createSymbolicLink(inside.resolve("out"), outside.resolve("folder"));
        Files.createSymbolicLink(inside.resolve("up"), Path.of("../folder"));
        Files.createSymbolicLink(inside.resolve("stolen"), Path.of("../secret"));
        Files.createSymbolicLink(inside.resolve("dangling"), Path.of("../created"));
        Files.createSymbolicLink(inside.resolve("fine"), Path.of("sub/file"));
        store = new NativeStore();
        memory = store.newMemory(new WasmModule.MemoryType(1, 1));
        ProgramConfig config = new ProgramConfig(List.of("prog", "ärg"), Map.of("KEY", "value"), inside, new ByteArrayInputStream("input".getBytes(StandardCharsets.UTF_8)), out, out);
        wasi = new Wasi(config);
        imports = new ProgramImports(wasi, new Region());
    }

    @AfterEach
    void close() {
        wasi.close();
        store.close();
    }

    /** @return the errno */
    private int call(String name, long... arguments) {
        HostFunction function = (HostFunction) imports.find("wasi_snapshot_preview1", name);
        assertEquals(function.type().parameters().length, arguments.length, name);
        long[] results = new long[1];
        function.code().call(memory, arguments, results);
        return (int) results[0];
    }

    private long put(int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment.copy(bytes, 0, memory.segment(), ValueLayout.JAVA_BYTE, at, bytes.length);
        return bytes.length;
    }

    private int word(int at) {
        return memory.segment().get(ValueLayout.JAVA_INT, at);
    }

    private int open(int folder, String path, int lookup, int flags, long rights) {
        return call("path_open", folder, lookup, STRING, put(STRING, path), flags, rights, 0, 0, RESULT);
    }

    private String read(int fd) {
        memory.segment().set(ValueLayout.JAVA_INT, STRING, DATA);
        memory.segment().set(ValueLayout.JAVA_INT, STRING + 4, 100);
        assertEquals(0, call("fd_read", fd, STRING, 1, RESULT));
        return new String(memory.segment().asSlice(DATA, word(RESULT)).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    @Test
    void filesInsideAreReadAndWritten() throws IOException {
        assertEquals(0, open(PREOPEN, "sub/file", FOLLOW, 0, READ));
        assertEquals("hello", read(word(RESULT)));
        assertEquals(0, open(PREOPEN, "./sub/../fine", FOLLOW, 0, READ));
        assertEquals("hello", read(word(RESULT)));
        assertEquals(0, open(PREOPEN, "new", FOLLOW, CREATE, WRITE));
        int fd = word(RESULT);
        long length = put(DATA, "written");
        memory.segment().set(ValueLayout.JAVA_INT, STRING, DATA);
        memory.segment().set(ValueLayout.JAVA_INT, STRING + 4, (int) length);
        assertEquals(0, call("fd_write", fd, STRING, 1, RESULT));
        assertEquals(0, call("fd_close", fd));
        assertEquals("written", Files.readString(inside.resolve("new")));
        assertEquals("input", read(0));
    }

    @Test
    void noPathLeavesTheFolder() throws IOException {
        String[] bad = {"../secret", "/etc/passwd", "sub/../../secret", "out/secret", "up/secret", "stolen", "out/../out/secret", "dangling", "sub/../up/secret", "..", "/"};
        for (String path : bad) {
            for (int lookup : new int[] {0, FOLLOW}) {
                for (int flags : new int[] {0, CREATE}) {
                    assertNotEquals(0, open(PREOPEN, path, lookup, flags, READ | WRITE), path + " " + lookup + " " + flags);
                }
            }
            long length = put(STRING, path);
            assertNotEquals(0, call("path_filestat_get", PREOPEN, FOLLOW, STRING, length, RESULT), path);
            assertNotEquals(0, call("path_filestat_set_times", PREOPEN, FOLLOW, STRING, length, 0, 0, 5), path);
        }
        for (String path : new String[] {"../new", "out/new", "up/new", "/tmp/backbench-new", "sub/../../new"}) {
            long length = put(STRING, path);
            assertNotEquals(0, open(PREOPEN, path, FOLLOW, CREATE, WRITE), path);
            assertNotEquals(0, call("path_create_directory", PREOPEN, STRING, length), path);
        }
        for (String path : new String[] {"../secret", "out/secret", "up/secret"}) {
            long length = put(STRING, path), target = put(SECOND, "sub/taken");
            assertNotEquals(0, call("path_unlink_file", PREOPEN, STRING, length), path);
            assertNotEquals(0, call("path_rename", PREOPEN, STRING, length, PREOPEN, SECOND, target), path);
            assertNotEquals(0, call("path_rename", PREOPEN, SECOND, put(SECOND, "sub/file"), PREOPEN, STRING, length), path);
            assertNotEquals(0, call("path_link", PREOPEN, FOLLOW, STRING, length, PREOPEN, SECOND, target), path);
            assertNotEquals(0, call("path_link", PREOPEN, 0, SECOND, put(SECOND, "sub/file"), PREOPEN, STRING, put(STRING, "out/link")), path);
            assertNotEquals(0, call("path_readlink", PREOPEN, STRING, length, DATA, 100, RESULT), path);
            assertNotEquals(0, call("path_symlink", STRING, length, PREOPEN, SECOND, target), path);
        }
        assertEquals("secret", Files.readString(outside.resolve("secret")));
        assertEquals("secret", Files.readString(outside.resolve("folder/secret")));
        try (var all = Files.list(outside)) {
            assertEquals(3, all.count(), "nothing was made outside");
        }
        try (var all = Files.list(outside.resolve("folder"))) {
            assertEquals(1, all.count());
        }
    }

    private String content(int folder, String path) {
        assertEquals(0, open(folder, path, FOLLOW, 0, READ), path);
        int fd = word(RESULT);
        String content = read(fd);
        assertEquals(0, call("fd_close", fd));
        return content;
    }

    /** {@code link/..} is what is above the link's target, not what is above the link. */
    @Test
    void dotsAfterALinkAreAboveItsTarget() throws IOException {
        Files.createDirectories(inside.resolve("deep/er"));
        Files.writeString(inside.resolve("deep/x"), "deep");
        Files.writeString(inside.resolve("x"), "top");
        Files.createSymbolicLink(inside.resolve("link"), Path.of("deep/er"));
        Files.createSymbolicLink(inside.resolve("deep/er/back"), Path.of("../../sub"));
        Files.createSymbolicLink(inside.resolve("chain"), Path.of("link/../er/back/file"));
        assertEquals("deep", content(PREOPEN, "link/../x"));
        assertEquals("top", content(PREOPEN, "link/../../x"));
        assertEquals("top", content(PREOPEN, "deep/er/../../x"));
        assertEquals("hello", content(PREOPEN, "link/back/./file"));
        assertEquals("hello", content(PREOPEN, "chain"));
        assertEquals("top", content(PREOPEN, "link/back/../x"));
        assertEquals(EPERM, open(PREOPEN, "link/../../../secret", FOLLOW, 0, READ));
        assertEquals(NOTHING_SUCH, open(PREOPEN, "absent/../x", FOLLOW, 0, READ));
        assertEquals(ENOTDIR, open(PREOPEN, "x/../x", FOLLOW, 0, READ));
        assertEquals(ENOTDIR, open(PREOPEN, "x/.", FOLLOW, 0, READ));
        assertEquals(ENOTDIR, open(PREOPEN, "x/", FOLLOW, 0, READ));
        assertEquals(0, call("path_create_directory", PREOPEN, STRING, put(STRING, "link/../made")));
        assertTrue(Files.isDirectory(inside.resolve("deep/made")) && Files.notExists(inside.resolve("made")));
        assertEquals(0, call("path_unlink_file", PREOPEN, STRING, put(STRING, "link/../x")));
        assertEquals("top", Files.readString(inside.resolve("x")));
        assertTrue(Files.notExists(inside.resolve("deep/x")));
    }

    /** Also where the way out leads back in: outside, what a name means is not ours to say. */
    @Test
    void linksThatLeadOutAreRefused() throws IOException {
        Files.createSymbolicLink(inside.resolve("round"), Path.of("../inside/sub/file"));
        Files.createSymbolicLink(inside.resolve("absolute"), inside.toRealPath().resolve("sub/file"));
        Files.createSymbolicLink(inside.resolve("hop"), Path.of("sub/../stolen"));
        Files.createSymbolicLink(inside.resolve("sub/above"), Path.of("../fine"));
        for (String path : new String[] {"round", "absolute", "hop", "stolen", "up/../inside/sub/file", "out/..", "up/"}) {
            assertEquals(EPERM, open(PREOPEN, path, FOLLOW, 0, READ), path);
        }
        assertEquals("hello", content(PREOPEN, "sub/above"));
        assertEquals(0, open(PREOPEN, "sub", FOLLOW, 2, READ));
        assertEquals(EPERM, open(word(RESULT), "above", FOLLOW, 0, READ), "a descriptor's folder is left");
        Files.createSymbolicLink(inside.resolve("loop"), Path.of("loop2"));
        Files.createSymbolicLink(inside.resolve("loop2"), Path.of("./loop"));
        assertEquals(ELOOP, open(PREOPEN, "loop", FOLLOW, CREATE, WRITE));
        assertEquals(ELOOP, open(PREOPEN, "loop/x", 0, 0, READ));
    }

    @Test
    void nothingIsMadeThroughALink() throws IOException {
        Files.createSymbolicLink(inside.resolve("nothing"), Path.of("sub/absent"));
        Files.createSymbolicLink(inside.resolve("nothing2"), Path.of("nothing"));
        Files.createSymbolicLink(inside.resolve("chainOut"), Path.of("dangling"));
        for (String path : new String[] {"nothing", "nothing2", "./sub/../nothing"}) {
            assertEquals(NOTHING_SUCH, open(PREOPEN, path, FOLLOW, CREATE, WRITE), path);
            assertNotEquals(0, open(PREOPEN, path, 0, CREATE, WRITE), path);
        }
        for (String path : new String[] {"dangling", "chainOut", "stolen", "up/new"}) assertEquals(EPERM, open(PREOPEN, path, FOLLOW, CREATE, WRITE), path);
        assertTrue(Files.notExists(inside.resolve("sub/absent")) && Files.notExists(outside.resolve("created")) && Files.notExists(outside.resolve("folder/new")));
        assertEquals(0, open(PREOPEN, "fine", FOLLOW, CREATE, WRITE), "a link to what is there");
    }

    /** A descriptor stands for its folder and nothing above it, also after the folder was replaced by a link. */
    @Test
    void aFolderDescriptorIsNoWayOut() throws IOException {
        assertEquals(0, open(PREOPEN, "sub", FOLLOW, 2, READ));
        int sub = word(RESULT);
        assertEquals(0, open(sub, "file", FOLLOW, 0, READ));
        assertNotEquals(0, open(sub, "../fine", FOLLOW, 0, READ));
        assertNotEquals(0, open(sub, "../../secret", FOLLOW, 0, READ));
        Files.move(inside.resolve("sub"), inside.resolve("moved"));
        Files.createSymbolicLink(inside.resolve("sub"), outside.resolve("folder"));
        assertNotEquals(0, open(sub, "secret", FOLLOW, 0, READ));
        assertEquals(0, open(PREOPEN, "moved/file", FOLLOW, 0, READ));
        int file = word(RESULT);
        assertNotEquals(0, open(file, "secret", FOLLOW, 0, READ));
        assertEquals(0, call("fd_renumber", sub, file));
        assertNotEquals(0, open(file, "secret", FOLLOW, 0, READ));
        assertNotEquals(0, open(sub, "secret", FOLLOW, 0, READ));
        assertNotEquals(0, open(PREOPEN, "out", FOLLOW, 2, READ), "a link to a folder outside");
    }

    @Test
    void theProgramSeesOnePreopenCalledDot() {
        assertEquals(0, call("fd_prestat_get", PREOPEN, RESULT));
        assertEquals(1, word(RESULT + 4));
        assertEquals(0, call("fd_prestat_dir_name", PREOPEN, DATA, 1));
        assertEquals('.', memory.segment().get(ValueLayout.JAVA_BYTE, DATA));
        assertNotEquals(0, call("fd_prestat_get", PREOPEN + 1, RESULT));
        assertEquals(NOTHING_SUCH, open(PREOPEN, "absent", FOLLOW, 0, READ));
    }

    @Test
    void argumentsAndEnvironmentArrive() {
        assertEquals(0, call("args_sizes_get", RESULT, RESULT + 4));
        assertEquals(2, word(RESULT));
        assertEquals(5 + 5, word(RESULT + 4));
        assertEquals(0, call("args_get", RESULT, DATA));
        assertEquals("ärg", memory.segment().getString(word(RESULT + 4)));
        assertEquals(0, call("environ_sizes_get", RESULT, RESULT + 4));
        assertEquals(0, call("environ_get", RESULT, DATA));
        assertEquals("KEY=value", memory.segment().getString(word(RESULT)));
    }

    @Test
    void pointersOutsideTheMemoryAreTraps() {
        assertThrows(Trap.class, () -> call("args_sizes_get", 65536, 0));
        assertThrows(Trap.class, () -> call("args_sizes_get", -2, 0));
        assertThrows(Trap.class, () -> call("path_open", PREOPEN, 0, 65000, 1000, 0, 0, 0, 0, RESULT));
        assertThrows(Trap.class, () -> call("random_get", 65530, 100));
    }

    @Test
    void brokenPathsAreErrnos() {
        memory.segment().set(ValueLayout.JAVA_BYTE, STRING, (byte) 0xFF);
        assertEquals(25, call("path_unlink_file", PREOPEN, STRING, 1));
        assertNotEquals(0, open(PREOPEN, "a\0b", FOLLOW, CREATE, WRITE));
        assertNotEquals(0, open(PREOPEN, "", FOLLOW, 0, READ));
        assertNotEquals(0, open(77, "sub/file", FOLLOW, 0, READ));
    }

    @Test
    void everyFunctionIsThereWithItsParameters() {
        for (WasiFunction f : WasiFunction.values()) {
            HostFunction function = (HostFunction) imports.find("wasi_snapshot_preview1", f.name().toLowerCase(java.util.Locale.ROOT));
            long[] arguments = new long[function.type().parameters().length];
            if (f == WasiFunction.PROC_EXIT) continue;
            long[] results = new long[1];
            function.code().call(memory, arguments, results);
            assertTrue(results[0] >= 0 && results[0] < 77, f + " returned " + results[0]);
        }
        assertEquals(46, WasiFunction.values().length);
        assertNull(imports.find("wasi_snapshot_preview1", "fd_open"));
        assertNull(imports.find("wasi_unstable", "fd_read"));
        assertFalse(out.size() > 0);
    }

    @Test
    void exitComesAsAnException() {
        HostFunction exit = (HostFunction) imports.find("wasi_snapshot_preview1", "proc_exit");
        assertEquals(0, exit.type().results().length);
        assertEquals(7, assertThrows(ProgramExit.class, () -> exit.code().call(memory, new long[] {7}, new long[0])).code());
    }

    @Test
    void randomNumbersAreTheSameOnEveryRun() {
        assertEquals(0, call("random_get", DATA, 16));
        byte[] first = memory.segment().asSlice(DATA, 16).toArray(ValueLayout.JAVA_BYTE);
        try (Wasi again = new Wasi(new ProgramConfig(List.of(), Map.of(), null, new ByteArrayInputStream(new byte[0]), out, out))) {
            again.call(WasiFunction.RANDOM_GET, memory, new long[] {DATA, 16}, new long[1]);
        }
        assertArrayEquals(first, memory.segment().asSlice(DATA, 16).toArray(ValueLayout.JAVA_BYTE));
    }

    /** Lengths are the program's: nothing is allocated or written by one that does not fit its memory. */
    @Test
    void lengthsBeyondTheMemoryAreTrapsWhateverTheyAre() {
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 16}) {
            memory.segment().set(ValueLayout.JAVA_INT, STRING, DATA);
            memory.segment().set(ValueLayout.JAVA_INT, STRING + 4, length);
            assertThrows(Trap.class, () -> call("fd_read", 0, STRING, 1, RESULT), () -> "fd_read " + length);
            assertEquals(0, open(PREOPEN, "sub/file", FOLLOW, 0, READ));
            int fd = word(RESULT);
            memory.segment().set(ValueLayout.JAVA_INT, STRING, DATA);
            memory.segment().set(ValueLayout.JAVA_INT, STRING + 4, length);
            assertThrows(Trap.class, () -> call("fd_read", fd, STRING, 1, RESULT), () -> "fd_read of a file " + length);
            assertThrows(Trap.class, () -> call("fd_pread", fd, STRING, 1, 0, RESULT), () -> "fd_pread " + length);
            assertThrows(Trap.class, () -> call("fd_write", 1, STRING, 1, RESULT), () -> "fd_write " + length);
            assertThrows(Trap.class, () -> call("random_get", DATA, length), () -> "random_get " + length);
            assertEquals(0, word(DATA), "some was written");
            assertThrows(Trap.class, () -> call("fd_read", fd, STRING, length, RESULT), () -> "fd_read of vectors " + length);
        }
    }
}
