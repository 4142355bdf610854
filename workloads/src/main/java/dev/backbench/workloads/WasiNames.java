package dev.backbench.workloads;

import java.util.Set;

/** The imports a program may have and still run: WASI preview 1's functions and the two marks around the timed part. */
final class WasiNames {
    private static final String WASI = "wasi_snapshot_preview1.";
    private static final Set<String> FUNCTIONS = Set.of("args_get", "args_sizes_get", "environ_get", "environ_sizes_get", "clock_res_get", "clock_time_get",
            "fd_advise", "fd_allocate", "fd_close", "fd_datasync", "fd_fdstat_get", "fd_fdstat_set_flags", "fd_fdstat_set_rights", "fd_filestat_get",
            "fd_filestat_set_size", "fd_filestat_set_times", "fd_pread", "fd_prestat_get", "fd_prestat_dir_name", "fd_pwrite", "fd_read", "fd_readdir",
            "fd_renumber", "fd_seek", "fd_sync", "fd_tell", "fd_write", "path_create_directory", "path_filestat_get", "path_filestat_set_times", "path_link",
            "path_open", "path_readlink", "path_remove_directory", "path_rename", "path_symlink", "path_unlink_file", "poll_oneoff", "proc_exit", "proc_raise",
            "random_get", "sched_yield", "sock_accept", "sock_recv", "sock_send", "sock_shutdown");

    private WasiNames() {}

    /** @param name {@code module.name} */
    static boolean provided(String name) {
        return name.equals("bench.start") || name.equals("bench.end") || name.startsWith(WASI) && FUNCTIONS.contains(name.substring(WASI.length()));
    }
}
