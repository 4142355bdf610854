// The long-lived companion of one V8 compiler. Requests and replies are lines on standard input and output; a reply is
// "ok key=value ..." or "error kind message", values percent-encoded. Programs never see these streams: WASI gets files.
import { WASI } from 'node:wasi';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const modules = new Map(), sources = new Map();

const now = () => process.hrtime.bigint();
const cpuNanos = () => {
  const used = process.cpuUsage();
  return BigInt(used.user + used.system) * 1000n;
};

// CPU time at the end of the last command, and what passed between commands so far: the protocol and tidying up are nobody's compile.
let ended, between = 0n, input;

function ok(fields = {}) {
  ended = cpuNanos();
  const all = { ...fields, cpu: ended - between, rss: process.resourceUsage().maxRSS * 1024 };
  console.log('ok ' + Object.entries(all).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join(' '));
}

function read([path]) {
  input = readFileSync(path);
  ok();
}

function compile([id]) {
  modules.set(id, new WebAssembly.Module(input));
  sources.set(id, input);
  input = undefined;
  ok();
}

// V8's own form of compiled code, which only a function for its tests reaches. It holds no Wasm bytes, so they go before it, behind their length.
const native = (name, ...parameters) => new Function(...parameters, `return %${name}(${parameters})`);

function serialize([id, path]) {
  const code = Buffer.from(native('SerializeWasmModule', 'module')(modules.get(id))), length = Buffer.alloc(4);
  length.writeUInt32BE(sources.get(id).length);
  writeFileSync(path, Buffer.concat([length, sources.get(id), code]));
  ok();
}

function deserialize([id, path]) {
  const image = readFileSync(path), split = 4 + image.readUInt32BE();
  const module = native('DeserializeWasmModule', 'code', 'wasm')(new Uint8Array(image.subarray(split)).buffer, new Uint8Array(image.subarray(4, split)));
  if (module === undefined) throw new Error('the image is not of this V8 with these flags: compile again');
  modules.set(id, module);
  ok();
}

function drop([id]) {
  modules.delete(id);
  sources.delete(id);
  ok();
}

function run([id, stdin, stdout, stderr, preopen, environment, ...args]) {
  const module = modules.get(id);
  const asked = now();
  const files = [openSync(stdin, 'r'), openSync(stdout, 'w'), openSync(stderr, 'w')];
  try {
    let firstMark = 0n, opened = 0n, openedCpu = 0n, openedFaults = 0, wall = 0n, cpu = 0n, faults = 0, marked = false;
    const minorFaults = () => process.resourceUsage().minorPageFault;
    let open = false;
    const begin = () => {
      if (open) throw new Error('the program starts a region within a region (bench.start without bench.end before it)');
      open = true;
      openedFaults = minorFaults();
      openedCpu = cpuNanos();
      opened = now();
      if (firstMark === 0n) firstMark = opened;
    };
    const end = () => {
      if (!open) throw new Error('the program ends a region that it has not begun (bench.end without bench.start)');
      open = false;
      wall += now() - opened;
      cpu += cpuNanos() - openedCpu;
      faults += minorFaults() - openedFaults;
    };
    const wasi = new WASI({
      version: 'preview1', args, env: Object.fromEntries(new URLSearchParams(environment)), returnOnExit: true,
      preopens: preopen === '' ? {} : { '.': preopen }, stdin: files[0], stdout: files[1], stderr: files[2],
    });
    const bench = { start: () => { marked = true; begin(); }, end };
    const instance = new WebAssembly.Instance(module, { ...wasi.getImportObject(), bench });
    const started = now();
    const unmarked = WebAssembly.Module.imports(module).every((i) => i.module !== 'bench');
    if (unmarked) begin();
    const exit = wasi.start(instance);
    if (unmarked) end();
    const finished = now();
    ok({ exit: exit ?? 0, marked, firstMark, wall, regionCpu: cpu, faults, instantiate: started - asked, total: finished - asked });
  } finally {
    files.forEach((file) => closeSync(file));
  }
}

const commands = { read, compile, serialize, deserialize, drop, run, version: () => ok({ node: process.version, v8: process.versions.v8 }) };

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...parameters] = line.split(' ').map(decodeURIComponent);
  if (ended !== undefined) between += cpuNanos() - ended;
  try {
    commands[command](parameters);
  } catch (error) {
    ended = cpuNanos();
    console.log(`error ${encodeURIComponent(error.name)} ${encodeURIComponent(error.message)}`);
  }
}
