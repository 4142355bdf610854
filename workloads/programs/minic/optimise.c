// Intermediate code to better intermediate code: values numbered within blocks (folding, copies, common subexpressions, addresses into loads, compares into
// jumps), jumps straightened, code that nothing uses removed by liveness over the whole function, until nothing changes.
#include "minic.h"

static Function* f;

int has_result(int op) {
    switch (op) {
        case I_NOP: case I_STORE8: case I_STORE32: case I_LABEL: case I_JUMP: case I_JZ: case I_JNZ: case I_JEQ: case I_JNE: case I_JLT: case I_JLE: case I_ARG:
        case I_RETURN: case I_SPILL: case I_TABLE: return 0;
        default: return 1;
    }
}

// The registers an instruction reads.
int uses(const Inst* i, int out[2]) {
    int n = 0;
    switch (i->op) {
        case I_NOP: case I_CONST: case I_FRAME: case I_LABEL: case I_JUMP: case I_CALL: case I_BUILTIN: case I_RELOAD: case I_PARAM: return 0;
        default:
            if (i->a >= 0) out[n++] = i->a;
            if (i->b >= 0) out[n++] = i->b;
            return n;
    }
}

static int pure(int op) {
    return has_result(op) && op != I_CALL && op != I_BUILTIN && op != I_PARAM && op != I_DIV && op != I_MOD;
}

static int ends_block(int op) {
    switch (op) {
        case I_JUMP: case I_JZ: case I_JNZ: case I_JEQ: case I_JNE: case I_JLT: case I_JLE: case I_RETURN: case I_TABLE: return 1;
        default: return 0;
    }
}

static int is_branch(int op) { return ends_block(op) && op != I_RETURN && op != I_TABLE; }

// ---- values within a block

typedef struct { int op, a, b, imm, a_version, b_version, d, d_version, stamp; } Known;
#define KNOWN 1024
static Known known[KNOWN];
static int stamp, memory_version;
static int *version, *constant, *constant_stamp, *copy_of, *copy_version, *copy_stamp, *maker, *maker_stamp;
static int room;

static void reserve(int count) {
    if (count <= room) return;
    int** all[] = {&version, &constant, &constant_stamp, &copy_of, &copy_version, &copy_stamp, &maker, &maker_stamp};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        *all[i] = realloc(*all[i], (size_t) count * 2 * sizeof **all[i]);
        memset(*all[i] + room, 0, (size_t) (count * 2 - room) * sizeof **all[i]);
    }
    room = count * 2;
}

static int is_constant(int v, int* c) {
    if (v < 0 || constant_stamp[v] != stamp) return 0;
    *c = constant[v];
    return 1;
}

static int source(int v) {
    return v >= 0 && copy_stamp[v] == stamp && version[copy_of[v]] == copy_version[v] ? copy_of[v] : v;
}

static int fold(int op, int a, int b, int* ok) {
    *ok = 1;
    switch (op) {
        case I_ADD: case I_ADDI: return (int) ((unsigned) a + (unsigned) b);
        case I_SUB: return (int) ((unsigned) a - (unsigned) b);
        case I_MUL: case I_MULI: return (int) ((unsigned) a * (unsigned) b);
        case I_AND: case I_ANDI: return a & b;
        case I_OR: return a | b;
        case I_XOR: return a ^ b;
        case I_SHL: case I_SHLI: return (int) ((unsigned) a << (b & 31));
        case I_SHR: case I_SHRI: return a >> (b & 31);
        case I_EQ: case I_EQI: return a == b;
        case I_NE: case I_NEI: return a != b;
        case I_LT: case I_LTI: return a < b;
        case I_LE: case I_LEI: return a <= b;
        case I_GTI: return a > b;
        case I_GEI: return a >= b;
        case I_NEG: return (int) -(unsigned) a;
        case I_NOT: return ~a;
        case I_DIV: if (b == 0 || b == -1) break; return a / b;
        case I_MOD: if (b == 0 || b == -1) break; return a % b;
    }
    *ok = 0;
    return 0;
}

// The form with a constant on the right, and the one with a constant on the left and the sides swapped; NOP if there is none.
static int immediate_form(int op) {
    switch (op) {
        case I_ADD: return I_ADDI;
        case I_MUL: return I_MULI;
        case I_AND: return I_ANDI;
        case I_SHL: return I_SHLI;
        case I_SHR: return I_SHRI;
        case I_EQ: return I_EQI;
        case I_NE: return I_NEI;
        case I_LT: return I_LTI;
        case I_LE: return I_LEI;
        default: return I_NOP;
    }
}

