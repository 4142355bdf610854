/* An engine that speaks Sightglass's interface and compiles nothing: it "runs" a module by writing the module's length to stdout between the marks.
   A module that begins with 'x' does not compile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*callback)(void *);

struct text {
    const char *bytes;
    size_t length;
};

struct timer {
    void *context;
    callback start, end;
};

struct config {
    struct text folder, out, err, in;
    struct timer compilation, instantiation, execution;
    struct text flags;
};

struct state {
    struct config config;
    char out[4096];
    size_t module_length;
};

int wasm_bench_create(struct config config, void **out)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state || config.out.length >= sizeof state->out) return -1;
    state->config = config;
    memcpy(state->out, config.out.bytes, config.out.length);
    *out = state;
    return 0;
}

int wasm_bench_compile(void *opaque, const char *bytes, size_t length)
{
    struct state *state = opaque;
    state->config.compilation.start(state->config.compilation.context);
    state->module_length = length;
    state->config.compilation.end(state->config.compilation.context);
    return length > 0 && bytes[0] == 'x' ? -1 : 0;
}

int wasm_bench_instantiate(void *opaque)
{
    return opaque ? 0 : -1;
}

int wasm_bench_execute(void *opaque)
{
    struct state *state = opaque;
    FILE *out = fopen(state->out, "w");
    if (!out) return -1;
    state->config.execution.start(state->config.execution.context);
    fprintf(out, "%zu\n", state->module_length);
    state->config.execution.end(state->config.execution.context);
    return fclose(out);
}

#ifndef WITHOUT_FREE
void wasm_bench_free(void *opaque)
{
    free(opaque);
}
#endif
