// Trees to intermediate code. Scalars whose address is not taken live in virtual registers of their own; everything else in the frame or in data.
#include "minic.h"

static Unit* unit;
static Function* f;
static int break_label, continue_label;

typedef struct Cases { int values[256], labels[256], count, otherwise; } Cases;
static Cases* cases;

void emit(Code* code, int op, int d, int a, int b, int imm) {
    if (code->count == code->room) {
        code->room = code->room ? 2 * code->room : 64;
        code->at = realloc(code->at, (size_t) code->room * sizeof *code->at);
    }
    code->at[code->count++] = (Inst) {op, d, a, b, imm};
}

static void put(int op, int d, int a, int b, int imm) { emit(&f->code, op, d, a, b, imm); }
static int new_vreg(void) { return f->vregs++; }
static int new_label(void) { return f->labels++; }

static int value(Node* n);

static int unary(int op, int a, int imm) {
    int d = new_vreg();
    put(op, d, a, -1, imm);
    return d;
}

static int constant(int v) { return unary(I_CONST, -1, v); }

static int width_load(const Type* t) { return t->kind == T_CHAR ? I_LOAD8 : I_LOAD32; }
static int width_store(const Type* t) { return t->kind == T_CHAR ? I_STORE8 : I_STORE32; }

static int place_address(Node* n) {
    switch (n->kind) {
        case N_LOCAL: return unary(I_FRAME, -1, n->symbol->offset);
        case N_GLOBAL: return constant(n->symbol->offset);
        default: return value(n->a);
    }
}

static int in_register(const Node* n) { return n->kind == N_LOCAL && !n->symbol->addressed; }

static int register_of(Symbol* s) {
    if (s->vreg < 0) s->vreg = new_vreg();
    return s->vreg;
}

// Puts a value where an assignment's left side says; gives the value as the place holds it.
static int store(Node* place, int address, int v) {
    if (in_register(place)) {
        int to = register_of(place->symbol);
        if (place->type->kind == T_CHAR) put(I_ANDI, to, v, -1, 255);
        else put(I_MOVE, to, v, -1, 0);
        return to;
    }
    put(width_store(place->type), -1, address, v, 0);
    return place->type->kind == T_CHAR ? unary(I_ANDI, v, 255) : v;
}

static int current_value(Node* place, int address) {
    return in_register(place) ? register_of(place->symbol) : unary(width_load(place->type), address, 0);
}

static int binary(int op, int a, int b) {
    int d = new_vreg();
    put(op, d, a, b, 0);
    return d;
}

// Jumps to a label if a condition is true, or if it is false.
static void branch(Node* n, int label, int sense) {
    if (n->kind == N_NOT) {
        branch(n->a, label, !sense);
    } else if (n->kind == N_NUMBER) {
        if (!n->value == !sense) put(I_JUMP, -1, -1, -1, label);
    } else if (n->kind == N_AND || n->kind == N_OR) {
        if ((n->kind == N_OR) == sense) {
            branch(n->a, label, sense);
            branch(n->b, label, sense);
        } else {
            int past = new_label();
            branch(n->a, past, !sense);
            branch(n->b, label, sense);
            put(I_LABEL, -1, -1, -1, past);
        }
    } else {
        put(sense ? I_JNZ : I_JZ, -1, value(n), -1, label);
    }
}

static int truth(Node* n) {
    int d = new_vreg(), end = new_label();
    put(I_CONST, d, -1, -1, 0);
    branch(n, end, 0);
    put(I_CONST, d, -1, -1, 1);
    put(I_LABEL, -1, -1, -1, end);
    return d;
}

static int call(Node* n) {
    int arguments[16], count = 0;
    for (Node* a = n->a; a && count < 16; a = a->next) arguments[count++] = value(a->a);
    for (int i = 0; i < count; i++) put(I_ARG, -1, arguments[i], -1, i);
    int d = new_vreg(), which = n->symbol->offset;
    put(which < 0 ? I_BUILTIN : I_CALL, d, -1, -1, which < 0 ? -1 - which : which);
    return d;
}

static int value(Node* n) {
    switch (n->kind) {
        case N_NUMBER:
        case N_STRING: return constant(n->value);
        case N_LOCAL:
        case N_GLOBAL:
            if (in_register(n)) return register_of(n->symbol);
            // fall through
        case N_LOAD: return unary(width_load(n->type), place_address(n), 0);
        case N_ADDRESS: return place_address(n->a);
        case N_BINARY: {
            int a = value(n->a);
            // A local's register may be assigned by what comes to the right of it.
            if (in_register(n->a) && n->b->kind != N_NUMBER && n->b->kind != N_LOCAL) a = unary(I_MOVE, a, 0);
            return binary(n->op, a, value(n->b));
        }
        case N_ASSIGN: {
            int address = in_register(n->a) ? -1 : place_address(n->a);
            return store(n->a, address, value(n->b));
        }
        case N_UPDATE: {
            int address = in_register(n->a) ? -1 : place_address(n->a), right = value(n->b);
            return store(n->a, address, binary(n->op, current_value(n->a, address), right));
        }
        case N_STEP: {
            int address = in_register(n->a) ? -1 : place_address(n->a), old = current_value(n->a, address);
            if (n->op && in_register(n->a)) old = unary(I_MOVE, old, 0);
            int stepped = store(n->a, address, unary(I_ADDI, old, n->value));
            return n->op ? old : stepped;
        }
        case N_CONDITION: {
            int d = new_vreg(), otherwise = new_label(), end = new_label();
            branch(n->a, otherwise, 0);
            put(I_MOVE, d, value(n->b), -1, 0);
            put(I_JUMP, -1, -1, -1, end);
            put(I_LABEL, -1, -1, -1, otherwise);
            put(I_MOVE, d, value(n->c), -1, 0);
            put(I_LABEL, -1, -1, -1, end);
            return d;
        }
        case N_AND:
        case N_OR: return truth(n);
        case N_NOT: return unary(I_EQI, value(n->a), 0);
        case N_NEGATE: return unary(I_NEG, value(n->a), 0);
        case N_COMPLEMENT: return unary(I_NOT, value(n->a), 0);
        case N_CALL: return call(n);
        case N_COMMA:
            value(n->a);
            return value(n->b);
        default:
            fail(unit, n->line, "not a value", "");
            return constant(0);
    }
}

