// Hashing: SHA-256, SHA-512, BLAKE2s, SHA-3, SipHash-2-4 and CRC-32, over one buffer. 32- and 64-bit rotations, table look-ups, long unrolled rounds.
#include "../lib/bench.h"

static inline u32 rotr(u32 v, int n) { return v >> n | v << (32 - n); }
static inline u64 rotr64(u64 v, int n) { return v >> n | v << (64 - n); }
static inline u64 rotl64(u64 v, int n) { return n ? v << n | v >> (64 - n) : v; }
static inline u32 big32(const u8* p) { return (u32) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
static inline u32 little32(const u8* p) { return (u32) p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0]; }
static inline u64 big64(const u8* p) { return (u64) big32(p) << 32 | big32(p + 4); }
static inline u64 little64(const u8* p) { return (u64) little32(p + 4) << 32 | little32(p); }

// The constants of SHA-2 are the first fractional bits of cube and square roots of the primes: computed, in integers, rather than listed.

static u32 sha256_k[64], sha256_h[8];
static u64 sha512_k[80], sha512_h[8];

// Whether x^power <= p * 2^(64 * power), x with 64 fractional bits and under 8 before them, in limbs of 32 bits.
static int root_fits(u64 whole, u64 fraction, int power, u32 prime) {
    u32 x[3] = {(u32) fraction, (u32) (fraction >> 32), (u32) whole};
    u32 product[10] = {1};
    for (int i = 0; i < power; i++) {
        u32 next[10] = {0};
        for (int a = 0; a < 7; a++) {
            u64 carry = 0;
            for (int b = 0; b < 3; b++) {
                carry += (u64) product[a] * x[b] + next[a + b];
                next[a + b] = (u32) carry;
                carry >>= 32;
            }
            for (int c = a + 3; carry && c < 10; c++) {
                carry += next[c];
                next[c] = (u32) carry;
                carry >>= 32;
            }
        }
        for (int c = 0; c < 10; c++) product[c] = next[c];
    }
    for (int c = 9; c > 2 * power; c--) if (product[c]) return 0;
    return product[2 * power] < prime;
}

static u64 root_fraction(int power, u32 prime) {
    u64 whole = 0, fraction = 0;
    while (root_fits(whole + 1, 0, power, prime)) whole++;
    for (int bit = 63; bit >= 0; bit--) {
        if (root_fits(whole, fraction | (u64) 1 << bit, power, prime)) fraction |= (u64) 1 << bit;
    }
    return fraction;
}

static void sha2_constants(void) {
    u32 found = 0;
    for (u32 n = 2; found < 80; n++) {
        int prime = 1;
        for (u32 d = 2; d * d <= n; d++) if (n % d == 0) prime = 0;
        if (!prime) continue;
        sha512_k[found] = root_fraction(3, n);
        if (found < 64) sha256_k[found] = (u32) (sha512_k[found] >> 32);
        if (found < 8) {
            sha512_h[found] = root_fraction(2, n);
            sha256_h[found] = (u32) (sha512_h[found] >> 32);
        }
        found++;
    }
}

// Pads as the SHA-2 functions do and calls `block` for each block of `size` bytes; `width` is that of the length field.
static void merkle(void (*block)(void*, const u8*), void* state, const u8* data, u32 length, u32 size, u32 width) {
    u32 at = 0;
    for (; at + size <= length; at += size) block(state, data + at);
    u8 tail[256] = {0};
    u32 rest = length - at;
    for (u32 i = 0; i < rest; i++) tail[i] = data[at + i];
    tail[rest] = 0x80;
    u32 end = rest + 1 + width <= size ? size : 2 * size;
    u64 bits = (u64) length * 8;
    for (u32 i = 0; i < 8; i++) tail[end - 1 - i] = (u8) (bits >> (8 * i));
    for (u32 i = 0; i < end; i += size) block(state, tail + i);
}

#define ROUND(a, b, c, d, e, f, g, h, big0, big1, k)                                                                                                 \
    h += big1(e) + ((e & f) ^ (~e & g)) + k;                                                                                                         \
    d += h;                                                                                                                                          \
    h += big0(a) + ((a & b) ^ (a & c) ^ (b & c));
