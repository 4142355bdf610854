// Source to trees: a scanner, declarations, types, expressions by precedence, statements. Constants are folded as trees are made.
#include "minic.h"

enum { K_END, K_NUMBER, K_STRING, K_NAME, K_SIGN, K_WORD };
static const char* const words[] = {"int", "char", "void", "struct", "if", "else", "while", "do", "for", "switch", "case", "default", "break", "continue", "return", "sizeof",
    "enum", "static", "const", NULL};
static const char* const signs[] = {"<<=", ">>=", "...", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
    NULL};

static Unit* unit;
static const char* at;
static int line, kind, value, length, depth, loops;
static char text[256];
static char* string_bytes;
static Symbol* scope;
static Type* structs[64];
static int struct_count;
static Function* current;

static Type type_void = {T_VOID, 0, 1, 0, NULL, NULL, NULL}, type_char = {T_CHAR, 1, 1, 0, NULL, NULL, NULL}, type_int = {T_INT, 4, 4, 0, NULL, NULL, NULL};

// ---- scanner

static int letter(int c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
static int digit(int c) { return c >= '0' && c <= '9'; }

static void blanks(void) {
    for (;;) {
        if (*at == '\n') {
            line++;
            at++;
        } else if (*at == ' ' || *at == '\t') {
            at++;
        } else if (at[0] == '/' && at[1] == '/') {
            while (*at && *at != '\n') at++;
        } else if (at[0] == '/' && at[1] == '*') {
            at += 2;
            while (*at && !(at[0] == '*' && at[1] == '/')) {
                if (*at == '\n') line++;
                at++;
            }
            if (*at) at += 2;
        } else {
            return;
        }
    }
}

static int escaped(void) {
    if (*at != '\\') return (unsigned char) *at++;
    at++;
    switch (*at++) {
        case 'n': return '\n';
        case 't': return '\t';
        case '0': return 0;
        default: return at[-1];
    }
}

static void next(void) {
    blanks();
    length = 0;
    if (!*at) {
        kind = K_END;
        strcpy(text, "the end");
        return;
    }
    if (digit(*at)) {
        char* end;
        kind = K_NUMBER;
        value = (int) strtoul(at, &end, 0);
        length = (int) (end - at);
        memcpy(text, at, (size_t) length);
        at = end;
    } else if (letter(*at)) {
        while (letter(*at) || digit(*at)) {
            if (length < 255) text[length++] = *at;
            at++;
        }
        text[length] = 0;
        kind = K_NAME;
        for (int i = 0; words[i]; i++) if (!strcmp(words[i], text)) kind = K_WORD;
        return;
    } else if (*at == '\'') {
        at++;
        kind = K_NUMBER;
        value = escaped();
        if (*at == '\'') at++;
        else fail(unit, line, "a character without its closing quote", "");
        strcpy(text, "a character");
        return;
    } else if (*at == '"') {
        at++;
        kind = K_STRING;
        string_bytes = fresh(strlen(at) + 1);
        while (*at && *at != '"') string_bytes[length++] = (char) escaped();
        if (*at) at++;
        else fail(unit, line, "a string without its closing quote", "");
        string_bytes[length] = 0;
        strcpy(text, "a string");
        return;
    } else {
        kind = K_SIGN;
        length = 1;
        for (int i = 0; signs[i]; i++) {
            if (!strncmp(signs[i], at, strlen(signs[i]))) {
                length = (int) strlen(signs[i]);
                break;
            }
        }
        memcpy(text, at, (size_t) length);
        at += length;
    }
    text[length] = 0;
}

static int is(const char* s) { return (kind == K_SIGN || kind == K_WORD) && !strcmp(text, s); }

static int take(const char* s) {
    if (!is(s)) return 0;
    next();
    return 1;
}

static void expect(const char* s) {
    if (take(s)) return;
    char what[64];
    snprintf(what, sizeof what, "expected %s before", s);
    fail(unit, line, what, text);
    // Go on behind the next semicolon or brace, so that a second mistake is seen as one of its own.
    while (kind != K_END && !is(";") && !is("}")) next();
    take(";");
}

static const char* copy_text(void) {
    char* copy = fresh((size_t) length + 1);
    memcpy(copy, text, (size_t) length + 1);
    return copy;
}

// ---- types and symbols

static Type* new_type(int k, Type* base, int count) {
    Type* t = fresh(sizeof *t);
    t->kind = k;
    t->base = base;
    t->length = count;
    t->size = k == T_POINTER ? 4 : k == T_ARRAY ? base->size * count : 0;
    t->align = k == T_ARRAY ? base->align : 4;
    return t;
}

static int is_type(void) { return is("int") || is("char") || is("void") || is("struct") || is("static") || is("const"); }
static int scalar(const Type* t) { return t->kind == T_INT || t->kind == T_CHAR || t->kind == T_POINTER; }
static int round_up(int n, int to) { return (n + to - 1) / to * to; }

static Symbol* find(const char* name) {
    for (Symbol* s = scope; s; s = s->next) if (!strcmp(s->name, name)) return s;
    return NULL;
}

static Symbol* declare(const char* name, Type* type, int symbol_kind) {
    Symbol* old = find(name);
    if (old && old->depth == depth && symbol_kind != S_FUNCTION) fail(unit, line, "declared twice:", name);
    Symbol* s = fresh(sizeof *s);
    s->name = name;
    s->type = type;
    s->kind = symbol_kind;
    s->depth = depth;
    s->vreg = -1;
    s->next = scope;
    return scope = s;
}

static Type* base_type(void);
static Node* expression(void);
static Node* assignment(void);
static Node* fold(Node* n);

static int constant(void) {
    Node* n = assignment();
    if (n->kind != N_NUMBER) fail(unit, line, "not a constant", "");
    return n->value;
}

static Type* suffixed(Type* t) {
    if (!take("[")) return t;
    int n = is("]") ? 0 : constant();
    expect("]");
    Type* element = suffixed(t);
    return new_type(T_ARRAY, element, n);
}

static Type* declarator(Type* base, const char** name) {
    while (take("*")) base = new_type(T_POINTER, base, 0);
    if (kind != K_NAME) {
        fail(unit, line, "expected a name before", text);
        *name = "?";
        return base;
    }
    *name = copy_text();
    next();
    return suffixed(base);
}

static Type* struct_type(void) {
    const char* name = copy_text();
    next();
    Type* t = NULL;
    for (int i = 0; i < struct_count; i++) if (!strcmp(structs[i]->name, name)) t = structs[i];
    if (!t) {
        t = structs[struct_count++] = new_type(T_STRUCT, NULL, 0);
        t->name = name;
    }
    if (!take("{")) return t;
    Field** last = &t->fields;
    while (kind != K_END && !take("}")) {
        Type* base = base_type();
        do {
            Field* f = *last = fresh(sizeof *f);
            f->type = declarator(base, &f->name);
            f->offset = round_up(t->size, f->type->align);
            t->size = f->offset + f->type->size;
            last = &f->next;
        } while (take(","));
        expect(";");
    }
    t->size = round_up(t->size, 4);
    return t;
}

static Type* base_type(void) {
    while (take("static") || take("const")) {}
    if (take("int")) return &type_int;
    if (take("char")) return &type_char;
    if (take("void")) return &type_void;
    if (take("struct")) return struct_type();
    fail(unit, line, "expected a type before", text);
    next();
    return &type_int;
}

// ---- nodes

static Node* node(int k, Type* t, Node* a, Node* b) {
    Node* n = fresh(sizeof *n);
    n->kind = k;
    n->type = t;
    n->line = line;
    n->a = a;
    n->b = b;
    return n;
}

static Node* number(int v) {
    Node* n = node(N_NUMBER, &type_int, NULL, NULL);
    n->value = v;
    return n;
}

static int fold_binary(int op, int x, int y, int* ok) {
    unsigned a = (unsigned) x, b = (unsigned) y;
    switch (op) {
        case I_ADD: return (int) (a + b);
        case I_SUB: return (int) (a - b);
        case I_MUL: return (int) (a * b);
        case I_DIV: if (y == 0 || (y == -1 && x == INT32_MIN)) break; return x / y;
        case I_MOD: if (y == 0 || y == -1) break; return x % y;
        case I_AND: return x & y;
        case I_OR: return x | y;
        case I_XOR: return x ^ y;
        case I_SHL: return (int) (a << (b & 31));
        case I_SHR: return x >> (b & 31);
        case I_EQ: return x == y;
        case I_NE: return x != y;
        case I_LT: return x < y;
        case I_LE: return x <= y;
    }
    *ok = 0;
    return 0;
}

static Node* fold(Node* n) {
    if (n->kind == N_BINARY && n->a->kind == N_NUMBER && n->b->kind == N_NUMBER) {
        int ok = 1, v = fold_binary(n->op, n->a->value, n->b->value, &ok);
        if (ok) return number(v);
    }
    if (n->a && n->a->kind == N_NUMBER) {
        if (n->kind == N_NEGATE) return number((int) -(unsigned) n->a->value);
        if (n->kind == N_COMPLEMENT) return number(~n->a->value);
        if (n->kind == N_NOT) return number(!n->a->value);
    }
    return n;
}

// An array as a value is the address of its first element.
static Node* decayed(Node* n) {
    if (n->type->kind != T_ARRAY) return n;
    if (n->kind == N_LOCAL) n->symbol->addressed = 1;
    return node(N_ADDRESS, new_type(T_POINTER, n->type->base, 0), n, NULL);
}

static Node* binary(int op, Node* a, Node* b) {
    a = decayed(a);
    b = decayed(b);
    Type* t = &type_int;
    if (op == I_ADD || op == I_SUB) {
        if (b->type->kind == T_POINTER && op == I_ADD) {
            Node* swapped = a;
            a = b;
            b = swapped;
        }
        if (a->type->kind == T_POINTER) {
            int size = a->type->base->size;
            if (b->type->kind == T_POINTER) {
                Node* difference = node(N_BINARY, &type_int, a, b);
                difference->op = I_SUB;
                if (size == 1) return difference;
                Node* scaled = node(N_BINARY, &type_int, difference, number(size));
                scaled->op = I_DIV;
                return scaled;
            }
            t = a->type;
            if (size != 1) {
                Node* scaled = node(N_BINARY, &type_int, b, number(size));
                scaled->op = I_MUL;
                b = fold(scaled);
            }
        }
    }
    if (!scalar(a->type) || !scalar(b->type)) fail(unit, line, "operands must be numbers or pointers", "");
    Node* n = node(N_BINARY, t, a, b);
    n->op = op;
    return t->kind == T_POINTER ? n : fold(n);
}

static Node* load(Node* pointer) {
    pointer = decayed(pointer);
    if (pointer->type->kind != T_POINTER) {
        fail(unit, line, "not a pointer", "");
        return pointer;
    }
    return node(N_LOAD, pointer->type->base, pointer, NULL);
}

static int is_place(const Node* n) { return n->kind == N_LOCAL || n->kind == N_GLOBAL || n->kind == N_LOAD; }

static Node* address(Node* n) {
    if (n->kind == N_LOAD) {
        Node* a = n->a;
        a->type = new_type(T_POINTER, n->type, 0);
        return a;
    }
    if (!is_place(n)) fail(unit, line, "has no address", "");
    if (n->kind == N_LOCAL) n->symbol->addressed = 1;
    return node(N_ADDRESS, new_type(T_POINTER, n->type, 0), n, NULL);
}

static Node* member(Node* object, const char* name) {
    if (object->type->kind != T_STRUCT) {
        fail(unit, line, "not a struct before", name);
        return object;
    }
    for (Field* f = object->type->fields; f; f = f->next) {
        if (strcmp(f->name, name)) continue;
        Node* sum = node(N_BINARY, new_type(T_POINTER, f->type, 0), address(object), number(f->offset));
        sum->op = I_ADD;
        return node(N_LOAD, f->type, sum, NULL);
    }
    fail(unit, line, "no such member:", name);
    return object;
}

static Node* call(Symbol* f) {
    Node* n = node(N_CALL, f->type, NULL, NULL);
    Node** last = &n->a;
    int count = 0;
    n->symbol = f;
    while (!is(")") && kind != K_END) {
        *last = node(N_EXPRESSION, &type_int, decayed(assignment()), NULL);
        last = &(*last)->next;
        count++;
        if (!take(",")) break;
    }
    expect(")");
    n->value = count;
    if (f->offset >= 0 && unit->functions[f->offset].parameters != count) fail(unit, line, "wrong number of arguments for", f->name);
    return n;
}

static Node* primary(void) {
    Node* n;
    if (kind == K_NUMBER) {
        n = number(value);
        next();
        return n;
    }
    if (kind == K_STRING) {
        n = node(N_STRING, new_type(T_POINTER, &type_char, 0), NULL, NULL);
        n->value = unit->data_size;
        unit->data = realloc(unit->data, (size_t) unit->data_size + (size_t) length + 1);
        memcpy(unit->data + unit->data_size, string_bytes, (size_t) length + 1);
        unit->data_size += length + 1;
        next();
        return n;
    }
    if (kind == K_NAME) {
        Symbol* s = find(text);
        if (!s) {
            fail(unit, line, "unknown:", text);
            next();
            return number(0);
        }
        next();
        if (s->kind == S_CONSTANT) return number(s->offset);
        if (s->kind == S_FUNCTION) {
            expect("(");
            return call(s);
        }
        n = node(s->kind == S_LOCAL ? N_LOCAL : N_GLOBAL, s->type, NULL, NULL);
        n->symbol = s;
        if (s->kind == S_LOCAL && !scalar(s->type)) s->addressed = 1;
        return n;
    }
    if (take("(")) {
        n = expression();
        expect(")");
        return n;
    }
    fail(unit, line, "expected an expression before", text);
    next();
    return number(0);
}

static Node* step(Node* place, int by, int after) {
    if (!is_place(place)) fail(unit, line, "cannot be changed", "");
    Node* n = node(N_STEP, place->type, place, NULL);
    n->value = by * (place->type->kind == T_POINTER ? place->type->base->size : 1);
    n->op = after;
    return n;
}

static Node* postfix(void) {
    Node* n = primary();
    for (;;) {
        if (take("[")) {
            n = load(binary(I_ADD, n, expression()));
            expect("]");
        } else if (is(".") || is("->")) {
            int arrow = is("->");
            next();
            const char* name = copy_text();
            next();
            n = member(arrow ? load(n) : n, name);
        } else if (take("++")) {
            n = step(n, 1, 1);
        } else if (take("--")) {
            n = step(n, -1, 1);
        } else {
            return n;
        }
    }
}

static Node* unary(void) {
    if (take("-")) return fold(node(N_NEGATE, &type_int, unary(), NULL));
    if (take("!")) return fold(node(N_NOT, &type_int, decayed(unary()), NULL));
    if (take("~")) return fold(node(N_COMPLEMENT, &type_int, unary(), NULL));
    if (take("*")) return load(unary());
    if (take("&")) return address(unary());
    if (take("++")) return step(unary(), 1, 0);
    if (take("--")) return step(unary(), -1, 0);
    if (take("sizeof")) {
        expect("(");
        Type* t;
        if (is_type()) {
            t = base_type();
            while (take("*")) t = new_type(T_POINTER, t, 0);
        } else {
            t = expression()->type;
        }
        expect(")");
        return number(t->size);
    }
    return postfix();
}

static const struct { const char* sign; int op, level, swapped; } operators[] = {
    {"*", I_MUL, 10, 0}, {"/", I_DIV, 10, 0}, {"%", I_MOD, 10, 0}, {"+", I_ADD, 9, 0}, {"-", I_SUB, 9, 0}, {"<<", I_SHL, 8, 0}, {">>", I_SHR, 8, 0},
    {"<", I_LT, 7, 0}, {">", I_LT, 7, 1}, {"<=", I_LE, 7, 0}, {">=", I_LE, 7, 1}, {"==", I_EQ, 6, 0}, {"!=", I_NE, 6, 0}, {"&", I_AND, 5, 0}, {"^", I_XOR, 4, 0},
    {"|", I_OR, 3, 0}, {NULL, 0, 0, 0}};

static Node* binaries(int lowest) {
    Node* left = unary();
    for (;;) {
        if (lowest <= 2 && take("&&")) {
            left = node(N_AND, &type_int, decayed(left), decayed(binaries(3)));
            continue;
        }
        if (lowest <= 1 && take("||")) {
            left = node(N_OR, &type_int, decayed(left), decayed(binaries(2)));
            continue;
        }
        int i = 0;
        while (operators[i].sign && !is(operators[i].sign)) i++;
        if (!operators[i].sign || operators[i].level < lowest || kind != K_SIGN) return left;
        next();
        Node* right = binaries(operators[i].level + 1);
        left = operators[i].swapped ? binary(operators[i].op, right, left) : binary(operators[i].op, left, right);
    }
}

static Node* conditional(void) {
    Node* n = binaries(1);
    if (!take("?")) return n;
    Node* choice = node(N_CONDITION, &type_int, decayed(n), NULL);
    choice->b = decayed(expression());
    expect(":");
    choice->c = decayed(conditional());
    choice->type = choice->b->type->kind == T_POINTER ? choice->b->type : choice->c->type;
    return choice;
}

static Node* assignment(void) {
    static const struct { const char* sign; int op; } updates[] = {{"+=", I_ADD}, {"-=", I_SUB}, {"*=", I_MUL}, {"/=", I_DIV}, {"%=", I_MOD}, {"&=", I_AND}, {"|=", I_OR},
        {"^=", I_XOR}, {"<<=", I_SHL}, {">>=", I_SHR}, {NULL, 0}};
    Node* left = conditional();
    if (take("=")) {
        if (!is_place(left) || !scalar(left->type)) fail(unit, line, "cannot be assigned to", "");
        return node(N_ASSIGN, left->type, left, decayed(assignment()));
    }
    for (int i = 0; updates[i].sign; i++) {
        if (!take(updates[i].sign)) continue;
        if (!is_place(left) || !scalar(left->type)) fail(unit, line, "cannot be assigned to", "");
        Node* right = decayed(assignment());
        if (left->type->kind == T_POINTER) right = binary(I_MUL, right, number(left->type->base->size));
        Node* n = node(N_UPDATE, left->type, left, right);
        n->op = updates[i].op;
        return n;
    }
    return left;
}

static Node* expression(void) {
    Node* n = assignment();
    while (take(",")) n = node(N_COMMA, &type_int, n, assignment()), n->type = n->b->type;
    return n;
}

// ---- statements

static Symbol* local(const char* name, Type* type) {
    Symbol* s = declare(name, type, S_LOCAL);
    if (!scalar(type)) s->addressed = 1;
    current->frame = round_up(current->frame, 4);
    s->offset = current->frame;
    current->frame += round_up(type->size, 4);
    return s;
}

static Node* statement(void);

static Node* declaration(void) {
    Node *block = node(N_BLOCK, NULL, NULL, NULL), **last = &block->a;
    Type* base = base_type();
    if (take(";")) return block;
    do {
        const char* name;
        Type* type = declarator(base, &name);
        Symbol* s = local(name, type);
        if (take("=")) {
            Node* place = node(N_LOCAL, type, NULL, NULL);
            place->symbol = s;
            *last = node(N_EXPRESSION, NULL, node(N_ASSIGN, type, place, decayed(assignment())), NULL);
            last = &(*last)->next;
        }
    } while (take(","));
    expect(";");
    return block;
}

static Node* block(void) {
    Node *n = node(N_BLOCK, NULL, NULL, NULL), **last = &n->a;
    Symbol* outer = scope;
    depth++;
    while (!is("}") && kind != K_END) {
        *last = is_type() ? declaration() : statement();
        last = &(*last)->next;
    }
    depth--;
    scope = outer;
    expect("}");
    return n;
}

static Node* parenthesised(void) {
    expect("(");
    Node* n = decayed(expression());
    expect(")");
    return n;
}

static Node* for_statement(void) {
    Node* n = node(N_FOR, NULL, NULL, NULL);
    Symbol* outer = scope;
    depth++;
    expect("(");
    if (is_type()) n->a = declaration();
    else if (!take(";")) n->a = node(N_EXPRESSION, NULL, expression(), NULL), expect(";");
    if (!is(";")) n->b = decayed(expression());
    expect(";");
    if (!is(")")) n->c = expression();
    expect(")");
    loops++;
    n->d = statement();
    loops--;
    depth--;
    scope = outer;
    return n;
}

static Node* statement(void) {
    Node* n;
    if (take("{")) return block();
    if (take(";")) return node(N_EMPTY, NULL, NULL, NULL);
    if (take("if")) {
        n = node(N_IF, NULL, parenthesised(), NULL);
        n->b = statement();
        if (take("else")) n->c = statement();
        return n;
    }
    if (take("while")) {
        n = node(N_WHILE, NULL, parenthesised(), NULL);
        loops++;
        n->b = statement();
        loops--;
        return n;
    }
    if (take("do")) {
        n = node(N_DO, NULL, NULL, NULL);
        loops++;
        n->b = statement();
        loops--;
        expect("while");
        n->a = parenthesised();
        expect(";");
        return n;
    }
    if (take("for")) return for_statement();
    if (take("switch")) {
        n = node(N_SWITCH, NULL, parenthesised(), NULL);
        loops++;
        n->b = statement();
        loops--;
        return n;
    }
    if (is("case") || is("default")) {
        n = node(N_CASE, NULL, NULL, NULL);
        n->op = is("default");
        next();
        if (!n->op) n->value = constant();
        expect(":");
        return n;
    }
    if (is("break") || is("continue")) {
        n = node(is("break") ? N_BREAK : N_CONTINUE, NULL, NULL, NULL);
        if (!loops) fail(unit, line, "outside a loop:", text);
        next();
        expect(";");
        return n;
    }
    if (take("return")) {
        n = node(N_RETURN, NULL, is(";") ? NULL : decayed(expression()), NULL);
        expect(";");
        return n;
    }
    n = node(N_EXPRESSION, NULL, expression(), NULL);
    expect(";");
    return n;
}

// ---- the top level

static void store_constant(int offset, int size, int v) {
    for (int i = 0; i < size; i++) unit->data[offset + i] = (uint8_t) (v >> (8 * i));
}

static void global(Type* type, const char* name) {
    Symbol* s = declare(name, type, S_GLOBAL);
    if (type->kind == T_ARRAY && type->length == 0) fail(unit, line, "an array without a length:", name);
    s->offset = round_up(unit->data_size, 4);
    unit->data = realloc(unit->data, (size_t) s->offset + (size_t) type->size);
    memset(unit->data + unit->data_size, 0, (size_t) (s->offset + type->size - unit->data_size));
    unit->data_size = s->offset + type->size;
    if (!take("=")) return;
    if (take("{")) {
        int at_element = 0;
        do {
            if (is("}")) break;
            int v = constant();
            if (at_element < type->length) store_constant(s->offset + at_element * type->base->size, type->base->size, v);
            at_element++;
        } while (take(","));
        expect("}");
        if (at_element > type->length) fail(unit, line, "too many values for", name);
    } else {
        store_constant(s->offset, type->size, constant());
    }
}

static void function(Type* result, const char* name) {
    Symbol* s = find(name);
    Function* f;
    if (s && s->kind == S_FUNCTION) {
        f = &unit->functions[s->offset];
    } else {
        s = declare(name, result, S_FUNCTION);
        s->offset = unit->function_count;
        f = &unit->functions[unit->function_count++];
        memset(f, 0, sizeof *f);
        f->name = name;
        f->symbol = s;
    }
    Symbol* outer = scope;
    current = f;
    f->frame = 0;
    f->parameters = 0;
    depth++;
    if (is("void")) next();
    while (!is(")") && kind != K_END) {
        const char* parameter;
        Type* t = declarator(base_type(), &parameter);
        if (t->kind == T_ARRAY) t = new_type(T_POINTER, t->base, 0);
        local(parameter, t);
        f->parameters++;
        if (!take(",")) break;
    }
    f->locals = scope;
    expect(")");
    if (!take(";")) {
        if (f->defined) fail(unit, line, "defined twice:", name);
        f->defined = 1;
        expect("{");
        f->body = block();
    }
    depth--;
    scope = outer;
    current = NULL;
}

static void enumeration(void) {
    int v = 0;
    expect("{");
    while (!is("}") && kind != K_END) {
        const char* name = copy_text();
        next();
        if (take("=")) v = constant();
        declare(name, &type_int, S_CONSTANT)->offset = v++;
        if (!take(",")) break;
    }
    expect("}");
    expect(";");
}

void parse(Unit* to, const char* source) {
    static const char* const builtins[] = {"putint", "putchar", "putstr", "alloc"};
    unit = to;
    at = source;
    line = 1;
    scope = NULL;
    depth = loops = struct_count = 0;
    unit->data = malloc(4);
    memset(unit->data, 0, 4);
    // Address 0 holds nothing, so that a null pointer is no object's.
    unit->data_size = 4;
    for (int i = 0; i < 4; i++) declare(builtins[i], i == 3 ? new_type(T_POINTER, &type_char, 0) : &type_int, S_FUNCTION)->offset = -1 - i;
    next();
    while (kind != K_END && unit->errors < 8) {
        if (take("enum")) {
            enumeration();
            continue;
        }
        Type* base = base_type();
        if (take(";")) continue;
        const char* name;
        Type* type = declarator(base, &name);
        if (take("(")) {
            function(type, name);
            continue;
        }
        global(type, name);
        while (take(",")) global(declarator(base, &name), name);
        expect(";");
    }
}
