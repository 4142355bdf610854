package dev.backbench.exec.wasi;

import dev.backbench.spi.Extern;
import dev.backbench.spi.ProgramConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import run.endive.log.Logger;
import run.endive.wasi.WasiOptions;
import run.endive.wasi.WasiPreview1;

/**
 * WASI preview 1 for one program: Endive's implementation over our memories, with paths resolved by a {@link Sandbox} first, because that implementation compares
 * paths as text: it would follow a link in the middle of one out of the folder, and looks for a relative link's target in the wrong place.
 *
 * <p>Random numbers come from a fixed seed: a benchmark does the same work on every run.
 */
final class Wasi implements AutoCloseable {
    private static final int EILSEQ = 25, ENOSYS = 52, ENOTSOCK = 57;
    /** Lookup flag. */
    private static final int FOLLOW = 1;
    private static final long SEED = 0x5EED;

    private final ProgramConfig config;
    private final WasiPreview1 wasi;
    private final Sandbox sandbox;
    private final SegmentMemory memory = new SegmentMemory();

    Wasi(ProgramConfig config) {
        this.config = config;
        sandbox = new Sandbox(config.preopen());
        WasiOptions.Builder options = WasiOptions.builder().withArguments(config.arguments()).withStdin(config.in()).withStdout(config.out())
                .withStderr(config.err()).withRandom(new Random(SEED));
        for (Map.Entry<String, String> variable : config.environment().entrySet()) options.withEnvironment(variable.getKey(), variable.getValue());
        if (sandbox.root() != null) options.withDirectory(".", sandbox.root());
        wasi = WasiPreview1.builder().withOptions(options.build()).withLogger(new Silent()).build();
    }

    /** Does what the program asked for. @throws ProgramExit for {@code proc_exit} */
    void call(WasiFunction function, Extern.Memory caller, long[] a, long[] results) {
        if (function == WasiFunction.PROC_EXIT) throw new ProgramExit((int) a[0]);
        memory.use(caller);
        try {
            results[0] = function.name().startsWith("PATH_") ? path(function, a) : plain(function, a);
        } catch (CharacterCodingException e) {
            results[0] = EILSEQ;
        }
    }

    private int plain(WasiFunction function, long[] a) {
        int x = at(a, 0), y = at(a, 1), z = at(a, 2), w = at(a, 3);
        switch (function) { // before the implementation makes arrays as long as the program says, or does a part of the work
            case FD_READ, FD_PREAD, FD_WRITE, FD_PWRITE -> memory.checkVectors(y, z);
            case RANDOM_GET -> memory.check(x, y);
            default -> { }
        }
        return switch (function) {
            case ARGS_GET -> wasi.argsGet(memory, x, y);
            case ARGS_SIZES_GET -> wasi.argsSizesGet(memory, x, y);
            case ENVIRON_GET -> wasi.environGet(memory, x, y);
            case ENVIRON_SIZES_GET -> wasi.environSizesGet(memory, x, y);
            case CLOCK_RES_GET -> wasi.clockResGet(memory, x, y);
            case CLOCK_TIME_GET -> wasi.clockTimeGet(memory, x, a[1], z);
            case POLL_ONEOFF -> wasi.pollOneoff(memory, x, y, z, w);
            case PROC_RAISE -> ENOSYS;
            case RANDOM_GET -> wasi.randomGet(memory, x, y);
            case SCHED_YIELD -> wasi.schedYield();
            case SOCK_ACCEPT, SOCK_RECV, SOCK_SEND, SOCK_SHUTDOWN -> ENOTSOCK;
            default -> descriptor(function, a);
        };
    }

    private int descriptor(WasiFunction function, long[] a) {
        int fd = at(a, 0), y = at(a, 1), z = at(a, 2), w = at(a, 3);
        return switch (function) {
            case FD_ADVISE -> wasi.fdAdvise(fd, a[1], a[2], w);
            case FD_ALLOCATE -> wasi.fdAllocate(fd, a[1], a[2]);
            case FD_CLOSE -> sandbox.closed(fd, wasi.fdClose(fd));
            case FD_DATASYNC -> wasi.fdDatasync(fd);
            case FD_FDSTAT_GET -> wasi.fdFdstatGet(memory, fd, y);
            case FD_FDSTAT_SET_FLAGS -> wasi.fdFdstatSetFlags(fd, y);
            case FD_FDSTAT_SET_RIGHTS -> wasi.fdFdstatSetRights(fd, a[1], a[2]);
            case FD_FILESTAT_GET -> wasi.fdFilestatGet(memory, fd, y);
            case FD_FILESTAT_SET_SIZE -> wasi.fdFilestatSetSize(fd, a[1]);
            case FD_FILESTAT_SET_TIMES -> wasi.fdFilestatSetTimes(fd, a[1], a[2], w);
            case FD_PREAD -> wasi.fdPread(memory, fd, y, z, a[3], (int) a[4]);
            case FD_PRESTAT_GET -> wasi.fdPrestatGet(memory, fd, y);
            case FD_PRESTAT_DIR_NAME -> wasi.fdPrestatDirName(memory, fd, y, z);
            case FD_PWRITE -> wasi.fdPwrite(memory, fd, y, z, a[3], (int) a[4]);
            case FD_READ -> wasi.fdRead(memory, fd, y, z, w);
            case FD_READDIR -> wasi.fdReaddir(memory, fd, y, z, a[3], (int) a[4]);
            case FD_RENUMBER -> sandbox.renumbered(fd, y, wasi.fdRenumber(fd, y));
            case FD_SEEK -> wasi.fdSeek(memory, fd, a[1], z, w);
            case FD_SYNC -> wasi.fdSync(fd);
            case FD_TELL -> wasi.fdTell(memory, fd, y);
            case FD_WRITE -> wasi.fdWrite(memory, fd, y, z, w);
            default -> throw new AssertionError(function);
        };
    }