#define EIGHT(B0, B1, K, W, i)                                                                                                                       \
    ROUND(a, b, c, d, e, f, g, h, B0, B1, K[i] + W(i))                                                                                               \
    ROUND(h, a, b, c, d, e, f, g, B0, B1, K[i + 1] + W(i + 1))                                                                                       \
    ROUND(g, h, a, b, c, d, e, f, B0, B1, K[i + 2] + W(i + 2))                                                                                       \
    ROUND(f, g, h, a, b, c, d, e, B0, B1, K[i + 3] + W(i + 3))                                                                                       \
    ROUND(e, f, g, h, a, b, c, d, B0, B1, K[i + 4] + W(i + 4))                                                                                       \
    ROUND(d, e, f, g, h, a, b, c, B0, B1, K[i + 5] + W(i + 5))                                                                                       \
    ROUND(c, d, e, f, g, h, a, b, B0, B1, K[i + 6] + W(i + 6))                                                                                       \
    ROUND(b, c, d, e, f, g, h, a, B0, B1, K[i + 7] + W(i + 7))

#define A0(x) (rotr(x, 2) ^ rotr(x, 13) ^ rotr(x, 22))
#define A1(x) (rotr(x, 6) ^ rotr(x, 11) ^ rotr(x, 25))
#define S0(x) (rotr(x, 7) ^ rotr(x, 18) ^ (x) >> 3)
#define S1(x) (rotr(x, 17) ^ rotr(x, 19) ^ (x) >> 10)
#define FIRST(i) w[(i) & 15]
#define LATER(i) (w[(i) & 15] += S1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + S0(w[((i) + 1) & 15]))

