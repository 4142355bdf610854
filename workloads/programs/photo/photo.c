// Image filters on bytes: separable Gaussian blur, median of nine, Sobel edges, histogram equalisation, dithering, bilinear scaling, YCbCr, 8x8 cosine
// transform with quantisation and its inverse, connected components. Byte loads and stores, clamping, fixed-point arithmetic.
#include "../lib/bench.h"

#define W 800
#define H 600
#define PIXELS (W * H)

static u8 rgb[PIXELS * 3], luma[PIXELS], blue[PIXELS], red[PIXELS], work[PIXELS], work2[PIXELS], scaled[(W * 5 / 4) * (H * 5 / 4)];
static u32 labels[PIXELS], forest[PIXELS];

static inline u8 clamp(i32 v) { return v < 0 ? 0 : v > 255 ? 255 : (u8) v; }
static inline i32 least(i32 a, i32 b) { return a < b ? a : b; }
static inline i32 most(i32 a, i32 b) { return a > b ? a : b; }

static void paint(void) {
    u32 random = 362436069;
    for (i32 y = 0; y < H; y++) {
        for (i32 x = 0; x < W; x++) {
            u8* p = rgb + (y * W + x) * 3;
            i32 dx = x - 220, dy = y - 200, inside = dx * dx + dy * dy < 22500;
            i32 stripes = ((x / 9) ^ (y / 17)) & 1;
            i32 noise = (i32) (next_random(&random) & 31) - 16;
            p[0] = clamp(x * 255 / W + noise + (inside ? 90 : 0));
            p[1] = clamp(y * 255 / H + noise + (stripes ? 40 : -20));
            p[2] = clamp((x * y >> 9 & 255) + noise);
        }
    }
}