static int swapped_form(int op) {
    switch (op) {
        case I_ADD: return I_ADDI;
        case I_MUL: return I_MULI;
        case I_AND: return I_ANDI;
        case I_EQ: return I_EQI;
        case I_NE: return I_NEI;
        case I_LT: return I_GTI;
        case I_LE: return I_GEI;
        default: return I_NOP;
    }
}

static void make(Inst* i, int op, int a, int b, int imm) {
    i->op = op;
    i->a = a;
    i->b = b;
    i->imm = imm;
}

static int power_of_two(int v) {
    for (int n = 0; n < 31; n++) if (v == 1 << n) return n;
    return -1;
}

// One simplification of one instruction; whether there was one.
static int simplify(Inst* i) {
    int a = 0, b = 0, ok, ca = is_constant(i->a, &a), cb = is_constant(i->b, &b);
    if (i->op >= I_ADD && i->op <= I_LE && ca && cb) {
        int v = fold(i->op, a, b, &ok);
        if (ok) return make(i, I_CONST, -1, -1, v), 1;
    }
    if (i->op >= I_ADD && i->op <= I_LE) {
        if (cb && i->op == I_SUB) return make(i, I_ADDI, i->a, -1, (int) -(unsigned) b), 1;
        if (cb && immediate_form(i->op)) return make(i, immediate_form(i->op), i->a, -1, b), 1;
        if (ca && swapped_form(i->op)) return make(i, swapped_form(i->op), i->b, -1, a), 1;
        if (cb && b == 1 && i->op == I_DIV) return make(i, I_MOVE, i->a, -1, 0), 1;
        if (i->a == i->b && (i->op == I_SUB || i->op == I_XOR || i->op == I_NE || i->op == I_LT)) return make(i, I_CONST, -1, -1, 0), 1;
        if (i->a == i->b && (i->op == I_EQ || i->op == I_LE)) return make(i, I_CONST, -1, -1, 1), 1;
        if (i->a == i->b && (i->op == I_AND || i->op == I_OR)) return make(i, I_MOVE, i->a, -1, 0), 1;
        return 0;
    }
    if (i->op >= I_NEG && i->op <= I_GEI && ca) {
        int v = fold(i->op, a, i->imm, &ok);
        return make(i, I_CONST, -1, -1, v), ok;
    }
    switch (i->op) {
        case I_ADDI: case I_SHLI: case I_SHRI:
            if (i->imm == 0) return make(i, I_MOVE, i->a, -1, 0), 1;
            break;
        case I_MULI:
            if (i->imm == 0) return make(i, I_CONST, -1, -1, 0), 1;
            if (power_of_two(i->imm) >= 0) return make(i, I_SHLI, i->a, -1, power_of_two(i->imm)), 1;
            break;
        case I_MOVE:
            if (ca) return make(i, I_CONST, -1, -1, a), 1;
            break;
        case I_JZ: case I_JNZ:
            if (ca) return make(i, (a != 0) == (i->op == I_JNZ) ? I_JUMP : I_NOP, -1, -1, i->imm), 1;
            break;
    }
    return 0;
}

// Looks through the instruction that made an operand, if it is in this block and its own operands still hold what they held.
static const Inst* made_by(int v) {
    if (v < 0 || maker_stamp[v] != stamp) return NULL;
    return &f->code.at[maker[v]];
}

static int *operand_version_a, *operand_version_b, operand_room;

static int intact(const Inst* m) {
    int at = (int) (m - f->code.at);
    return (m->a < 0 || version[m->a] == operand_version_a[at]) && (m->b < 0 || version[m->b] == operand_version_b[at]);
}

