// A drawing of six classes behind one interface: property loads and calls that meet one, two, four and more hidden classes.
class Shape {
  constructor(x, y) { this.x = x; this.y = y; }
  get area() { return 0; }
  contains() { return false; }
  moved(dx, dy) { const copy = this.copy(); copy.x += dx; copy.y += dy; return copy; }
}
class Circle extends Shape {
  constructor(x, y, r) { super(x, y); this.r = r; }
  get area() { return 3 * this.r * this.r; }
  contains(x, y) { const dx = x - this.x, dy = y - this.y; return dx * dx + dy * dy <= this.r * this.r; }
  copy() { return new Circle(this.x, this.y, this.r); }
}
class Box extends Shape {
  constructor(x, y, w, h) { super(x, y); this.w = w; this.h = h; }
  get area() { return this.w * this.h; }
  contains(x, y) { return x >= this.x && x < this.x + this.w && y >= this.y && y < this.y + this.h; }
  copy() { return new Box(this.x, this.y, this.w, this.h); }
}
class Square extends Box {
  constructor(x, y, w) { super(x, y, w, w); }
  copy() { return new Square(this.x, this.y, this.w); }
}
class Ring extends Circle {
  constructor(x, y, r, hole) { super(x, y, r); this.hole = hole; }
  get area() { return super.area - 3 * this.hole * this.hole; }
  contains(x, y) { const dx = x - this.x, dy = y - this.y; return super.contains(x, y) && dx * dx + dy * dy > this.hole * this.hole; }
  copy() { return new Ring(this.x, this.y, this.r, this.hole); }
}
class Diamond extends Shape {
  constructor(x, y, r) { super(x, y); this.r = r; }
  get area() { return 2 * this.r * this.r; }
  contains(x, y) { return Math.abs(x - this.x) + Math.abs(y - this.y) <= this.r; }
  copy() { return new Diamond(this.x, this.y, this.r); }
}
class Group extends Shape {
  constructor(x, y, members) { super(x, y); this.members = members; }
  get area() { let sum = 0; for (const m of this.members) sum += m.area; return sum; }
  contains(x, y) { return this.members.some((m) => m.contains(x - this.x, y - this.y)); }
  copy() { return new Group(this.x, this.y, this.members); }
}

let state = 77;
const upTo = (n) => { state = (Math.imul(state, 48271) >>> 0) % 2147483647; return state % n; };
const makers = [
  () => new Circle(upTo(400), upTo(400), 1 + upTo(40)), () => new Box(upTo(400), upTo(400), 1 + upTo(60), 1 + upTo(60)),
  () => new Square(upTo(400), upTo(400), 1 + upTo(50)), () => new Ring(upTo(400), upTo(400), 20 + upTo(30), upTo(20)),
  () => new Diamond(upTo(400), upTo(400), 1 + upTo(45)),
];
const scene = (kinds) => Array.from({ length: 120 }, () => makers[upTo(kinds)]());
const scenes = [scene(1), scene(2), scene(4), scene(5)];
scenes[3].push(new Group(10, 10, scene(5).slice(0, 12)));

bench.start();
let hits = 0, area = 0;
for (let round = 0; round < 10; round++) {
  for (const shapes of scenes) {
    for (let k = 0; k < 500; k++) {
      const x = (k * 37 + round * 11) % 400, y = (k * 91 + round * 7) % 400;
      for (const shape of shapes) if (shape.contains(x, y)) hits++;
    }
    for (let i = 0; i < shapes.length; i++) {
      shapes[i] = shapes[i].moved(round % 3 - 1, round % 5 - 2);
      area = (area + shapes[i].area) % 1000003;
    }
  }
}
bench.end();
console.log('hits', hits, 'area', area);
