/* The run time of a WASI command that wasm2c turned into C (module name "prog"): enough of WASI preview 1 for programs that compute, and the marks.
   The working folder is what the program sees as "."; its arguments are the process's own. Not a sandbox.

   At exit the file that BENCH_MARKS names gets a line "start NANOS CPU" or "end NANOS CPU" for each call of bench.start and bench.end: nanoseconds of
   CLOCK_MONOTONIC and of the thread's CPU time. A program that never calls them leaves it empty. wasm2c 1.0.32 and later ones name things differently:
   build.sh defines BEFORE_1_0_33 for the former. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"
#include "wasm-rt-impl.h"
#if __has_include("wasm-rt-exceptions.h")
#include "wasm-rt-exceptions.h"
#endif

#ifdef BEFORE_1_0_33
typedef Z_prog_instance_t Prog;
typedef struct Z_bench_instance_t { int unused; } Bench;
typedef struct Z_wasi_snapshot_preview1_instance_t { int unused; } W;
#define BENCH(function) Z_benchZ_##function
#define WASI_NAME(function) Z_wasi_snapshot_preview1Z_##function
#ifndef NO_MEMORY
#define MEMORY Z_progZ_memory
#endif
#define START Z_progZ__start
#define INIT_MODULE Z_prog_init_module()
#else
typedef w2c_prog Prog;
typedef struct w2c_bench { int unused; } Bench;
typedef struct w2c_wasi__snapshot__preview1 { int unused; } W;
#define BENCH(function) w2c_bench_##function
#define WASI_NAME(function) w2c_wasi__snapshot__preview1_##function
#ifndef NO_MEMORY
#define MEMORY w2c_prog_memory
#endif
#define START w2c_prog_0x5Fstart
#define INIT_MODULE (void)0
#endif

enum { BADF = 8, INVAL = 28, IO = 29, NOENT = 44, NOTSUP = 58, SPIPE = 70 };
enum { PREOPEN = 3, FILETYPE_DEVICE = 2, FILETYPE_DIRECTORY = 3, FILETYPE_FILE = 4 };
enum { TRAPPED = 134, NO_HOST = 98, NO_REPORT = 99 };

typedef struct { const char *what; uint64_t wall, cpu; } Mark;

static Prog instance;
static int folder;
static int arguments;
static char **argument;
static Mark *marks;
static size_t marked, room;

static uint64_t read_clock(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Room is made before the clocks are read at a start and after they are read at an end: it is never inside the region. */
static void reserve(void) {
  if (marked + 2 <= room) return;
  room = 2 * room + 64;
  marks = realloc(marks, room * sizeof *marks);
  if (!marks) { perror("marks"); _exit(NO_HOST); }
}

void BENCH(start)(Bench *b) {
  (void)b;
  reserve();
  uint64_t cpu = read_clock(CLOCK_THREAD_CPUTIME_ID);
  marks[marked++] = (Mark){"start", read_clock(CLOCK_MONOTONIC), cpu};
}

void BENCH(end)(Bench *b) {
  (void)b;
  uint64_t wall = read_clock(CLOCK_MONOTONIC), cpu = read_clock(CLOCK_THREAD_CPUTIME_ID);
  reserve();
  marks[marked++] = (Mark){"end", wall, cpu};
}

static void finish(int code) {
  const char *report = getenv("BENCH_MARKS");
  FILE *f = report ? fopen(report, "w") : NULL;
  if (report && !f) { perror(report); _exit(NO_REPORT); }
  for (size_t i = 0; f && i < marked; i++) {
    fprintf(f, "%s %llu %llu\n", marks[i].what, (unsigned long long)marks[i].wall, (unsigned long long)marks[i].cpu);
  }
  if (f && fclose(f)) { perror(report); _exit(NO_REPORT); }
  _exit(code);
}

#ifdef MEMORY
static u8 *at(u32 p) { return MEMORY(&instance)->data + p; }
#else
/* a module without a memory has nothing to give to a host function */
static u8 *at(u32 p) { (void)p; abort(); }
#endif
static void put32(u32 p, u32 v) { memcpy(at(p), &v, 4); }
static void put64(u32 p, u64 v) { memcpy(at(p), &v, 8); }
static u32 get32(u32 p) { u32 v; memcpy(&v, at(p), 4); return v; }
static int host(u32 fd) { return fd == PREOPEN ? folder : (int)fd; }
static u32 failure(void) { return errno == ENOENT ? NOENT : errno == EBADF ? BADF : IO; }

#define WASI(result, function, ...) result WASI_NAME(function)(W *w, ##__VA_ARGS__)
#define UNUSED (void)w

WASI(u32, args_sizes_get, u32 count, u32 size) {
  UNUSED;
  u32 bytes = 0;
  for (int i = 0; i < arguments; i++) bytes += (u32)strlen(argument[i]) + 1;
  put32(count, (u32)arguments);
  put32(size, bytes);
  return 0;
}

WASI(u32, args_get, u32 argv, u32 buffer) {
  UNUSED;
  for (int i = 0; i < arguments; i++) {
    size_t n = strlen(argument[i]) + 1;
    put32(argv + 4 * (u32)i, buffer);
    memcpy(at(buffer), argument[i], n);
    buffer += (u32)n;
  }
  return 0;
}

WASI(u32, environ_sizes_get, u32 count, u32 size) { UNUSED; put32(count, 0); put32(size, 0); return 0; }
WASI(u32, environ_get, u32 list, u32 buffer) { UNUSED; (void)list; (void)buffer; return 0; }
WASI(u32, clock_time_get, u32 id, u64 precision, u32 out) {
  UNUSED; (void)precision;
  put64(out, read_clock(id == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC));
  return 0;
}