static void sha256_block(void* state, const u8* p) {
    u32* s = state;
    u32 w[16];
    for (int i = 0; i < 16; i++) w[i] = big32(p + 4 * i);
    u32 a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    EIGHT(A0, A1, sha256_k, FIRST, 0)
    EIGHT(A0, A1, sha256_k, FIRST, 8)
    for (int i = 16; i < 64; i += 16) {
        EIGHT(A0, A1, sha256_k, LATER, i)
        EIGHT(A0, A1, sha256_k, LATER, i + 8)
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
}

#define L0(x) (rotr64(x, 28) ^ rotr64(x, 34) ^ rotr64(x, 39))
#define L1(x) (rotr64(x, 14) ^ rotr64(x, 18) ^ rotr64(x, 41))
#define T0(x) (rotr64(x, 1) ^ rotr64(x, 8) ^ (x) >> 7)
#define T1(x) (rotr64(x, 19) ^ rotr64(x, 61) ^ (x) >> 6)
#define LATER64(i) (w[(i) & 15] += T1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + T0(w[((i) + 1) & 15]))

static void sha512_block(void* state, const u8* p) {
    u64* s = state;
    u64 w[16];
    for (int i = 0; i < 16; i++) w[i] = big64(p + 8 * i);
    u64 a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    EIGHT(L0, L1, sha512_k, FIRST, 0)
    EIGHT(L0, L1, sha512_k, FIRST, 8)
    for (int i = 16; i < 80; i += 16) {
        EIGHT(L0, L1, sha512_k, LATER64, i)
        EIGHT(L0, L1, sha512_k, LATER64, i + 8)
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
}

static void sha256(const u8* data, u32 length, u8 out[32]) {
    u32 s[8];
    for (int i = 0; i < 8; i++) s[i] = sha256_h[i];
    merkle(sha256_block, s, data, length, 64, 8);
    for (int i = 0; i < 32; i++) out[i] = (u8) (s[i >> 2] >> (24 - 8 * (i & 3)));
}

static void sha512(const u8* data, u32 length, u8 out[64]) {
    u64 s[8];
    for (int i = 0; i < 8; i++) s[i] = sha512_h[i];
    merkle(sha512_block, s, data, length, 128, 16);
    for (int i = 0; i < 64; i++) out[i] = (u8) (s[i >> 3] >> (56 - 8 * (i & 7)));
}

// ---- BLAKE2s (RFC 7693)

#define MIX(a, b, c, d, x, y)                                                                                                                        \
    a += b + x; d = rotr(d ^ a, 16); c += d; b = rotr(b ^ c, 12);                                                                                    \
    a += b + y; d = rotr(d ^ a, 8); c += d; b = rotr(b ^ c, 7);
#define MESSAGE(x) m[sigma[r][x]]

static const u8 sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static void blake2s_block(u32 h[8], const u8* p, u64 count, u32 last) {
    u32 m[16], v[16];
    for (int i = 0; i < 16; i++) m[i] = little32(p + 4 * i);
    for (int i = 0; i < 8; i++) { v[i] = h[i]; v[i + 8] = sha256_h[i]; }
    v[12] ^= (u32) count;
    v[13] ^= (u32) (count >> 32);
    v[14] ^= last;
    for (int r = 0; r < 10; r++) {
        MIX(v[0], v[4], v[8], v[12], MESSAGE(0), MESSAGE(1))
        MIX(v[1], v[5], v[9], v[13], MESSAGE(2), MESSAGE(3))
        MIX(v[2], v[6], v[10], v[14], MESSAGE(4), MESSAGE(5))
        MIX(v[3], v[7], v[11], v[15], MESSAGE(6), MESSAGE(7))
        MIX(v[0], v[5], v[10], v[15], MESSAGE(8), MESSAGE(9))
        MIX(v[1], v[6], v[11], v[12], MESSAGE(10), MESSAGE(11))
        MIX(v[2], v[7], v[8], v[13], MESSAGE(12), MESSAGE(13))
        MIX(v[3], v[4], v[9], v[14], MESSAGE(14), MESSAGE(15))
    }
    for (int i = 0; i < 8; i++) h[i] ^= v[i] ^ v[i + 8];
}

static void blake2s(const u8* data, u32 length, u8 out[32]) {
    u32 h[8];
    for (int i = 0; i < 8; i++) h[i] = sha256_h[i];
    h[0] ^= 0x01010020;
    u32 at = 0;
    for (; at + 64 < length; at += 64) blake2s_block(h, data + at, at + 64, 0);
    u8 tail[64] = {0};
    for (u32 i = 0; at + i < length; i++) tail[i] = data[at + i];
    blake2s_block(h, tail, length, 0xffffffff);
    for (int i = 0; i < 32; i++) out[i] = (u8) (h[i >> 2] >> (8 * (i & 3)));
}

// ---- SHA3-256: the round constants from their shift register, the lanes in one array

static void keccak(u64 a[25]) {
    u32 lfsr = 1;
    for (int round = 0; round < 24; round++) {
        u64 c[5], t;
        for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int x = 0; x < 5; x++) {
            t = c[(x + 4) % 5] ^ rotl64(c[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5) a[y + x] ^= t;
        }
        t = a[1];
        int x = 1, y = 0;
        for (int i = 0; i < 24; i++) {
            int to = y, row = (2 * x + 3 * y) % 5;
            u64 kept = a[to + 5 * row];
            a[to + 5 * row] = rotl64(t, (i + 1) * (i + 2) / 2 & 63);
            t = kept;
            x = to;
            y = row;
        }
        for (int row = 0; row < 25; row += 5) {
            for (int i = 0; i < 5; i++) c[i] = a[row + i];
            for (int i = 0; i < 5; i++) a[row + i] = c[i] ^ (~c[(i + 1) % 5] & c[(i + 2) % 5]);
        }
        for (int j = 0; j < 7; j++) {
            if (lfsr & 1) a[0] ^= (u64) 1 << ((1 << j) - 1);
            lfsr = lfsr << 1 ^ (lfsr >> 7) * 0x171;
        }
    }
}

static void sha3(const u8* data, u32 length, u8 out[32]) {
    enum { RATE = 136 };
    u64 a[25] = {0};
    u32 at = 0;
    for (; at + RATE <= length; at += RATE) {
        for (int i = 0; i < RATE / 8; i++) a[i] ^= little64(data + at + 8 * i);
        keccak(a);
    }
    u8 tail[RATE] = {0};
    for (u32 i = 0; at + i < length; i++) tail[i] = data[at + i];
    tail[length - at] ^= 6;
    tail[RATE - 1] ^= 0x80;
    for (int i = 0; i < RATE / 8; i++) a[i] ^= little64(tail + 8 * i);
    keccak(a);
    for (int i = 0; i < 32; i++) out[i] = (u8) (a[i >> 3] >> (8 * (i & 7)));
}

// ---- SipHash-2-4 and CRC-32

#define SIP                                                                                                                                          \
    v0 += v1; v1 = rotl64(v1, 13) ^ v0; v0 = rotl64(v0, 32);                                                                                         \
    v2 += v3; v3 = rotl64(v3, 16) ^ v2;                                                                                                              \
    v0 += v3; v3 = rotl64(v3, 21) ^ v0;                                                                                                              \
    v2 += v1; v1 = rotl64(v1, 17) ^ v2; v2 = rotl64(v2, 32);

static u64 siphash(u64 k0, u64 k1, const u8* data, u32 length) {
    u64 v0 = k0 ^ 0x736f6d6570736575, v1 = k1 ^ 0x646f72616e646f6d, v2 = k0 ^ 0x6c7967656e657261, v3 = k1 ^ 0x7465646279746573;
    u32 at = 0;
    for (; at + 8 <= length; at += 8) {
        u64 m = little64(data + at);
        v3 ^= m;
        SIP SIP
        v0 ^= m;
    }
    u64 last = (u64) length << 56;
    for (u32 i = 0; at + i < length; i++) last |= (u64) data[at + i] << (8 * i);
    v3 ^= last;
    SIP SIP
    v0 ^= last;
    v2 ^= 0xff;
    SIP SIP SIP SIP
    return v0 ^ v1 ^ v2 ^ v3;
}

static u32 crc_table[4][256];

static u32 crc32(const u8* data, u32 length) {
    u32 crc = 0xffffffff, at = 0;
    for (; at + 4 <= length; at += 4) {
        crc ^= little32(data + at);
        crc = crc_table[3][crc & 255] ^ crc_table[2][crc >> 8 & 255] ^ crc_table[1][crc >> 16 & 255] ^ crc_table[0][crc >> 24];
    }
    for (; at < length; at++) crc = crc >> 8 ^ crc_table[0][(crc ^ data[at]) & 255];
    return ~crc;
}

static void crc_prepare(void) {
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0xedb88320 : 0);
        crc_table[0][i] = c;
    }
    for (int t = 1; t < 4; t++) for (int i = 0; i < 256; i++) crc_table[t][i] = crc_table[t - 1][i] >> 8 ^ crc_table[0][crc_table[t - 1][i] & 255];
}

