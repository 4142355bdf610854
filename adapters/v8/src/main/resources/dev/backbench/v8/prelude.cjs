// Loaded before a JavaScript program: gives it bench.start() and bench.end(). Marks are kept in memory and written at exit, so that no file is
// touched inside the region.
const { writeFileSync } = require('node:fs');

const marks = [];
const mark = (what) => () => { marks.push(`${what} ${process.hrtime.bigint()}\n`); };

globalThis.bench = { start: mark('start'), end: mark('end') };
process.on('exit', () => writeFileSync(process.env.BENCH_MARKS, marks.join('')));