static int combine(Inst* i) {
    const Inst* m = made_by(i->a);
    if (!m || !intact(m)) return 0;
    switch (i->op) {
        case I_LOAD8: case I_LOAD32: case I_STORE8: case I_STORE32:
            if (m->op == I_ADDI && m->a != m->d) {
                i->a = m->a;
                i->imm += m->imm;
                return 1;
            }
            break;
        case I_ADDI:
            if (m->op == I_ADDI && m->a != m->d) return make(i, I_ADDI, m->a, -1, i->imm + m->imm), 1;
            if (m->op == I_FRAME) return make(i, I_FRAME, -1, -1, i->imm + m->imm), 1;
            break;
        case I_JZ: case I_JNZ: {
            int yes = i->op == I_JNZ;
            switch (m->op) {
                case I_EQ: return make(i, yes ? I_JEQ : I_JNE, m->a, m->b, i->imm), 1;
                case I_NE: return make(i, yes ? I_JNE : I_JEQ, m->a, m->b, i->imm), 1;
                case I_LT: return yes ? make(i, I_JLT, m->a, m->b, i->imm) : make(i, I_JLE, m->b, m->a, i->imm), 1;
                case I_LE: return yes ? make(i, I_JLE, m->a, m->b, i->imm) : make(i, I_JLT, m->b, m->a, i->imm), 1;
                case I_EQI: if (m->imm == 0 && m->a != m->d) return make(i, yes ? I_JZ : I_JNZ, m->a, -1, i->imm), 1; break;
                case I_NEI: if (m->imm == 0 && m->a != m->d) return make(i, i->op, m->a, -1, i->imm), 1; break;
            }
            break;
        }
        case I_EQI:
            if (i->imm == 0 && m->op == I_EQI) return make(i, I_NEI, m->a, -1, m->imm), 1;
            if (i->imm == 0 && m->op == I_LT) return make(i, I_LE, m->b, m->a, 0), 1;
            if (i->imm == 0 && m->op == I_LE) return make(i, I_LT, m->b, m->a, 0), 1;
            break;
    }
    return 0;
}

static Known* slot_for(const Inst* i, int load) {
    unsigned h = (unsigned) i->op * 31 + (unsigned) i->a * 1009 + (unsigned) i->b * 9176 + (unsigned) i->imm * 40503;
    h ^= h >> 13;
    for (unsigned k = 0; k < 8; k++) {
        Known* e = &known[(h + k) % KNOWN];
        if (e->stamp != stamp) return e;
        if (e->op == i->op && e->a == i->a && e->b == i->b && e->imm == i->imm && (i->a < 0 || e->a_version == version[i->a])
                && (load ? e->b_version == memory_version : i->b < 0 || e->b_version == version[i->b])) return e;
    }
    return &known[h % KNOWN];
}

// Uses what an earlier instruction of the block computed, or remembers this one.
static int common(Inst* i, int remember) {
    int load = i->op == I_LOAD8 || i->op == I_LOAD32;
    if (!pure(i->op) || i->op == I_CONST || i->op == I_MOVE) return 0;
    Known* e = slot_for(i, load);
    if (!remember) {
        if (e->stamp == stamp && e->op == i->op && e->a == i->a && e->b == i->b && e->imm == i->imm && (i->a < 0 || e->a_version == version[i->a])
                && (load ? e->b_version == memory_version : i->b < 0 || e->b_version == version[i->b]) && version[e->d] == e->d_version && e->d != i->d) {
            make(i, I_MOVE, e->d, -1, 0);
            return 1;
        }
        return 0;
    }
    if (i->a == i->d || i->b == i->d) return 0;
    *e = (Known) {i->op, i->a, i->b, i->imm, i->a >= 0 ? version[i->a] : 0, load ? memory_version : i->b >= 0 ? version[i->b] : 0, i->d, version[i->d], stamp};
    return 0;
}

static void define(const Inst* i, int at) {
    int d = i->d;
    version[d]++;
    constant_stamp[d] = copy_stamp[d] = maker_stamp[d] = 0;
    if (i->op == I_CONST) {
        constant[d] = i->imm;
        constant_stamp[d] = stamp;
    } else if (i->op == I_MOVE && i->a != d) {
        copy_of[d] = i->a;
        copy_version[d] = version[i->a];
        copy_stamp[d] = stamp;
    } else if (pure(i->op) && i->a != d && i->b != d) {
        maker[d] = at;
        maker_stamp[d] = stamp;
    }
}

static int number_values(void) {
    int changes = 0;
    reserve(f->vregs + 1);
    if (f->code.count > operand_room) {
        operand_room = 2 * f->code.count;
        operand_version_a = realloc(operand_version_a, (size_t) operand_room * sizeof *operand_version_a);
        operand_version_b = realloc(operand_version_b, (size_t) operand_room * sizeof *operand_version_b);
    }
    stamp++;
    for (int at = 0; at < f->code.count; at++) {
        Inst* i = &f->code.at[at];
        if (i->op == I_LABEL) {
            stamp++;
            continue;
        }
        int used[2], reads = uses(i, used);
        if (reads > 0 && i->a >= 0 && source(i->a) != i->a) i->a = source(i->a), changes++;
        if (reads > 0 && i->b >= 0 && source(i->b) != i->b) i->b = source(i->b), changes++;
        for (int rounds = 0; rounds < 8 && (simplify(i) || combine(i)); rounds++) changes++;
        changes += common(i, 0);
        operand_version_a[at] = i->a >= 0 ? version[i->a] : 0;
        operand_version_b[at] = i->b >= 0 ? version[i->b] : 0;
        if (i->op == I_STORE8 || i->op == I_STORE32 || i->op == I_CALL || i->op == I_BUILTIN) memory_version++;
        if (has_result(i->op) && i->d >= 0) {
            Inst copy = *i;
            define(i, at);
            common(&copy, 1);
        }
        if (ends_block(i->op)) stamp++;
    }
    return changes;
}

