/* The benchmark guest: tests that do a number of repetitions of one kind of work and return a checksum of what came of it. */
#ifndef BENCHMARK_H
#define BENCHMARK_H

#include <stdint.h>

/* Names a test, and the work of so many repetitions. */
struct test {
  const char *name;
  uint64_t (*work)(long repetitions);
};

/* Each file's tests; the last one has no name. */
extern const struct test integer_tests[], floating_point_tests[], memory_tests[], system_tests[], chase_tests[], disk_tests[];

/* The path of this program, for those who start it again; started as `nothing` it ends at once. */
extern const char *program;

/* Ends the program when the test's surroundings are not what it needs. */
_Noreturn void give_up(const char *what);

/* As process 1: file systems, a disk if there is one, and the end of the machine. */
void bring_up(void);
_Noreturn void power_off(void);

/* Whether the compiler is kept from looking into a function, as if it were in another file. */
#define APART __attribute__((noinline))

/* A generator of Marsaglia's xorshift kind: the same numbers everywhere, whatever the byte order. */
static inline uint32_t next_number(uint64_t *seed) {
  uint64_t x = *seed;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  *seed = x;
  return (uint32_t)(x >> 32);
}

static inline uint64_t mixed(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x9E3779B97F4A7C15u; }

#endif
