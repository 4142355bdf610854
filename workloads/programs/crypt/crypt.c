// ChaCha20-Poly1305 (RFC 8439) and X25519 (RFC 7748): rotations, 32x32->64 multiplications and carry chains in straight-line code.
#include "../lib/bench.h"

static inline u32 load32(const u8* p) { return p[0] | p[1] << 8 | p[2] << 16 | (u32) p[3] << 24; }
static inline void store32(u8* p, u32 v) { p[0] = v; p[1] = v >> 8; p[2] = v >> 16; p[3] = v >> 24; }
static inline u32 rotl(u32 v, int n) { return v << n | v >> (32 - n); }

// ---- ChaCha20

#define QUARTER(a, b, c, d)                                                                                                                          \
    a += b; d = rotl(d ^ a, 16);                                                                                                                     \
    c += d; b = rotl(b ^ c, 12);                                                                                                                     \
    a += b; d = rotl(d ^ a, 8);                                                                                                                      \
    c += d; b = rotl(b ^ c, 7);

struct chacha { u32 state[16]; };

static void chacha_init(struct chacha* c, const u8 key[32], const u8 nonce[12], u32 counter) {
    static const u8 words[16] = {'e', 'x', 'p', 'a', 'n', 'd', ' ', '3', '2', '-', 'b', 'y', 't', 'e', ' ', 'k'};
    for (int i = 0; i < 4; i++) c->state[i] = load32(words + 4 * i);
    for (int i = 0; i < 8; i++) c->state[4 + i] = load32(key + 4 * i);
    c->state[12] = counter;
    for (int i = 0; i < 3; i++) c->state[13 + i] = load32(nonce + 4 * i);
}

static void chacha_block(struct chacha* c, u8 out[64]) {
    u32 x[16];
    for (int i = 0; i < 16; i++) x[i] = c->state[i];
    for (int round = 0; round < 10; round++) {
        QUARTER(x[0], x[4], x[8], x[12])
        QUARTER(x[1], x[5], x[9], x[13])
        QUARTER(x[2], x[6], x[10], x[14])
        QUARTER(x[3], x[7], x[11], x[15])
        QUARTER(x[0], x[5], x[10], x[15])
        QUARTER(x[1], x[6], x[11], x[12])
        QUARTER(x[2], x[7], x[8], x[13])
        QUARTER(x[3], x[4], x[9], x[14])
    }
    for (int i = 0; i < 16; i++) store32(out + 4 * i, x[i] + c->state[i]);
    c->state[12]++;
}

static void chacha_xor(struct chacha* c, u8* data, u32 length) {
    u8 block[64];
    for (u32 at = 0; at < length; at += 64) {
        chacha_block(c, block);
        u32 n = length - at < 64 ? length - at : 64;
        for (u32 i = 0; i < n; i++) data[at + i] ^= block[i];
    }
}

// ---- Poly1305, five limbs of 26 bits

struct poly { u32 r[5], h[5], pad[4]; };

static void poly_init(struct poly* p, const u8 key[32]) {
    p->r[0] = load32(key) & 0x3ffffff;
    p->r[1] = load32(key + 3) >> 2 & 0x3ffff03;
    p->r[2] = load32(key + 6) >> 4 & 0x3ffc0ff;
    p->r[3] = load32(key + 9) >> 6 & 0x3f03fff;
    p->r[4] = load32(key + 12) >> 8 & 0x00fffff;
    for (int i = 0; i < 5; i++) p->h[i] = 0;
    for (int i = 0; i < 4; i++) p->pad[i] = load32(key + 16 + 4 * i);
}

