// Functions that make functions: closures, generators, destructuring, spread, and the array methods that take them.
const compose = (...stages) => (value) => stages.reduce((v, stage) => stage(v), value);
const curry = (f) => (a) => (b) => f(a, b);
const add = curry((a, b) => (a + b) % 1000003), times = curry((a, b) => (a * b) % 1000003);

function* naturals(from = 0) { for (let n = from; ; n++) yield n; }
function* take(n, source) { for (const v of source) { if (n-- <= 0) return; yield v; } }
function* map(f, source) { for (const v of source) yield f(v); }
function* filter(p, source) { for (const v of source) if (p(v)) yield v; }
function* chunks(n, source) {
  let chunk = [];
  for (const v of source) {
    chunk.push(v);
    if (chunk.length === n) { yield chunk; chunk = []; }
  }
  if (chunk.length > 0) yield chunk;
}

function counter() {
  let count = 0;
  const seen = new Map();
  return { hit: (key) => { count++; seen.set(key, (seen.get(key) ?? 0) + 1); return count; }, most: () => [...seen].reduce((a, b) => (b[1] > a[1] ? b : a)) };
}

function lazily(round) {
  const stages = compose(add(round), times(17), add(5), times(3));
  const sums = map(([a = 0, b = 0, ...rest]) => rest.reduce((x, y) => x + y, a * 2 + b), chunks(5, filter((v) => v % 3 !== 0, map(stages, naturals(round)))));
  let total = 0;
  for (const sum of take(400, sums)) total = (total + sum) % 1000003;
  return total;
}

function eagerly(round, tally) {
  const rows = Array.from({ length: 500 }, (_, i) => ({ id: i, group: (i * 7 + round) % 13, weight: (i * i + round) % 101 }));
  const grouped = rows.filter(({ weight }) => weight > 20).map(({ id, ...rest }) => ({ ...rest, key: `g${rest.group}`, id }))
    .reduce((groups, row) => { (groups[row.key] ??= []).push(row); return groups; }, {});
  return Object.entries(grouped).map(([key, members]) => {
    tally.hit(key);
    const [least, ...others] = members.map((m) => m.weight).sort((a, b) => a - b);
    return others.flatMap((w) => [w - least, w]).filter((w) => w % 2 === 0).length;
  }).reduce((a, b) => a + b, 0);
}

const tally = counter();
bench.start();
let lazy = 0, eager = 0;
for (let round = 0; round < 40; round++) {
  lazy = (lazy * 3 + lazily(round)) % 1000003;
  eager += eagerly(round, tally);
}
bench.end();
console.log('lazy', lazy, 'eager', eager, 'most', tally.most().join(' '));
