"""Generators, closures, comprehensions, unpacking and exceptions: control that leaves a frame and comes back."""
import bench
from functools import reduce
from itertools import islice


def naturals(n=0):
    while True:
        yield n
        n += 1


def chunks(size, source):
    source = iter(source)
    while chunk := list(islice(source, size)):
        yield chunk


def compose(*stages):
    return lambda value: reduce(lambda v, stage: stage(v), stages, value)


def flatten(tree):
    for item in tree:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


def nested(depth, width):
    return [depth * 10 + i for i in range(width)] if depth == 0 else [nested(depth - 1, width) for _ in range(width)]


def averages():
    count = total = 0
    mean = None
    while True:
        value = yield mean
        count += 1
        total += value
        mean = total // count


class Refused(Exception):
    def __init__(self, value):
        self.value = value


def checked(value):
    if value % 7 == 0:
        raise Refused(value)
    return value


def lazily(turn):
    stages = compose(lambda v: v + turn, lambda v: v * 17 % 1_000_003, lambda v: v + 5)
    total = 0
    for a, b, *rest in islice(chunks(5, (stages(n) for n in naturals(turn) if n % 3)), 100):
        total = (total + sum(rest) + a * 2 + b) % 1_000_003
    return total


def eagerly(turn):
    rows = [{"id": i, "group": (i * 7 + turn) % 13, "weight": (i * i + turn) % 101} for i in range(300)]
    groups = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row["weight"])
    refused = 0
    for weights in groups.values():
        for weight in sorted(weights):
            try:
                checked(weight)
            except Refused as r:
                refused += r.value
    return refused + sum(max(w) - min(w) for w in groups.values())


tree = nested(3, 6)
bench.start()
lazy = eager = flat = 0
means = averages()
next(means)
for turn in range(200):
    lazy = (lazy * 3 + lazily(turn)) % 1_000_003
    eager += eagerly(turn)
    if turn % 10 == 0:
        flat += sum(flatten(tree))
    mean = means.send(eager % 1000)
bench.end()
print("lazy", lazy, "eager", eager, "flat", flat, "mean", mean)
