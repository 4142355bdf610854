// What the emulated machine runs: a sieve, quicksort, a matrix product, Collatz chains, queens by bit masks, CRC-32, big factorials, Levenshtein. It hands
// results to the emulator by `ecall` with the number in a0; a7 = 93 stops it.
typedef unsigned u32;
typedef unsigned char u8;
typedef unsigned long long u64;

static void report(u32 value) {
    register u32 a0 __asm__("a0") = value;
    register u32 a7 __asm__("a7") = 1;
    __asm__ volatile("ecall" : : "r"(a0), "r"(a7) : "memory");
}

static u8 composite[60000];
static int numbers[20000];
static int a[40][40], b[40][40], c[40][40];
static u8 rows[3][300];

static u32 sieve(void) {
    u32 count = 0;
    for (u32 i = 2; i < sizeof composite; i++) {
        if (composite[i]) continue;
        count++;
        for (u32 j = i * i; i < 256 && j < sizeof composite; j += i) composite[j] = 1;
    }
    return count;
}

static void quicksort(int* v, int low, int high) {
    while (low < high) {
        int pivot = v[(low + high) / 2], i = low, j = high;
        while (i <= j) {
            while (v[i] < pivot) i++;
            while (v[j] > pivot) j--;
            if (i <= j) {
                int t = v[i];
                v[i++] = v[j];
                v[j--] = t;
            }
        }
        quicksort(v, low, j);
        low = i;
    }
}

static u32 queens(u32 n, u32 columns, u32 left, u32 right) {
    u32 all = (1u << n) - 1, count = 0;
    if (columns == all) return 1;
    for (u32 free = all & ~(columns | left | right); free; free &= free - 1) {
        u32 bit = free & -free;
        count += queens(n, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static u32 collatz(u32 limit) {
    u32 best = 0, longest = 0;
    for (u32 i = 1; i < limit; i++) {
        u32 steps = 0;
        for (u64 n = i; n != 1; steps++) n = n & 1 ? 3 * n + 1 : n / 2;
        if (steps > longest) longest = steps, best = i;
    }
    return best * 1000 + longest;
}

static u32 crc(const u8* p, u32 n) {
    u32 crc = ~0u;
    while (n--) {
        crc ^= *p++;
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static u32 factorial_digits(u32 n) {
    static u32 digits[400];
    u32 used = 1, sum = 0;
    digits[0] = 1;
    for (u32 i = 2; i <= n; i++) {
        u32 carry = 0;
        for (u32 k = 0; k < used; k++) {
            u32 v = digits[k] * i + carry;
            digits[k] = v % 10000;
            carry = v / 10000;
        }
        while (carry) digits[used++] = carry % 10000, carry /= 10000;
    }
    for (u32 k = 0; k < used; k++) for (u32 d = digits[k]; d; d /= 10) sum += d % 10;
    return sum;
}

static u32 levenshtein(const u8* x, u32 n, const u8* y, u32 m) {
    static u32 row[301];
    for (u32 j = 0; j <= m; j++) row[j] = j;
    for (u32 i = 1; i <= n; i++) {
        u32 diagonal = row[0];
        row[0] = i;
        for (u32 j = 1; j <= m; j++) {
            u32 other = diagonal + (x[i - 1] != y[j - 1]);
            diagonal = row[j];
            if (row[j - 1] + 1 < other) other = row[j - 1] + 1;
            if (row[j] + 1 < other) other = row[j] + 1;
            row[j] = other;
        }
    }
    return row[m];
}

void run(void) {
    u32 random = 1;
    report(sieve());
    for (int i = 0; i < 20000; i++) numbers[i] = (int) (random = random * 1664525 + 1013904223);
    quicksort(numbers, 0, 19999);
    u32 ordered = 0;
    for (int i = 1; i < 20000; i++) ordered += numbers[i - 1] <= numbers[i];
    report(ordered);
    for (int i = 0; i < 1600; i++) a[i / 40][i % 40] = i % 17 - 8, b[i % 40][i / 40] = i % 13 - 6;
    for (int i = 0; i < 40; i++) for (int j = 0; j < 40; j++) for (int k = 0; k < 40; k++) c[i][j] += a[i][k] * b[k][j];
    report(crc((const u8*) c, sizeof c));
    report(queens(9, 0, 0, 0));
    report(collatz(20000));
    report(crc((const u8*) numbers, 20000));
    report(factorial_digits(300));
    for (int k = 0; k < 600; k++) rows[k & 1][k / 2] = "acgt"[(random = random * 1664525 + 1013904223) >> 30];
    report(levenshtein(rows[0], 300, rows[1], 280));
    register u32 a7 __asm__("a7") = 93;
    __asm__ volatile("ecall" : : "r"(a7));
    for (;;) {}
}

__attribute__((naked, section(".text.first"))) void _start(void) { __asm__("li sp, 0x100000\n j run"); }
