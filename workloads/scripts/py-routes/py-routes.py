"""Shortest ways, components and colourings of a network: dicts, sets, tuples, heapq, sorting with keys."""
import bench
from collections import defaultdict, deque
from heapq import heappop, heappush


def network(side):
    roads = defaultdict(dict)
    for x in range(side):
        for y in range(side):
            if x + 1 < side:
                roads[x, y][x + 1, y] = 1 + (x * 7 + y * 13) % 9
            if y + 1 < side:
                roads[x, y][x, y + 1] = 1 + (x * 11 + y * 5) % 7
            if x > 0:
                roads[x, y][x - 1, y] = 2 + (x * 3 + y) % 8
            if y > 0 and (x + y) % 3 == 0:
                roads[x, y][x, y - 1] = 4
    return roads


def distances(roads, start):
    far, done, heap = {start: 0}, set(), [(0, start)]
    while heap:
        here, place = heappop(heap)
        if place in done:
            continue
        done.add(place)
        for to, length in roads[place].items():
            there = here + length
            if there < far.get(to, 1 << 30):
                far[to] = there
                heappush(heap, (there, to))
    return far


def reachable(roads, start, allowed):
    seen, queue = {start}, deque([start])
    while queue:
        for to in roads[queue.popleft()]:
            if to not in seen and allowed(to):
                seen.add(to)
                queue.append(to)
    return seen


def colours(roads):
    chosen = {}
    for place in sorted(roads, key=lambda p: (-len(roads[p]), p)):
        taken = {chosen[to] for to in roads[place] if to in chosen}
        chosen[place] = next(c for c in range(9) if c not in taken)
    return chosen


roads = network(30)
bench.start()
total = 0
for turn, start in enumerate([(0, 0), (5, 9), (20, 3), (29, 29), (15, 15), (2, 28), (28, 2), (11, 11)] * 9):
    far = distances(roads, start)
    total += sum(far.values())
    place, length = max(far.items(), key=lambda item: (item[1], item[0]))
    region = reachable(roads, start, lambda p: (p[0] * p[1] + turn) % 5 != 0)
    roads[start][1, 1] = 1 + turn % 7
painted = colours(roads)
bench.end()
print("last", start, "to", place, length, "region", len(region))
print("sum", total, "colours", max(painted.values()) + 1, sum(painted.values()))
