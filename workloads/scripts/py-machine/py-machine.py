"""A register machine interpreted by a chain of comparisons over tuples: the loop that interpreters are made of, one level up."""
import bench

SIEVE = """
    set n 3000
    set i 2
outer:
    mul k i i
    less t n k
    jump t done
    load t i
    jump t next
inner:
    less t n k
    jump t next
    set t 1
    store k t
    add k k i
    set t 1
    jump t inner
next:
    set t 1
    add i i t
    jump t outer
done:
    set i 2
count:
    less t n i
    jump t end
    load t i
    not t t
    add found found t
    jump t sum
back:
    set t 1
    add i i t
    jump t count
sum:
    add total total i
    set t 1
    jump t back
end:
    halt
"""

MIX = """
    set i 0
    set x 1
    set m 1000003
    set c 31
    set limit 40000
loop:
    mul x x c
    add x x i
    mod x x m
    set t 1
    add i i t
    less t i limit
    jump t loop
    add total total x
    halt
"""


def assemble(text):
    code, labels = [], {}
    for line in text.split("\n"):
        words = line.split()
        if not words:
            continue
        if words[0].endswith(":"):
            labels[words[0][:-1]] = len(code)
        else:
            code.append(words)
    return [
        (w[0], w[1], int(w[2])) if w[0] == "set" else (w[0], w[1], labels[w[2]]) if w[0] == "jump" else tuple(w) for w in code
    ]


def execute(code, memory):
    registers = dict.fromkeys(("n", "i", "k", "t", "x", "m", "c", "limit", "found", "total"), 0)
    at = steps = 0
    while True:
        instruction = code[at]
        op = instruction[0]
        at += 1
        steps += 1
        if op == "add":
            registers[instruction[1]] = registers[instruction[2]] + registers[instruction[3]]
        elif op == "less":
            registers[instruction[1]] = int(registers[instruction[2]] < registers[instruction[3]])
        elif op == "jump":
            if registers[instruction[1]]:
                at = instruction[2]
        elif op == "set":
            registers[instruction[1]] = instruction[2]
        elif op == "load":
            registers[instruction[1]] = memory[registers[instruction[2]]]
        elif op == "store":
            memory[registers[instruction[1]]] = registers[instruction[2]]
        elif op == "mul":
            registers[instruction[1]] = registers[instruction[2]] * registers[instruction[3]]
        elif op == "mod":
            registers[instruction[1]] = registers[instruction[2]] % registers[instruction[3]]
        elif op == "not":
            registers[instruction[1]] = int(not registers[instruction[2]])
        else:
            return registers, steps


bench.start()
total = 0
for turn in range(6):
    primes, first = execute(assemble(SIEVE), [0] * 3100)
    mixed, second = execute(assemble(MIX), [])
    total = (total * 5 + primes["total"] + mixed["total"] + first + second) % 1_000_003
bench.end()
print("primes", primes["found"], "sum", primes["total"], "mixed", mixed["x"], "steps", first + second, "total", total)