// ---- jumps

static int* label_at;
static int label_room;

static void find_labels(void) {
    if (f->labels > label_room) {
        label_room = 2 * f->labels;
        label_at = realloc(label_at, (size_t) label_room * sizeof *label_at);
    }
    for (int i = 0; i < f->code.count; i++) if (f->code.at[i].op == I_LABEL) label_at[f->code.at[i].imm] = i;
}

static int final_label(int label) {
    for (int hops = 0; hops < 32; hops++) {
        int at = label_at[label];
        while (at < f->code.count && (f->code.at[at].op == I_LABEL || f->code.at[at].op == I_NOP)) at++;
        if (at >= f->code.count || f->code.at[at].op != I_JUMP || f->code.at[at].imm == label) return label;
        label = f->code.at[at].imm;
    }
    return label;
}

static int inverse(Inst* i) {
    int a = i->a;
    switch (i->op) {
        case I_JZ: i->op = I_JNZ; return 1;
        case I_JNZ: i->op = I_JZ; return 1;
        case I_JEQ: i->op = I_JNE; return 1;
        case I_JNE: i->op = I_JEQ; return 1;
        case I_JLT: i->op = I_JLE; i->a = i->b; i->b = a; return 1;
        case I_JLE: i->op = I_JLT; i->a = i->b; i->b = a; return 1;
        default: return 0;
    }
}

static int lands_next(int at, int label) {
    for (at++; at < f->code.count && (f->code.at[at].op == I_LABEL || f->code.at[at].op == I_NOP); at++) {
        if (f->code.at[at].op == I_LABEL && f->code.at[at].imm == label) return 1;
    }
    return 0;
}

static int straighten(void) {
    int changes = 0, dead = 0;
    Inst* code = f->code.at;
    find_labels();
    for (int i = 0; i < f->code.count; i++) {
        if (is_branch(code[i].op)) {
            int to = final_label(code[i].imm);
            if (to != code[i].imm) code[i].imm = to, changes++;
        } else if (code[i].op == I_TABLE) {
            Table* t = &tables[code[i].imm];
            t->otherwise = final_label(t->otherwise);
            for (int k = 0; k < t->count; k++) t->targets[k] = final_label(t->targets[k]);
        }
    }
    char* used = calloc((size_t) f->labels + 1, 1);
    for (int i = 0; i < f->code.count; i++) {
        if (is_branch(code[i].op)) used[code[i].imm] = 1;
        if (code[i].op == I_TABLE) {
            used[tables[code[i].imm].otherwise] = 1;
            for (int k = 0; k < tables[code[i].imm].count; k++) used[tables[code[i].imm].targets[k]] = 1;
        }
    }
    for (int i = 0; i < f->code.count; i++) {
        if (code[i].op == I_LABEL) {
            if (used[code[i].imm]) dead = 0;
            else code[i].op = I_NOP, changes++;
        } else if (dead && code[i].op != I_NOP) {
            code[i].op = I_NOP;
            changes++;
        } else if (is_branch(code[i].op) && lands_next(i, code[i].imm)) {
            code[i].op = I_NOP;
            changes++;
        } else if (is_branch(code[i].op) && code[i].op != I_JUMP && i + 1 < f->code.count && code[i + 1].op == I_JUMP && lands_next(i + 1, code[i].imm) && inverse(&code[i])) {
            code[i].imm = code[i + 1].imm;
            code[i + 1].op = I_NOP;
            changes++;
        }
        if (code[i].op == I_JUMP || code[i].op == I_RETURN || code[i].op == I_TABLE) dead = 1;
    }
    free(used);
    int kept = 0;
    for (int i = 0; i < f->code.count; i++) if (code[i].op != I_NOP) code[kept++] = code[i];
    f->code.count = kept;
    return changes;
}

