/* Calls a program's main, which is named program_main here, as often as the first argument says, with the arguments behind the second. At the end it writes the processor
   time of that in seconds and, if the second argument is "profile", how many samples were taken and how many of them in the section "il". */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

int program_main(int argc, char **argv);
extern char __start_il[], __stop_il[];

static volatile long samples, inside;

static void sample(int number, siginfo_t *info, void *context) {
    char *pc = (char *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    samples++;
    inside += pc >= __start_il && pc < __stop_il;
}

static void profile(void) {
    struct sigaction action = {.sa_sigaction = sample, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct itimerval every = {{0, 1000}, {0, 1000}};
    sigaction(SIGPROF, &action, NULL);
    setitimer(ITIMER_PROF, &every, NULL);
}

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    long times = atol(argv[1]);
    int status = 0;
    if (!strcmp(argv[2], "profile")) profile();
    argv[2] = argv[0];
    double start = seconds();
    for (long i = 0; i < times; i++) status = program_main(argc - 2, argv + 2);
    double end = seconds();
    fflush(stdout);
    fprintf(stderr, "\n%.9f %ld %ld\n", end - start, samples, inside);
    return status;
}