static void statement(Node* n);

static void body(Node* n, int on_break, int on_continue) {
    int old_break = break_label, old_continue = continue_label;
    break_label = on_break;
    continue_label = on_continue;
    statement(n);
    break_label = old_break;
    continue_label = old_continue;
}

static void dispatch(const Cases* c, int v, int end) {
    int low = INT32_MAX, high = INT32_MIN, otherwise = c->otherwise >= 0 ? c->otherwise : end;
    for (int i = 0; i < c->count; i++) {
        if (c->values[i] < low) low = c->values[i];
        if (c->values[i] > high) high = c->values[i];
    }
    if (c->count >= 5 && high - low < 256 && high - low < 4 * c->count) {
        tables = realloc(tables, (size_t) (table_count + 1) * sizeof *tables);
        Table* t = &tables[table_count];
        t->low = low;
        t->count = high - low + 1;
        t->otherwise = otherwise;
        for (int i = 0; i < t->count; i++) t->targets[i] = otherwise;
        for (int i = 0; i < c->count; i++) t->targets[c->values[i] - low] = c->labels[i];
        put(I_TABLE, -1, v, -1, table_count++);
        return;
    }
    for (int i = 0; i < c->count; i++) put(I_JNZ, -1, unary(I_EQI, v, c->values[i]), -1, c->labels[i]);
    put(I_JUMP, -1, -1, -1, otherwise);
}

static void switch_statement(Node* n) {
    Cases* outer = cases;
    cases = fresh(sizeof *cases);
    cases->otherwise = -1;
    int v = unary(I_MOVE, value(n->a), 0), start = new_label(), end = new_label();
    put(I_JUMP, -1, -1, -1, start);
    body(n->b, end, continue_label);
    put(I_JUMP, -1, -1, -1, end);
    put(I_LABEL, -1, -1, -1, start);
    dispatch(cases, v, end);
    put(I_LABEL, -1, -1, -1, end);
    cases = outer;
}

// The condition stands behind the body, and is tested once before it.
static void loop(Node* condition, Node* step, Node* inner, int first) {
    int again = new_label(), next = new_label(), end = new_label();
    if (condition && first) branch(condition, end, 0);
    put(I_LABEL, -1, -1, -1, again);
    body(inner, end, next);
    put(I_LABEL, -1, -1, -1, next);
    if (step) value(step);
    if (condition) branch(condition, again, 1);
    else put(I_JUMP, -1, -1, -1, again);
    put(I_LABEL, -1, -1, -1, end);
}

static void statement(Node* n) {
    switch (n->kind) {
        case N_BLOCK:
            for (Node* s = n->a; s; s = s->next) statement(s);
            break;
        case N_EXPRESSION: value(n->a); break;
        case N_IF: {
            int otherwise = new_label();
            branch(n->a, otherwise, 0);
            statement(n->b);
            if (n->c) {
                int end = new_label();
                put(I_JUMP, -1, -1, -1, end);
                put(I_LABEL, -1, -1, -1, otherwise);
                statement(n->c);
                put(I_LABEL, -1, -1, -1, end);
            } else {
                put(I_LABEL, -1, -1, -1, otherwise);
            }
            break;
        }
        case N_WHILE: loop(n->a, NULL, n->b, 1); break;
        case N_DO: loop(n->a, NULL, n->b, 0); break;
        case N_FOR:
            if (n->a) statement(n->a);
            loop(n->b, n->c, n->d, 1);
            break;
        case N_SWITCH: switch_statement(n); break;
        case N_CASE: {
            int label = new_label();
            put(I_LABEL, -1, -1, -1, label);
            if (!cases || cases->count == 256) {
                fail(unit, n->line, "a case outside a switch, or too many", "");
            } else if (n->op) {
                cases->otherwise = label;
            } else {
                cases->values[cases->count] = n->value;
                cases->labels[cases->count++] = label;
            }
            break;
        }
        case N_BREAK: put(I_JUMP, -1, -1, -1, break_label); break;
        case N_CONTINUE: put(I_JUMP, -1, -1, -1, continue_label); break;
        case N_RETURN: put(I_RETURN, -1, n->a ? value(n->a) : -1, -1, 0); break;
        case N_EMPTY: break;
    }
}

void generate(Unit* to, Function* function) {
    unit = to;
    f = function;
    cases = NULL;
    break_label = continue_label = -1;
    // The symbols of the parameters are the innermost ones at the head of the body, the last parameter first.
    Symbol* s = f->locals;
    for (int i = f->parameters - 1; i >= 0; i--, s = s->next) {
        int v = new_vreg();
        put(I_PARAM, v, -1, -1, i);
        if (s->addressed) {
            put(width_store(s->type), -1, unary(I_FRAME, -1, s->offset), v, 0);
        } else {
            s->vreg = v;
        }
    }
    statement(f->body);
    put(I_RETURN, -1, -1, -1, 0);
}
