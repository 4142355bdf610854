package dev.backbench.exec.wasi;

import dev.backbench.wasm.FuncType;
import dev.backbench.wasm.ValType;
import java.util.Locale;

/** The functions of WASI preview 1 with their parameters: {@code i} for i32, {@code j} for i64. All but {@link #PROC_EXIT} return an errno. */
enum WasiFunction {
    ARGS_GET("ii"),
    ARGS_SIZES_GET("ii"),
    ENVIRON_GET("ii"),
    ENVIRON_SIZES_GET("ii"),
    CLOCK_RES_GET("ii"),
    CLOCK_TIME_GET("iji"),
    FD_ADVISE("ijji"),
    FD_ALLOCATE("ijj"),
    FD_CLOSE("i"),
    FD_DATASYNC("i"),
    FD_FDSTAT_GET("ii"),
    FD_FDSTAT_SET_FLAGS("ii"),
    FD_FDSTAT_SET_RIGHTS("ijj"),
    FD_FILESTAT_GET("ii"),
    FD_FILESTAT_SET_SIZE("ij"),
    FD_FILESTAT_SET_TIMES("ijji"),
    FD_PREAD("iiiji"),
    FD_PRESTAT_GET("ii"),
    FD_PRESTAT_DIR_NAME("iii"),
    FD_PWRITE("iiiji"),
    FD_READ("iiii"),
    FD_READDIR("iiiji"),
    FD_RENUMBER("ii"),
    FD_SEEK("ijii"),
    FD_SYNC("i"),
    FD_TELL("ii"),
    FD_WRITE("iiii"),
    PATH_CREATE_DIRECTORY("iii"),
    PATH_FILESTAT_GET("iiiii"),
    PATH_FILESTAT_SET_TIMES("iiiijji"),
    PATH_LINK("iiiiiii"),
    PATH_OPEN("iiiiijjii"),
    PATH_READLINK("iiiiii"),
    PATH_REMOVE_DIRECTORY("iii"),
    PATH_RENAME("iiiiii"),
    PATH_SYMLINK("iiiii"),
    PATH_UNLINK_FILE("iii"),
    POLL_ONEOFF("iiii"),
    PROC_EXIT("i"),
    PROC_RAISE("i"),
    RANDOM_GET("ii"),
    SCHED_YIELD(""),
    SOCK_ACCEPT("iii"),
    SOCK_RECV("iiiiii"),
    SOCK_SEND("iiiii"),
    SOCK_SHUTDOWN("ii");

    private static final int[] ERRNO = {ValType.I32}, NOTHING = {};

    private final String parameters;

    WasiFunction(String parameters) {
        this.parameters = parameters;
    }

    /** @param name as imported, in lower case @return null if there is none */
    static WasiFunction named(String name) {
        for (WasiFunction f : values()) if (f.name().toLowerCase(Locale.ROOT).equals(name)) return f;
        return null;
    }

    FuncType type() {
        int[] types = new int[parameters.length()];
        for (int i = 0; i < types.length; i++) types[i] = parameters.charAt(i) == 'i' ? ValType.I32 : ValType.I64;
        return new FuncType(types, this == PROC_EXIT ? NOTHING : ERRNO);
    }
}
