// Compression and back: LZ77 with hash chains and lazy matching, canonical Huffman codes limited to 15 bits, a bit stream; then a block-sorting coder
// (suffix sort by prefix doubling, move to front, run lengths, the same Huffman codes). Data-dependent branches, shifts, small tables, short copies.
#include "../lib/bench.h"

#define LENGTH (768 << 10)
#define BLOCK (64 << 10)
#define WINDOW (1 << 15)
#define LONGEST 258
#define SHORTEST 4
#define CHAIN 24
#define HASH_BITS 14

static u8 text[LENGTH], packed[LENGTH + LENGTH / 4], unpacked[LENGTH];

// ---- text to compress: words drawn unevenly, with sentences, numbers and a repeated table

static u32 random = 521288629;

static u32 make_text(void) {
    static const char* const syllables[] = {"ba", "con", "der", "es", "fi", "gra", "ho", "in", "ju", "ka", "lo", "men", "no", "or", "pre", "qui", "ra", "st", "tion", "un", "ve", "wor", "ex", "y"};
    static char words[600][20];
    static u8 lengths[600];
    for (u32 w = 0; w < 600; w++) {
        u32 n = 0;
        for (u32 s = 1 + next_random(&random) % 4; s > 0; s--) for (const char* p = syllables[next_random(&random) % 24]; *p; p++) words[w][n++] = *p;
        lengths[w] = (u8) n;
    }
    u32 at = 0;
    while (at + 64 < LENGTH) {
        u32 r = next_random(&random);
        if (r % 97 == 0) {
            text[at++] = '\n';
        } else if (r % 41 == 0) {
            for (u32 number = r >> 12; number; number /= 10) text[at++] = (u8) ('0' + number % 10);
        } else {
            u32 spread = 1 + next_random(&random) % 600;
            u32 w = (r >> 8) % spread;
            for (u32 i = 0; i < lengths[w]; i++) text[at++] = (u8) words[w][i];
        }
        text[at++] = r % 13 == 0 ? ',' : ' ';
    }
    return at;
}

// ---- bits, lowest first

static u8* out;
static const u8* in;
static u64 bits;
static u32 held;

static void begin_packing(void) {
    out = packed;
    bits = held = 0;
}

static void begin_unpacking(void) {
    in = packed;
    bits = held = 0;
}

static void put_bits(u32 value, u32 count) {
    bits |= (u64) value << held;
    held += count;
    while (held >= 8) {
        *out++ = (u8) bits;
        bits >>= 8;
        held -= 8;
    }
}

static void flush_bits(void) {
    if (held) *out++ = (u8) bits;
}

static inline void refill(void) {
    while (held <= 48) {
        bits |= (u64) *in++ << held;
        held += 8;
    }
}

static u32 get_bits(u32 count) {
    refill();
    u32 value = (u32) (bits & (((u64) 1 << count) - 1));
    bits >>= count;
    held -= count;
    return value;
}

// ---- canonical Huffman codes

#define SYMBOLS 320
#define LIMIT 15

struct code { u8 length[SYMBOLS]; u16 bits[SYMBOLS]; u16 table[1 << LIMIT]; };
static struct code literals, distances;

static u32 reversed(u32 value, u32 count) {
    u32 r = 0;
    for (; count; count--, value >>= 1) r = r << 1 | (value & 1);
    return r;
}

