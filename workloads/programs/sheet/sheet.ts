// A spreadsheet: cells hold numbers, texts or formulas; a parser makes trees of formulas, references make a graph that is evaluated in order and only where
// something changed; functions over ranges, look-up, text functions; export to JSON and CSV, import from both. Objects with virtual methods, maps, strings,
// an incremental garbage collector.

import * as bench from "../lib/bench";

// ---- values

const enum Kind { EMPTY, NUMBER, TEXT, BOOL, ERROR }

class Value {
  constructor(public kind: Kind, public num: f64, public text: string) {}

  static readonly empty: Value = new Value(Kind.EMPTY, 0, "");
  static readonly yes: Value = new Value(Kind.BOOL, 1, "TRUE");
  static readonly no: Value = new Value(Kind.BOOL, 0, "FALSE");

  static of(n: f64): Value {
    return isFinite(n) ? new Value(Kind.NUMBER, n, "") : Value.error("#NUM!");
  }
  static str(s: string): Value {
    return new Value(Kind.TEXT, 0, s);
  }
  static bool(b: bool): Value {
    return b ? Value.yes : Value.no;
  }
  static error(s: string): Value {
    return new Value(Kind.ERROR, 0, s);
  }

  isError(): bool {
    return this.kind == Kind.ERROR;
  }

  asNumber(): f64 {
    if (this.kind == Kind.TEXT) return this.text.length ? parseFloat(this.text) : NaN;
    return this.num;
  }

  asText(): string {
    switch (this.kind) {
      case Kind.NUMBER: return show(this.num);
      case Kind.EMPTY: return "";
      default: return this.text;
    }
  }

  truth(): bool {
    return this.kind == Kind.TEXT ? this.text.length > 0 : this.num != 0;
  }

  equals(other: Value): bool {
    if (this.kind == Kind.TEXT || other.kind == Kind.TEXT) {
      return this.kind == other.kind && this.text.toLowerCase() == other.text.toLowerCase();
    }
    return this.num == other.num;
  }

  compare(other: Value): i32 {
    if (this.kind == Kind.TEXT && other.kind == Kind.TEXT) {
      const a = this.text.toLowerCase(), b = other.text.toLowerCase();
      return a < b ? -1 : a > b ? 1 : 0;
    }
    if (this.kind == Kind.TEXT) return 1;
    if (other.kind == Kind.TEXT) return -1;
    return this.num < other.num ? -1 : this.num > other.num ? 1 : 0;
  }
}

// Whole numbers without a point, others with up to six digits behind it.
function show(n: f64): string {
  if (n == Math.floor(n) && Math.abs(n) < 1e15) return (<i64>n).toString();
  let scaled = <i64>Math.round(Math.abs(n) * 1e6);
  let fraction = (scaled % 1000000).toString().padStart(6, "0");
  let last = fraction.length;
  while (last > 0 && fraction.charCodeAt(last - 1) == 48) last--;
  return (n < 0 ? "-" : "") + (scaled / 1000000).toString() + (last > 0 ? "." + fraction.substring(0, last) : "");
}

// ---- places: column in the low half, row in the high half

function place(column: i32, row: i32): i32 {
  return row << 16 | column;
}

function columnName(column: i32): string {
  let name = "";
  for (let c = column + 1; c > 0; c = (c - 1) / 26) name = String.fromCharCode(65 + (c - 1) % 26) + name;
  return name;
}

function placeName(p: i32): string {
  return columnName(p & 0xffff) + ((p >>> 16) + 1).toString();
}

// ---- formulas

abstract class Node {
  abstract eval(sheet: Sheet): Value;
  abstract show(): string;
  references(into: Set<i32>): void {}
  // The same moved by columns and rows, for filling a formula down or across.
  moved(columns: i32, rows: i32): Node {
    return this;
  }
}

class Constant extends Node {
  constructor(public value: Value) { super(); }
  eval(sheet: Sheet): Value { return this.value; }
  show(): string {
    return this.value.kind == Kind.TEXT ? "\"" + this.value.text.replaceAll("\"", "\"\"") + "\"" : this.value.asText();
  }
}

class Reference extends Node {
  constructor(public column: i32, public row: i32, public fixedColumn: bool, public fixedRow: bool) { super(); }
  place(): i32 { return place(this.column, this.row); }
  eval(sheet: Sheet): Value { return sheet.value(this.place()); }
  show(): string {
    return (this.fixedColumn ? "$" : "") + columnName(this.column) + (this.fixedRow ? "$" : "") + (this.row + 1).toString();
  }
  references(into: Set<i32>): void { into.add(this.place()); }
  moved(columns: i32, rows: i32): Node {
    return new Reference(this.fixedColumn ? this.column : this.column + columns, this.fixedRow ? this.row : this.row + rows, this.fixedColumn, this.fixedRow);
  }
}

class Range extends Node {
  constructor(public from: Reference, public to: Reference) { super(); }
  eval(sheet: Sheet): Value { return Value.error("#VALUE!"); }
  show(): string { return this.from.show() + ":" + this.to.show(); }
  references(into: Set<i32>): void {
    for (let row = this.from.row; row <= this.to.row; row++) {
      for (let column = this.from.column; column <= this.to.column; column++) into.add(place(column, row));
    }
  }
  moved(columns: i32, rows: i32): Node {
    return new Range(<Reference>this.from.moved(columns, rows), <Reference>this.to.moved(columns, rows));
  }
  width(): i32 { return this.to.column - this.from.column + 1; }
  height(): i32 { return this.to.row - this.from.row + 1; }
  at(sheet: Sheet, column: i32, row: i32): Value { return sheet.value(place(this.from.column + column, this.from.row + row)); }
}

