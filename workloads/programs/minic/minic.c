// Compiles and runs several programs in a small C, with and without optimisation, and compares. A whole compiler: scanning, trees, types, flow of data and
// control, register allocation, an interpreter; many medium functions, pointers to structs, switches, a C library beneath.
#include "minic.h"

__attribute__((import_module("bench"), import_name("start"))) void bench_start(void);
__attribute__((import_module("bench"), import_name("end"))) void bench_end(void);

Table* tables;
int table_count;

// ---- what lives as long as one compilation

static struct Chunk { struct Chunk* next; size_t used; char bytes[32768]; }* chunks;

void* fresh(size_t size) {
    size = (size + 7) & ~(size_t) 7;
    if (size > sizeof chunks->bytes) {
        fputs("an object too large\n", stderr);
        exit(1);
    }
    if (!chunks || chunks->used + size > sizeof chunks->bytes) {
        struct Chunk* chunk = malloc(sizeof *chunk);
        chunk->next = chunks;
        chunk->used = 0;
        chunks = chunk;
    }
    void* at = chunks->bytes + chunks->used;
    chunks->used += size;
    return memset(at, 0, size);
}

void free_all(void) {
    while (chunks) {
        struct Chunk* next = chunks->next;
        free(chunks);
        chunks = next;
    }
}

void fail(Unit* unit, int line, const char* what, const char* detail) {
    if (!unit->errors++) snprintf(unit->message, sizeof unit->message, "line %d: %s %s", line, what, detail);
}

// ---- listings

static const char* const names[] = {
#define X(name) #name,
    OPS(X)
#undef X
};

void print_code(const Function* f, void (*line)(const char* text)) {
    char text[128];
    snprintf(text, sizeof text, "%s: %d parameters, frame of %d, %d registers, %d spilled", f->name, f->parameters, f->frame, f->registers_used, f->spills);
    line(text);
    for (int i = 0; i < f->code.count; i++) {
        const Inst* inst = &f->code.at[i];
        int n = snprintf(text, sizeof text, "%6d  %-8s", i, names[inst->op]);
        if (has_result(inst->op)) n += snprintf(text + n, sizeof text - (size_t) n, " r%d <-", inst->d);
        if (inst->a >= 0) n += snprintf(text + n, sizeof text - (size_t) n, " r%d", inst->a);
        if (inst->b >= 0) n += snprintf(text + n, sizeof text - (size_t) n, " r%d", inst->b);
        snprintf(text + n, sizeof text - (size_t) n, " %d", inst->imm);
        line(text);
    }
}

static uint32_t listing_hash;
static int listing_lines;

static void hash_line(const char* text) {
    for (; *text; text++) listing_hash = (listing_hash ^ (uint8_t) *text) * 16777619;
    listing_lines++;
}

// ---- one program

typedef struct { char output[4096]; int written; Outcome outcome; int instructions, changes, spills, errors; char message[160]; } Run;

static void compile_and_run(const char* source, int optimised, Run* run) {
    static Unit unit;
    memset(&unit, 0, sizeof unit);
    memset(run, 0, sizeof *run);
    table_count = 0;
    parse(&unit, source);
    for (int i = 0; i < unit.function_count && !unit.errors; i++) {
        Function* f = &unit.functions[i];
        if (!f->defined) {
            fail(&unit, 0, "declared and not defined:", f->name);
            break;
        }
        generate(&unit, f);
        if (optimised) run->changes += optimise(f);
        allocate(f);
        run->instructions += f->code.count;
        run->spills += f->spills;
        print_code(f, hash_line);
    }
    run->errors = unit.errors;
    memcpy(run->message, unit.message, sizeof run->message);
    if (!unit.errors) run->outcome = execute(&unit, run->output, sizeof run->output, &run->written);
    for (int i = 0; i < unit.function_count; i++) free(unit.functions[i].code.at);
    free(unit.data);
    free_all();
}

static const char source_bytes[] = {
#embed "examples.mc" suffix(, 0)
};

static const char* const mistakes[] = {
    "int main() { return x; }", "int main() { int a; int a; return 0; }", "int f(int a); int main() { return f(1, 2); }", "int main() { 3 = 4; return 0; }",
    "struct S { int a; }; int main() { struct S s; return s.b; }", "int main() { break; }", "int main() { return 1 +; }", "int f(int a); int main() { return f(1); }",
    "char c = 'ab; int main() {}", "int main() { int x; return *x; }"};

#define PROGRAMS 16
#define ROUNDS 4
static Run plain[PROGRAMS], better[PROGRAMS];
static Run wrong[sizeof mistakes / sizeof *mistakes];

int main(void) {
    // The examples are in one file, parted by lines of equals signs.
    char* text = malloc(sizeof source_bytes);
    memcpy(text, source_bytes, sizeof source_bytes);
    const char* sources[PROGRAMS];
    int count = 0;
    for (char* at = text; at && count < PROGRAMS;) {
        sources[count++] = at;
        char* end = strstr(at, "\n====\n");
        if (end) *end = 0;
        at = end ? end + 6 : NULL;
    }
    bench_start();
    for (int round = 0; round < ROUNDS; round++) {
        listing_hash = 2166136261u;
        listing_lines = 0;
        for (int i = 0; i < count; i++) {
            compile_and_run(sources[i], 0, &plain[i]);
            compile_and_run(sources[i], 1, &better[i]);
        }
    }
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) compile_and_run(mistakes[i], 1, &wrong[i]);
    bench_end();
    for (int i = 0; i < count; i++) {
        const Run *p = &plain[i], *b = &better[i];
        if (p->errors) {
            printf("%d: %s\n", i, p->message);
            continue;
        }
        int same = p->written == b->written && !memcmp(p->output, b->output, (size_t) p->written) && p->outcome.result == b->outcome.result;
        printf("%d: %.*s\n   result %d%s, failed %d, %d instructions became %d in %d changes, %d and %d spilled, %llu executed became %llu\n", i, b->written, b->output,
                (int) b->outcome.result, same ? "" : " DIFFERS", b->outcome.failed, p->instructions, b->instructions, b->changes, p->spills, b->spills,
                (unsigned long long) p->outcome.executed, (unsigned long long) b->outcome.executed);
        if (!same) printf("   plain: %.*s\n   result %d, failed %d\n", p->written, p->output, (int) p->outcome.result, p->outcome.failed);
    }
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) printf("%s\n", wrong[i].message);
    printf("listing: %d lines, %08x\n", listing_lines, (unsigned) listing_hash);
    return 0;
}
