// Memory-bound: a walk through a random cycle, a stream of three arrays, gather and scatter, a hash table with linear probing, a Bloom filter, a B-tree
// laid out in nodes of a cache line, and a matrix transposed with and without blocking. Some 100 MB in all, touched in orders that caches like and dislike.
#include "../lib/bench.h"

#define CELLS (1 << 20)
#define STREAM (1 << 20)
#define SLOTS (1 << 20)
#define BLOOM_BITS (1 << 25)
#define SIDE 1024

static u32 cycle[CELLS], order[CELLS], grid[SIDE * SIDE], turned[SIDE * SIDE];
static double left[STREAM], right[STREAM], total[STREAM];
static u64 keys[SLOTS], values[SLOTS];
static u64 bloom[BLOOM_BITS / 64];

static u64 mix(u64 x) {
    x = (x ^ x >> 31) * 0x7fb5d329728ea185;
    x = (x ^ x >> 27) * 0x81dadef4bc2dd44d;
    return x ^ x >> 33;
}

// One cycle through all cells: each is joined to a random one that is still alone.
static void make_cycle(u32 n) {
    u32 random = 2891336453u;
    for (u32 i = 0; i < n; i++) order[i] = i;
    for (u32 i = n - 1; i > 0; i--) {
        u32 j = (u32) ((u64) next_random(&random) * i >> 32), t = order[i];
        order[i] = order[j];
        order[j] = t;
    }
    for (u32 i = 0; i < n; i++) cycle[order[i]] = order[i + 1 == n ? 0 : i + 1];
}

static u32 walk(u32 steps) {
    u32 at = 0;
    while (steps--) at = cycle[at];
    return at;
}

// Four walkers at once: as many misses in flight.
static u32 walk_four(u32 steps) {
    u32 a = 0, b = CELLS / 4, c = CELLS / 2, d = CELLS / 4 * 3;
    while (steps--) {
        a = cycle[a];
        b = cycle[b];
        c = cycle[c];
        d = cycle[d];
    }
    return a ^ b ^ c ^ d;
}

static double stream(void) {
    for (u32 i = 0; i < STREAM; i++) {
        left[i] = (double) (i & 1023);
        right[i] = (double) (i % 77);
    }
    for (int pass = 0; pass < 4; pass++) {
        for (u32 i = 0; i < STREAM; i++) total[i] = left[i] + 0.5 * right[i];
        for (u32 i = 0; i < STREAM; i++) left[i] = total[i] - right[i] * 0.25;
    }
    double sum = 0;
    for (u32 i = 0; i < STREAM; i++) sum += left[i];
    return sum;
}

static u64 gather_scatter(void) {
    u64 sum = 0;
    for (u32 i = 0; i < CELLS; i++) sum += grid[order[i]];
    for (u32 i = 0; i < CELLS; i++) turned[order[i]] = (u32) sum ^ i;
    return sum + turned[12345];
}

static void insert(u64 key, u64 value) {
    u32 at = (u32) mix(key) & (SLOTS - 1);
    while (keys[at] && keys[at] != key) at = (at + 1) & (SLOTS - 1);
    keys[at] = key;
    values[at] += value;
}

static u64 find(u64 key) {
    u32 at = (u32) mix(key) & (SLOTS - 1);
    while (keys[at]) {
        if (keys[at] == key) return values[at];
        at = (at + 1) & (SLOTS - 1);
    }
    return 0;
}

static void bloom_add(u64 key) {
    u64 h = mix(key);
    for (int i = 0; i < 4; i++, h = h >> 13 | h << 51) bloom[(h & (BLOOM_BITS - 1)) >> 6] |= (u64) 1 << (h & 63);
}

static int bloom_has(u64 key) {
    u64 h = mix(key);
    for (int i = 0; i < 4; i++, h = h >> 13 | h << 51) if (!(bloom[(h & (BLOOM_BITS - 1)) >> 6] >> (h & 63) & 1)) return 0;
    return 1;
}

// ---- a static search tree: node k holds 15 keys in order; its children are nodes 16 k + 1 to 16 k + 16

#define KEYS 15
#define NODES 60000
static u32 tree[NODES][KEYS + 1];
static u32 placed;

static void fill(u32 node) {
    if (node >= NODES) return;
    for (u32 i = 0; i < KEYS; i++) {
        fill(node * 16 + 1 + i);
        tree[node][i] = 3 * placed++;
    }
    fill(node * 16 + 16);
}

static u32 least_not_below(u32 key) {
    u32 found = 0xffffffff;
    for (u32 node = 0; node < NODES;) {
        u32 i = 0;
        for (u32 k = 0; k < KEYS; k++) i += tree[node][k] < key;
        if (i < KEYS) found = tree[node][i];
        node = node * 16 + 1 + i;
    }
    return found;
}

static void transpose(u32 block) {
    for (u32 by = 0; by < SIDE; by += block) {
        for (u32 bx = 0; bx < SIDE; bx += block) {
            for (u32 y = by; y < by + block; y++) {
                for (u32 x = bx; x < bx + block; x++) turned[x * SIDE + y] = grid[y * SIDE + x];
            }
        }
    }
}

START {
    bench_start();
    make_cycle(CELLS);
    u32 end = walk(600000), end_four = walk_four(600000);
    i64 streamed = (i64) (stream() * 4);
    for (u32 i = 0; i < SIDE * SIDE; i++) grid[i] = i * 2654435761u;
    u64 gathered = gather_scatter();
    transpose(SIDE);
    u32 plain = turned[777777];
    transpose(16);
    u32 blocked = turned[777777];

    u32 random = 7;
    for (u32 i = 0; i < SLOTS / 2; i++) insert(1 + next_random(&random) % (SLOTS * 2), i);
    u64 found = 0;
    for (u32 i = 0; i < SLOTS; i++) found += find(1 + next_random(&random) % (SLOTS * 4));

    for (u64 i = 0; i < 400000; i++) bloom_add(i * 3);
    u32 members = 0, false_positives = 0;
    for (u64 i = 0; i < 400000; i++) {
        members += (u32) bloom_has(i * 3);
        false_positives += (u32) bloom_has(i * 3 + 1);
    }

    fill(0);
    u64 searched = 0;
    for (u32 i = 0; i < 400000; i++) searched += least_not_below(next_random(&random) % (3 * placed));
    bench_end();

    put_number("cycle", end);
    put_number("four walkers", end_four);
    put_number("stream", streamed);
    put_hex("gathered", gathered, 16);
    put_hex("transposed", plain, 8);
    put_hex("transposed in blocks", blocked, 8);
    put_number("found", (i64) found);
    put_number("members", members);
    put_number("false positives", false_positives);
    put_number("keys in the tree", placed);
    put_number("searched", (i64) searched);
}
