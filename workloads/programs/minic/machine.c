// The machine: twelve registers and two for spills in a window for each call, a byte memory that holds data, heap and frames, one switch.
#include "minic.h"

#define MEMORY (1 << 20)
#define WINDOW 14
#define DEPTH 4000

static uint8_t memory[MEMORY];
static int32_t windows[WINDOW * DEPTH];
static struct { const Inst* back; int frame; int result; } calls[DEPTH];
static Code program;

static void link_all(Unit* unit) {
    program.count = 0;
    for (int k = 0; k < unit->function_count; k++) {
        Function* f = &unit->functions[k];
        int* places = malloc(((size_t) f->labels + 1) * sizeof *places);
        f->entry = program.count;
        for (int i = 0, at = f->entry; i < f->code.count; i++) {
            if (f->code.at[i].op == I_LABEL) places[f->code.at[i].imm] = at;
            else at++;
        }
        for (int i = 0; i < f->code.count; i++) {
            Inst inst = f->code.at[i];
            if (inst.op == I_LABEL) continue;
            if (inst.op >= I_JUMP && inst.op <= I_JLE) inst.imm = places[inst.imm];
            if (inst.op == I_TABLE) {
                Table* t = &tables[inst.imm];
                t->otherwise = places[t->otherwise];
                for (int n = 0; n < t->count; n++) t->targets[n] = places[t->targets[n]];
            }
            emit(&program, inst.op, inst.d, inst.a, inst.b, inst.imm);
        }
        free(places);
    }
}

static int32_t load32(uint32_t at) {
    int32_t v;
    memcpy(&v, memory + (at & (MEMORY - 1)), 4);
    return v;
}

static void store32(uint32_t at, int32_t v) { memcpy(memory + (at & (MEMORY - 1)), &v, 4); }

static struct { char* at; int room, used; uint32_t heap; } io;

static int builtin(int which, const int32_t* arguments) {
    char digits[16];
    const char* text = digits;
    switch (which) {
        case 0: snprintf(digits, sizeof digits, "%d", arguments[0]); break;
        case 1: snprintf(digits, sizeof digits, "%c", arguments[0]); break;
        case 2: text = (const char*) memory + (arguments[0] & (MEMORY - 1)); break;
        default: {
            uint32_t at = io.heap;
            io.heap += ((uint32_t) arguments[0] + 7) & ~7u;
            return (int) at;
        }
    }
    int n = (int) strlen(text);
    if (io.used + n < io.room) {
        memcpy(io.at + io.used, text, (size_t) n);
        io.used += n;
    }
    return n;
}