static void poly_block(struct poly* p, const u8* m, u32 top) {
    u32 r0 = p->r[0], r1 = p->r[1], r2 = p->r[2], r3 = p->r[3], r4 = p->r[4];
    u32 s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5;
    u64 h0 = p->h[0] + (load32(m) & 0x3ffffff);
    u64 h1 = p->h[1] + (load32(m + 3) >> 2 & 0x3ffffff);
    u64 h2 = p->h[2] + (load32(m + 6) >> 4 & 0x3ffffff);
    u64 h3 = p->h[3] + (load32(m + 9) >> 6);
    u64 h4 = p->h[4] + (load32(m + 12) >> 8 | top << 24);
    u64 d0 = h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1;
    u64 d1 = h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2;
    u64 d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3;
    u64 d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4;
    u64 d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0;
    d1 += d0 >> 26;
    d2 += d1 >> 26;
    d3 += d2 >> 26;
    d4 += d3 >> 26;
    u32 low = (u32) (d0 & 0x3ffffff) + (u32) (d4 >> 26) * 5;
    p->h[0] = low & 0x3ffffff;
    p->h[1] = (u32) (d1 & 0x3ffffff) + (low >> 26);
    p->h[2] = (u32) d2 & 0x3ffffff;
    p->h[3] = (u32) d3 & 0x3ffffff;
    p->h[4] = (u32) d4 & 0x3ffffff;
}

static void poly_update(struct poly* p, const u8* data, u32 length) {
    u32 at = 0;
    for (; at + 16 <= length; at += 16) poly_block(p, data + at, 1);
    if (at < length) {
        u8 last[16] = {0};
        for (u32 i = 0; at + i < length; i++) last[i] = data[at + i];
        poly_block(p, last, 1);
    }
}

static void poly_finish(struct poly* p, u8 tag[16]) {
    u32* h = p->h;
    u32 carry = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < 5; i++) {
            h[i] += carry;
            carry = h[i] >> 26;
            h[i] &= 0x3ffffff;
        }
        carry *= 5;
    }
    u32 g[5];
    u32 c = 5;
    for (int i = 0; i < 5; i++) {
        g[i] = h[i] + c;
        c = g[i] >> 26;
        g[i] &= 0x3ffffff;
    }
    u32 use = -c;
    for (int i = 0; i < 5; i++) h[i] = (h[i] & ~use) | (g[i] & use);
    u32 w[4] = {h[0] | h[1] << 26, h[1] >> 6 | h[2] << 20, h[2] >> 12 | h[3] << 14, h[3] >> 18 | h[4] << 8};
    u64 sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += (u64) w[i] + p->pad[i];
        store32(tag + 4 * i, (u32) sum);
        sum >>= 32;
    }
}

// ---- the two together

static void authenticate(const u8 key[32], const u8 nonce[12], const u8* aad, u32 aad_length, const u8* sealed, u32 length, u8 tag[16]) {
    struct chacha c;
    u8 block[64];
    chacha_init(&c, key, nonce, 0);
    chacha_block(&c, block);
    struct poly p;
    poly_init(&p, block);
    // Padding a part with zeros to 16 bytes is not what poly_update does with a short tail, so the tail is padded here.
    u8 tail[16] = {0};
    poly_update(&p, aad, aad_length & ~15u);
    if (aad_length & 15) {
        for (u32 i = 0; i < (aad_length & 15); i++) tail[i] = aad[(aad_length & ~15u) + i];
        poly_block(&p, tail, 1);
    }
    poly_update(&p, sealed, length & ~15u);
    if (length & 15) {
        for (u32 i = 0; i < 16; i++) tail[i] = i < (length & 15) ? sealed[(length & ~15u) + i] : 0;
        poly_block(&p, tail, 1);
    }
    store32(tail, aad_length);
    store32(tail + 4, 0);
    store32(tail + 8, length);
    store32(tail + 12, 0);
    poly_block(&p, tail, 1);
    poly_finish(&p, tag);
}

static void seal(const u8 key[32], const u8 nonce[12], const u8* aad, u32 aad_length, u8* data, u32 length, u8 tag[16]) {
    struct chacha c;
    chacha_init(&c, key, nonce, 1);
    chacha_xor(&c, data, length);
    authenticate(key, nonce, aad, aad_length, data, length, tag);
}

static int open(const u8 key[32], const u8 nonce[12], const u8* aad, u32 aad_length, u8* data, u32 length, const u8 tag[16]) {
    u8 expected[16];
    authenticate(key, nonce, aad, aad_length, data, length, expected);
    u32 difference = 0;
    for (int i = 0; i < 16; i++) difference |= expected[i] ^ tag[i];
    struct chacha c;
    chacha_init(&c, key, nonce, 1);
    chacha_xor(&c, data, length);
    return difference == 0;
}

