"""A drawing of six classes behind one interface: method calls, properties, super(), operators, and dataclasses."""
import bench
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Point:
    x: int
    y: int

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Shape:
    def __init__(self, at):
        self.at = at

    @property
    def area(self):
        return 0

    def contains(self, p):
        return False

    def move(self, by):
        self.at = self.at + by


class Circle(Shape):
    def __init__(self, at, r):
        super().__init__(at)
        self.r = r

    @property
    def area(self):
        return 3 * self.r * self.r

    def contains(self, p):
        dx, dy = p.x - self.at.x, p.y - self.at.y
        return dx * dx + dy * dy <= self.r * self.r


class Box(Shape):
    def __init__(self, at, w, h):
        super().__init__(at)
        self.w, self.h = w, h

    @property
    def area(self):
        return self.w * self.h

    def contains(self, p):
        return self.at.x <= p.x < self.at.x + self.w and self.at.y <= p.y < self.at.y + self.h


class Square(Box):
    def __init__(self, at, w):
        super().__init__(at, w, w)


class Ring(Circle):
    def __init__(self, at, r, hole):
        super().__init__(at, r)
        self.hole = hole

    @property
    def area(self):
        return super().area - 3 * self.hole * self.hole

    def contains(self, p):
        dx, dy = p.x - self.at.x, p.y - self.at.y
        return super().contains(p) and dx * dx + dy * dy > self.hole * self.hole


class Group(Shape):
    def __init__(self, at, members):
        super().__init__(at)
        self.members = members

    @property
    def area(self):
        return sum(m.area for m in self.members)

    def contains(self, p):
        inner = Point(p.x - self.at.x, p.y - self.at.y)
        return any(m.contains(inner) for m in self.members)


class Random:
    def __init__(self, state):
        self.state = state

    def up_to(self, n):
        self.state = self.state * 48271 % 2147483647
        return self.state % n


draw = Random(77).up_to
makers = [
    lambda: Circle(Point(draw(400), draw(400)), 1 + draw(40)),
    lambda: Box(Point(draw(400), draw(400)), 1 + draw(60), 1 + draw(60)),
    lambda: Square(Point(draw(400), draw(400)), 1 + draw(50)),
    lambda: Ring(Point(draw(400), draw(400)), 20 + draw(30), draw(20)),
]
scenes = [[makers[draw(kinds)]() for _ in range(60)] for kinds in (1, 2, 4)]
scenes[-1].append(Group(Point(10, 10), [makers[draw(4)]() for _ in range(8)]))

bench.start()
hits = area = 0
for turn in range(9):
    for shapes in scenes:
        for k in range(100):
            p = Point((k * 37 + turn * 11) % 400, (k * 91 + turn * 7) % 400)
            for shape in shapes:
                if shape.contains(p):
                    hits += 1
        for shape in shapes:
            shape.move(Point(turn % 3 - 1, turn % 5 - 2))
            area = (area + shape.area) % 1_000_003
    scenes[0][turn].at = replace(scenes[0][turn].at, x=turn)
bench.end()
print("hits", hits, "area", area)
