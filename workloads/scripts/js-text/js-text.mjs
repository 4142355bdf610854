// Text as programs meet it: made, split, matched by regular expressions, counted, sorted, and put together again.
const SYLLABLES = ['ka', 'lo', 'min', 'tar', 'es', 'vo', 'ri', 'den', 'su', 'pel', 'an', 'goth', 'ir', 'ba', 'quo'];
let state = 4711;
const upTo = (n) => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return (state >>> 8) % n; };

function page(sentences) {
  let text = '';
  for (let s = 0; s < sentences; s++) {
    const words = [];
    for (let w = 4 + upTo(9); w > 0; w--) {
      let word = '';
      for (let k = 1 + upTo(3); k > 0; k--) word += SYLLABLES[upTo(SYLLABLES.length)];
      words.push(upTo(17) === 0 ? `${word}@${SYLLABLES[upTo(9)]}.org` : upTo(13) === 0 ? `${1 + upTo(28)}.${1 + upTo(12)}.${1990 + upTo(40)}` : word);
    }
    text += words[0][0].toUpperCase() + words.join(' ').slice(1) + (upTo(5) === 0 ? '!' : '.') + (s % 6 === 5 ? '\n\n' : ' ');
  }
  return text;
}

function count(text) {
  const counts = new Map();
  for (const word of text.toLowerCase().split(/[^a-z]+/)) if (word) counts.set(word, (counts.get(word) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
}

const dates = (text) => text.replace(/\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b/g, (_, d, m, y) => `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`);
const addresses = (text) => [...text.matchAll(/(?<who>[a-z]+)@(?<where>[a-z]+)\.org/g)].map((m) => `${m.groups.where}/${m.groups.who}`);

function wrapped(text, width) {
  const lines = [];
  for (const paragraph of text.split('\n\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line.length + word.length + 1 > width) { lines.push(line); line = word; } else line = line ? `${line} ${word}` : word;
    }
    lines.push(line);
  }
  return lines;
}

function hash(text) {
  let h = 7;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) | 0;
  return h >>> 0;
}

bench.start();
let mixed = 0, most = '', found = 0, lines = 0;
for (let round = 0; round < 32; round++) {
  const text = dates(page(320));
  const counts = count(text);
  most = counts.slice(0, 3).map(([w, n]) => `${w} ${n}`).join(', ');
  const where = addresses(text).sort();
  found += where.length;
  const set = wrapped(text, 72);
  lines += set.length;
  const vowels = set.map((line) => line.replace(/[aeiou]+/gi, (v) => v.toUpperCase())).join('\n');
  mixed = (Math.imul(mixed, 17) + hash(vowels) + hash(where.join())) >>> 0;
}
bench.end();
console.log('last page:', most);
console.log('addresses', found, 'lines', lines, 'hash', mixed.toString(16));
