/* Cold starts through Sightglass's engine interface without a JVM. The interface tells neither a program's arguments nor its exit code: a program that fails is a call that fails. */
#define SETTINGS 1 /* library */
#define THREAD_STACK (32L << 20)
#include "start_host.h"

typedef void callback(void *context);
typedef struct { const char *data; size_t size; } text;
typedef struct { void *context; callback *start, *end; } timer;
typedef struct { text folder, out, err, in; timer compilation, instantiation, execution; text flags; } config;

static int (*create)(config, void **), (*compile)(void *, const char *, size_t), (*instantiate)(void *), (*execute)(void *);
static void (*release)(void *);

static void ignore(void *context) {
    (void) context;
}

static void mark(void *first) {
    if (!*(int64_t *) first) *(int64_t *) first = now();
}

static void load(const char *id) {
    open_library(id);
    create = function(id, "wasm_bench_create");
    compile = function(id, "wasm_bench_compile");
    instantiate = function(id, "wasm_bench_instantiate");
    execute = function(id, "wasm_bench_execute");
    release = function(id, "wasm_bench_free");
}

static text named(const char *path) {
    return (text) {path, strlen(path)};
}

/* Where the program may have no folder, the one that takes its output. */
static text folder(const char *folder, const char *out) {
    return *folder ? named(folder) : (text) {out, strrchr(out, '/') - out};
}

static void check(const char *id, const char *stage, const char *what, int status) {
    char reason[128];
    if (!status) return;
    int n = snprintf(reason, sizeof reason, "the engine's %s failed with status %d; its own words are in the log", what, status);
    fail(id, stage, "crash", reason, n);
}

static int start(const char *id, char **field, int fields, int image, times *at) {
    int64_t first_mark = 0;
    void *state = NULL;
    (void) fields;
    if (image) fail(id, "start", "unsupported", "the engine interface knows no images", 800);
    timer ignored = {NULL, ignore, ignore}, execution = {&first_mark, mark, ignore};
    bytes input = whole(id, field[2]);
    at->read = now();
    config told = {folder(field[6], field[4]), named(field[4]), named(field[5]), named(field[3]), ignored, ignored, execution, {NULL, 0}};
    check(id, "compile", "wasm_bench_create", create(told, &state));
    check(id, "compile", "wasm_bench_compile", compile(state, input.data, input.size));
    at->made = now();
    check(id, "run", "wasm_bench_instantiate", instantiate(state));
    at->instantiated = now();
    check(id, "run", "wasm_bench_execute", execute(state));
    release(state);
    free(input.data);
    at->mark = first_mark ? first_mark : at->instantiated;
    return 0;
}