// ---- X25519: field elements are ten limbs of 26 and 25 bits in turn, signed

typedef struct { i64 v[10]; } fe;

static void fe_carry(fe* h) {
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < 10; i++) {
            int bits = i & 1 ? 25 : 26;
            i64 c = (h->v[i] + ((i64) 1 << (bits - 1))) >> bits;
            h->v[i] -= c << bits;
            if (i < 9) h->v[i + 1] += c;
            else h->v[0] += 19 * c;
        }
    }
}

static void fe_add(fe* h, const fe* f, const fe* g) { for (int i = 0; i < 10; i++) h->v[i] = f->v[i] + g->v[i]; }
static void fe_sub(fe* h, const fe* f, const fe* g) { for (int i = 0; i < 10; i++) h->v[i] = f->v[i] - g->v[i]; }

static void fe_mul(fe* h, const fe* f, const fe* g) {
    i64 wide[19] = {0};
    for (int i = 0; i < 10; i++) {
        for (int j = 0; j < 10; j++) {
            // Both limbs at odd places: their weights make one factor of two more than the place of the sum has.
            i64 product = f->v[i] * g->v[j];
            wide[i + j] += i & j & 1 ? 2 * product : product;
        }
    }
    for (int i = 0; i < 10; i++) h->v[i] = wide[i] + (i < 9 ? 19 * wide[i + 10] : 0);
    fe_carry(h);
}

static void fe_small(fe* h, const fe* f, i64 n) {
    for (int i = 0; i < 10; i++) h->v[i] = f->v[i] * n;
    fe_carry(h);
}

static void fe_swap(fe* f, fe* g, i64 swap) {
    for (int i = 0; i < 10; i++) {
        i64 x = -swap & (f->v[i] ^ g->v[i]);
        f->v[i] ^= x;
        g->v[i] ^= x;
    }
}

// 2^255 - 21 is all ones but for bits 2 and 4.
static void fe_invert(fe* h, const fe* f) {
    fe r = *f;
    for (int bit = 253; bit >= 0; bit--) {
        fe_mul(&r, &r, &r);
        if (bit != 2 && bit != 4) fe_mul(&r, &r, f);
    }
    *h = r;
}

static const u8 limb_bit[10] = {0, 26, 51, 77, 102, 128, 153, 179, 204, 230};

static void fe_load(fe* h, const u8 bytes[32]) {
    for (int i = 0; i < 10; i++) {
        h->v[i] = 0;
        int bits = i & 1 ? 25 : 26;
        for (int b = 0; b < bits; b++) {
            int at = limb_bit[i] + b;
            if (at < 255) h->v[i] |= (i64) (bytes[at >> 3] >> (at & 7) & 1) << b;
        }
    }
}

static void fe_store(u8 bytes[32], const fe* f) {
    fe h = *f;
    fe_carry(&h);
    // Made non-negative by adding twice the prime, then reduced by the prime while a carry out of the top remains.
    for (int i = 0; i < 10; i++) h.v[i] += i == 0 ? ((i64) 1 << 27) - 38 : i & 1 ? ((i64) 1 << 26) - 2 : ((i64) 1 << 27) - 2;
    for (int pass = 0; pass < 3; pass++) {
        for (int i = 0; i < 10; i++) {
            int bits = i & 1 ? 25 : 26;
            i64 c = h.v[i] >> bits;
            h.v[i] &= ((i64) 1 << bits) - 1;
            if (i < 9) h.v[i + 1] += c;
            else h.v[0] += 19 * c;
        }
    }
    fe t = h;
    t.v[0] += 19;
    for (int i = 0; i < 9; i++) {
        int bits = i & 1 ? 25 : 26;
        t.v[i + 1] += t.v[i] >> bits;
        t.v[i] &= ((i64) 1 << bits) - 1;
    }
    i64 over = t.v[9] >> 25 ? -1 : 0;
    t.v[9] &= ((i64) 1 << 25) - 1;
    for (int i = 0; i < 32; i++) bytes[i] = 0;
    for (int i = 0; i < 10; i++) {
        i64 limb = (h.v[i] & ~over) | (t.v[i] & over);
        for (int b = 0; b < (i & 1 ? 25 : 26); b++) {
            int at = limb_bit[i] + b;
            bytes[at >> 3] |= (u8) ((limb >> b & 1) << (at & 7));
        }
    }
}