Outcome execute(Unit* unit, char* output, int room, int* written) {
    Outcome outcome = {0, 0, 0};
    int32_t arguments[16] = {0}, *r = windows;
    int depth = 0, frame = MEMORY - 64, start = -1;
    link_all(unit);
    memset(memory, 0, sizeof memory);
    memcpy(memory, unit->data, (size_t) unit->data_size);
    io.at = output;
    io.room = room;
    io.used = 0;
    io.heap = ((uint32_t) unit->data_size + 7) & ~7u;
    for (int i = 0; i < unit->function_count; i++) if (!strcmp(unit->functions[i].name, "main")) start = i;
    if (start < 0) return outcome.failed = 1, outcome;
    const Inst* pc = program.at + unit->functions[start].entry;
    frame -= unit->functions[start].frame;
    for (;;) {
        const Inst* i = pc++;
        outcome.executed++;
        switch (i->op) {
            case I_CONST: r[i->d] = i->imm; break;
            case I_MOVE: r[i->d] = r[i->a]; break;
            case I_ADD: r[i->d] = (int32_t) ((uint32_t) r[i->a] + (uint32_t) r[i->b]); break;
            case I_SUB: r[i->d] = (int32_t) ((uint32_t) r[i->a] - (uint32_t) r[i->b]); break;
            case I_MUL: r[i->d] = (int32_t) ((uint32_t) r[i->a] * (uint32_t) r[i->b]); break;
            case I_DIV:
            case I_MOD: {
                int32_t a = r[i->a], b = r[i->b];
                if (b == 0) return outcome.failed = 2, *written = io.used, outcome;
                if (b == -1) r[i->d] = i->op == I_DIV ? (int32_t) -(uint32_t) a : 0;
                else r[i->d] = i->op == I_DIV ? a / b : a % b;
                break;
            }
            case I_AND: r[i->d] = r[i->a] & r[i->b]; break;
            case I_OR: r[i->d] = r[i->a] | r[i->b]; break;
            case I_XOR: r[i->d] = r[i->a] ^ r[i->b]; break;
            case I_SHL: r[i->d] = (int32_t) ((uint32_t) r[i->a] << (r[i->b] & 31)); break;
            case I_SHR: r[i->d] = r[i->a] >> (r[i->b] & 31); break;
            case I_EQ: r[i->d] = r[i->a] == r[i->b]; break;
            case I_NE: r[i->d] = r[i->a] != r[i->b]; break;
            case I_LT: r[i->d] = r[i->a] < r[i->b]; break;
            case I_LE: r[i->d] = r[i->a] <= r[i->b]; break;
            case I_NEG: r[i->d] = (int32_t) -(uint32_t) r[i->a]; break;
            case I_NOT: r[i->d] = ~r[i->a]; break;
            case I_ADDI: r[i->d] = (int32_t) ((uint32_t) r[i->a] + (uint32_t) i->imm); break;
            case I_MULI: r[i->d] = (int32_t) ((uint32_t) r[i->a] * (uint32_t) i->imm); break;
            case I_ANDI: r[i->d] = r[i->a] & i->imm; break;
            case I_SHLI: r[i->d] = (int32_t) ((uint32_t) r[i->a] << (i->imm & 31)); break;
            case I_SHRI: r[i->d] = r[i->a] >> (i->imm & 31); break;
            case I_EQI: r[i->d] = r[i->a] == i->imm; break;
            case I_NEI: r[i->d] = r[i->a] != i->imm; break;
            case I_LTI: r[i->d] = r[i->a] < i->imm; break;
            case I_LEI: r[i->d] = r[i->a] <= i->imm; break;
            case I_GTI: r[i->d] = r[i->a] > i->imm; break;
            case I_GEI: r[i->d] = r[i->a] >= i->imm; break;
            case I_FRAME: r[i->d] = frame + i->imm; break;
            case I_LOAD8: r[i->d] = memory[(uint32_t) (r[i->a] + i->imm) & (MEMORY - 1)]; break;
            case I_LOAD32: r[i->d] = load32((uint32_t) (r[i->a] + i->imm)); break;
            case I_STORE8: memory[(uint32_t) (r[i->a] + i->imm) & (MEMORY - 1)] = (uint8_t) r[i->b]; break;
            case I_STORE32: store32((uint32_t) (r[i->a] + i->imm), r[i->b]); break;
            case I_JUMP: pc = program.at + i->imm; break;
            case I_JZ: if (!r[i->a]) pc = program.at + i->imm; break;
            case I_JNZ: if (r[i->a]) pc = program.at + i->imm; break;
            case I_JEQ: if (r[i->a] == r[i->b]) pc = program.at + i->imm; break;
            case I_JNE: if (r[i->a] != r[i->b]) pc = program.at + i->imm; break;
            case I_JLT: if (r[i->a] < r[i->b]) pc = program.at + i->imm; break;
            case I_JLE: if (r[i->a] <= r[i->b]) pc = program.at + i->imm; break;
            case I_ARG: arguments[i->imm & 15] = r[i->a]; break;
            case I_PARAM: r[i->d] = arguments[i->imm & 15]; break;
            case I_CALL: {
                const Function* callee = &unit->functions[i->imm];
                if (depth + 2 >= DEPTH || frame < 64 * 1024) return outcome.failed = 3, *written = io.used, outcome;
                calls[depth].back = pc;
                calls[depth].frame = frame;
                calls[depth++].result = i->d;
                r += WINDOW;
                frame -= callee->frame;
                pc = program.at + callee->entry;
                break;
            }
            case I_RETURN: {
                int32_t v = i->a >= 0 ? r[i->a] : 0;
                if (depth == 0) {
                    outcome.result = v;
                    *written = io.used;
                    return outcome;
                }
                r -= WINDOW;
                pc = calls[--depth].back;
                frame = calls[depth].frame;
                r[calls[depth].result] = v;
                break;
            }
            case I_BUILTIN: r[i->d] = builtin(i->imm, arguments); break;
            case I_SPILL: store32((uint32_t) (frame + i->imm), r[i->a]); break;
            case I_RELOAD: r[i->d] = load32((uint32_t) (frame + i->imm)); break;
            case I_TABLE: {
                const Table* t = &tables[i->imm];
                uint32_t index = (uint32_t) r[i->a] - (uint32_t) t->low;
                pc = program.at + (index < (uint32_t) t->count ? t->targets[index] : t->otherwise);
                break;
            }
            default: return outcome.failed = 4, *written = io.used, outcome;
        }
    }
}
