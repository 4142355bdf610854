/* What hosts of ours in C for cold starts share; their protocol is in docs/cold-start.md. A host defines SETTINGS, the number of its own arguments before the file of starts, THREAD_STACK,
   the bytes of stack it performs starts on, and load and start. The library it hosts is the first argument. */
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
#define REPORT 3

typedef struct { size_t size; char *data; } bytes;

/* Of one start, all in nanoseconds of CLOCK_MONOTONIC, in this order. */
typedef struct { int64_t began, loaded, read, made, instantiated, mark; } times;

static void *library;
static char **settings;

static void load(const char *id);
/* Fills what comes after loaded and gives the program's exit code. */
static int start(const char *id, char **field, int fields, int image, times *at);

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

static void open_library(const char *id) {
    library = dlopen(settings[0], RTLD_NOW | RTLD_LOCAL);
    if (!library) fail(id, "start", "crash", dlerror(), 800);
}

static void *function(const char *id, const char *name) {
    void *f = dlsym(library, name);
    if (!f) fail(id, "start", "crash", dlerror(), 800);
    return f;
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

static void perform_line(char **field, int fields, int loads) {
    const char *id = field[0];
    int image = !strcmp(field[1], "precompiled");
    dprintf(REPORT, "begin\t%s\tstart\n", id);
    times at = {.began = now()};
    if (loads) load(id);
    at.loaded = now();
    int status = start(id, field, fields, image, &at);
    char load_phase[64] = "";
    if (loads) snprintf(load_phase, sizeof load_phase, "\tphase.load\t%lld", (long long) (at.loaded - at.began));
    dprintf(REPORT, "sample\t%s\tstart\t%s\t%lld%s\tphase.read\t%lld\tphase.%s\t%lld\tphase.instantiate\t%lld\tphase.call\t%lld\tmark\t%lld\texit\t%d\nend\t%s\n", id, loads ? "began" : "from",
            (long long) at.began, load_phase, (long long) (at.read - at.loaded), image ? "decode" : "decode+compile", (long long) (at.made - at.read),
            (long long) (at.instantiated - at.made), (long long) (at.mark - at.instantiated), (long long) at.mark, status, id);
}

static void *perform(void *nothing) {
    bytes lines = whole("0", settings[SETTINGS]);
    int loads = 1;
    for (char *line = lines.data, *end; (end = strchr(line, '\n')); line = end + 1) {
        char *field[MOST_FIELDS + 1];
        int fields = 0;
        *end = 0;
        for (char *at = line; at && fields < MOST_FIELDS; ) field[fields++] = strsep(&at, "\t");
        field[fields] = NULL;
        if (fields < 8) fail("0", "start", "crash", "a line of the file of starts is incomplete", 800);
        perform_line(field, fields, loads);
        loads = 0;
    }
    return nothing;
}

int main(int argc, char **argv) {
    dprintf(REPORT, "hello\t%d\t%lld\n", (int) getpid(), (long long) now());
    if (argc != SETTINGS + 2) fail("0", "start", "crash", "wants the library, its settings and the file of starts", 800);
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
