// Cold starts in node, which is V8's own host: the protocol is in docs/cold-start.md.
const { closeSync, openSync, readFileSync, writeSync } = require('node:fs');

const REPORT = 3;
const now = () => process.hrtime.bigint();
const say = (...fields) => writeSync(REPORT, fields.join('\t') + '\n');
const plain = (text) => String(text).replace(/[\t\n\r\\]/g, ' ');

let WASI;

// As in worker.mjs: the Wasm bytes' length, those bytes, V8's image.
function load(image) {
  const split = 4 + image.readUInt32BE();
  const module = new Function('code', 'wasm', 'return %DeserializeWasmModule(code, wasm)')(new Uint8Array(image.subarray(split)).buffer, new Uint8Array(image.subarray(4, split)));
  if (module === undefined) throw new Error('the image is not of this V8 with these flags');
  return module;
}

function start([id, code, path, stdin, stdout, stderr, folder, ...args]) {
  say('begin', id, 'start');
  const began = now(), loads = WASI === undefined;
  if (loads) ({ WASI } = require('node:wasi'));
  const loaded = now();
  const bytes = readFileSync(path);
  const read = now();
  const image = code === 'precompiled';
  let stage = image ? 'link' : 'compile', files = [];
  try {
    const module = image ? load(bytes) : new WebAssembly.Module(bytes);
    const made = now();
    stage = 'run';
    files = [openSync(stdin, 'r'), openSync(stdout, 'w'), openSync(stderr, 'w')];
    let mark = 0n;
    const bench = { start: () => { if (mark === 0n) mark = now(); }, end: () => {} };
    const wasi = new WASI({ version: 'preview1', args, env: {}, returnOnExit: true, preopens: folder === '' ? {} : { '.': folder }, stdin: files[0], stdout: files[1], stderr: files[2] });
    const instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench });
    const instantiated = now();
    const exit = wasi.start(instance);
    if (mark === 0n) mark = instantiated;
    say('sample', id, 'start', loads ? 'began' : 'from', began, ...(loads ? ['phase.load', loaded - began] : []), 'phase.read', read - loaded, image ? 'phase.decode' : 'phase.decode+compile', made - read,
      'phase.instantiate', instantiated - made, 'phase.call', mark - instantiated, 'mark', mark, 'exit', exit ?? 0);
    say('end', id);
  } catch (error) {
    const trap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
    say('fail', id, stage, error instanceof WebAssembly.LinkError ? 'unsupported' : trap ? 'wrong' : 'crash', (trap ? 'trap: ' : '') + plain(error.message));
    process.exit(70);
  } finally {
    files.forEach((file) => closeSync(file));
  }
}

say('hello', process.pid, now());
for (const line of readFileSync(process.argv[2], 'utf8').split('\n')) if (line !== '') start(line.split('\t'));
say('bye');
process.exit(0);
