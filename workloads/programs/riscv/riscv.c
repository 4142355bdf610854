// An RV32IM machine: decodes its program to operations once, then interprets them in a loop of one big switch. The program is guest.c, compiled.
#include "../lib/bench.h"

#define MEMORY (1 << 20)
#define BASE 0x1000

static const u8 guest[] = {
#embed "guest.bin"
};

static u8 memory[MEMORY];

enum {
    LUI, AUIPC, JAL, JALR, BEQ, BNE, BLT, BGE, BLTU, BGEU, LB, LH, LW, LBU, LHU, SB, SH, SW, ADDI, SLTI, SLTIU, XORI, ORI, ANDI, SLLI, SRLI, SRAI, ADD, SUB,
    SLL, SLT, SLTU, XOR, SRL, SRA, OR, AND, MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU, FENCE, ECALL, ILLEGAL, OPERATIONS
};

struct operation { u8 code, d, a, b; i32 immediate; };
static struct operation program[sizeof guest / 4];
static u32 executed[OPERATIONS];

static inline i32 field(u32 word, int high, int low) { return (i32) (word << (31 - high)) >> (31 - high + low); }
static inline u32 unsigned_field(u32 word, int high, int low) { return word << (31 - high) >> (31 - high + low); }

static struct operation decode(u32 w) {
    static const u8 branches[8] = {BEQ, BNE, ILLEGAL, ILLEGAL, BLT, BGE, BLTU, BGEU};
    static const u8 loads[8] = {LB, LH, LW, ILLEGAL, LBU, LHU, ILLEGAL, ILLEGAL};
    static const u8 stores[8] = {SB, SH, SW, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    static const u8 immediates[8] = {ADDI, SLLI, SLTI, SLTIU, XORI, SRLI, ORI, ANDI};
    static const u8 registers[8] = {ADD, SLL, SLT, SLTU, XOR, SRL, OR, AND};
    u32 f = unsigned_field(w, 14, 12), seven = unsigned_field(w, 31, 25);
    struct operation o = {ILLEGAL, (u8) unsigned_field(w, 11, 7), (u8) unsigned_field(w, 19, 15), (u8) unsigned_field(w, 24, 20), 0};
    switch (w & 0x7f) {
        case 0x37: o.code = LUI; o.immediate = (i32) (w & 0xfffff000); break;
        case 0x17: o.code = AUIPC; o.immediate = (i32) (w & 0xfffff000); break;
        case 0x6f:
            o.code = JAL;
            o.immediate = field(w, 31, 31) * (1 << 20) | (i32) (unsigned_field(w, 19, 12) << 12 | unsigned_field(w, 20, 20) << 11 | unsigned_field(w, 30, 21) << 1);
            break;
        case 0x67: o.code = JALR; o.immediate = field(w, 31, 20); break;
        case 0x63:
            o.code = branches[f];
            o.immediate = field(w, 31, 31) * (1 << 12) | (i32) (unsigned_field(w, 7, 7) << 11 | unsigned_field(w, 30, 25) << 5 | unsigned_field(w, 11, 8) << 1);
            break;
        case 0x03: o.code = loads[f]; o.immediate = field(w, 31, 20); break;
        case 0x23: o.code = stores[f]; o.immediate = field(w, 31, 25) * 32 | o.d; break;
        case 0x13:
            o.code = immediates[f];
            o.immediate = field(w, 31, 20);
            if (o.code == SLLI || o.code == SRLI) o.immediate &= 31;
            if (o.code == SRLI && seven == 0x20) o.code = SRAI;
            break;
        case 0x33:
            o.code = seven == 1 ? (u8) (MUL + f) : registers[f];
            if (seven == 0x20) o.code = o.code == ADD ? SUB : SRA;
            break;
        case 0x0f: o.code = FENCE; break;
        case 0x73: o.code = ECALL; break;
    }
    return o;
}

static inline u32 load(u32 at, u32 size) {
    at &= MEMORY - 1;
    u32 v = 0;
    __builtin_memcpy(&v, memory + at, size);
    return v;
}

static inline void store(u32 at, u32 value, u32 size) {
    at &= MEMORY - 1;
    __builtin_memcpy(memory + at, &value, size);
}

static u32 reports[16], reported;

static u64 run(void) {
    u32 x[32] = {0}, pc = BASE;
    u64 count = 0;
    for (;;) {
        u32 index = (pc - BASE) / 4;
        if (index >= sizeof guest / 4) return 0;
        struct operation o = program[index];
        u32 a = x[o.a], b = x[o.b], next = pc + 4, result = 0;
        i32 imm = o.immediate;
        count++;
        executed[o.code]++;
        switch (o.code) {
            case LUI: result = (u32) imm; break;
            case AUIPC: result = pc + (u32) imm; break;
            case JAL: result = next; next = pc + (u32) imm; break;
            case JALR: result = next; next = (a + (u32) imm) & ~1u; break;
            case BEQ: if (a == b) next = pc + (u32) imm; pc = next; continue;
            case BNE: if (a != b) next = pc + (u32) imm; pc = next; continue;
            case BLT: if ((i32) a < (i32) b) next = pc + (u32) imm; pc = next; continue;
            case BGE: if ((i32) a >= (i32) b) next = pc + (u32) imm; pc = next; continue;
            case BLTU: if (a < b) next = pc + (u32) imm; pc = next; continue;
            case BGEU: if (a >= b) next = pc + (u32) imm; pc = next; continue;
            case LB: result = (u32) (i32) (int8_t) load(a + (u32) imm, 1); break;
            case LH: result = (u32) (i32) (int16_t) load(a + (u32) imm, 2); break;
            case LW: result = load(a + (u32) imm, 4); break;
            case LBU: result = load(a + (u32) imm, 1); break;
            case LHU: result = load(a + (u32) imm, 2); break;
            case SB: store(a + (u32) imm, b, 1); pc = next; continue;
            case SH: store(a + (u32) imm, b, 2); pc = next; continue;
            case SW: store(a + (u32) imm, b, 4); pc = next; continue;
            case ADDI: result = a + (u32) imm; break;
            case SLTI: result = (i32) a < imm; break;
            case SLTIU: result = a < (u32) imm; break;
            case XORI: result = a ^ (u32) imm; break;
            case ORI: result = a | (u32) imm; break;
            case ANDI: result = a & (u32) imm; break;
            case SLLI: result = a << imm; break;
            case SRLI: result = a >> imm; break;
            case SRAI: result = (u32) ((i32) a >> imm); break;
            case ADD: result = a + b; break;
            case SUB: result = a - b; break;
            case SLL: result = a << (b & 31); break;
            case SLT: result = (i32) a < (i32) b; break;
            case SLTU: result = a < b; break;
            case XOR: result = a ^ b; break;
            case SRL: result = a >> (b & 31); break;
            case SRA: result = (u32) ((i32) a >> (b & 31)); break;
            case OR: result = a | b; break;
            case AND: result = a & b; break;
            case MUL: result = a * b; break;
            case MULH: result = (u32) ((i64) (i32) a * (i32) b >> 32); break;
            case MULHSU: result = (u32) ((i64) (i32) a * (i64) b >> 32); break;
            case MULHU: result = (u32) ((u64) a * b >> 32); break;
            case DIV: result = b == 0 ? 0xffffffff : a == 0x80000000 && b == 0xffffffff ? a : (u32) ((i32) a / (i32) b); break;
            case DIVU: result = b == 0 ? 0xffffffff : a / b; break;
            case REM: result = b == 0 ? a : a == 0x80000000 && b == 0xffffffff ? 0 : (u32) ((i32) a % (i32) b); break;
            case REMU: result = b == 0 ? a : a % b; break;
            case FENCE: pc = next; continue;
            case ECALL:
                if (x[17] == 93) return count;
                if (reported < 16) reports[reported++] = x[10];
                pc = next;
                continue;
            default: return 0;
        }
        x[o.d] = result;
        x[0] = 0;
        pc = next;
    }
}

START {
    bench_start();
    for (u32 i = 0; i < sizeof guest; i++) memory[BASE + i] = guest[i];
    for (u32 i = 0; i < sizeof guest / 4; i++) program[i] = decode(load(BASE + 4 * i, 4));
    u64 count = run();
    bench_end();
    static const char* const names[8] = {"primes", "in order", "matrix crc", "queens", "collatz", "sorted crc", "digits", "distance"};
    for (u32 i = 0; i < 8; i++) put_hex(names[i], reports[i], 8);
    put_number("reports", reported);
    put_number("instructions", (i64) count);
    u32 kinds = 0;
    for (u32 i = 0; i < OPERATIONS; i++) kinds += executed[i] != 0;
    put_number("kinds", kinds);
}