const enum Op { ADD, SUB, MUL, DIV, POW, CAT, EQ, NE, LT, LE, GT, GE }
const opNames: string[] = ["+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">="];
const opLevels: i32[] = [3, 3, 4, 4, 5, 2, 1, 1, 1, 1, 1, 1];

class Binary extends Node {
  constructor(public op: i32, public left: Node, public right: Node) { super(); }
  eval(sheet: Sheet): Value {
    const a = this.left.eval(sheet);
    if (a.isError()) return a;
    const b = this.right.eval(sheet);
    if (b.isError()) return b;
    switch (this.op) {
      case Op.CAT: return Value.str(a.asText() + b.asText());
      case Op.EQ: return Value.bool(a.equals(b));
      case Op.NE: return Value.bool(!a.equals(b));
      case Op.LT: return Value.bool(a.compare(b) < 0);
      case Op.LE: return Value.bool(a.compare(b) <= 0);
      case Op.GT: return Value.bool(a.compare(b) > 0);
      case Op.GE: return Value.bool(a.compare(b) >= 0);
    }
    const x = a.asNumber(), y = b.asNumber();
    if (isNaN(x) || isNaN(y)) return Value.error("#VALUE!");
    switch (this.op) {
      case Op.ADD: return Value.of(x + y);
      case Op.SUB: return Value.of(x - y);
      case Op.MUL: return Value.of(x * y);
      case Op.DIV: return y == 0 ? Value.error("#DIV/0!") : Value.of(x / y);
      default: return Value.of(power(x, y));
    }
  }
  show(): string {
    const level = unchecked(opLevels[this.op]);
    return this.part(this.left, level) + unchecked(opNames[this.op]) + this.part(this.right, level + 1);
  }
  private part(node: Node, level: i32): string {
    return node instanceof Binary && unchecked(opLevels[(<Binary>node).op]) < level ? "(" + node.show() + ")" : node.show();
  }
  references(into: Set<i32>): void {
    this.left.references(into);
    this.right.references(into);
  }
  moved(columns: i32, rows: i32): Node { return new Binary(this.op, this.left.moved(columns, rows), this.right.moved(columns, rows)); }
}

// Whole powers by squaring, others by the library.
function power(x: f64, y: f64): f64 {
  if (y != Math.floor(y) || Math.abs(y) > 64) return Math.pow(x, y);
  let result: f64 = 1, base = x;
  for (let n = <i32>Math.abs(y); n > 0; n >>= 1) {
    if (n & 1) result *= base;
    base *= base;
  }
  return y < 0 ? 1 / result : result;
}

class Negation extends Node {
  constructor(public inner: Node) { super(); }
  eval(sheet: Sheet): Value {
    const v = this.inner.eval(sheet);
    return v.isError() ? v : Value.of(-v.asNumber());
  }
  show(): string { return this.inner instanceof Binary ? "-(" + this.inner.show() + ")" : "-" + this.inner.show(); }
  references(into: Set<i32>): void { this.inner.references(into); }
  moved(columns: i32, rows: i32): Node { return new Negation(this.inner.moved(columns, rows)); }
}

class Call extends Node {
  constructor(public name: string, public args: Node[]) { super(); }

  eval(sheet: Sheet): Value {
    switch (functionNumber(this.name)) {
      case 0: return this.fold(sheet, Fold.SUM);
      case 1: return this.fold(sheet, Fold.PRODUCT);
      case 2: return this.fold(sheet, Fold.MIN);
      case 3: return this.fold(sheet, Fold.MAX);
      case 4: return this.fold(sheet, Fold.COUNT);
      case 5: return this.fold(sheet, Fold.AVERAGE);
      case 6: return this.fold(sheet, Fold.DEVIATION);
      case 7: return this.choose(sheet);
      case 8: return this.lookup(sheet);
      case 9: return this.median(sheet);
      case 10: return this.sumIf(sheet);
      case 11: return this.rank(sheet);
      case 12: return this.joined(sheet);
      case 13: return this.safe(sheet);
      case 14: return this.logic(sheet, true);
      case 15: return this.logic(sheet, false);
      case -1: return Value.error("#NAME?");
      default: return this.scalar(sheet, functionNumber(this.name));
    }
  }

  private scalar(sheet: Sheet, which: i32): Value {
    const v = new Array<Value>(0);
    for (let i = 0; i < this.args.length; i++) {
      const x = unchecked(this.args[i]).eval(sheet);
      if (x.isError()) return x;
      v.push(x);
    }
    if (v.length == 0) return Value.error("#N/A");
    const a = unchecked(v[0]), n = v.length > 1 ? <i32>unchecked(v[1]).asNumber() : 1;
    switch (which) {
      case 16: return Value.of(Math.abs(a.asNumber()));
      case 17: return a.asNumber() < 0 ? Value.error("#NUM!") : Value.of(Math.sqrt(a.asNumber()));
      case 18: {
        const scale = power(10, v.length > 1 ? n : 0);
        return Value.of(Math.round(a.asNumber() * scale) / scale);
      }
      case 19: return Value.of(Math.floor(a.asNumber()));
      case 20: {
        const d = v.length > 1 ? unchecked(v[1]).asNumber() : 1;
        return d == 0 ? Value.error("#DIV/0!") : Value.of(a.asNumber() - d * Math.floor(a.asNumber() / d));
      }
      case 21: return Value.of(<f64>a.asText().length);
      case 22: return Value.str(a.asText().toUpperCase());
      case 23: return Value.str(a.asText().toLowerCase());
      case 24: return Value.str(a.asText().substring(0, n));
      case 25: return Value.str(a.asText().slice(-n));
      case 26: return v.length < 3 ? Value.error("#N/A") : Value.str(a.asText().substr(n - 1, <i32>unchecked(v[2]).asNumber()));
      case 27: return Value.str(a.asText().trim());
      case 28: return v.length < 3 ? Value.error("#N/A") : Value.str(a.asText().replaceAll(unchecked(v[1]).asText(), unchecked(v[2]).asText()));
      case 29: return v.length < 2 ? Value.error("#N/A") : found(unchecked(v[1]).asText().indexOf(a.asText()));
      case 30: return Value.str(a.asText().repeat(n));
      case 31: return Value.bool(!a.truth());
      case 32: return Value.of(parseFloat(a.asText()));
      case 33: return Value.of(Math.exp(a.asNumber()));
      default: return a.asNumber() <= 0 ? Value.error("#NUM!") : Value.of(Math.log(a.asNumber()));
    }
  }

  private fold(sheet: Sheet, fold: Fold): Value {
    const total = new Total();
    for (let i = 0; i < this.args.length; i++) {
      const arg = unchecked(this.args[i]);
      if (arg instanceof Range) {
        const range = <Range>arg;
        for (let row = 0, h = range.height(); row < h; row++) {
          for (let column = 0, w = range.width(); column < w; column++) {
            const v = range.at(sheet, column, row);
            if (v.isError()) return v;
            if (v.kind == Kind.NUMBER) total.add(v.num);
          }
        }
      } else {
        const v = arg.eval(sheet);
        if (v.isError()) return v;
        total.add(v.asNumber());
      }
    }
    return total.result(fold);
  }

  private choose(sheet: Sheet): Value {
    if (this.args.length < 2) return Value.error("#N/A");
    const condition = this.args[0].eval(sheet);
    if (condition.isError()) return condition;
    if (condition.truth()) return this.args[1].eval(sheet);
    return this.args.length > 2 ? this.args[2].eval(sheet) : Value.no;
  }

  // VLOOKUP(key, range, column): by halving if the fourth argument is true, otherwise one by one.
  private lookup(sheet: Sheet): Value {
    if (this.args.length < 3 || !(this.args[1] instanceof Range)) return Value.error("#N/A");
    const key = this.args[0].eval(sheet), range = <Range>this.args[1], column = <i32>this.args[2].eval(sheet).asNumber() - 1;
    if (column < 0 || column >= range.width()) return Value.error("#REF!");
    if (this.args.length > 3 && this.args[3].eval(sheet).truth()) {
      let low = 0, high = range.height();
      while (low < high) {
        const middle = (low + high) / 2;
        if (range.at(sheet, 0, middle).compare(key) <= 0) low = middle + 1;
        else high = middle;
      }
      return low == 0 ? Value.error("#N/A") : range.at(sheet, column, low - 1);
    }
    for (let row = 0, h = range.height(); row < h; row++) {
      if (range.at(sheet, 0, row).equals(key)) return range.at(sheet, column, row);
    }
    return Value.error("#N/A");
  }

  private numbers(sheet: Sheet): f64[] {
    const all = new Array<f64>(0);
    for (let i = 0; i < this.args.length; i++) {
      const arg = unchecked(this.args[i]);
      if (!(arg instanceof Range)) continue;
      const range = <Range>arg;
      for (let row = 0, h = range.height(); row < h; row++) {
        for (let column = 0, w = range.width(); column < w; column++) {
          const v = range.at(sheet, column, row);
          if (v.kind == Kind.NUMBER) all.push(v.num);
        }
      }
    }
    return all;
  }

  private median(sheet: Sheet): Value {
    const all = this.numbers(sheet);
    if (all.length == 0) return Value.error("#NUM!");
    all.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
    const half = all.length / 2;
    return Value.of(all.length & 1 ? all[half] : (all[half - 1] + all[half]) / 2);
  }

  // SUMIF(range, ">5" or "text", sums)
  private sumIf(sheet: Sheet): Value {
    if (this.args.length < 2 || !(this.args[0] instanceof Range)) return Value.error("#N/A");
    const range = <Range>this.args[0], sums = this.args.length > 2 && this.args[2] instanceof Range ? <Range>this.args[2] : range;
    const wanted = new Condition(this.args[1].eval(sheet).asText());
    let sum: f64 = 0;
    for (let row = 0, h = range.height(); row < h; row++) {
      for (let column = 0, w = range.width(); column < w; column++) {
        if (wanted.holds(range.at(sheet, column, row))) sum += sums.at(sheet, column, row).num;
      }
    }
    return Value.of(sum);
  }

  private rank(sheet: Sheet): Value {
    const all = this.numbers(sheet), wanted = this.args[0].eval(sheet).asNumber();
    let above = 1;
    for (let i = 0; i < all.length; i++) above += i32(unchecked(all[i]) > wanted);
    return Value.of(above);
  }

  private joined(sheet: Sheet): Value {
    const parts = new Array<string>(0);
    for (let i = 0; i < this.args.length; i++) {
      const arg = unchecked(this.args[i]);
      if (arg instanceof Range) {
        const range = <Range>arg;
        for (let row = 0; row < range.height(); row++) {
          for (let column = 0; column < range.width(); column++) parts.push(range.at(sheet, column, row).asText());
        }
      } else {
        parts.push(arg.eval(sheet).asText());
      }
    }
    return Value.str(parts.join(""));
  }

  private safe(sheet: Sheet): Value {
    if (this.args.length < 2) return Value.error("#N/A");
    const v = this.args[0].eval(sheet);
    return v.isError() ? this.args[1].eval(sheet) : v;
  }

  private logic(sheet: Sheet, all: bool): Value {
    for (let i = 0; i < this.args.length; i++) {
      const v = unchecked(this.args[i]).eval(sheet);
      if (v.isError()) return v;
      if (v.truth() != all) return Value.bool(!all);
    }
    return Value.bool(all);
  }

  show(): string {
    const parts = new Array<string>(0);
    for (let i = 0; i < this.args.length; i++) parts.push(this.args[i].show());
    return this.name + "(" + parts.join(",") + ")";
  }
  references(into: Set<i32>): void {
    for (let i = 0; i < this.args.length; i++) this.args[i].references(into);
  }
  moved(columns: i32, rows: i32): Node {
    const args = new Array<Node>(0);
    for (let i = 0; i < this.args.length; i++) args.push(this.args[i].moved(columns, rows));
    return new Call(this.name, args);
  }
}

function found(index: i32): Value {
  return index < 0 ? Value.error("#VALUE!") : Value.of(index + 1);
}

class Condition {
  op: i32 = Op.EQ;
  against: Value;
  constructor(text: string) {
    let rest = text;
    for (let op = <i32>Op.GE; op >= Op.EQ; op--) {
      // Two-letter signs come after their first letters in the list, so this walks it backwards but for <> and <=.
      const name = unchecked(opNames[op]);
      if (text.startsWith(name) && !(name == "<" && (text.startsWith("<=") || text.startsWith("<>"))) && !(name == ">" && text.startsWith(">="))) {
        this.op = op;
        rest = text.substring(name.length);
        break;
      }
    }
    this.against = parseConstant(rest);
  }
  holds(v: Value): bool {
    if (v.kind == Kind.EMPTY || v.isError()) return false;
    switch (this.op) {
      case Op.NE: return !v.equals(this.against);
      case Op.LT: return v.compare(this.against) < 0;
      case Op.LE: return v.compare(this.against) <= 0;
      case Op.GT: return v.compare(this.against) > 0;
      case Op.GE: return v.compare(this.against) >= 0;
      default: return v.equals(this.against);
    }
  }
}

const enum Fold { SUM, PRODUCT, MIN, MAX, COUNT, AVERAGE, DEVIATION }

class Total {
  count: i32 = 0;
  sum: f64 = 0;
  product: f64 = 1;
  least: f64 = Infinity;
  most: f64 = -Infinity;
  mean: f64 = 0;
  squares: f64 = 0;

  add(x: f64): void {
    this.count++;
    this.sum += x;
    this.product *= x;
    this.least = Math.min(this.least, x);
    this.most = Math.max(this.most, x);
    const off = x - this.mean;
    this.mean += off / this.count;
    this.squares += off * (x - this.mean);
  }

  result(fold: Fold): Value {
    switch (fold) {
      case Fold.SUM: return Value.of(this.sum);
      case Fold.COUNT: return Value.of(this.count);
      case Fold.PRODUCT: return Value.of(this.product);
    }
    if (this.count == 0) return Value.error("#DIV/0!");
    switch (fold) {
      case Fold.MIN: return Value.of(this.least);
      case Fold.MAX: return Value.of(this.most);
      case Fold.AVERAGE: return Value.of(this.sum / this.count);
      default: return this.count < 2 ? Value.error("#DIV/0!") : Value.of(Math.sqrt(this.squares / (this.count - 1)));
    }
  }
}

const functionNames: string[] = ["SUM", "PRODUCT", "MIN", "MAX", "COUNT", "AVERAGE", "STDEV", "IF", "VLOOKUP", "MEDIAN", "SUMIF", "RANK", "CONCAT", "IFERROR", "AND", "OR",
  "ABS", "SQRT", "ROUND", "INT", "MOD", "LEN", "UPPER", "LOWER", "LEFT", "RIGHT", "MID", "TRIM", "SUBSTITUTE", "FIND", "REPT", "NOT", "VALUE", "EXP", "LN"];
const functionNumbers = new Map<string, i32>();

function functionNumber(name: string): i32 {
  if (functionNumbers.size == 0) {
    for (let i = 0; i < functionNames.length; i++) functionNumbers.set(functionNames[i], i);
  }
  return functionNumbers.has(name) ? functionNumbers.get(name) : -1;
}

// ---- parser

function isDigit(c: i32): bool { return c >= 48 && c <= 57; }
function isLetter(c: i32): bool { return c >= 65 && c <= 90 || c >= 97 && c <= 122; }

class Parser {
  at: i32 = 0;
  failed: bool = false;
  constructor(public text: string) {}

  parse(): Node {
    const node = this.binary(1);
    this.blanks();
    return this.failed || this.at < this.text.length ? new Constant(Value.error("#SYNTAX!")) : node;
  }

  private blanks(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) == 32) this.at++;
  }

  private peek(): i32 {
    this.blanks();
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private take(c: i32): bool {
    if (this.peek() != c) return false;
    this.at++;
    return true;
  }

  private fail(): Node {
    this.failed = true;
    return new Constant(Value.empty);
  }

  private operator(): i32 {
    const c = this.peek(), next = this.at + 1 < this.text.length ? this.text.charCodeAt(this.at + 1) : -1;
    switch (c) {
      case 43: return Op.ADD;
      case 45: return Op.SUB;
      case 42: return Op.MUL;
      case 47: return Op.DIV;
      case 94: return Op.POW;
      case 38: return Op.CAT;
      case 61: return Op.EQ;
      case 60: return next == 61 ? Op.LE : next == 62 ? Op.NE : Op.LT;
      case 62: return next == 61 ? Op.GE : Op.GT;
      default: return -1;
    }
  }

  private binary(lowest: i32): Node {
    let left = this.prefix();
    while (!this.failed) {
      const op = this.operator();
      if (op < 0 || unchecked(opLevels[op]) < lowest) return left;
      this.at += unchecked(opNames[op]).length;
      left = new Binary(op, left, this.binary(unchecked(opLevels[op]) + (op == Op.POW ? 0 : 1)));
    }
    return left;
  }

  private prefix(): Node {
    if (this.take(45)) return new Negation(this.prefix());
    if (this.take(43)) return this.prefix();
    return this.primary();
  }

  private primary(): Node {
    const c = this.peek();
    if (c == 40) {
      this.at++;
      const inner = this.binary(1);
      return this.take(41) ? inner : this.fail();
    }
    if (c == 34) return this.quoted();
    if (isDigit(c) || c == 46) return this.number();
    if (isLetter(c) || c == 36) return this.named();
    return this.fail();
  }

  private quoted(): Node {
    let text = "";
    this.at++;
    while (true) {
      const end = this.text.indexOf("\"", this.at);
      if (end < 0) return this.fail();
      text += this.text.substring(this.at, end);
      this.at = end + 1;
      if (this.at >= this.text.length || this.text.charCodeAt(this.at) != 34) return new Constant(Value.str(text));
      text += "\"";
      this.at++;
    }
  }

  private number(): Node {
    const from = this.at;
    while (this.at < this.text.length && (isDigit(this.text.charCodeAt(this.at)) || this.text.charCodeAt(this.at) == 46)) this.at++;
    if (this.at < this.text.length && (this.text.charCodeAt(this.at) | 32) == 101) {
      this.at++;
      if (this.at < this.text.length && this.text.charCodeAt(this.at) == 45) this.at++;
      while (this.at < this.text.length && isDigit(this.text.charCodeAt(this.at))) this.at++;
    }
    return new Constant(Value.of(parseFloat(this.text.substring(from, this.at))));
  }

  private named(): Node {
    const from = this.at;
    while (this.at < this.text.length) {
      const c = this.text.charCodeAt(this.at);
      if (!isLetter(c) && !isDigit(c) && c != 36) break;
      this.at++;
    }
    const word = this.text.substring(from, this.at).toUpperCase();
    if (this.take(40)) return this.call(word);
    if (word == "TRUE") return new Constant(Value.yes);
    if (word == "FALSE") return new Constant(Value.no);
    const first = parseReference(word);
    if (first === null) return this.fail();
    if (!this.take(58)) return first;
    const to = this.at;
    while (this.at < this.text.length) {
      const c = this.text.charCodeAt(this.at);
      if (!isLetter(c) && !isDigit(c) && c != 36) break;
      this.at++;
    }
    const last = parseReference(this.text.substring(to, this.at).toUpperCase());
    return last === null || last.column < first.column || last.row < first.row ? this.fail() : new Range(first, last);
  }

  private call(name: string): Node {
    const args = new Array<Node>(0);
    if (this.take(41)) return new Call(name, args);
    do args.push(this.binary(1)); while (this.take(44));
    return this.take(41) ? new Call(name, args) : this.fail();
  }
}

