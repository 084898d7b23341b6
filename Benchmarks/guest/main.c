/* Carries out the tests that its list names, one `NAME REPETITIONS` a line, and says when each starts and ends:
 *
 *   START NAME
 *   END NAME ELAPSED CPU CHECKSUM     seconds by this system's clock; CPU is ours and our children's; checksum in hexadecimal
 *   DONE
 *
 * As process 1 of a machine it takes /tests, brings the disk online and powers off; else `benchmark LIST`. */
#include "benchmark.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

const char *program;

static const struct test *const groups[] = {integer_tests, floating_point_tests, memory_tests,
                                            system_tests,  chase_tests,          disk_tests};

void give_up(const char *what) {
  printf("FAILED ");
  fflush(stdout);
  perror(what);
  if (getpid() == 1) power_off();
  exit(1);
}

static double seconds(const struct timeval *time) { return time->tv_sec + time->tv_usec * 1e-6; }

static double elapsed(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static double cpu(void) {
  struct rusage own, children;
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  return seconds(&own.ru_utime) + seconds(&own.ru_stime) + seconds(&children.ru_utime) + seconds(&children.ru_stime);
}

/* The host reads its clocks when a line arrives, so that each must be out, and the machine idle, before work goes on. */
static void let_out(void) {
  fflush(stdout);
  tcdrain(STDOUT_FILENO);
  usleep(20000);
}

static void carry_out(const struct test *test, long repetitions) {
  printf("START %s\n", test->name);
  let_out();
  double start = elapsed(), used = cpu();
  uint64_t checksum = test->work(repetitions);
  used = cpu() - used;
  start = elapsed() - start;
  printf("END %s %.4f %.4f %016" PRIx64 "\n", test->name, start, used, checksum);
  let_out();
}

static const struct test *found(const char *name) {
  for (unsigned group = 0; group < sizeof groups / sizeof *groups; group++)
    for (const struct test *test = groups[group]; test->name; test++)
      if (!strcmp(test->name, name)) return test;
  return NULL;
}

int main(int count, char **arguments) {
  if (!strcmp(arguments[0], "nothing")) return 0;
  int alone = getpid() == 1;
  program = arguments[0];
  puts("INIT");
  let_out();
  if (alone) bring_up();
  FILE *list = fopen(alone ? "/tests" : count > 1 ? arguments[1] : "tests", "r");
  if (!list) give_up("list of tests");
  char name[32];
  long repetitions;
  while (fscanf(list, "%31s %ld", name, &repetitions) == 2) {
    const struct test *test = found(name);
    if (test)
      carry_out(test, repetitions);
    else
      printf("UNKNOWN %s\n", name);
  }
  puts("DONE");
  let_out();
  if (alone) {
    sleep(1); /* The host looks at the emulator's memory now. */
    power_off();
  }
  return 0;
}
