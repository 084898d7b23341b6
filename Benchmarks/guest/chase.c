/* Pointers followed around one random cycle: through the first cache, through 64 MiB, and through 64 MiB a page at a time. */
#include "benchmark.h"

#include <stdlib.h>

/* Steps of a page start at different lines, else all would fall into the same sets of a cache. */
static void **at(uint8_t *room, long step, uint32_t index) {
  return (void **)(room + index * step + (step > 256 ? index % 16 * 64 : 0));
}

static uint64_t chased(long size, long step, long hops) {
  uint32_t count = size / step, *follower = malloc(count * sizeof *follower);
  uint8_t *room = malloc(size);
  uint64_t seed = 12;
  for (uint32_t i = 0; i < count; i++) follower[i] = i;
  for (uint32_t i = count - 1; i > 0; i--) { /* Sattolo's: a permutation of one cycle. */
    uint32_t other = next_number(&seed) % i, kept = follower[i];
    follower[i] = follower[other];
    follower[other] = kept;
  }
  for (uint32_t i = 0; i < count; i++) *at(room, step, i) = at(room, step, follower[i]);
  void **place = at(room, step, 0);
  for (long hop = 0; hop < hops; hop++) place = *place;
  uint64_t sum = (uint8_t *)place - room;
  free(room);
  free(follower);
  return sum;
}

static uint64_t chase32K_work(long repetitions) { return chased(32 << 10, 64, repetitions * 1000000); }
static uint64_t chase64M_work(long repetitions) { return chased(64 << 20, 256, repetitions * 1000000); }
static uint64_t chase64Mpg_work(long repetitions) { return chased(64 << 20, 4096, repetitions * 1000000); }

const struct test chase_tests[] = {
  {"chase32K", chase32K_work}, {"chase64M", chase64M_work}, {"chase64Mpg", chase64Mpg_work}, {0}};