function parseReference(word: string): Reference | null {
  let at = 0, column = 0, row = 0;
  const fixedColumn = word.startsWith("$");
  if (fixedColumn) at++;
  const letters = at;
  while (at < word.length && isLetter(word.charCodeAt(at))) column = column * 26 + word.charCodeAt(at++) - 64;
  if (at == letters || at - letters > 3) return null;
  const fixedRow = at < word.length && word.charCodeAt(at) == 36;
  if (fixedRow) at++;
  const digits = at;
  while (at < word.length && isDigit(word.charCodeAt(at))) row = row * 10 + word.charCodeAt(at++) - 48;
  if (at == digits || at < word.length || row == 0 || row > 30000) return null;
  return new Reference(column - 1, row - 1, fixedColumn, fixedRow);
}

function parseConstant(text: string): Value {
  if (text.length == 0) return Value.empty;
  if (text == "TRUE") return Value.yes;
  if (text == "FALSE") return Value.no;
  const c = text.charCodeAt(0);
  if (isDigit(c) || (c == 45 || c == 46) && text.length > 1) {
    let plain = true;
    for (let i = 1; i < text.length && plain; i++) {
      const d = text.charCodeAt(i);
      plain = isDigit(d) || d == 46 || d == 101 || d == 45;
    }
    if (plain) return Value.of(parseFloat(text));
  }
  return Value.str(text);
}

