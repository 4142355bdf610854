/* Runs a WASI command that wasm2c 1.0.32 turned into C (module name "prog"), and writes the nanoseconds of wall and of CPU time between its
   calls of bench.start and bench.end (or of its whole _start) to the file named first. Enough of WASI preview 1 for the programs compared; the
   folder named second is what they see as ".". Not a sandbox. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

struct Z_bench_instance_t { int unused; };
struct Z_wasi_snapshot_preview1_instance_t { int unused; };
typedef struct Z_wasi_snapshot_preview1_instance_t W;

enum { BADF = 8, INVAL = 28, IO = 29, NOENT = 44, NOTSUP = 58 };
enum { PREOPEN = 3, FILETYPE_DEVICE = 2, FILETYPE_DIRECTORY = 3, FILETYPE_FILE = 4 };

static Z_prog_instance_t instance;
static int folder;
static const char *name;
static const char *report;
static const clockid_t clocks[2] = {CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID};
static uint64_t started[2], region[2];
static int marked;

static uint64_t read_clock(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void start(void) { for (int i = 0; i < 2; i++) started[i] = read_clock(clocks[i]); }
static void end(void) { for (int i = 0; i < 2; i++) region[i] += read_clock(clocks[i]) - started[i]; }

static void finish(int code) {
  if (!marked) end();
  FILE *f = fopen(report, "w");
  if (!f) { perror(report); _exit(99); }
  fprintf(f, "%llu %llu\n", (unsigned long long)region[0], (unsigned long long)region[1]);
  fclose(f);
  _exit(code);
}

void Z_benchZ_start(struct Z_bench_instance_t *b) { (void)b; marked = 1; start(); }
void Z_benchZ_end(struct Z_bench_instance_t *b) { (void)b; end(); }

static u8 *at(u32 p) { return Z_progZ_memory(&instance)->data + p; }
static void put32(u32 p, u32 v) { memcpy(at(p), &v, 4); }
static void put64(u32 p, u64 v) { memcpy(at(p), &v, 8); }
static u32 get32(u32 p) { u32 v; memcpy(&v, at(p), 4); return v; }
static int host(u32 fd) { return fd == PREOPEN ? folder : (int)fd; }
static u32 failure(void) { return errno == ENOENT ? NOENT : errno == EBADF ? BADF : IO; }

#define WASI(result, function, ...) result Z_wasi_snapshot_preview1Z_##function(W *w, ##__VA_ARGS__)
#define UNUSED (void)w

WASI(u32, args_sizes_get, u32 count, u32 size) { UNUSED; put32(count, 1); put32(size, (u32)strlen(name) + 1); return 0; }
WASI(u32, args_get, u32 argv, u32 buffer) { UNUSED; put32(argv, buffer); strcpy((char *)at(buffer), name); return 0; }
WASI(u32, environ_sizes_get, u32 count, u32 size) { UNUSED; put32(count, 0); put32(size, 0); return 0; }
WASI(u32, environ_get, u32 list, u32 buffer) { UNUSED; (void)list; (void)buffer; return 0; }
WASI(u32, clock_time_get, u32 id, u64 precision, u32 out) { UNUSED; (void)id; (void)precision; put64(out, read_clock(CLOCK_MONOTONIC)); return 0; }
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
  if (at_byte < 0) return errno == ESPIPE ? 70 : failure();
  put64(out, (u64)at_byte);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 4) { fprintf(stderr, "usage: %s REPORT FOLDER NAME\n", argv[0]); return 98; }
  report = argv[1];
  /* the preopened folder takes descriptor 3, so that descriptors need no translation */
  folder = open(argv[2], O_RDONLY | O_DIRECTORY);
  if (folder < 0) { perror(argv[2]); return 98; }
  if (folder != PREOPEN) { dup2(folder, PREOPEN); folder = PREOPEN; }
  name = argv[3];
  struct Z_bench_instance_t bench = {0};
  W wasi = {0};
  wasm_rt_init();
  Z_prog_init_module();
  INSTANTIATE;
  start();
  Z_progZ__start(&instance);
  finish(0);
}
