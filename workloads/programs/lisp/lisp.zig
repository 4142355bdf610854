//! A Lisp with its own heap: reader, printer, environments as chains, closures, tail calls in the evaluator, a mark-and-sweep collector over tagged cells. Calls
//! of calls, pointers everywhere, allocation: what a dynamic language's run time does.
const std = @import("std");
const bench = @import("bench");

/// A reference: small integers are odd, cells are even and index the heap. Nil is 0.
const Ref = u32;
const nil: Ref = 0;
const heap_cells = 200_000;
const root_slots = 200_000;

const Tag = enum(u8) { free, pair, symbol, closure, primitive, vector, frame };
const Cell = struct { tag: Tag, mark: bool, a: Ref, b: Ref, c: Ref };

var cells: [heap_cells]Cell = undefined;
var free_list: u32 = 0;
var free_count: u32 = 0;
var collections: u32 = 0;
var allocated: u64 = 0;

/// The collector's exact roots: values held across an allocation are on this stack.
var roots: [root_slots]Ref = undefined;
var root_top: u32 = 0;
var mark_stack: [heap_cells]u32 = undefined;

var vector_words: [400_000]Ref = undefined;
var vector_top: u32 = 0;

const Failure = error{ Unbound, NotAFunction, Arguments, HeapFull, Syntax };

fn number(n: i32) Ref {
    return @as(u32, @bitCast(n)) << 1 | 1;
}

fn isNumber(r: Ref) bool {
    return r & 1 == 1;
}

fn numeric(r: Ref) i32 {
    return @as(i32, @bitCast(r)) >> 1;
}

fn cell(r: Ref) *Cell {
    return &cells[r >> 1];
}

fn is(r: Ref, tag: Tag) bool {
    return r != nil and !isNumber(r) and cell(r).tag == tag;
}

fn push(r: Ref) void {
    roots[root_top] = r;
    root_top += 1;
}

fn pop() Ref {
    root_top -= 1;
    return roots[root_top];
}

fn heapInit() void {
    free_list = 0;
    var i: u32 = heap_cells;
    while (i > 1) {
        i -= 1;
        cells[i] = .{ .tag = .free, .mark = false, .a = free_list, .b = nil, .c = nil };
        free_list = i;
    }
    free_count = heap_cells - 1;
}

fn make(tag: Tag, a: Ref, b: Ref, c: Ref) Failure!Ref {
    if (free_list == 0) {
        push(a);
        push(b);
        push(c);
        collect();
        root_top -= 3;
        if (free_list == 0) return error.HeapFull;
    }
    const at = free_list;
    free_list = cells[at].a;
    free_count -= 1;
    allocated += 1;
    cells[at] = .{ .tag = tag, .mark = false, .a = a, .b = b, .c = c };
    return at << 1;
}

fn cons(a: Ref, b: Ref) Failure!Ref {
    return make(.pair, a, b, nil);
}

fn visit(r: Ref, top: *u32) void {
    if (r == nil or isNumber(r)) return;
    const c = cell(r);
    if (c.mark) return;
    c.mark = true;
    mark_stack[top.*] = r >> 1;
    top.* += 1;
}

fn collect() void {
    collections += 1;
    var top: u32 = 0;
    for (roots[0..root_top]) |r| visit(r, &top);
    visit(global_environment, &top);
    visit(symbols, &top);
    while (top > 0) {
        top -= 1;
        const c = &cells[mark_stack[top]];
        switch (c.tag) {
            .pair => {
                visit(c.a, &top);
                visit(c.b, &top);
            },
            .closure, .frame => {
                visit(c.a, &top);
                visit(c.b, &top);
                visit(c.c, &top);
            },
            .vector => for (vector_words[c.a .. c.a + c.b]) |r| visit(r, &top),
            .symbol, .primitive => visit(c.c, &top),
            .free => {},
        }
    }
    sweep();
}

fn sweep() void {
    free_list = 0;
    free_count = 0;
    var i: u32 = heap_cells;
    while (i > 1) {
        i -= 1;
        const c = &cells[i];
        if (c.mark) {
            c.mark = false;
        } else {
            c.tag = .free;
            c.a = free_list;
            free_list = i;
            free_count += 1;
        }
    }
}

// ---- symbols: names lie in one text, found by a list

var name_text: [4096]u8 = undefined;
var name_top: u32 = 0;
var symbols: Ref = nil;

fn nameOf(symbol: Ref) []const u8 {
    const c = cell(symbol);
    return name_text[c.a .. c.a + c.b];
}

