// Runs a WASI program under Node, its folder preopened; the time between its marks goes to standard error.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { WASI } from 'node:wasi';

const file = resolve(process.argv[2]);
const wasi = new WASI({ version: 'preview1', args: ['program', ...process.argv.slice(3)], env: {}, preopens: { '.': dirname(file) } });
let from = 0n, spent = 0n;
const bench = {
    start() { from = process.hrtime.bigint(); },
    end() { spent += process.hrtime.bigint() - from; },
};
const { instance } = await WebAssembly.instantiate(await readFile(file), { ...wasi.getImportObject(), bench });
const code = wasi.start(instance);
process.stderr.write(`node: ${(Number(spent) / 1e6).toFixed(1)} ms\n`);
process.exitCode = code;