// ---- liveness, and what it shows to be dead

typedef struct { int from, to, next[2]; } Block;
static Block* blocks;
static int block_count, block_room;
static uint32_t *live_in, *live_out;

static int words_of(void) { return (f->vregs + 31) / 32; }

static void find_blocks(void) {
    block_count = 0;
    for (int i = 0; i < f->code.count;) {
        if (block_count == block_room) {
            block_room = block_room ? 2 * block_room : 64;
            blocks = realloc(blocks, (size_t) block_room * sizeof *blocks);
        }
        int from = i;
        while (i < f->code.count && f->code.at[i].op == I_LABEL) i++;
        while (i < f->code.count && f->code.at[i].op != I_LABEL && !ends_block(f->code.at[i].op)) i++;
        if (i < f->code.count && f->code.at[i].op != I_LABEL) i++;
        blocks[block_count++] = (Block) {from, i, {-1, -1}};
    }
}

static int block_of(int at) {
    int low = 0, high = block_count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (blocks[middle].from <= at) low = middle;
        else high = middle - 1;
    }
    return low;
}

static void transfer(const Inst* i, uint32_t* live) {
    int used[2], n = uses(i, used);
    if (has_result(i->op) && i->d >= 0) live[i->d >> 5] &= ~(1u << (i->d & 31));
    while (n--) live[used[n] >> 5] |= 1u << (used[n] & 31);
}

static void join(uint32_t* into, int block, int words) {
    const uint32_t* from = live_in + (size_t) block * (size_t) words;
    for (int w = 0; w < words; w++) into[w] |= from[w];
}

static void liveness(void) {
    int words = words_of(), changed = 1;
    find_labels();
    find_blocks();
    size_t size = (size_t) block_count * (size_t) words * sizeof *live_in;
    live_in = realloc(live_in, size + 4);
    live_out = realloc(live_out, size + 4);
    memset(live_in, 0, size);
    uint32_t* live = malloc((size_t) words * 4 + 4);
    while (changed) {
        changed = 0;
        for (int b = block_count - 1; b >= 0; b--) {
            const Inst* last = &f->code.at[blocks[b].to - 1];
            memset(live, 0, (size_t) words * 4);
            if (last->op != I_JUMP && last->op != I_RETURN && last->op != I_TABLE && b + 1 < block_count) join(live, b + 1, words);
            if (is_branch(last->op)) join(live, block_of(label_at[last->imm]), words);
            if (last->op == I_TABLE) {
                const Table* t = &tables[last->imm];
                join(live, block_of(label_at[t->otherwise]), words);
                for (int k = 0; k < t->count; k++) join(live, block_of(label_at[t->targets[k]]), words);
            }
            memcpy(live_out + (size_t) b * (size_t) words, live, (size_t) words * 4);
            for (int i = blocks[b].to - 1; i >= blocks[b].from; i--) transfer(&f->code.at[i], live);
            if (memcmp(live, live_in + (size_t) b * (size_t) words, (size_t) words * 4)) {
                memcpy(live_in + (size_t) b * (size_t) words, live, (size_t) words * 4);
                changed = 1;
            }
        }
    }
    free(live);
}

static int remove_dead(void) {
    int removed = 0, words = words_of();
    liveness();
    uint32_t* live = malloc((size_t) words * 4 + 4);
    for (int b = 0; b < block_count; b++) {
        memcpy(live, live_out + (size_t) b * (size_t) words, (size_t) words * 4);
        for (int i = blocks[b].to - 1; i >= blocks[b].from; i--) {
            Inst* inst = &f->code.at[i];
            if (inst->op != I_NOP && pure(inst->op) && !(live[inst->d >> 5] >> (inst->d & 31) & 1)) {
                inst->op = I_NOP;
                removed++;
            } else if (inst->op == I_MOVE && inst->a == inst->d) {
                inst->op = I_NOP;
                removed++;
            } else {
                transfer(inst, live);
            }
        }
    }
    free(live);
    return removed;
}

int optimise(Function* function) {
    int total = 0;
    f = function;
    for (int round = 0; round < 12; round++) {
        int changes = number_values();
        changes += straighten();
        changes += remove_dead();
        total += changes;
        if (!changes) break;
    }
    straighten();
    return total;
}

// ---- registers: intervals from liveness, in order of their starts; what does not fit lives in the frame

#define REGISTERS 12
typedef struct { int vreg, from, to, uses; } Interval;