fn intern(name: []const u8) Failure!Ref {
    var list = symbols;
    while (list != nil) : (list = cell(list).b) {
        const symbol = cell(list).a;
        if (std.mem.eql(u8, nameOf(symbol), name)) return symbol;
    }
    const at = name_top;
    @memcpy(name_text[at .. at + name.len], name);
    name_top += @intCast(name.len);
    // a and b are numbers here, which the collector does not follow for symbols.
    const symbol = try make(.symbol, nil, nil, nil);
    cell(symbol).a = at;
    cell(symbol).b = @intCast(name.len);
    push(symbol);
    symbols = try cons(symbol, symbols);
    return pop();
}

// ---- reader

const Reader = struct {
    text: []const u8,
    at: usize = 0,

    fn blanks(self: *Reader) void {
        while (self.at < self.text.len) : (self.at += 1) {
            const c = self.text[self.at];
            if (c == ';') {
                while (self.at < self.text.len and self.text[self.at] != '\n') self.at += 1;
            } else if (c != ' ' and c != '\n') return;
        }
    }

    fn more(self: *Reader) bool {
        self.blanks();
        return self.at < self.text.len;
    }

    fn read(self: *Reader) Failure!Ref {
        self.blanks();
        if (self.at >= self.text.len) return error.Syntax;
        const c = self.text[self.at];
        if (c == '(') {
            self.at += 1;
            return self.list();
        }
        if (c == '\'') {
            self.at += 1;
            push(try self.read());
            const tail = try cons(roots[root_top - 1], nil);
            _ = pop();
            push(tail);
            const quote = try intern("quote");
            return cons(quote, pop());
        }
        return self.atom();
    }

    fn list(self: *Reader) Failure!Ref {
        self.blanks();
        if (self.at >= self.text.len) return error.Syntax;
        if (self.text[self.at] == ')') {
            self.at += 1;
            return nil;
        }
        push(try self.read());
        const rest = try self.list();
        return cons(pop(), rest);
    }

    fn atom(self: *Reader) Failure!Ref {
        const from = self.at;
        while (self.at < self.text.len) : (self.at += 1) {
            const c = self.text[self.at];
            if (c == ' ' or c == '\n' or c == '(' or c == ')') break;
        }
        const word = self.text[from..self.at];
        if (std.fmt.parseInt(i31, word, 10)) |n| return number(n) else |_| return intern(word);
    }
};

// ---- environments: frames of parallel lists, the outermost a list of pairs

var global_environment: Ref = nil;

fn lookup(symbol: Ref, environment: Ref) Failure!Ref {
    var frame = environment;
    while (frame != nil) : (frame = cell(frame).c) {
        var names = cell(frame).a;
        var values = cell(frame).b;
        while (names != nil) {
            if (cell(names).a == symbol) return cell(values).a;
            names = cell(names).b;
            values = cell(values).b;
        }
    }
    const value = cell(symbol).c;
    if (value == nil) return error.Unbound;
    return value;
}

fn assign(symbol: Ref, value: Ref, environment: Ref) void {
    var frame = environment;
    while (frame != nil) : (frame = cell(frame).c) {
        var names = cell(frame).a;
        var values = cell(frame).b;
        while (names != nil) {
            if (cell(names).a == symbol) {
                cell(values).a = value;
                return;
            }
            names = cell(names).b;
            values = cell(values).b;
        }
    }
    cell(symbol).c = value;
}

// ---- evaluator

const Form = enum(u8) { quote, @"if", define, lambda, begin, let, cond, set, @"and", @"or", @"while" };
var form_symbols: [std.enums.values(Form).len]Ref = undefined;
var truth: Ref = nil;
var evaluations: u64 = 0;

fn formOf(symbol: Ref) ?Form {
    for (form_symbols, 0..) |s, i| {
        if (s == symbol) return @enumFromInt(i);
    }
    return null;
}

fn second(list: Ref) Ref {
    return cell(cell(list).b).a;
}

fn rest2(list: Ref) Ref {
    return cell(cell(list).b).b;
}

