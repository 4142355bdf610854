// Bodies under gravity, by leapfrog steps over objects whose fields are doubles.
class Body {
  constructor(x, y, z, vx, vy, vz, mass) {
    this.x = x; this.y = y; this.z = z;
    this.vx = vx; this.vy = vy; this.vz = vz;
    this.mass = mass;
  }
}

let state = 20250101;
const draw = () => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return state / 0x80000000 - 0.5;
};

function kick(bodies, dt) {
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i];
    for (let k = i + 1; k < bodies.length; k++) {
      const b = bodies[k];
      const dx = b.x - a.x, dy = b.y - a.y, dz = b.z - a.z;
      const square = dx * dx + dy * dy + dz * dz + 0.01;
      const pull = dt / (square * Math.sqrt(square));
      a.vx += dx * pull * b.mass; a.vy += dy * pull * b.mass; a.vz += dz * pull * b.mass;
      b.vx -= dx * pull * a.mass; b.vy -= dy * pull * a.mass; b.vz -= dz * pull * a.mass;
    }
  }
}

function drift(bodies, dt) {
  for (const b of bodies) {
    b.x += b.vx * dt; b.y += b.vy * dt; b.z += b.vz * dt;
  }
}

function energy(bodies) {
  let sum = 0;
  bodies.forEach((a, i) => {
    sum += 0.5 * a.mass * (a.vx ** 2 + a.vy ** 2 + a.vz ** 2);
    for (const b of bodies.slice(i + 1)) sum -= a.mass * b.mass / Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2 + 0.01);
  });
  return sum;
}

const bodies = Array.from({ length: 40 }, () => new Body(draw(), draw(), draw(), draw() / 8, draw() / 8, draw() / 8, 0.02 + Math.abs(draw()) / 50));
const before = energy(bodies);
bench.start();
for (let step = 0; step < 6000; step++) {
  kick(bodies, 0.0005);
  drift(bodies, 0.0005);
}
bench.end();
const after = energy(bodies);
console.log('energy', before.toFixed(9), after.toFixed(9), Math.abs(after - before) < 0.01 ? 'kept' : 'lost');
console.log('first', bodies[0].x.toFixed(9), bodies[0].y.toFixed(9), bodies[0].z.toFixed(9));
