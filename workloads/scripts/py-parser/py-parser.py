"""A small language: text to tokens to tuples to a value. Strings by character, match statements, deep recursion, dict scopes."""
import bench

KEYWORDS = {"let", "in", "if", "then", "else", "fn"}
LEVELS = (("<", "="), ("+", "-"), ("*", "%"))


def tokens(text):
    found, at = [], 0
    while at < len(text):
        c = text[at]
        if c in " \n":
            at += 1
            continue
        start = at
        if c.isdigit():
            while at < len(text) and text[at].isdigit():
                at += 1
            found.append(("number", text[start:at]))
        elif c.isalpha():
            while at < len(text) and text[at].isalpha():
                at += 1
            word = text[start:at]
            found.append((word if word in KEYWORDS else "name", word))
        else:
            at += 1
            found.append((c, c))
    found.append(("end", ""))
    return found


class Parser:
    def __init__(self, text):
        self.tokens, self.at = tokens(text), 0

    def next(self):
        token = self.tokens[self.at]
        self.at += 1
        return token

    def peek(self):
        return self.tokens[self.at][0]

    def expect(self, kind):
        found, text = self.next()
        if found != kind:
            raise SyntaxError(f"expected {kind}, found '{text}'")
        return text

    def expression(self):
        match self.peek():
            case "let":
                self.next()
                name = self.expect("name")
                self.expect("=")
                value = self.expression()
                self.expect("in")
                return ("let", name, value, self.expression())
            case "if":
                self.next()
                test = self.expression()
                self.expect("then")
                yes = self.expression()
                self.expect("else")
                return ("if", test, yes, self.expression())
            case "fn":
                self.next()
                name = self.expect("name")
                self.expect(":")
                return ("fn", name, self.expression())
            case _:
                return self.binary(0)

    def binary(self, level):
        if level == len(LEVELS):
            return self.call()
        left = self.binary(level + 1)
        while self.peek() in LEVELS[level]:
            op, _ = self.next()
            left = (op, left, self.binary(level + 1))
        return left

    def call(self):
        f = self.atom()
        while self.peek() == "(":
            self.next()
            f = ("call", f, self.expression())
            self.expect(")")
        return f

    def atom(self):
        kind, text = self.next()
        if kind == "number":
            return ("number", int(text))
        if kind == "name":
            return ("name", text)
        if kind != "(":
            raise SyntaxError(f"unexpected '{text}'")
        inner = self.expression()
        self.expect(")")
        return inner


def value(tree, scope):
    match tree:
        case ("number", n):
            return n
        case ("name", name):
            return scope[name]
        case ("call", f, argument):
            name, body, outer = value(f, scope)
            return value(body, {**outer, name: value(argument, scope)})
        case ("if", test, yes, no):
            return value(yes, scope) if value(test, scope) else value(no, scope)
        case ("let", name, bound, body):
            inner = dict(scope)
            result = value(bound, inner)
            inner[name] = result
            return value(body, inner)
        case ("fn", name, body):
            return (name, body, scope)
        case (op, left, right):
            a, b = value(left, scope), value(right, scope)
            match op:
                case "+":
                    return (a + b) % 1_000_003
                case "-":
                    return a - b
                case "*":
                    return a * b % 1_000_003
                case "%":
                    return a % b
                case "<":
                    return a < b
                case _:
                    return a == b


def program(n):
    return f"""let fib = fn n: if n < 2 then n else fib(n - 1) + fib(n - 2) in
      let gcd = fn a: fn b: if b = 0 then a else gcd(b)(a % b) in
      let sum = fn n: if n = 0 then 0 else n * (n + {n}) + sum(n - 1) in
      fib({5 + n % 4}) + gcd({n * 6 + 12})({n * 4 + 8}) + sum({10 + n % 10}) * ({n} + 1)"""


bench.start()
total = length = 0
for n in range(700):
    text = program(n)
    length += len(text)
    total = (total * 7 + value(Parser(text).expression(), {})) % 1_000_003
bench.end()
try:
    Parser("let x = in 3").expression()
except SyntaxError as e:
    print("value", total, "characters", length, "-", e)