fn eval(expression: Ref, environment: Ref) Failure!Ref {
    const base = root_top;
    defer root_top = base;
    push(expression);
    push(environment);
    while (true) {
        evaluations += 1;
        const x = roots[base];
        const env = roots[base + 1];
        root_top = base + 2;
        if (x == nil or isNumber(x)) return x;
        if (is(x, .symbol)) return lookup(x, env);
        const head = cell(x).a;
        if (is(head, .symbol)) {
            if (formOf(head)) |form| {
                const result = try special(form, x, env, base);
                if (result) |value| return value;
                continue;
            }
        }
        const function = try eval(head, env);
        push(function);
        var count: u32 = 0;
        var list = cell(x).b;
        while (list != nil) : (list = cell(list).b) {
            push(try eval(cell(list).a, env));
            count += 1;
        }
        if (is(function, .primitive)) return primitive(@enumFromInt(cell(function).a), roots[root_top - count .. root_top]);
        if (!is(function, .closure)) return error.NotAFunction;
        var values: Ref = nil;
        var i: u32 = 0;
        while (i < count) : (i += 1) {
            values = try cons(roots[root_top - 1 - i], values);
        }
        const frame = try make(.frame, cell(function).a, values, cell(function).c);
        roots[base + 1] = frame;
        root_top = base + 2;
        push(function);
        roots[base] = try sequence(cell(function).b, frame);
    }
}

/// Evaluates all but the last of a body; the last is left to the caller's loop, so that tail calls take no stack.
fn sequence(body: Ref, environment: Ref) Failure!Ref {
    var list = body;
    while (cell(list).b != nil) : (list = cell(list).b) _ = try eval(cell(list).a, environment);
    return cell(list).a;
}

/// A value, or null after having put the expression and environment to go on with into the two root slots.
fn special(form: Form, x: Ref, env: Ref, base: u32) Failure!?Ref {
    switch (form) {
        .quote => return second(x),
        .@"if" => {
            const branches = rest2(x);
            if (try eval(second(x), env) != nil) {
                roots[base] = cell(branches).a;
            } else {
                if (cell(branches).b == nil) return nil;
                roots[base] = second(branches);
            }
        },
        .define => {
            const target = second(x);
            if (is(target, .pair)) {
                const closure = try make(.closure, cell(target).b, rest2(x), env);
                cell(cell(target).a).c = closure;
            } else {
                cell(target).c = try eval(cell(rest2(x)).a, env);
            }
            return nil;
        },
        .lambda => return try make(.closure, second(x), rest2(x), env),
        .begin => roots[base] = try sequence(cell(x).b, env),
        .let => {
            var bindings = second(x);
            push(nil);
            push(nil);
            const at = root_top;
            while (bindings != nil) : (bindings = cell(bindings).b) {
                const binding = cell(bindings).a;
                const value = try eval(second(binding), env);
                roots[at - 1] = try cons(value, roots[at - 1]);
                roots[at - 2] = try cons(cell(binding).a, roots[at - 2]);
            }
            const frame = try make(.frame, roots[at - 2], roots[at - 1], env);
            roots[base + 1] = frame;
            roots[base] = try sequence(rest2(x), frame);
        },
        .cond => {
            var clauses = cell(x).b;
            while (clauses != nil) : (clauses = cell(clauses).b) {
                const clause = cell(clauses).a;
                if (try eval(cell(clause).a, env) != nil) {
                    roots[base] = try sequence(cell(clause).b, env);
                    return null;
                }
            }
            return nil;
        },
        .set => {
            const value = try eval(cell(rest2(x)).a, env);
            assign(second(x), value, env);
            return value;
        },
        .@"and" => {
            var list = cell(x).b;
            while (cell(list).b != nil) : (list = cell(list).b) {
                if (try eval(cell(list).a, env) == nil) return nil;
            }
            roots[base] = cell(list).a;
        },
        .@"or" => {
            var list = cell(x).b;
            while (cell(list).b != nil) : (list = cell(list).b) {
                const value = try eval(cell(list).a, env);
                if (value != nil) return value;
            }
            roots[base] = cell(list).a;
        },
        .@"while" => {
            while (try eval(second(x), env) != nil) {
                var body = rest2(x);
                while (body != nil) : (body = cell(body).b) _ = try eval(cell(body).a, env);
            }
            return nil;
        },
    }
    return null;
}

// ---- primitives

const Primitive = enum(u8) {
    @"+", @"-", @"*", @"/", mod, @"=", @"<", @">", @"eq?", cons, car, cdr, @"null?", @"pair?", @"symbol?", not, @"set-car!", @"set-cdr!", @"make-vector",
    @"vector-ref", @"vector-set!", @"vector-length", list, gc,
};

/// A pointer, since reading an element of a global array by value may copy the array first.
fn element(vector: Ref, index: Ref) *Ref {
    return &vector_words[cell(vector).a + @as(u32, @intCast(numeric(index)))];
}

fn boolean(b: bool) Ref {
    return if (b) truth else nil;
}

