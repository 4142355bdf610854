/* Cold starts of Wasmtime without a JVM: the protocol is in docs/cold-start.md. The library is opened at run time and needs no headers; of its C API the pointers, sizes and enumerations
   used here are the stable ones. Settings are those of WasmtimeCompiler.java: an image made there is refused here if they differ. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_FIELDS 256
#define THREAD_STACK (32L << 20)
#define WASM_STACK (8L << 20)
#define WINCH 2
#define REPORT 3

typedef struct { size_t size; char *data; } bytes;

static void *library, *engine;
static char **settings; /* library, strategy, optimisation level, register allocator, explicit bounds, file of starts */
static int64_t first_mark;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *id, const char *stage, const char *status, const char *reason, size_t length) {
    char line[1024];
    int n = snprintf(line, sizeof line, "fail\t%s\t%s\t%s\t%.*s", id, stage, status, (int) (length > 800 ? 800 : length), reason);
    for (int i = 0, tabs = 0; i < n; i++) {
        if (line[i] == '\t' && tabs < 4) tabs++;
        else if (line[i] == '\t' || line[i] == '\n' || line[i] == '\\') line[i] = ' ';
    }
    line[n] = '\n';
    if (write(REPORT, line, n + 1) < 0) _exit(71);
    _exit(70);
}

static void *function(const char *id, const char *name) {
    void *f = dlsym(library, name);
    if (!f) fail(id, "start", "crash", dlerror(), 800);
    return f;
}

/* Pointers and whole numbers all arrive in the same registers. */
#define CALL(id, type, name, ...) ((type (*)()) function(id, name))(__VA_ARGS__)

static void check(const char *id, const char *stage, void *error) {
    if (!error) return;
    bytes message;
    CALL(id, void, "wasmtime_error_message", error, &message);
    fail(id, stage, "crash", message.data, message.size);
}

static void load(const char *id) {
    library = dlopen(settings[0], RTLD_NOW | RTLD_LOCAL);
    if (!library) fail(id, "start", "crash", dlerror(), 800);
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

static bytes whole(const char *id, const char *path) {
    bytes all = {0, NULL};
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) fail(id, "start", "crash", "a file of the module cannot be read", 800);
    all.size = ftell(file);
    all.data = malloc(all.size + 1);
    rewind(file);
    if (!all.data || fread(all.data, 1, all.size, file) != all.size) fail(id, "start", "crash", "a file of the module cannot be read", 800);
    all.data[all.size] = 0;
    fclose(file);
    return all;
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

static void start(char **field, int fields, int loads) {
    const char *id = field[0];
    int image = !strcmp(field[1], "precompiled");
    dprintf(REPORT, "begin\t%s\tstart\n", id);
    first_mark = 0;
    int64_t began = now();
    if (loads) load(id);
    int64_t loaded = now();
    bytes input = whole(id, field[2]);
    int64_t read = now();
    void *module = NULL;
    if (image) module = deserialised(id, input);
    else check(id, "compile", CALL(id, void *, "wasmtime_module_new", engine, input.data, input.size, &module));
    int64_t made = now();
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
    int64_t instantiated = now();
    void *error = CALL(id, void *, "wasmtime_func_call", context, export + 1, NULL, (size_t) 0, NULL, (size_t) 0, &trap);
    int status = 0;
    trapped(id, trap);
    if (error && !(CALL(id, int, "wasmtime_error_exit_status", error, &status) & 1)) check(id, "run", error);
    if (error) CALL(id, void, "wasmtime_error_delete", error);
    CALL(id, void, "wasmtime_linker_delete", linker);
    CALL(id, void, "wasmtime_store_delete", store); /* closes the files of the program */
    CALL(id, void, "wasmtime_module_delete", module);
    free(input.data);
    if (!first_mark) first_mark = instantiated; /* a program without marks begins with its call */
    char load_phase[64] = "";
    if (loads) snprintf(load_phase, sizeof load_phase, "\tphase.load\t%lld", (long long) (loaded - began));
    dprintf(REPORT, "sample\t%s\tstart\t%s\t%lld%s\tphase.read\t%lld\tphase.%s\t%lld\tphase.instantiate\t%lld\tphase.call\t%lld\tmark\t%lld\texit\t%d\nend\t%s\n", id, loads ? "began" : "from",
            (long long) began, load_phase, (long long) (read - loaded), image ? "decode" : "decode+compile", (long long) (made - read), (long long) (instantiated - made),
            (long long) (first_mark - instantiated), (long long) first_mark, status, id);
}

static void *perform(void *nothing) {
    bytes lines = whole("0", settings[5]);
    int loads = 1;
    for (char *line = lines.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        char *field[MOST_FIELDS + 1];
        int fields = 0;
        *end = 0;
        for (char *at = line; at && fields < MOST_FIELDS; ) field[fields++] = strsep(&at, "\t");
        field[fields] = NULL;
        if (fields < 8) fail("0", "start", "crash", "a line of the file of starts is incomplete", 800);
        start(field, fields, loads);
        loads = 0;
    }
    return nothing;
}

int main(int argc, char **argv) {
    dprintf(REPORT, "hello\t%d\t%lld\n", (int) getpid(), (long long) now());
    if (argc != 7) fail("0", "start", "crash", "wants: library strategy level allocator explicit starts", 800);
    settings = argv + 1;
    pthread_t thread; /* with room for the engine's stack */
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    if (pthread_create(&thread, &attributes, perform, NULL)) fail("0", "start", "crash", "no thread", 800);
    pthread_join(thread, NULL);
    dprintf(REPORT, "bye\n");
    _exit(0);
}
