// Writes what can be computed into the catalogue (hash, code size, functions) and its table into README.md: node describe.mjs WORKLOADS-FOLDER.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2];
const file = join(root, 'catalogue.json');
const catalogue = JSON.parse(readFileSync(file, 'utf8'));

function codeSection(bytes) {
    const leb = at => {
        let value = 0, shift = 0, byte;
        do {
            byte = bytes[at++];
            value += (byte & 0x7f) * 2 ** shift;
            shift += 7;
        } while (byte & 0x80);
        return [value, at];
    };
    for (let at = 8; at < bytes.length;) {
        const [size, content] = leb(at + 1);
        if (bytes[at] === 10) return { codeBytes: size, functions: leb(content)[0] };
        at = content + size;
    }
    return { codeBytes: 0, functions: 0 };
}

for (const program of catalogue.programs) {
    const wasm = join(root, 'programs', program.name, program.name + '.wasm');
    if (!existsSync(wasm)) throw new Error(`${wasm} is missing: build it first`);
    const bytes = readFileSync(wasm);
    Object.assign(program, { sha256: createHash('sha256').update(bytes).digest('hex'), ...codeSection(bytes) });
}
const text = script => join('scripts', script.name, script.name + (script.input === 'js' ? '.mjs' : '.py'));
for (const script of catalogue.scripts) script.sha256 = createHash('sha256').update(readFileSync(join(root, text(script)))).digest('hex');
writeFileSync(file, JSON.stringify(catalogue, null, 2) + '\n');

const programs = ['| program | language and compiler | from preset | code bytes | functions | why |', '|---|---|---|---:|---:|---|',
    ...catalogue.programs.map(p => `| \`${p.name}\` | ${p.language} | ${p.preset} | ${p.codeBytes} | ${p.functions} | ${p.why} |`)].join('\n');
const scripts = ['| program | language | why |', '|---|---|---|',
    ...catalogue.scripts.map(s => `| \`${s.name}\` | ${s.input === 'js' ? 'JavaScript' : 'Python 3'} | ${s.why} |`)].join('\n');
const pinned = ['| module | package | code bytes | why |', '|---|---|---:|---|',
    ...catalogue.pinned.map(p => `| \`${p.name}\` | ${p.package} ${p.version} (${p.client}) | ${p.codeBytes} | ${p.why} |`)].join('\n');
const readme = join(root, 'README.md');
const between = (text, mark, table) => text.replace(new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(\n<!-- end -->)`), (all, before, after) => before + table + after);
writeFileSync(readme, between(between(between(readFileSync(readme, 'utf8'), 'programs', programs), 'scripts', scripts), 'pinned', pinned));