static void to_ycbcr(void) {
    for (u32 i = 0; i < PIXELS; i++) {
        i32 r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
        luma[i] = clamp((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
        blue[i] = clamp(((-11059 * r - 21709 * g + 32768 * b + 32768) >> 16) + 128);
        red[i] = clamp(((32768 * r - 27439 * g - 5329 * b + 32768) >> 16) + 128);
    }
}

static void to_rgb(void) {
    for (u32 i = 0; i < PIXELS; i++) {
        i32 y = luma[i], b = blue[i] - 128, r = red[i] - 128;
        rgb[3 * i] = clamp(y + ((91881 * r + 32768) >> 16));
        rgb[3 * i + 1] = clamp(y - ((22554 * b + 46802 * r + 32768) >> 16));
        rgb[3 * i + 2] = clamp(y + ((116130 * b + 32768) >> 16));
    }
}

static void blur(const u8* from, u8* to) {
    const i32 w0 = 72, w1 = 56, w2 = 32, w3 = 4;
    for (i32 y = 0; y < H; y++) {
        const u8* row = from + y * W;
        for (i32 x = 0; x < W; x++) {
            i32 sum = w0 * row[x] + w1 * (row[most(x - 1, 0)] + row[least(x + 1, W - 1)]) + w2 * (row[most(x - 2, 0)] + row[least(x + 2, W - 1)])
                    + w3 * (row[most(x - 3, 0)] + row[least(x + 3, W - 1)]);
            work2[y * W + x] = (u8) (sum >> 8);
        }
    }
    for (i32 y = 0; y < H; y++) {
        const u8* r[7];
        for (i32 k = 0; k < 7; k++) r[k] = work2 + most(0, least(H - 1, y + k - 3)) * W;
        for (i32 x = 0; x < W; x++) {
            to[y * W + x] = (u8) ((w0 * r[3][x] + w1 * (r[2][x] + r[4][x]) + w2 * (r[1][x] + r[5][x]) + w3 * (r[0][x] + r[6][x])) >> 8);
        }
    }
}

static inline u8 middle(u8 a, u8 b, u8 c) {
    u8 low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

// The median of nine is the middle one of: the largest of the columns' least, the middle of their middles, the least of their largest.
static void median(const u8* from, u8* to) {
    for (i32 y = 1; y < H - 1; y++) {
        for (i32 x = 1; x < W - 1; x++) {
            u8 lows = 0, highs = 255, middles[3];
            for (i32 k = 0; k < 3; k++) {
                const u8* p = from + y * W + x + k - 1;
                u8 a = p[-W], b = p[0], c = p[W], m = middle(a, b, c);
                u8 low = a < b ? a : b, high = a < b ? b : a;
                low = c < low ? c : low;
                high = c > high ? c : high;
                lows = low > lows ? low : lows;
                highs = high < highs ? high : highs;
                middles[k] = m;
            }
            to[y * W + x] = middle(lows, middle(middles[0], middles[1], middles[2]), highs);
        }
    }
}

static u32 whole_root(u32 v) {
    u32 root = 0;
    for (u32 bit = 1u << 30; bit; bit >>= 2) {
        if (v >= root + bit) {
            v -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return root;
}

static void sobel(const u8* from, u8* to) {
    for (i32 y = 1; y < H - 1; y++) {
        for (i32 x = 1; x < W - 1; x++) {
            const u8* p = from + y * W + x;
            i32 gx = p[-W + 1] + 2 * p[1] + p[W + 1] - p[-W - 1] - 2 * p[-1] - p[W - 1];
            i32 gy = p[W - 1] + 2 * p[W] + p[W + 1] - p[-W - 1] - 2 * p[-W] - p[-W + 1];
            to[y * W + x] = clamp((i32) whole_root((u32) (gx * gx + gy * gy)));
        }
    }
}

static void equalise(u8* image) {
    u32 counts[256] = {0}, sum = 0;
    u8 map[256];
    for (u32 i = 0; i < PIXELS; i++) counts[image[i]]++;
    for (u32 v = 0; v < 256; v++) {
        sum += counts[v];
        map[v] = (u8) ((u64) sum * 255 / PIXELS);
    }
    for (u32 i = 0; i < PIXELS; i++) image[i] = map[image[i]];
}

static void dither(u8* image) {
    static i32 error[2][W + 2];
    for (i32 x = 0; x < W + 2; x++) error[0][x] = error[1][x] = 0;
    for (i32 y = 0; y < H; y++) {
        i32 *here = error[y & 1], *below = error[~y & 1];
        for (i32 x = 0; x < W + 2; x++) below[x] = 0;
        for (i32 x = 0; x < W; x++) {
            i32 wanted = image[y * W + x] + here[x + 1] / 16;
            u8 given = wanted > 127 ? 255 : 0;
            i32 off = wanted - given;
            image[y * W + x] = given;
            here[x + 2] += 7 * off;
            below[x] += 3 * off;
            below[x + 1] += 5 * off;
            below[x + 2] += off;
        }
    }
}

static void scale(const u8* from, u8* to, u32 w, u32 h) {
    for (u32 y = 0; y < h; y++) {
        u32 sy = y * ((H - 1) << 16) / h, fy = sy >> 8 & 255;
        for (u32 x = 0; x < w; x++) {
            u32 sx = x * ((W - 1) << 14) / w << 2, fx = sx >> 8 & 255;
            const u8* p = from + (sy >> 16) * W + (sx >> 16);
            u32 top = p[0] * (256 - fx) + p[1] * fx, low = p[W] * (256 - fx) + p[W + 1] * fx;
            to[y * w + x] = (u8) ((top * (256 - fy) + low * fy + 32768) >> 16);
        }
    }
}

// ---- 8x8 cosine transform, fixed point of 12 bits

static i32 dct[8][8];

static void dct_prepare(void) {
    // cos(k pi / 16)
    static const double first[8] = {1, 0.98078528040323044913, 0.92387953251128675613, 0.83146961230254523708, 0.70710678118654752440, 0.55557023301960222474,
            0.38268343236508977173, 0.19509032201612826785};
    for (u32 k = 0; k < 8; k++) {
        for (u32 n = 0; n < 8; n++) {
            u32 angle = (2 * n + 1) * k % 32;
            if (angle > 16) angle = 32 - angle;
            double c = angle < 8 ? first[angle] : angle > 8 ? -first[16 - angle] : 0;
            dct[k][n] = (i32) (c * (k ? 2048 : 1448.1546878700494) + (c < 0 ? -0.5 : 0.5));
        }
    }
}

static void transform(const i32 from[64], i32 to[64], int inverse) {
    i32 middle[64];
    for (int pass = 0; pass < 2; pass++) {
        const i32* a = pass ? middle : from;
        i32* b = pass ? to : middle;
        for (int row = 0; row < 8; row++) {
            for (int k = 0; k < 8; k++) {
                i32 sum = 2048;
                for (int n = 0; n < 8; n++) sum += (inverse ? dct[n][k] : dct[k][n]) * a[row * 8 + n];
                b[k * 8 + row] = sum >> 12;
            }
        }
    }
}

static u32 code_plane(u8* plane, i32 quality) {
    u32 zeros = 0;
    for (i32 y = 0; y < H; y += 8) {
        for (i32 x = 0; x < W; x += 8) {
            i32 block[64], coded[64];
            for (i32 i = 0; i < 64; i++) block[i] = (plane[(y + i / 8) * W + x + i % 8] - 128) * 8;
            transform(block, coded, 0);
            for (i32 i = 0; i < 64; i++) {
                i32 step = 8 * (4 + quality * (1 + i / 8 + i % 8));
                i32 q = (coded[i] + (coded[i] < 0 ? -step / 2 : step / 2)) / step;
                zeros += q == 0;
                coded[i] = q * step;
            }
            transform(coded, block, 1);
            for (i32 i = 0; i < 64; i++) plane[(y + i / 8) * W + x + i % 8] = clamp(((block[i] + 4) >> 3) + 128);
        }
    }
    return zeros;
}

// ---- regions of equal bytes, by union-find with path halving

static u32 root_of(u32 i) {
    while (forest[i] != i) {
        forest[i] = forest[forest[i]];
        i = forest[i];
    }
    return i;
}

static u32 regions(const u8* image) {
    u32 count = 0;
    for (u32 i = 0; i < PIXELS; i++) forest[i] = i;
    for (u32 i = 0; i < PIXELS; i++) {
        if (i % W && image[i - 1] == image[i]) forest[root_of(i)] = root_of(i - 1);
        if (i >= W && image[i - W] == image[i]) forest[root_of(i)] = root_of(i - W);
    }
    for (u32 i = 0; i < PIXELS; i++) {
        labels[i] = root_of(i);
        count += labels[i] == i;
    }
    return count;
}

static u32 checksum(const u8* data, u32 n) {
    u32 h = 2166136261u;
    for (u32 i = 0; i < n; i++) h = (h ^ data[i]) * 16777619;
    return h;
}

static u64 squared_error(const u8* a, const u8* b) {
    u64 sum = 0;
    for (u32 i = 0; i < PIXELS; i++) {
        i32 d = a[i] - b[i];
        sum += (u64) (d * d);
    }
    return sum;
}

START {
    paint();
    bench_start();
    u32 sums[8];
    to_ycbcr();
    blur(luma, work);
    sums[0] = checksum(work, PIXELS);
    median(luma, work);
    sums[1] = checksum(work, PIXELS);
    sobel(work, work2);
    sums[2] = checksum(work2, PIXELS);
    equalise(work2);
    sums[3] = checksum(work2, PIXELS);
    scale(luma, scaled, W * 5 / 4, H * 5 / 4);
    sums[4] = checksum(scaled, sizeof scaled);
    dct_prepare();
    for (u32 i = 0; i < PIXELS; i++) work[i] = luma[i];
    u32 zeros = code_plane(luma, 6) + code_plane(blue, 14) + code_plane(red, 14);
    u64 error = squared_error(work, luma);
    sums[5] = checksum(luma, PIXELS);
    to_rgb();
    sums[6] = checksum(rgb, sizeof rgb);
    dither(luma);
    sums[7] = checksum(luma, PIXELS);
    u32 found = regions(luma);
    bench_end();
    static const char* const names[8] = {"blur", "median", "edges", "equalised", "scaled", "coded", "colours", "dithered"};
    for (int i = 0; i < 8; i++) put_hex(names[i], sums[i], 8);
    put_number("zero coefficients", zeros);
    put_number("squared error", (i64) error);
    put_number("regions", found);
}
