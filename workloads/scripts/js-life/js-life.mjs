// A cellular automaton on bytes, and a hash of every generation: typed arrays, small integers, no allocation.
const WIDTH = 512, HEIGHT = 384, GENERATIONS = 50;

function seed(cells) {
  let bits = 0x2545f491;
  for (let i = 0; i < cells.length; i++) {
    bits ^= bits << 13; bits ^= bits >>> 17; bits ^= bits << 5;
    cells[i] = (bits >>> 7) % 3 === 0 ? 1 : 0;
  }
}

function step(from, to) {
  for (let y = 0; y < HEIGHT; y++) {
    const row = y * WIDTH, up = ((y + HEIGHT - 1) % HEIGHT) * WIDTH, down = ((y + 1) % HEIGHT) * WIDTH;
    for (let x = 0; x < WIDTH; x++) {
      const left = x === 0 ? WIDTH - 1 : x - 1, right = x === WIDTH - 1 ? 0 : x + 1;
      const around = from[up + left] + from[up + x] + from[up + right] + from[row + left] + from[row + right] + from[down + left] + from[down + x] + from[down + right];
      to[row + x] = around === 3 || (around === 2 && from[row + x] === 1) ? 1 : 0;
    }
  }
}

function hash(cells) {
  let h = 0x811c9dc5;
  for (let i = 0; i < cells.length; i++) h = Math.imul(h ^ cells[i], 0x01000193);
  return h >>> 0;
}

let now = new Uint8Array(WIDTH * HEIGHT), next = new Uint8Array(WIDTH * HEIGHT), mixed = 0;
seed(now);
bench.start();
for (let g = 0; g < GENERATIONS; g++) {
  step(now, next);
  [now, next] = [next, now];
  mixed = (Math.imul(mixed, 31) + hash(now)) >>> 0;
}
bench.end();
console.log('alive', now.reduce((sum, cell) => sum + cell, 0));
console.log('hash', mixed.toString(16));