// Lengths by joining the two lightest until one is left; if the deepest is over the limit, weights are flattened and it is done again.
static void code_lengths(struct code* c, const u32* frequency, u32 symbols) {
    static u32 weight[2 * SYMBOLS], heap[2 * SYMBOLS], parent[2 * SYMBOLS];
    for (u32 flat = 0;; flat++) {
        u32 n = 0, next = symbols;
        for (u32 s = 0; s < symbols; s++) {
            c->length[s] = 0;
            if (!frequency[s]) continue;
            weight[s] = (frequency[s] >> flat) + 1;
            u32 i = n++;
            for (; i && weight[heap[(i - 1) / 2]] > weight[s]; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
            heap[i] = s;
        }
        if (n == 1) {
            c->length[heap[0]] = 1;
            return;
        }
        while (n > 1) {
            u32 pair[2];
            for (int k = 0; k < 2; k++) {
                pair[k] = heap[0];
                u32 moved = heap[--n], i = 0;
                for (u32 child; (child = 2 * i + 1) < n; i = child) {
                    if (child + 1 < n && weight[heap[child + 1]] < weight[heap[child]]) child++;
                    if (weight[heap[child]] >= weight[moved]) break;
                    heap[i] = heap[child];
                }
                heap[i] = moved;
            }
            parent[pair[0]] = parent[pair[1]] = next;
            weight[next] = weight[pair[0]] + weight[pair[1]];
            u32 i = n++;
            for (; i && weight[heap[(i - 1) / 2]] > weight[next]; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
            heap[i] = next++;
        }
        u32 deepest = 0;
        for (u32 s = 0; s < symbols; s++) {
            if (!frequency[s]) continue;
            u32 depth = 0;
            for (u32 node = s; node != next - 1; node = parent[node]) depth++;
            c->length[s] = (u8) depth;
            if (depth > deepest) deepest = depth;
        }
        if (deepest <= LIMIT) return;
    }
}

static void code_words(struct code* c, u32 symbols) {
    u32 count[LIMIT + 1] = {0}, next[LIMIT + 1], word = 0;
    for (u32 s = 0; s < symbols; s++) count[c->length[s]]++;
    count[0] = 0;
    for (u32 length = 1; length <= LIMIT; length++) next[length] = word = (word + count[length - 1]) << 1;
    for (u32 s = 0; s < symbols; s++) {
        if (c->length[s]) c->bits[s] = (u16) reversed(next[c->length[s]]++, c->length[s]);
    }
}

// One look-up of 15 bits gives symbol and length: nine bits and four.
static void code_table(struct code* c, u32 symbols) {
    for (u32 s = 0; s < symbols; s++) {
        if (!c->length[s]) continue;
        for (u32 i = c->bits[s]; i < 1 << LIMIT; i += 1u << c->length[s]) c->table[i] = (u16) (s << 4 | c->length[s]);
    }
}

static void write_code(struct code* c, const u32* frequency, u32 symbols) {
    code_lengths(c, frequency, symbols);
    code_words(c, symbols);
    for (u32 s = 0; s < symbols; s++) put_bits(c->length[s], 4);
}

static void read_code(struct code* c, u32 symbols) {
    for (u32 s = 0; s < symbols; s++) c->length[s] = (u8) get_bits(4);
    code_words(c, symbols);
    code_table(c, symbols);
}

static inline void put_symbol(const struct code* c, u32 symbol) { put_bits(c->bits[symbol], c->length[symbol]); }

static inline u32 get_symbol(const struct code* c) {
    refill();
    u32 entry = c->table[bits & ((1 << LIMIT) - 1)];
    bits >>= entry & 15;
    held -= entry & 15;
    return entry >> 4;
}

// ---- numbers as a class, the position of the highest bit and the one below it, and the rest in plain bits

static inline u32 class_of(u32 value) {
    if (value < 4) return value;
    u32 high = 31 - (u32) __builtin_clz(value);
    return 2 * high + (value >> (high - 1) & 1);
}

static inline u32 extra_of(u32 class) { return class < 4 ? 0 : class / 2 - 1; }

static inline void put_extra(u32 value, u32 class) {
    u32 n = extra_of(class);
    if (n) put_bits(value & ((1u << n) - 1), n);
}

static inline u32 get_value(u32 class) {
    u32 n = extra_of(class);
    return n ? (2 + (class & 1)) << n | get_bits(n) : class;
}

// ---- LZ77

struct token { u16 length; u16 distance; };
static struct token tokens[BLOCK];
static i32 head[1 << HASH_BITS], chain[WINDOW];

static inline u32 hash_at(const u8* p) { return (p[0] | p[1] << 8 | p[2] << 16 | (u32) p[3] << 24) * 2654435761u >> (32 - HASH_BITS); }

static inline void enter(u32 at) {
    u32 h = hash_at(text + at);
    chain[at & (WINDOW - 1)] = head[h];
    head[h] = (i32) at;
}

static u32 longest_match(u32 at, u32 end, u32* distance) {
    u32 best = SHORTEST - 1, limit = end - at < LONGEST ? end - at : LONGEST;
    if (limit < SHORTEST) return 0;
    i32 candidate = head[hash_at(text + at)];
    for (int tries = CHAIN; tries && candidate >= 0 && at - (u32) candidate < WINDOW; tries--) {
        const u8 *a = text + at, *b = text + candidate;
        if (best >= limit || a[best] == b[best]) {
            u32 n = 0;
            while (n < limit && a[n] == b[n]) n++;
            if (n > best) {
                best = n;
                *distance = at - (u32) candidate;
                if (n == limit) break;
            }
        }
        candidate = chain[candidate & (WINDOW - 1)];
    }
    return best >= SHORTEST ? best : 0;
}

static u32 tokenise(u32 at, u32 end, u32 total) {
    u32 count = 0;
    while (at < end) {
        u32 distance = 0, later = 0, length = at + SHORTEST <= total ? longest_match(at, end, &distance) : 0;
        if (at + SHORTEST <= total) enter(at);
        if (length && length < 32 && at + 1 + SHORTEST <= end && longest_match(at + 1, end, &later) > length) length = 0;
        if (length) {
            tokens[count++] = (struct token){(u16) length, (u16) distance};
            for (u32 i = 1; i < length; i++) if (at + i + SHORTEST <= total) enter(at + i);
            at += length;
        } else {
            tokens[count++] = (struct token){0, text[at++]};
        }
    }
    return count;
}

static u32 lz_pack(u32 length) {
    begin_packing();
    for (u32 h = 0; h < 1 << HASH_BITS; h++) head[h] = -1;
    for (u32 at = 0; at < length; at += BLOCK) {
        u32 end = at + BLOCK < length ? at + BLOCK : length;
        u32 n = tokenise(at, end, length);
        static u32 literal_count[SYMBOLS], distance_count[64];
        for (u32 s = 0; s < SYMBOLS; s++) literal_count[s] = 0;
        for (u32 s = 0; s < 64; s++) distance_count[s] = 0;
        for (u32 i = 0; i < n; i++) {
            if (!tokens[i].length) {
                literal_count[tokens[i].distance]++;
            } else {
                literal_count[256 + class_of(tokens[i].length)]++;
                distance_count[class_of(tokens[i].distance)]++;
            }
        }
        put_bits(n, 24);
        write_code(&literals, literal_count, 280);
        write_code(&distances, distance_count, 32);
        for (u32 i = 0; i < n; i++) {
            if (!tokens[i].length) {
                put_symbol(&literals, tokens[i].distance);
                continue;
            }
            u32 lc = class_of(tokens[i].length), dc = class_of(tokens[i].distance);
            put_symbol(&literals, 256 + lc);
            put_extra(tokens[i].length, lc);
            put_symbol(&distances, dc);
            put_extra(tokens[i].distance, dc);
        }
    }
    flush_bits();
    return (u32) (out - packed);
}

static void lz_unpack(u32 length) {
    begin_unpacking();
    for (u32 at = 0; at < length;) {
        u32 n = get_bits(24);
        read_code(&literals, 280);
        read_code(&distances, 32);
        for (; n; n--) {
            u32 symbol = get_symbol(&literals);
            if (symbol < 256) {
                unpacked[at++] = (u8) symbol;
                continue;
            }
            u32 count = get_value(symbol - 256);
            u32 distance = get_value(get_symbol(&distances));
            for (; count; count--, at++) unpacked[at] = unpacked[at - distance];
        }
    }
}

// ---- block sorting

static u32 order[BLOCK], rank[BLOCK], next_rank[BLOCK], counts[BLOCK + 256];

// All rotations of a block in order, by doubling the prefix that is compared, each step a counting sort.
static void sort_rotations(const u8* data, u32 n) {
    u32 classes = 256;
    for (u32 i = 0; i < n; i++) rank[i] = data[i];
    for (u32 width = 0;; width = width ? 2 * width : 1) {
        for (u32 i = 0; i < classes; i++) counts[i] = 0;
        for (u32 i = 0; i < n; i++) counts[rank[i]]++;
        for (u32 i = 1; i < classes; i++) counts[i] += counts[i - 1];
        // Stable by what follows: walk the present order, moved back by the width.
        if (width == 0) {
            for (u32 i = n; i-- > 0;) order[--counts[rank[i]]] = i;
        } else {
            for (u32 i = 0; i < n; i++) next_rank[i] = order[i] >= width ? order[i] - width : order[i] + n - width;
            for (u32 i = n; i-- > 0;) order[--counts[rank[next_rank[i]]]] = next_rank[i];
        }
        u32 distinct = 0;
        for (u32 i = 0; i < n; i++) {
            if (i) {
                u32 a = order[i - 1], b = order[i], a2 = (a + width) % n, b2 = (b + width) % n;
                if (rank[a] != rank[b] || (width && rank[a2] != rank[b2])) distinct++;
            }
            next_rank[order[i]] = distinct;
        }
        for (u32 i = 0; i < n; i++) rank[i] = next_rank[i];
        classes = distinct + 1;
        if (classes == n || width >= n) return;
    }
}

static u8 moved[BLOCK];

// Zeros, which moving to front makes many of, are counted into a class symbol from 256 on.
static u32 block_symbols(u32 n, u32* frequency, int write) {
    u32 emitted = 0;
    for (u32 i = 0; i < n; emitted++) {
        u32 symbol = moved[i], run = 0;
        if (!symbol) {
            while (i < n && !moved[i]) i++, run++;
            symbol = 256 + class_of(run);
        } else {
            i++;
        }
        if (write) {
            put_symbol(&literals, symbol);
            if (run) put_extra(run, symbol - 256);
        } else {
            frequency[symbol]++;
        }
    }
    return emitted;
}

static void sorted_pack_block(const u8* data, u32 n) {
    u32 primary = 0;
    u8 recent[256];
    sort_rotations(data, n);
    for (u32 i = 0; i < 256; i++) recent[i] = (u8) i;
    for (u32 i = 0; i < n; i++) {
        if (order[i] == 0) primary = i;
        u8 value = data[order[i] ? order[i] - 1 : n - 1];
        u32 place = 0;
        u8 carried = recent[0];
        while (carried != value) {
            place++;
            u8 swapped = recent[place];
            recent[place] = carried;
            carried = swapped;
        }
        recent[0] = value;
        moved[i] = (u8) place;
    }
    u32 frequency[SYMBOLS] = {0};
    u32 emitted = block_symbols(n, frequency, 0);
    put_bits(n, 24);
    put_bits(primary, 24);
    put_bits(emitted, 24);
    write_code(&literals, frequency, SYMBOLS);
    block_symbols(n, frequency, 1);
}

static u32 sorted_unpack_block(u8* to) {
    u32 n = get_bits(24), primary = get_bits(24), emitted = get_bits(24);
    u8 recent[256];
    read_code(&literals, SYMBOLS);
    for (u32 i = 0; i < 256; i++) recent[i] = (u8) i;
    u32 at = 0;
    for (; emitted; emitted--) {
        u32 symbol = get_symbol(&literals), run = 1;
        if (symbol >= 256) {
            run = get_value(symbol - 256);
            symbol = 0;
        }
        u8 value = recent[symbol];
        for (u32 i = symbol; i; i--) recent[i] = recent[i - 1];
        recent[0] = value;
        for (; run; run--) moved[at++] = value;
    }
    u32 starts[257] = {0};
    for (u32 i = 0; i < n; i++) starts[moved[i] + 1]++;
    for (u32 i = 1; i < 257; i++) starts[i] += starts[i - 1];
    for (u32 i = 0; i < n; i++) order[starts[moved[i]]++] = i;
    for (u32 i = 0, p = order[primary]; i < n; i++, p = order[p]) to[i] = moved[p];
    return n;
}

static u32 sorted_pack(u32 length) {
    begin_packing();
    for (u32 at = 0; at < length; at += BLOCK) sorted_pack_block(text + at, length - at < BLOCK ? length - at : BLOCK);
    flush_bits();
    return (u32) (out - packed);
}

static void sorted_unpack(u32 length) {
    begin_unpacking();
    for (u32 at = 0; at < length;) at += sorted_unpack_block(unpacked + at);
}

// ----

static u32 checksum(const u8* data, u32 length) {
    u32 a = 1, b = 0;
    for (u32 i = 0; i < length; i++) {
        a = (a + data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static u32 differences(u32 length) {
    u32 n = 0;
    for (u32 i = 0; i < length; i++) {
        n += text[i] != unpacked[i];
        unpacked[i] = 0;
    }
    return n;
}

START {
    u32 length = make_text();
    bench_start();
    u32 lz_length = lz_pack(length), lz_sum = checksum(packed, lz_length);
    lz_unpack(length);
    u32 lz_wrong = differences(length);
    u32 sorted_length = sorted_pack(length), sorted_sum = checksum(packed, sorted_length);
    sorted_unpack(length);
    u32 sorted_wrong = differences(length);
    bench_end();
    put_number("text", length);
    put_hex("text adler", checksum(text, length), 8);
    put_number("lz77", lz_length);
    put_hex("lz77 adler", lz_sum, 8);
    put_number("lz77 differences", lz_wrong);
    put_number("sorted", sorted_length);
    put_hex("sorted adler", sorted_sum, 8);
    put_number("sorted differences", sorted_wrong);
}
