// A compiler for a small C and the machine that runs its output: what the parts share.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- types

enum { T_VOID, T_CHAR, T_INT, T_POINTER, T_ARRAY, T_STRUCT };

typedef struct Type Type;
typedef struct Field Field;
struct Field { const char* name; Type* type; int offset; Field* next; };
struct Type { int kind, size, align, length; Type* base; const char* name; Field* fields; };

// ---- syntax trees

enum {
    N_NUMBER, N_STRING, N_LOCAL, N_GLOBAL, N_BINARY, N_ASSIGN, N_UPDATE, N_STEP, N_CONDITION, N_AND, N_OR, N_NOT, N_NEGATE, N_COMPLEMENT, N_LOAD, N_ADDRESS, N_CALL,
    N_COMMA, N_BLOCK, N_IF, N_WHILE, N_DO, N_FOR, N_SWITCH, N_CASE, N_BREAK, N_CONTINUE, N_RETURN, N_EXPRESSION, N_EMPTY
};

typedef struct Symbol Symbol;
struct Symbol {
    const char* name;
    Type* type;
    int kind;          // one of the S_ below
    int offset;        // of a local in its frame, of a global in memory; the index of a function
    int addressed;     // a local that must live in memory
    int vreg;          // of a local that need not
    int depth;         // of its scope
    Symbol* next;
};
enum { S_LOCAL, S_GLOBAL, S_FUNCTION, S_CONSTANT };

typedef struct Node Node;
struct Node {
    int kind, op, line, value;
    Type* type;
    Symbol* symbol;
    Node *a, *b, *c, *d, *next;
};

// ---- intermediate code: three addresses over virtual registers

#define OPS(X)                                                                                                                                       \
    X(NOP) X(CONST) X(MOVE) X(ADD) X(SUB) X(MUL) X(DIV) X(MOD) X(AND) X(OR) X(XOR) X(SHL) X(SHR) X(EQ) X(NE) X(LT) X(LE) X(NEG) X(NOT) X(ADDI) X(MULI) X(ANDI)   \
    X(SHLI) X(SHRI) X(EQI) X(NEI) X(LTI) X(LEI) X(GTI) X(GEI) X(FRAME) X(LOAD8) X(LOAD32) X(STORE8) X(STORE32) X(LABEL) X(JUMP) X(JZ) X(JNZ) X(JEQ) X(JNE)      \
    X(JLT) X(JLE) X(ARG) X(CALL) X(RETURN) X(BUILTIN) X(SPILL) X(RELOAD) X(TABLE) X(PARAM)
enum {
#define X(name) I_##name,
    OPS(X)
#undef X
    I_COUNT
};

typedef struct { int op, d, a, b, imm; } Inst;

typedef struct { Inst* at; int count, room; } Code;

typedef struct {
    const char* name;
    Symbol* symbol;
    Node* body;
    Symbol* locals;
    int parameters, frame, vregs, labels, defined;
    Code code;
    int entry;           // place in the machine's program
    int registers_used, spills;
} Function;

typedef struct {
    Function functions[128];
    int function_count;
    uint8_t* data;
    int data_size;
    int errors;
    char message[160];
} Unit;

// ---- switches are tables: low, count, the default, then the targets

typedef struct { int low, count, otherwise, targets[256]; } Table;
extern Table* tables;
extern int table_count;

void* fresh(size_t size);
void free_all(void);
void fail(Unit* unit, int line, const char* what, const char* detail);

void parse(Unit* unit, const char* source);
void generate(Unit* unit, Function* function);
int optimise(Function* function);
void allocate(Function* function);

void emit(Code* code, int op, int d, int a, int b, int imm);
int has_result(int op);
int uses(const Inst* i, int out[2]);
void print_code(const Function* f, void (*line)(const char* text));

typedef struct { int32_t result; uint64_t executed; int failed; } Outcome;
Outcome execute(Unit* unit, char* output, int room, int* written);
