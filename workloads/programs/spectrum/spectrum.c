// Float kernels: FFT in single and double precision, convolution by it, a Goertzel bank, an IIR filter cascade, Gauss-Legendre and Runge-Kutta integration
// with sine, exponential and logarithm of our own. Straight-line float arithmetic, loop-carried dependences, conversions.
#include "../lib/bench.h"

#define PI 3.14159265358979323846

// ---- elementary functions, to about one unit in the last place

static double power_of_two(i32 e) {
    union { u64 bits; double value; } u = {(u64) (1023 + e) << 52};
    return u.value;
}

static double exponential(double x) {
    double scaled = __builtin_floor(x * 1.4426950408889634 + 0.5);
    double r = x - scaled * 0.693147180369123816490 - scaled * 1.90821492927058770002e-10;
    double sum = 1, term = 1;
    for (int i = 1; i <= 14; i++) {
        term *= r / i;
        sum += term;
    }
    return sum * power_of_two((i32) scaled);
}

static double logarithm(double x) {
    union { double value; u64 bits; } u = {x};
    i32 e = (i32) (u.bits >> 52) - 1023;
    u.bits = (u.bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
    double m = u.value;
    if (m > 1.4142135623730951) {
        m *= 0.5;
        e++;
    }
    double z = (m - 1) / (m + 1), z2 = z * z, sum = 0;
    for (int k = 27; k >= 1; k -= 2) sum = sum * z2 + 1.0 / k;
    return 2 * z * sum + e * 0.6931471805599453;
}

static double sine(double x) {
    double turns = __builtin_floor(x / (PI / 2) + 0.5);
    double r = x - turns * 1.57079632673412561417 - turns * 6.07710050650619224932e-11, r2 = r * r;
    i32 quadrant = (i32) (turns - 4 * __builtin_floor(turns / 4));
    double s, c;
    s = r * (1 + r2 * (-1.0 / 6 + r2 * (1.0 / 120 + r2 * (-1.0 / 5040 + r2 * (1.0 / 362880 + r2 * (-1.0 / 39916800 + r2 / 6227020800.0))))));
    c = 1 + r2 * (-0.5 + r2 * (1.0 / 24 + r2 * (-1.0 / 720 + r2 * (1.0 / 40320 + r2 * (-1.0 / 3628800 + r2 * (1.0 / 479001600 - r2 / 87178291200.0))))));
    switch (quadrant) {
        case 0: return s;
        case 1: return c;
        case 2: return -s;
        default: return -c;
    }
}

static double cosine(double x) { return sine(x + PI / 2); }

// ---- FFT, radix 4 with a last radix 2, in place; written once for both precisions

#define FFT(T, NAME)                                                                                                                                 \
    static T NAME##_cos[1 << 16], NAME##_sin[1 << 16];                                                                                               \
    static void NAME##_prepare(u32 n) {                                                                                                              \
        for (u32 i = 0; i < n; i++) {                                                                                                                \
            NAME##_cos[i] = (T) cosine(2 * PI * i / n);                                                                                              \
            NAME##_sin[i] = (T) -sine(2 * PI * i / n);                                                                                               \
        }                                                                                                                                            \
    }                                                                                                                                                \
    static void NAME(T* re, T* im, u32 n) {                                                                                                          \
        u32 span = n;                                                                                                                                \
        for (; span >= 4; span /= 4) {                                                                                                               \
            u32 quarter = span / 4, step = n / span;                                                                                                 \
            for (u32 k = 0; k < quarter; k++) {                                                                                                      \
                T c1 = NAME##_cos[k * step], s1 = NAME##_sin[k * step];                                                                              \
                T c2 = NAME##_cos[2 * k * step], s2 = NAME##_sin[2 * k * step];                                                                      \
                T c3 = NAME##_cos[3 * k * step], s3 = NAME##_sin[3 * k * step];                                                                      \
                for (u32 a = k; a < n; a += span) {                                                                                                  \
                    u32 b = a + quarter, c = b + quarter, d = c + quarter;                                                                           \
                    T r0 = re[a] + re[c], i0 = im[a] + im[c], r1 = re[a] - re[c], i1 = im[a] - im[c];                                                \
                    T r2 = re[b] + re[d], i2 = im[b] + im[d], r3 = im[b] - im[d], i3 = re[d] - re[b];                                                \
                    re[a] = r0 + r2;                                                                                                                 \
                    im[a] = i0 + i2;                                                                                                                 \
                    T x = r1 + r3, y = i1 + i3;                                                                                                      \
                    re[b] = x * c1 - y * s1;                                                                                                         \
                    im[b] = x * s1 + y * c1;                                                                                                         \
                    x = r0 - r2;                                                                                                                     \
                    y = i0 - i2;                                                                                                                     \
                    re[c] = x * c2 - y * s2;                                                                                                         \
                    im[c] = x * s2 + y * c2;                                                                                                         \
                    x = r1 - r3;                                                                                                                     \
                    y = i1 - i3;                                                                                                                     \
                    re[d] = x * c3 - y * s3;                                                                                                         \
                    im[d] = x * s3 + y * c3;                                                                                                         \
                }                                                                                                                                    \
            }                                                                                                                                        \
        }                                                                                                                                            \
        if (span == 2) {                                                                                                                             \
            for (u32 a = 0; a < n; a += 2) {                                                                                                         \
                T r = re[a], i = im[a];                                                                                                              \
                re[a] = r + re[a + 1];                                                                                                               \
                im[a] = i + im[a + 1];                                                                                                               \
                re[a + 1] = r - re[a + 1];                                                                                                           \
                im[a + 1] = i - im[a + 1];                                                                                                           \
            }                                                                                                                                        \
        }                                                                                                                                            \
        for (u32 i = 0; i < n; i++) {                                                                                                                \
            u32 j = permuted(i, n);                                                                                                                  \
            if (j > i) {                                                                                                                             \
                T t = re[i];                                                                                                                         \
                re[i] = re[j];                                                                                                                       \
                re[j] = t;                                                                                                                           \
                t = im[i];                                                                                                                           \
                im[i] = im[j];                                                                                                                       \
                im[j] = t;                                                                                                                           \
            }                                                                                                                                        \
        }                                                                                                                                            \
    }