static int by_start(const void* a, const void* b) {
    const Interval *x = a, *y = b;
    return x->from != y->from ? x->from - y->from : x->vreg - y->vreg;
}

static void extend(Interval* i, int at) {
    if (at < i->from) i->from = at;
    if (at > i->to) i->to = at;
}

static void intervals_of(Interval* all) {
    int words = words_of();
    for (int v = 0; v < f->vregs; v++) all[v] = (Interval) {v, INT32_MAX, -1, 0};
    for (int b = 0; b < block_count; b++) {
        for (int v = 0; v < f->vregs; v++) {
            if (live_in[(size_t) b * (size_t) words + (size_t) (v >> 5)] >> (v & 31) & 1) extend(&all[v], blocks[b].from);
            if (live_out[(size_t) b * (size_t) words + (size_t) (v >> 5)] >> (v & 31) & 1) extend(&all[v], blocks[b].to);
        }
        for (int i = blocks[b].from; i < blocks[b].to; i++) {
            int used[2], n = uses(&f->code.at[i], used);
            while (n--) extend(&all[used[n]], i), all[used[n]].uses++;
            if (has_result(f->code.at[i].op)) extend(&all[f->code.at[i].d], i), all[f->code.at[i].d].uses++;
        }
    }
}

// Where each goes: a register from 0 up, or a slot in the frame as -2, -3, ...
static int scan(Interval* all, int* home) {
    Interval* active[REGISTERS] = {0};
    int spilled = 0;
    for (int v = 0; v < f->vregs; v++) {
        Interval* now = &all[v];
        if (now->to < 0) continue;
        int chosen = -1, worst = -1;
        for (int r = 0; r < REGISTERS; r++) {
            if (!active[r] || active[r]->to <= now->from) {
                chosen = r;
                break;
            }
            if (worst < 0 || active[r]->uses * 64 / (active[r]->to - active[r]->from + 1) < active[worst]->uses * 64 / (active[worst]->to - active[worst]->from + 1)) worst = r;
        }
        if (chosen < 0) {
            spilled++;
            if (active[worst]->uses * 64 / (active[worst]->to - active[worst]->from + 1) >= now->uses * 64 / (now->to - now->from + 1)) {
                home[now->vreg] = -1 - spilled;
                continue;
            }
            home[active[worst]->vreg] = -1 - spilled;
            chosen = worst;
        }
        active[chosen] = now;
        home[now->vreg] = chosen;
        if (chosen + 1 > f->registers_used) f->registers_used = chosen + 1;
    }
    return spilled;
}

static int in_frame(int slot) { return f->frame + 4 * (-2 - slot); }

static void rewrite(const int* home) {
    Code out = {0};
    for (int i = 0; i < f->code.count; i++) {
        Inst inst = f->code.at[i];
        int reads = 0, used[2];
        reads = uses(&inst, used);
        if (reads > 0 && inst.a >= 0) {
            if (home[inst.a] < 0) {
                emit(&out, I_RELOAD, REGISTERS, -1, -1, in_frame(home[inst.a]));
                inst.a = REGISTERS;
            } else {
                inst.a = home[inst.a];
            }
        }
        if (reads > 0 && inst.b >= 0) {
            if (home[inst.b] < 0) {
                emit(&out, I_RELOAD, REGISTERS + 1, -1, -1, in_frame(home[inst.b]));
                inst.b = REGISTERS + 1;
            } else {
                inst.b = home[inst.b];
            }
        }
        int d = has_result(inst.op) ? home[inst.d] : -1;
        if (has_result(inst.op)) inst.d = d < 0 ? REGISTERS : d;
        if (inst.op == I_MOVE && inst.a == inst.d && d >= 0) continue;
        emit(&out, inst.op, inst.d, inst.a, inst.b, inst.imm);
        if (has_result(inst.op) && d < 0) emit(&out, I_SPILL, -1, REGISTERS, -1, in_frame(d));
    }
    free(f->code.at);
    f->code = out;
}

void allocate(Function* function) {
    f = function;
    liveness();
    f->frame = (f->frame + 3) / 4 * 4;
    Interval* all = malloc(((size_t) f->vregs + 1) * sizeof *all);
    int* home = malloc(((size_t) f->vregs + 1) * sizeof *home);
    for (int v = 0; v < f->vregs; v++) home[v] = 0;
    intervals_of(all);
    qsort(all, (size_t) f->vregs, sizeof *all, by_start);
    f->spills = scan(all, home);
    rewrite(home);
    f->frame += 4 * f->spills;
    free(all);
    free(home);
}