// ----

#define LENGTH (4 << 20)
static u8 buffer[LENGTH];

START {
    u8 abc256[32], abc512[64], abc_blake[32], abc_sha3[32], d256[32], d512[64], d_blake[32], d_sha3[32];
    const u8* abc = (const u8*) "abc";
    bench_start();
    sha2_constants();
    crc_prepare();
    sha256(abc, 3, abc256);
    sha512(abc, 3, abc512);
    blake2s(abc, 3, abc_blake);
    sha3(abc, 3, abc_sha3);
    u32 abc_crc = crc32((const u8*) "123456789", 9);

    u32 random = 88675123;
    for (u32 i = 0; i < LENGTH; i++) buffer[i] = (u8) (next_random(&random) >> 11);
    sha256(buffer, LENGTH - 1, d256);
    sha512(buffer, LENGTH - 17, d512);
    blake2s(buffer, LENGTH - 5, d_blake);
    sha3(buffer, LENGTH / 2 - 3, d_sha3);
    u64 sip = 0;
    for (u32 n = 0; n < 20000; n++) sip = siphash(sip, n, buffer + n * 64, n % 200) + (sip >> 3);
    sip ^= siphash(1, 2, buffer, LENGTH);
    u32 crc = crc32(buffer, LENGTH - 2);
    bench_end();

    put_digest("sha-256 abc", abc256, 32);
    put_digest("sha-512 abc", abc512, 64);
    put_digest("blake2s abc", abc_blake, 32);
    put_digest("sha3-256 abc", abc_sha3, 32);
    put_hex("crc-32 check", abc_crc, 8);
    put_digest("sha-256", d256, 32);
    put_digest("sha-512", d512, 64);
    put_digest("blake2s", d_blake, 32);
    put_digest("sha3-256", d_sha3, 32);
    put_hex("siphash", sip, 16);
    put_hex("crc-32", crc, 8);
}