// ---- the sheet

const enum Mark { CLEAN, DIRTY, BUSY }

class Cell {
  value: Value = Value.empty;
  formula: Node | null = null;
  mark: Mark = Mark.CLEAN;
  reads: i32[] = [];
  readers: Set<i32> = new Set<i32>();
  constructor(public place: i32) {}
}

class Sheet {
  cells: Map<i32, Cell> = new Map<i32, Cell>();
  evaluations: i32 = 0;

  cell(p: i32): Cell {
    if (this.cells.has(p)) return this.cells.get(p);
    const cell = new Cell(p);
    this.cells.set(p, cell);
    return cell;
  }

  value(p: i32): Value {
    if (!this.cells.has(p)) return Value.empty;
    const cell = this.cells.get(p);
    if (cell.mark == Mark.BUSY) return Value.error("#CYCLE!");
    if (cell.mark == Mark.DIRTY) this.evaluate(cell);
    return cell.value;
  }

  private evaluate(cell: Cell): void {
    const formula = cell.formula;
    if (formula !== null) {
      cell.mark = Mark.BUSY;
      this.evaluations++;
      cell.value = formula.eval(this);
    }
    cell.mark = Mark.CLEAN;
  }

  set(p: i32, text: string): void {
    if (text.startsWith("=")) this.setFormula(p, new Parser(text.substring(1)).parse());
    else this.setValue(p, parseConstant(text));
  }

