// A small language: text to tokens to a tree to a value, many times over. Strings character by character, switch on strings, recursion.
const KEYWORDS = new Set(['let', 'in', 'if', 'then', 'else', 'fn']);

function tokens(text) {
  const found = [];
  for (let at = 0; at < text.length;) {
    const c = text.charCodeAt(at);
    if (c === 32 || c === 10) { at++; continue; }
    const from = at;
    if (c >= 48 && c <= 57) {
      while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
      found.push({ kind: 'number', text: text.slice(from, at) });
    } else if (c >= 97 && c <= 122) {
      while (at < text.length && text.charCodeAt(at) >= 97 && text.charCodeAt(at) <= 122) at++;
      const word = text.slice(from, at);
      found.push({ kind: KEYWORDS.has(word) ? word : 'name', text: word });
    } else {
      at++;
      found.push({ kind: text[from], text: text[from] });
    }
  }
  found.push({ kind: 'end', text: '' });
  return found;
}

class Parser {
  constructor(text) { this.tokens = tokens(text); this.at = 0; }
  next() { return this.tokens[this.at++]; }
  peek() { return this.tokens[this.at].kind; }
  expect(kind) { const t = this.next(); if (t.kind !== kind) throw new Error(`expected ${kind}, found '${t.text}'`); return t; }

  expression() {
    switch (this.peek()) {
      case 'let': {
        this.next();
        const name = this.expect('name').text;
        this.expect('=');
        const value = this.expression();
        this.expect('in');
        return { op: 'let', name, value, body: this.expression() };
      }
      case 'if': {
        this.next();
        const test = this.expression();
        this.expect('then');
        const yes = this.expression();
        this.expect('else');
        return { op: 'if', test, yes, no: this.expression() };
      }
      case 'fn': {
        this.next();
        const name = this.expect('name').text;
        this.expect(':');
        return { op: 'fn', name, body: this.expression() };
      }
      default: return this.binary(0);
    }
  }

  binary(level) {
    const levels = [['<', '='], ['+', '-'], ['*', '%']];
    if (level === levels.length) return this.call();
    let left = this.binary(level + 1);
    while (levels[level].includes(this.peek())) left = { op: this.next().kind, left, right: this.binary(level + 1) };
    return left;
  }

  call() {
    let f = this.atom();
    while (this.peek() === '(') {
      this.next();
      f = { op: 'call', f, argument: this.expression() };
      this.expect(')');
    }
    return f;
  }

  atom() {
    const t = this.next();
    if (t.kind === 'number') return { op: 'number', value: Number(t.text) };
    if (t.kind === 'name') return { op: 'name', name: t.text };
    if (t.kind !== '(') throw new Error(`unexpected '${t.text}'`);
    const inner = this.expression();
    this.expect(')');
    return inner;
  }
}

function look(scope, name) {
  for (; scope; scope = scope.outer) if (scope.name === name) return scope.value;
  throw new Error(`unknown ${name}`);
}

function value(tree, scope) {
  switch (tree.op) {
    case 'number': return tree.value;
    case 'name': return look(scope, tree.name);
    case 'let': {
      const inner = { name: tree.name, value: null, outer: scope };
      inner.value = value(tree.value, inner);
      return value(tree.body, inner);
    }
    case 'if': return value(tree.test, scope) ? value(tree.yes, scope) : value(tree.no, scope);
    case 'fn': return { tree, scope };
    case 'call': {
      const { tree: f, scope: outer } = value(tree.f, scope);
      return value(f.body, { name: f.name, value: value(tree.argument, scope), outer });
    }
    default: {
      const a = value(tree.left, scope), b = value(tree.right, scope);
      switch (tree.op) {
        case '+': return (a + b) % 1000003;
        case '-': return a - b;
        case '*': return (a * b) % 1000003;
        case '%': return a % b;
        case '<': return a < b;
        default: return a === b;
      }
    }
  }
}

const program = (n) => `let fib = fn n: if n < 2 then n else fib(n - 1) + fib(n - 2) in
  let gcd = fn a: fn b: if b = 0 then a else gcd(b)(a % b) in
  let sum = fn n: if n = 0 then 0 else n * (n + ${n}) + sum(n - 1) in
  fib(${8 + n % 5}) + gcd(${n * 6 + 12})(${n * 4 + 8}) + sum(${20 + n % 30}) * (${n} + 1)`;

bench.start();
let total = 0, length = 0;
for (let n = 0; n < 900; n++) {
  const text = program(n);
  length += text.length;
  total = (total * 7 + value(new Parser(text).expression(), null)) % 1000003;
}
bench.end();
let refused = '';
try { new Parser('let x = in 3').expression(); } catch (e) { refused = e.message; }
console.log('value', total, 'characters', length, '-', refused);