// Where output i lies after the passes: digits of base 4 reversed. Only powers of four are used, whose reversal is its own inverse.
static u32 permuted(u32 i, u32 n) {
    u32 j = 0;
    for (u32 m = n; m > 1; m /= 4, i /= 4) j = j * 4 + (i & 3);
    return j;
}

FFT(float, fft_single)
FFT(double, fft_double)

#define N 16384
static float sre[N], sim[N];
static double dre[N], dim[N], kre[N], kim[N], signal[N], direct[N];

static void make_signal(u32 seed) {
    u32 random = seed;
    for (u32 i = 0; i < N; i++) {
        signal[i] = sine(i * 0.01) + 0.5 * sine(i * 0.37 + 1) + ((i32) next_random(&random) / 2147483648.0) * 0.1;
    }
}

static double energy(const double* re, const double* im) {
    double sum = 0;
    for (u32 i = 0; i < N; i++) sum += re[i] * re[i] + im[i] * im[i];
    return sum;
}

// Largest difference between a convolution by transform and the sum itself at some places.
static double convolution_error(void) {
    for (u32 i = 0; i < N; i++) {
        dre[i] = signal[i];
        kre[i] = i < 256 ? exponential(-(double) i / 40) * cosine(i * 0.2) : 0;
        direct[i] = kre[i];
        dim[i] = kim[i] = 0;
    }
    fft_double(dre, dim, N);
    fft_double(kre, kim, N);
    for (u32 i = 0; i < N; i++) {
        double r = dre[i] * kre[i] - dim[i] * kim[i], m = dre[i] * kim[i] + dim[i] * kre[i];
        dre[i] = m;
        dim[i] = r;
    }
    fft_double(dre, dim, N);
    double worst = 0;
    for (u32 i = 0; i < N; i += 61) {
        double sum = 0;
        for (u32 j = 0; j < 256; j++) sum += direct[j] * signal[(i + N - j) % N];
        double error = __builtin_fabs(sum - dim[i] / N);
        worst = __builtin_fmax(worst, error);
    }
    return worst;
}

// ---- filters

static double goertzel_bank(void) {
    double sum = 0;
    for (u32 f = 1; f <= 48; f++) {
        double k = 2 * cosine(f * 0.0131), a = 0, b = 0;
        for (u32 i = 0; i < N; i++) {
            double s = signal[i] + k * a - b;
            b = a;
            a = s;
        }
        sum += __builtin_sqrt(a * a + b * b - k * a * b);
    }
    return sum;
}