    private int path(WasiFunction function, long[] a) throws CharacterCodingException {
        int fd = at(a, 0);
        switch (function) {
            case PATH_LINK, PATH_RENAME, PATH_SYMLINK -> {
                return twoPaths(function, a);
            }
            case PATH_OPEN, PATH_FILESTAT_GET, PATH_FILESTAT_SET_TIMES -> {
                boolean follow = function == WasiFunction.PATH_FILESTAT_SET_TIMES || (a[1] & FOLLOW) != 0;
                String path = sandbox.resolve(fd, string(a, 2), follow);
                return path == null ? sandbox.error() : file(function, path, a);
            }
            default -> {
                String path = sandbox.resolve(fd, string(a, 1), false);
                return path == null ? sandbox.error() : name(function, path, a);
            }
        }
    }

    /** Operations on what a path leads to. */
    private int file(WasiFunction function, String path, long[] a) {
        int lookup = (int) a[1];
        if (function == WasiFunction.PATH_FILESTAT_GET) return wasi.pathFilestatGet(memory, Sandbox.PREOPEN, lookup, path, (int) a[4]);
        if (function == WasiFunction.PATH_FILESTAT_SET_TIMES) return wasi.pathFilestatSetTimes(Sandbox.PREOPEN, lookup, path, a[4], a[5], (int) a[6]);
        int result = wasi.pathOpen(memory, Sandbox.PREOPEN, lookup, path, (int) a[4], a[5], a[6], (int) a[7], (int) a[8]);
        if (result == 0) sandbox.opened(path, memory.readInt((int) a[8]));
        return result;
    }

    /** Operations on a directory's entry. */
    private int name(WasiFunction function, String path, long[] a) {
        return switch (function) {
            case PATH_CREATE_DIRECTORY -> wasi.pathCreateDirectory(Sandbox.PREOPEN, path);
            case PATH_READLINK -> wasi.pathReadlink(memory, Sandbox.PREOPEN, path, (int) a[3], (int) a[4], (int) a[5]);
            case PATH_REMOVE_DIRECTORY -> wasi.pathRemoveDirectory(Sandbox.PREOPEN, path);
            case PATH_UNLINK_FILE -> wasi.pathUnlinkFile(Sandbox.PREOPEN, path);
            default -> throw new AssertionError(function);
        };
    }

    private int twoPaths(WasiFunction function, long[] a) throws CharacterCodingException {
        int first = function == WasiFunction.PATH_LINK ? 2 : function == WasiFunction.PATH_RENAME ? 1 : 0;
        int fromFd = function == WasiFunction.PATH_SYMLINK ? (int) a[2] : (int) a[0], toFd = (int) a[first + 2];
        String from = sandbox.resolve(fromFd, string(a, first), function == WasiFunction.PATH_LINK);
        String to = from == null ? null : sandbox.resolve(toFd, string(a, first + 3), false);
        if (to == null) return sandbox.error();
        return switch (function) {
            case PATH_LINK -> wasi.pathLink(Sandbox.PREOPEN, (int) a[1], from, Sandbox.PREOPEN, to);
            case PATH_RENAME -> wasi.pathRename(Sandbox.PREOPEN, from, Sandbox.PREOPEN, to);
            default -> wasi.pathSymlink(from, Sandbox.PREOPEN, to);
        };
    }

    private static int at(long[] arguments, int index) {
        return index < arguments.length ? (int) arguments[index] : 0;
    }

    /** The string whose address and length are two arguments. */
    private String string(long[] arguments, int index) throws CharacterCodingException {
        byte[] bytes = memory.readBytes((int) arguments[index], (int) arguments[index + 1]);
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    @Override
    public void close() {
        wasi.close();
        try {
            config.out().flush();
            config.err().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the program's output could not be written", e);
        }
    }

    /** Formatting trace messages that nobody reads would be most of a call's time. */
    private static final class Silent implements Logger {
        @Override
        public void log(Level level, String message, Throwable throwable) {}

        @Override
        public boolean isLoggable(Level level) {
            return false;
        }
    }
}
