"""Bodies under gravity, by leapfrog steps: float arithmetic on attributes of objects with slots."""
import bench
from math import sqrt


class Body:
    __slots__ = ("x", "y", "z", "vx", "vy", "vz", "mass")

    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z, self.vx, self.vy, self.vz, self.mass = x, y, z, vx, vy, vz, mass


def draws(state):
    while True:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        yield state / 0x80000000 - 0.5


def kick(bodies, dt):
    for i, a in enumerate(bodies):
        for k in range(i + 1, len(bodies)):
            b = bodies[k]
            dx, dy, dz = b.x - a.x, b.y - a.y, b.z - a.z
            square = dx * dx + dy * dy + dz * dz + 0.01
            pull = dt / (square * sqrt(square))
            to_a, to_b = pull * b.mass, pull * a.mass
            a.vx += dx * to_a
            a.vy += dy * to_a
            a.vz += dz * to_a
            b.vx -= dx * to_b
            b.vy -= dy * to_b
            b.vz -= dz * to_b


def drift(bodies, dt):
    for b in bodies:
        b.x += b.vx * dt
        b.y += b.vy * dt
        b.z += b.vz * dt


def energy(bodies):
    total = 0.0
    for i, a in enumerate(bodies):
        total += 0.5 * a.mass * (a.vx**2 + a.vy**2 + a.vz**2)
        for b in bodies[i + 1 :]:
            total -= a.mass * b.mass / sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2 + 0.01)
    return total


draw = draws(20250101)
bodies = [Body(next(draw), next(draw), next(draw), next(draw) / 8, next(draw) / 8, next(draw) / 8, 0.05) for _ in range(12)]
before = energy(bodies)
bench.start()
for _ in range(5000):
    kick(bodies, 0.0005)
    drift(bodies, 0.0005)
bench.end()
after = energy(bodies)
print(f"energy {before:.9f} {after:.9f} {'kept' if abs(after - before) < 0.01 else 'lost'}")
print(f"first {bodies[0].x:.9f} {bodies[0].y:.9f} {bodies[0].z:.9f}")