  setValue(p: i32, value: Value): void {
    const cell = this.cell(p);
    this.unlink(cell);
    cell.formula = null;
    cell.value = value;
    this.touch(cell);
    cell.mark = Mark.CLEAN;
  }

  setFormula(p: i32, formula: Node): void {
    const cell = this.cell(p);
    this.unlink(cell);
    cell.formula = formula;
    const places = new Set<i32>();
    formula.references(places);
    cell.reads = places.values();
    for (let i = 0; i < cell.reads.length; i++) this.cell(unchecked(cell.reads[i])).readers.add(p);
    this.touch(cell);
  }

  private unlink(cell: Cell): void {
    for (let i = 0; i < cell.reads.length; i++) this.cell(unchecked(cell.reads[i])).readers.delete(cell.place);
    cell.reads = [];
  }

  // Whatever reads it, and what reads that, must be evaluated again.
  private touch(cell: Cell): void {
    const work: Cell[] = [cell];
    cell.mark = Mark.DIRTY;
    while (work.length > 0) {
      const readers = work.pop().readers.values();
      for (let i = 0; i < readers.length; i++) {
        const reader = this.cell(unchecked(readers[i]));
        if (reader.mark == Mark.CLEAN) {
          reader.mark = Mark.DIRTY;
          work.push(reader);
        }
      }
    }
  }