static float filter_cascade(void) {
    float z[8][2] = {{0}}, sum = 0;
    float b0 = 0.2066f, b1 = 0.4131f, a1 = -0.3695f, a2 = 0.1958f;
    for (u32 pass = 0; pass < 8; pass++) {
        for (u32 i = 0; i < N; i++) {
            float x = (float) signal[i];
            for (int s = 0; s < 8; s++) {
                float y = b0 * x + z[s][0];
                z[s][0] = b1 * x - a1 * y + z[s][1];
                z[s][1] = b0 * x - a2 * y;
                x = y;
            }
            sum += __builtin_fabsf(x);
        }
    }
    return sum;
}

// ---- integration

static double legendre_integral(double from, double to, int pieces) {
    static const double x[5] = {0, 0.5384693101056831, -0.5384693101056831, 0.9061798459386640, -0.9061798459386640};
    static const double w[5] = {0.5688888888888889, 0.4786286704993665, 0.4786286704993665, 0.2369268850561891, 0.2369268850561891};
    double sum = 0, half = (to - from) / pieces / 2;
    for (int p = 0; p < pieces; p++) {
        double middle = from + (2 * p + 1) * half;
        for (int i = 0; i < 5; i++) {
            double t = middle + half * x[i];
            sum += w[i] * half * exponential(-t * t) * logarithm(1 + t * t) * (1 + sine(3 * t) * sine(3 * t));
        }
    }
    return sum;
}

struct state { double x, y, z; };

static struct state lorenz(struct state s) {
    return (struct state) {10 * (s.y - s.x), s.x * (28 - s.z) - s.y, s.x * s.y - 8.0 / 3 * s.z};
}

static struct state along(struct state s, struct state d, double h) { return (struct state) {s.x + h * d.x, s.y + h * d.y, s.z + h * d.z}; }

static struct state runge_kutta(struct state s, double h, int steps) {
    while (steps--) {
        struct state k1 = lorenz(s), k2 = lorenz(along(s, k1, h / 2)), k3 = lorenz(along(s, k2, h / 2)), k4 = lorenz(along(s, k3, h));
        s.x += h / 6 * (k1.x + 2 * k2.x + 2 * k3.x + k4.x);
        s.y += h / 6 * (k1.y + 2 * k2.y + 2 * k3.y + k4.y);
        s.z += h / 6 * (k1.z + 2 * k2.z + 2 * k3.z + k4.z);
    }
    return s;
}

static u64 bits_of(double value) {
    union { double value; u64 bits; } u = {value};
    return u.bits;
}

START {
    bench_start();
    fft_single_prepare(N);
    fft_double_prepare(N);
    make_signal(123456789);
    double time_energy = 0, spectral = 0, single = 0;
    for (u32 i = 0; i < N; i++) time_energy += signal[i] * signal[i];
    for (u32 round = 0; round < 60; round++) {
        for (u32 i = 0; i < N; i++) {
            dre[i] = signal[(i + round) % N];
            sre[i] = (float) dre[i];
            dim[i] = 0;
            sim[i] = 0;
        }
        fft_double(dre, dim, N);
        fft_single(sre, sim, N);
        spectral = energy(dre, dim) / N;
        for (u32 i = 0; i < N; i += 100) single += (double) (sre[i] * sre[i] + sim[i] * sim[i]);
    }
    double worst = convolution_error();
    double bank = goertzel_bank();
    float filtered = filter_cascade();
    double integral = legendre_integral(0, 5, 40000);
    struct state s = runge_kutta((struct state) {1, 1, 1}, 0.001, 500000);
    bench_end();

    put_number("parseval holds", __builtin_fabs(time_energy - spectral) < 1e-6);
    put_number("convolution agrees", worst < 1e-9);
    put_number("integral * 1e9", (i64) (integral * 1e9));
    put_hex("spectral energy", bits_of(spectral), 16);
    put_hex("single spectrum", bits_of(single), 16);
    put_hex("goertzel", bits_of(bank), 16);
    put_hex("filtered", bits_of(filtered), 16);
    put_hex("lorenz x", bits_of(s.x), 16);
    put_hex("lorenz y", bits_of(s.y), 16);
    put_hex("lorenz z", bits_of(s.z), 16);
}