WASI(u32, random_get, u32 buffer, u32 n) { UNUSED; return getrandom(at(buffer), n, 0) == (ssize_t)n ? 0 : IO; }
WASI(u32, sched_yield) { UNUSED; return 0; }
WASI(u32, poll_oneoff, u32 in, u32 out, u32 n, u32 events) { UNUSED; (void)in; (void)out; (void)n; (void)events; return NOTSUP; }
WASI(void, proc_exit, u32 code) { UNUSED; finish((int)code); }

WASI(u32, fd_close, u32 fd) { UNUSED; return fd <= PREOPEN || close(host(fd)) == 0 ? 0 : failure(); }
WASI(u32, fd_sync, u32 fd) { UNUSED; (void)fd; return 0; }
WASI(u32, fd_fdstat_set_flags, u32 fd, u32 flags) { UNUSED; (void)fd; (void)flags; return 0; }

WASI(u32, fd_fdstat_get, u32 fd, u32 out) {
  UNUSED;
  struct stat s;
  if (fstat(host(fd), &s)) return failure();
  memset(at(out), 0, 24);
  *at(out) = S_ISDIR(s.st_mode) ? FILETYPE_DIRECTORY : S_ISREG(s.st_mode) ? FILETYPE_FILE : FILETYPE_DEVICE;
  put64(out + 8, ~0ull);
  put64(out + 16, ~0ull);
  return 0;
}

static u32 filestat(const struct stat *s, u32 out) {
  memset(at(out), 0, 64);
  *at(out + 16) = S_ISDIR(s->st_mode) ? FILETYPE_DIRECTORY : FILETYPE_FILE;
  put64(out + 24, 1);
  put64(out + 32, (u64)s->st_size);
  return 0;
}

WASI(u32, fd_filestat_get, u32 fd, u32 out) {
  UNUSED;
  struct stat s;
  return fstat(host(fd), &s) ? failure() : filestat(&s, out);
}

static char path_buffer[4096];
static const char *path(u32 p, u32 n) {
  if (n >= sizeof path_buffer) n = sizeof path_buffer - 1;
  memcpy(path_buffer, at(p), n);
  path_buffer[n] = 0;
  return path_buffer;
}

WASI(u32, path_filestat_get, u32 fd, u32 flags, u32 p, u32 n, u32 out) {
  UNUSED; (void)flags;
  struct stat s;
  return fstatat(host(fd), path(p, n), &s, 0) ? failure() : filestat(&s, out);
}

WASI(u32, path_open, u32 fd, u32 lookup, u32 p, u32 n, u32 open_flags, u64 rights, u64 inherited, u32 fd_flags, u32 out) {
  UNUSED; (void)lookup; (void)inherited; (void)fd_flags;
  int write = (rights & 64) != 0;
  int flags = (write ? O_RDWR : O_RDONLY) | (open_flags & 1 ? O_CREAT : 0) | (open_flags & 8 ? O_TRUNC : 0);
  int opened = openat(host(fd), path(p, n), flags, 0644);
  if (opened < 0) return failure();
  put32(out, (u32)opened);
  return 0;
}

WASI(u32, fd_prestat_get, u32 fd, u32 out) { UNUSED; if (fd != PREOPEN) return BADF; put32(out, 0); put32(out + 4, 1); return 0; }
WASI(u32, fd_prestat_dir_name, u32 fd, u32 p, u32 n) { UNUSED; if (fd != PREOPEN || n < 1) return BADF; *at(p) = '.'; return 0; }

WASI(u32, fd_read, u32 fd, u32 iovs, u32 count, u32 out) {
  UNUSED;
  u32 total = 0;
  for (u32 i = 0; i < count; i++) {
    ssize_t n = read(host(fd), at(get32(iovs + 8 * i)), get32(iovs + 8 * i + 4));
    if (n < 0) return failure();
    total += (u32)n;
    if ((u32)n < get32(iovs + 8 * i + 4)) break;
  }
  put32(out, total);
  return 0;
}

WASI(u32, fd_write, u32 fd, u32 iovs, u32 count, u32 out) {
  UNUSED;
  u32 total = 0;
  for (u32 i = 0; i < count; i++) {
    ssize_t n = write(host(fd), at(get32(iovs + 8 * i)), get32(iovs + 8 * i + 4));
    if (n < 0) return failure();
    total += (u32)n;
  }
  put32(out, total);
  return 0;
}

WASI(u32, fd_seek, u32 fd, u64 offset, u32 whence, u32 out) {
  UNUSED;
  off_t at_byte = lseek(host(fd), (off_t)offset, whence == 0 ? SEEK_SET : whence == 1 ? SEEK_CUR : SEEK_END);
  if (at_byte < 0) return errno == ESPIPE ? SPIPE : failure();
  put64(out, (u64)at_byte);
  return 0;
}

int main(int argc, char **argv) {
  /* the preopened folder takes descriptor 3, so that descriptors need no translation */
  folder = open(".", O_RDONLY | O_DIRECTORY);
  if (folder < 0) { perror("."); return NO_HOST; }
  if (folder != PREOPEN) { dup2(folder, PREOPEN); folder = PREOPEN; }
  arguments = argc;
  argument = argv;
  Bench bench = {0};
  W wasi = {0};
  (void)bench;
  (void)wasi;
  wasm_rt_init();
  wasm_rt_trap_t trap = wasm_rt_impl_try();
  if (trap) {
    fprintf(stderr, "trap: %s\n", wasm_rt_strerror(trap));
    finish(TRAPPED);
  }
  INIT_MODULE;
  INSTANTIATE;
  START(&instance);
  finish(0);
}