  fill(from: string, columns: i32, rows: i32): void {
    const source = <Reference>parseReference(from);
    const formula = <Node>this.cell(source.place()).formula;
    for (let row = 0; row <= rows; row++) {
      for (let column = 0; column <= columns; column++) {
        if (row | column) this.setFormula(place(source.column + column, source.row + row), formula.moved(column, row));
      }
    }
  }

  recalculate(): void {
    const all = this.cells.values();
    for (let i = 0; i < all.length; i++) if (unchecked(all[i]).mark == Mark.DIRTY) this.evaluate(unchecked(all[i]));
  }

  sorted(): Cell[] {
    const all = this.cells.values();
    all.sort((a, b) => a.place - b.place);
    return all;
  }

  checksum(): u32 {
    let h: u32 = 2166136261;
    const all = this.sorted();
    for (let i = 0; i < all.length; i++) {
      const cell = all[i];
      if (cell.value.kind == Kind.EMPTY && cell.formula === null) continue;
      const text = placeName(cell.place) + "=" + cell.value.asText();
      for (let k = 0; k < text.length; k++) h = (h ^ text.charCodeAt(k)) * 16777619;
    }
    return h;
  }

  // ---- out and in again

  toJson(): string {
    const lines = new Array<string>(0), all = this.sorted();
    for (let i = 0; i < all.length; i++) {
      const cell = all[i], formula = cell.formula;
      if (formula === null && cell.value.kind == Kind.EMPTY) continue;
      lines.push("{\"cell\":" + quote(placeName(cell.place)) + (formula === null ? ",\"value\":" + jsonValue(cell.value) : ",\"formula\":" + quote("=" + formula.show())) + "}");
    }
    return "{\"version\":1,\"cells\":[" + lines.join(",\n") + "]}";
  }

  toCsv(columns: i32, rows: i32): string {
    const lines = new Array<string>(0);
    for (let row = 0; row < rows; row++) {
      const fields = new Array<string>(0);
      for (let column = 0; column < columns; column++) {
        const text = this.value(place(column, row)).asText();
        fields.push(text.includes(",") || text.includes("\"") ? "\"" + text.replaceAll("\"", "\"\"") + "\"" : text);
      }
      lines.push(fields.join(","));
    }
    return lines.join("\n");
  }