static void x25519(u8 out[32], const u8 scalar[32], const u8 point[32]) {
    u8 e[32];
    for (int i = 0; i < 32; i++) e[i] = scalar[i];
    e[0] &= 248;
    e[31] = (e[31] & 127) | 64;
    fe x1, x2 = {{1}}, z2 = {{0}}, x3, z3 = {{1}};
    fe_load(&x1, point);
    x3 = x1;
    i64 swap = 0;
    for (int bit = 254; bit >= 0; bit--) {
        i64 b = e[bit >> 3] >> (bit & 7) & 1;
        fe_swap(&x2, &x3, swap ^ b);
        fe_swap(&z2, &z3, swap ^ b);
        swap = b;
        fe a, aa, d, bb, ee, c, dd, da, cb;
        fe_add(&a, &x2, &z2);
        fe_sub(&d, &x2, &z2);
        fe_mul(&aa, &a, &a);
        fe_mul(&bb, &d, &d);
        fe_sub(&ee, &aa, &bb);
        fe_add(&c, &x3, &z3);
        fe_sub(&dd, &x3, &z3);
        fe_mul(&da, &dd, &a);
        fe_mul(&cb, &c, &d);
        fe_add(&x3, &da, &cb);
        fe_mul(&x3, &x3, &x3);
        fe_sub(&z3, &da, &cb);
        fe_mul(&z3, &z3, &z3);
        fe_mul(&z3, &z3, &x1);
        fe_mul(&x2, &aa, &bb);
        fe_small(&z2, &ee, 121665);
        fe_add(&z2, &z2, &aa);
        fe_mul(&z2, &z2, &ee);
    }
    fe_swap(&x2, &x3, swap);
    fe_swap(&z2, &z3, swap);
    fe_invert(&z2, &z2);
    fe_mul(&x2, &x2, &z2);
    fe_store(out, &x2);
}

// ----

#define MESSAGE (1 << 20)
static u8 message[MESSAGE + 64];

START {
    static const char sunscreen[] = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
    static const u8 aad[12] = {0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7};
    static const u8 nonce[12] = {7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47};
    u8 key[32], tag[16], shared[32], base[32] = {9};
    for (int i = 0; i < 32; i++) key[i] = (u8) (0x80 + i);
    bench_start();

    u32 length = sizeof sunscreen - 1;
    for (u32 i = 0; i < length; i++) message[i] = (u8) sunscreen[i];
    seal(key, nonce, aad, sizeof aad, message, length, tag);
    u8 rfc_tag[16];
    for (int i = 0; i < 16; i++) rfc_tag[i] = tag[i];

    u32 random = 2463534242u;
    for (u32 i = 0; i < MESSAGE; i++) message[i] = (u8) next_random(&random);
    u32 opened = 0, sum = 0;
    for (u32 round = 0; round < 12; round++) {
        u32 n = MESSAGE - round * 37;
        seal(key, nonce, aad, round, message, n, tag);
        sum = sum * 31 + load32(tag);
        opened += open(key, nonce, aad, round, message, n, tag);
        tag[round] ^= 1;
        opened += open(key, nonce, aad, round, message, n, tag) << 8;
        chacha_xor(&(struct chacha){{round}}, message, n);
    }

    // RFC 7748's iterated vector, a hundred times instead of a thousand.
    u8 k[32] = {9}, u[32] = {9}, first[32];
    for (int i = 0; i < 100; i++) {
        x25519(shared, k, u);
        for (int j = 0; j < 32; j++) { u[j] = k[j]; k[j] = shared[j]; }
        if (i == 0) for (int j = 0; j < 32; j++) first[j] = shared[j];
    }
    x25519(shared, key, base);

    bench_end();
    put_digest("rfc 8439 tag", rfc_tag, 16);
    put_hex("sealed", sum, 8);
    put_number("opened", opened);
    put_digest("rfc 7748 once", first, 32);
    put_digest("rfc 7748 chain", k, 32);
    put_digest("public key", shared, 32);
}
