// Drops a module's custom sections but for the function names: node strip.mjs IN OUT.
import { readFileSync, writeFileSync } from 'node:fs';

const bytes = readFileSync(process.argv[2]);

function leb(at) {
    let value = 0, shift = 0, byte;
    do {
        byte = bytes[at++];
        value += (byte & 0x7f) * 2 ** shift;
        shift += 7;
    } while (byte & 0x80);
    return [value, at];
}

const kept = [bytes.subarray(0, 8)];
for (let at = 8; at < bytes.length;) {
    const id = bytes[at];
    const [size, content] = leb(at + 1);
    const end = content + size;
    const [nameLength, nameAt] = id === 0 ? leb(content) : [0, content];
    const name = bytes.subarray(nameAt, nameAt + nameLength).toString();
    // Names of functions cost little in small modules; in large ones they would outweigh the code.
    if (id !== 0 || name === 'name' && size < 64 * 1024) kept.push(bytes.subarray(at, end));
    at = end;
}
writeFileSync(process.argv[3], Buffer.concat(kept));