  fromCsv(text: string): void {
    let row = 0, column = 0, at = 0;
    while (at <= text.length) {
      let field = "", c = at < text.length ? text.charCodeAt(at) : -1;
      if (c == 34) {
        at++;
        while (at < text.length) {
          const end = text.indexOf("\"", at);
          field += text.substring(at, end);
          at = end + 1;
          if (at >= text.length || text.charCodeAt(at) != 34) break;
          field += "\"";
          at++;
        }
      } else {
        const from = at;
        while (at < text.length && text.charCodeAt(at) != 44 && text.charCodeAt(at) != 10) at++;
        field = text.substring(from, at);
      }
      this.set(place(column, row), field);
      c = at < text.length ? text.charCodeAt(at) : -1;
      if (c == 44) {
        column++;
      } else {
        column = 0;
        row++;
      }
      at++;
    }
  }
}

// ---- JSON

function quote(s: string): string {
  let out = "\"";
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    switch (c) {
      case 34: out += "\\\""; break;
      case 92: out += "\\\\"; break;
      case 10: out += "\\n"; break;
      case 9: out += "\\t"; break;
      default: out += c < 32 || c > 126 ? "\\u" + c.toString(16).padStart(4, "0") : String.fromCharCode(c);
    }
  }
  return out + "\"";
}

function jsonValue(v: Value): string {
  switch (v.kind) {
    case Kind.NUMBER: return v.num.toString();
    case Kind.BOOL: return v.num != 0 ? "true" : "false";
    case Kind.EMPTY: return "null";
    default: return quote(v.text);
  }
}

abstract class Json {
  get(key: string): Json { return nothing; }
  item(index: i32): Json { return nothing; }
  size(): i32 { return 0; }
  text(): string { return ""; }
  exists(): bool { return true; }
}
class JsonNothing extends Json { exists(): bool { return false; } }
const nothing: Json = new JsonNothing();
class JsonText extends Json {
  constructor(public value: string) { super(); }
  text(): string { return this.value; }
}
class JsonNumber extends Json {
  constructor(public value: f64) { super(); }
  text(): string { return this.value.toString(); }
}
class JsonWord extends Json {
  constructor(public word: string) { super(); }
  text(): string { return this.word.toUpperCase(); }
}
class JsonList extends Json {
  items: Json[] = [];
  item(index: i32): Json { return this.items[index]; }
  size(): i32 { return this.items.length; }
}
class JsonObject extends Json {
  fields: Map<string, Json> = new Map<string, Json>();
  get(key: string): Json { return this.fields.has(key) ? this.fields.get(key) : nothing; }
  size(): i32 { return this.fields.size; }
}

class JsonReader {
  at: i32 = 0;
  constructor(public text: string) {}

