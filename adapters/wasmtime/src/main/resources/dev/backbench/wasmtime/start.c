/* Cold starts of Wasmtime without a JVM: the protocol is in docs/cold-start.md. The library is opened at run time and needs no headers; of its C API the pointers, sizes and enumerations
   used here are the stable ones. Settings are those of WasmtimeCompiler.java: an image made there is refused here if they differ. */
#define SETTINGS 5 /* library, strategy, optimisation level, register allocator, explicit bounds */
#define THREAD_STACK (32L << 20)
#include "start_host.h"

#define WASM_STACK (8L << 20)
#define WINCH 2

static void *engine;
static int64_t first_mark;

/* Pointers and whole numbers all arrive in the same registers. */
#define CALL(id, type, name, ...) ((type (*)()) function(id, name))(__VA_ARGS__)

static void check(const char *id, const char *stage, void *error) {
    if (!error) return;
    bytes message;
    CALL(id, void, "wasmtime_error_message", error, &message);
    fail(id, stage, "crash", message.data, message.size);
}

static void load(const char *id) {
    open_library(id);
    int strategy = atoi(settings[1]);
    void *config = CALL(id, void *, "wasm_config_new");
    CALL(id, void, "wasmtime_config_strategy_set", config, strategy);
    CALL(id, void, "wasmtime_config_parallel_compilation_set", config, 0);
    CALL(id, void, "wasmtime_config_native_unwind_info_set", config, 0);
    CALL(id, void, "wasmtime_config_memory_init_cow_set", config, 0);
    CALL(id, void, "wasmtime_config_wasm_simd_set", config, 1);
    CALL(id, void, "wasmtime_config_async_stack_size_set", config, 2 * WASM_STACK);
    CALL(id, void, "wasmtime_config_max_wasm_stack_set", config, WASM_STACK);
    if (strategy != WINCH) {
        CALL(id, void, "wasmtime_config_cranelift_opt_level_set", config, atoi(settings[2]));
        CALL(id, void, "wasmtime_config_cranelift_regalloc_algorithm_set", config, atoi(settings[3]));
    }
    if (atoi(settings[4])) {
        CALL(id, void, "wasmtime_config_memory_reservation_set", config, (uint64_t) 0);
        CALL(id, void, "wasmtime_config_memory_guard_size_set", config, (uint64_t) 0);
    }
    engine = CALL(id, void *, "wasm_engine_new_with_config", config);
    if (!engine) fail(id, "start", "crash", "Wasmtime refused its settings", 800);
}

/* Before Wasmtime's image lie the module's length, highest byte first, and the module. */
static void *deserialised(const char *id, bytes image) {
    const unsigned char *b = (const unsigned char *) image.data;
    size_t before = image.size < 4 ? image.size + 1 : 4 + ((size_t) b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]);
    void *module = NULL;
    if (before > image.size) fail(id, "link", "crash", "not a serialised module", 800);
    check(id, "link", CALL(id, void *, "wasmtime_module_deserialize", engine, image.data + before, image.size - before, &module));
    return module;
}

static void *mark(void *environment, void *caller, const void *arguments, size_t argument_count, void *results, size_t result_count) {
    (void) caller; (void) arguments; (void) argument_count; (void) results; (void) result_count;
    if (environment && !first_mark) first_mark = now();
    return NULL;
}

static void define(const char *id, void *linker, const char *name, int counts) {
    bytes none, also_none; /* two empty vectors of types, laid out as bytes are */
    CALL(id, void, "wasm_valtype_vec_new_empty", &none);
    CALL(id, void, "wasm_valtype_vec_new_empty", &also_none);
    void *type = CALL(id, void *, "wasm_functype_new", &none, &also_none);
    check(id, "start", CALL(id, void *, "wasmtime_linker_define_func", linker, "bench", (size_t) 5, name, strlen(name), type, mark, counts ? (void *) &first_mark : NULL, NULL));
    CALL(id, void, "wasm_functype_delete", type);
}

static void trapped(const char *id, void *trap) {
    char text[900];
    bytes message;
    if (!trap) return;
    CALL(id, void, "wasm_trap_message", trap, &message);
    int n = snprintf(text, sizeof text, "trap: %.*s", (int) (message.size > 800 ? 800 : message.size), message.data);
    fail(id, "run", "wrong", text, n);
}

static void *wasi(const char *id, char **field, int fields) {
    void *wasi = CALL(id, void *, "wasi_config_new");
    CALL(id, int, "wasi_config_set_argv", wasi, (size_t) (fields - 7), field + 7);
    CALL(id, int, "wasi_config_set_stdin_file", wasi, field[3]);
    CALL(id, int, "wasi_config_set_stdout_file", wasi, field[4]);
    CALL(id, int, "wasi_config_set_stderr_file", wasi, field[5]);
    if (field[6][0] && !(CALL(id, int, "wasi_config_preopen_dir", wasi, field[6], ".", (size_t) 3, (size_t) 3) & 1)) fail(id, "start", "crash", "Wasmtime cannot open the program's folder", 800);
    return wasi;
}

static int start(const char *id, char **field, int fields, int image, times *at) {
    first_mark = 0;
    bytes input = whole(id, field[2]);
    at->read = now();
    void *module = NULL;
    if (image) module = deserialised(id, input);
    else check(id, "compile", CALL(id, void *, "wasmtime_module_new", engine, input.data, input.size, &module));
    at->made = now();
    void *store = CALL(id, void *, "wasmtime_store_new", engine, NULL, NULL), *context = CALL(id, void *, "wasmtime_store_context", store);
    void *linker = CALL(id, void *, "wasmtime_linker_new", engine), *trap = NULL;
    uint64_t instance[2] = {0, 0}, export[8] = {0};
    check(id, "start", CALL(id, void *, "wasmtime_context_set_wasi", context, wasi(id, field, fields)));
    check(id, "start", CALL(id, void *, "wasmtime_linker_define_wasi", linker));
    define(id, linker, "start", 1);
    define(id, linker, "end", 0);
    check(id, "run", CALL(id, void *, "wasmtime_linker_instantiate", linker, context, module, instance, &trap));
    trapped(id, trap);
    int found = CALL(id, int, "wasmtime_instance_export_get", context, instance, "_start", (size_t) 6, export) & 1;
    if (!found || (export[0] & 0xFF) != 0) fail(id, "run", "unsupported", "the module exports no function \"_start\"", 800);
    at->instantiated = now();
    void *error = CALL(id, void *, "wasmtime_func_call", context, export + 1, NULL, (size_t) 0, NULL, (size_t) 0, &trap);
    int status = 0;
    trapped(id, trap);
    if (error && !(CALL(id, int, "wasmtime_error_exit_status", error, &status) & 1)) check(id, "run", error);
    if (error) CALL(id, void, "wasmtime_error_delete", error);
    CALL(id, void, "wasmtime_linker_delete", linker);
    CALL(id, void, "wasmtime_store_delete", store); /* closes the files of the program */
    CALL(id, void, "wasmtime_module_delete", module);
    free(input.data);
    at->mark = first_mark ? first_mark : at->instantiated; /* a program without marks begins with its call */
    return status;
}