fn primitive(p: Primitive, v: []const Ref) Failure!Ref {
    switch (p) {
        .@"+" => {
            var sum: i32 = 0;
            for (v) |x| sum +%= numeric(x);
            return number(sum);
        },
        .@"*" => {
            var product: i32 = 1;
            for (v) |x| product *%= numeric(x);
            return number(product);
        },
        .@"-" => {
            if (v.len == 1) return number(-numeric(v[0]));
            var rest = numeric(v[0]);
            for (v[1..]) |x| rest -%= numeric(x);
            return number(rest);
        },
        .list => {
            var result: Ref = nil;
            var i = v.len;
            while (i > 0) {
                i -= 1;
                result = try cons(v[i], result);
            }
            return result;
        },
        .gc => {
            collect();
            return number(@intCast(free_count));
        },
        else => {},
    }
    if (v.len == 0) return error.Arguments;
    switch (p) {
        .car => return if (is(v[0], .pair)) cell(v[0]).a else error.Arguments,
        .cdr => return if (is(v[0], .pair)) cell(v[0]).b else error.Arguments,
        .@"null?", .not => return boolean(v[0] == nil),
        .@"pair?" => return boolean(is(v[0], .pair)),
        .@"symbol?" => return boolean(is(v[0], .symbol)),
        .@"vector-length" => return number(@intCast(cell(v[0]).b)),
        .@"make-vector" => {
            const n: u32 = @intCast(numeric(v[0]));
            const vector = try make(.vector, nil, nil, nil);
            cell(vector).a = vector_top;
            cell(vector).b = n;
            for (vector_words[vector_top .. vector_top + n]) |*slot| slot.* = if (v.len > 1) v[1] else nil;
            vector_top += n;
            return vector;
        },
        else => {},
    }
    if (v.len < 2) return error.Arguments;
    switch (p) {
        .@"/" => return number(@divTrunc(numeric(v[0]), numeric(v[1]))),
        .mod => return number(@mod(numeric(v[0]), numeric(v[1]))),
        .@"=", .@"eq?" => return boolean(v[0] == v[1]),
        .@"<" => return boolean(numeric(v[0]) < numeric(v[1])),
        .@">" => return boolean(numeric(v[0]) > numeric(v[1])),
        .cons => return cons(v[0], v[1]),
        .@"set-car!" => cell(v[0]).a = v[1],
        .@"set-cdr!" => cell(v[0]).b = v[1],
        .@"vector-ref" => return element(v[0], v[1]).*,
        .@"vector-set!" => element(v[0], v[1]).* = v[2],
        else => return error.Arguments,
    }
    return v[1];
}

// ---- printer

fn write(out: anytype, r: Ref) void {
    if (r == nil) {
        out.writeAll("()") catch unreachable;
    } else if (isNumber(r)) {
        out.print("{d}", .{numeric(r)}) catch unreachable;
    } else switch (cell(r).tag) {
        .symbol => out.writeAll(nameOf(r)) catch unreachable,
        .pair => {
            out.writeByte('(') catch unreachable;
            var list = r;
            while (is(list, .pair)) : (list = cell(list).b) {
                if (list != r) out.writeByte(' ') catch unreachable;
                write(out, cell(list).a);
            }
            if (list != nil) {
                out.writeAll(" . ") catch unreachable;
                write(out, list);
            }
            out.writeByte(')') catch unreachable;
        },
        else => out.print("#<{s}>", .{@tagName(cell(r).tag)}) catch unreachable,
    }
}

fn prepare() Failure!void {
    heapInit();
    truth = try intern("t");
    cell(truth).c = truth;
    for (std.enums.values(Form), 0..) |form, i| form_symbols[i] = try intern(if (form == .set) "set!" else @tagName(form));
    for (std.enums.values(Primitive)) |p| {
        const symbol = try intern(@tagName(p));
        const function = try make(.primitive, nil, nil, nil);
        cell(function).a = @intFromEnum(p);
        cell(symbol).c = function;
    }
}

const program = @embedFile("program.lisp");

pub fn main() void {
    var buffer: [8192]u8 = undefined;
    var stream = std.io.fixedBufferStream(&buffer);
    const out = stream.writer();
    bench.begin();
    run(out) catch |e| out.print("failed: {s}\n", .{@errorName(e)}) catch unreachable;
    bench.finish();
    bench.print("{s}evaluations: {d}\ncollections: {d}\nallocated: {d}\n", .{ stream.getWritten(), evaluations, collections, allocated });
}

fn run(out: anytype) Failure!void {
    try prepare();
    var reader = Reader{ .text = program };
    while (reader.more()) {
        const expression = try reader.read();
        const value = try eval(expression, nil);
        if (value != nil) {
            write(out, value);
            out.writeByte('\n') catch unreachable;
        }
    }
}