  private peek(): i32 {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at++;
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  read(): Json {
    switch (this.peek()) {
      case 123: return this.object();
      case 91: return this.list();
      case 34: return new JsonText(this.string());
      default: return this.word();
    }
  }

  private object(): Json {
    const object = new JsonObject();
    this.at++;
    while (this.peek() != 125) {
      const key = this.string();
      assert(this.peek() == 58, "expected :");
      this.at++;
      object.fields.set(key, this.read());
      if (this.peek() == 44) this.at++;
      this.peek();
    }
    this.at++;
    return object;
  }

  private list(): Json {
    const list = new JsonList();
    this.at++;
    while (this.peek() != 93) {
      list.items.push(this.read());
      if (this.peek() == 44) this.at++;
    }
    this.at++;
    return list;
  }

  private string(): string {
    let out = "";
    this.at++;
    while (true) {
      const from = this.at;
      let c = this.text.charCodeAt(this.at);
      while (c != 34 && c != 92) c = this.text.charCodeAt(++this.at);
      out += this.text.substring(from, this.at++);
      if (c == 34) return out;
      c = this.text.charCodeAt(this.at++);
      switch (c) {
        case 110: out += "\n"; break;
        case 116: out += "\t"; break;
        case 117:
          out += String.fromCharCode(<i32>parseInt(this.text.substring(this.at, this.at + 4), 16));
          this.at += 4;
          break;
        default: out += String.fromCharCode(c);
      }
    }
  }

  private word(): Json {
    const from = this.at;
    while (this.at < this.text.length) {
      const c = this.text.charCodeAt(this.at);
      if (!isLetter(c) && !isDigit(c) && c != 45 && c != 43 && c != 46) break;
      this.at++;
    }
    const word = this.text.substring(from, this.at);
    return isLetter(word.charCodeAt(0)) ? new JsonWord(word) : new JsonNumber(parseFloat(word));
  }
}

function fromJson(text: string): Sheet {
  const sheet = new Sheet(), cells = new JsonReader(text).read().get("cells");
  for (let i = 0; i < cells.size(); i++) {
    const entry = cells.item(i), name = <Reference>parseReference(entry.get("cell").text()), formula = entry.get("formula");
    if (formula.exists()) {
      sheet.set(name.place(), formula.text());
    } else if (entry.get("value") instanceof JsonText) {
      sheet.setValue(name.place(), Value.str(entry.get("value").text()));
    } else {
      sheet.set(name.place(), entry.get("value").text());
    }
  }
  return sheet;
}

// ---- what is done with it

let seed: u32 = 2463534242;
function random(limit: i32): i32 {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return <i32>(seed % <u32>limit);
}

const ROWS = 240;
const wares: string[] = ["bolt", "nut", "gear", "belt, wide", "pump \"A\"", "hose", "valve", "chain"];

function ledger(): Sheet {
  const sheet = new Sheet();
  const lines = new Array<string>(0);
  for (let i = 0; i < ROWS; i++) {
    const ware = wares[random(wares.length)];
    lines.push((i + 1).toString() + ",\"" + ware.replaceAll("\"", "\"\"") + "\"," + (1 + random(40)).toString() + "," + (random(9000) + 100).toString() + "." + random(100).toString().padStart(2, "0"));
  }
  sheet.fromCsv(lines.join("\n"));
  sheet.set(place(4, 0), "=C1*D1");
  sheet.set(place(5, 0), "=ROUND(IF(E1>100000, E1*0.9, IF(AND(C1>20, D1<5000), E1*0.95, E1)), 2)");
  sheet.set(place(6, 0), "=SUM($F$1:F1)");
  sheet.set(place(7, 0), "=UPPER(LEFT(B1,1))&MID(B1,2,9)&\"-\"&RIGHT(\"000\"&A1,3)");
  sheet.set(place(8, 0), "=IFERROR(VLOOKUP(B1,$K$1:$L$8,2),0)*E1/100");
  sheet.fill("E1", 4, 0);
  // Filling across overwrote what stood there: put it back, then fill each column down.
  sheet.set(place(5, 0), "=ROUND(IF(E1>100000, E1*0.9, IF(AND(C1>20, D1<5000), E1*0.95, E1)), 2)");
  sheet.set(place(6, 0), "=SUM($F$1:F1)");
  sheet.set(place(7, 0), "=UPPER(LEFT(B1,1))&MID(B1,2,9)&\"-\"&RIGHT(\"000\"&A1,3)");
  sheet.set(place(8, 0), "=IFERROR(VLOOKUP(B1,$K$1:$L$8,2),0)*E1/100");
  const names: string[] = ["E1", "F1", "G1", "H1", "I1"];
  for (let i = 0; i < names.length; i++) sheet.fill(names[i], 0, ROWS - 1);
  for (let i = 0; i < wares.length; i++) {
    sheet.set(place(10, i), wares[i]);
    sheet.set(place(11, i), "=" + (i + 3).toString() + "^2/7");
    sheet.set(place(12, i), "=SUMIF($B$1:$B$" + ROWS.toString() + ",K" + (i + 1).toString() + ",$F$1:$F$" + ROWS.toString() + ")");
  }
  return sheet;
}

const summaries: string[] = ["=SUM(E1:E240)", "=AVERAGE(D1:D240)", "=STDEV(F1:F240)", "=MEDIAN(C1:C240)", "=MAX(G1:G240)-G240", "=RANK(D7,D1:D240)", "=COUNT(A1:I240)",
  "=SUMIF(C1:C240,\">=20\",E1:E240)", "=CONCAT(H1:H3,\"|\",LEN(H240))", "=VLOOKUP(100,A1:H240,8,TRUE)", "=1/0", "=IFERROR(1/0,\"none\")", "=SQRT(2)^2=2", "=-2^2+10",
  "=FIND(\"-\",H9)", "=SUBSTITUTE(TRIM(\"  a-b-c \"),\"-\",\"+\")&REPT(\"x\",3)", "=NOT(OR(FALSE,1<2))", "=MOD(-7,3)&\"/\"&INT(-7/3)", "=EXP(LN(10))", "=NOSUCH(1)",
  "=(1+2", "=P23+1", "=P22*2", "=IF(1,\"a\"&\"b\"\"c\",2)", "=VALUE(\"12.50\")+ABS(-3)+PRODUCT(2,3,MIN(4,5))", "=LOWER(\"ABC\")<>\"abc\""];

export function main(): void {
  bench.start();
  const sheet = ledger();
  for (let i = 0; i < summaries.length; i++) sheet.set(place(15, i), summaries[i]);
  sheet.recalculate();
  const first = sheet.checksum(), evaluated = sheet.evaluations;
  // Single changes and what hangs on them.
  for (let i = 0; i < 12; i++) {
    sheet.set(place(2 + (i & 1), random(ROWS)), (1 + random(60)).toString());
    sheet.recalculate();
  }
  const second = sheet.checksum(), again = sheet.evaluations - evaluated;
  const json = sheet.toJson(), copy = fromJson(json);
  copy.recalculate();
  const third = copy.checksum(), same = copy.toJson() == json;
  const csv = sheet.toCsv(9, ROWS), plain = new Sheet();
  plain.fromCsv(csv);
  const fourth = plain.checksum();
  bench.end();
  for (let i = 0; i < summaries.length; i++) bench.print(summaries[i] + " -> " + sheet.value(place(15, i)).asText());
  for (let i = 0; i < wares.length; i++) bench.print(wares[i] + ": " + sheet.value(place(12, i)).asText());
  bench.print("checksums: " + first.toString(16) + " " + second.toString(16) + " " + third.toString(16) + " " + fourth.toString(16));
  bench.print("evaluations: " + evaluated.toString() + " " + again.toString());
  bench.print("json: " + json.length.toString() + " csv: " + csv.length.toString() + (same ? " same" : " DIFFERENT"));
}

main();
