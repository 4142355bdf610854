// What a C program without a C library needs: the marks around its timed part, and lines on standard output.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t i32;
typedef int64_t i64;

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define START __attribute__((export_name("_start"))) void _start(void)

IMPORT("bench", "start") void bench_start(void);
IMPORT("bench", "end") void bench_end(void);

struct ciovec { const void* bytes; u32 length; };
IMPORT("wasi_snapshot_preview1", "fd_write") int wasi_fd_write(int fd, const struct ciovec* vectors, int count, u32* written);

static inline void put_bytes(const char* bytes, u32 length) {
    struct ciovec vector = {bytes, length};
    u32 written;
    wasi_fd_write(1, &vector, 1, &written);
}

// "label: " and as many hexadecimal digits as `digits` says.
static inline void put_hex(const char* label, u64 value, int digits) {
    char line[96];
    u32 n = 0;
    while (label[n] && n < 64) { line[n] = label[n]; n++; }
    line[n++] = ':';
    line[n++] = ' ';
    for (int i = digits - 1; i >= 0; i--) line[n++] = "0123456789abcdef"[value >> (4 * i) & 15];
    line[n++] = '\n';
    put_bytes(line, n);
}

// "label: " and a decimal number.
static inline void put_number(const char* label, i64 value) {
    char line[96], digits[24];
    u32 n = 0, d = 0;
    while (label[n] && n < 64) { line[n] = label[n]; n++; }
    line[n++] = ':';
    line[n++] = ' ';
    u64 rest = value < 0 ? -(u64) value : (u64) value;
    do digits[d++] = (char) ('0' + rest % 10); while (rest /= 10);
    if (value < 0) line[n++] = '-';
    while (d) line[n++] = digits[--d];
    line[n++] = '\n';
    put_bytes(line, n);
}

// "label: " and bytes in hexadecimal, 64 at most.
static inline void put_digest(const char* label, const u8* bytes, u32 count) {
    char line[224];
    u32 n = 0;
    while (label[n] && n < 64) { line[n] = label[n]; n++; }
    line[n++] = ':';
    line[n++] = ' ';
    for (u32 i = 0; i < count; i++) {
        line[n++] = "0123456789abcdef"[bytes[i] >> 4];
        line[n++] = "0123456789abcdef"[bytes[i] & 15];
    }
    line[n++] = '\n';
    put_bytes(line, n);
}

// Marsaglia's xorshift, for inputs that are the same everywhere.
static inline u32 next_random(u32* state) {
    u32 x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}
