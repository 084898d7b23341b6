/* Strings of the C library, a digest, copies of large, small and word-wise kind. */
#include "benchmark.h"

#include <stdlib.h>
#include <string.h>

static uint64_t string_work(long repetitions) {
  char one[256], two[256], three[256];
  uint64_t sum = 0;
  for (long r = 0; r < repetitions * 1000; r++) {
    int length = 8 + (r * 41 & 127);
    memset(one, 'b' + (r & 15), length);
    one[length] = 0;
    strcpy(two, one);
    memcpy(three, two, length + 1);
    three[length / 2] ^= r & 1;
    sum += strlen(two) + (strcmp(two, three) != 0) + (memcmp(two, three, length) < 0) + (strchr(two, 'z') == NULL);
    sum += (char *)memchr(three, 0, sizeof three) - three;
  }
  return sum;
}

/* FIPS 180-4's constants: the first 32 bits of the fractions of cube roots of primes, found with whole numbers. */
static uint32_t constants[64];

static void find_constants(void) {
  int found = 0;
  for (uint32_t candidate = 2; found < 64; candidate++) {
    int prime = 1;
    for (uint32_t divisor = 2; divisor * divisor <= candidate; divisor++) prime &= candidate % divisor != 0;
    if (!prime) continue;
    /* The largest root with root^3 <= candidate * 2^96; root is below 2^35. */
    unsigned __int128 target = (unsigned __int128)candidate << 96;
    uint64_t root = 0;
    for (int bit = 34; bit >= 0; bit--) {
      uint64_t tried = root | 1ull << bit;
      unsigned __int128 square = (unsigned __int128)tried * tried;
      if (square <= target / tried) root = tried;
    }
    constants[found++] = (uint32_t)root;
  }
}

static inline uint32_t turned(uint32_t value, int by) { return value >> by | value << (32 - by); }

static APART void digest(uint32_t *state, const uint8_t *block) {
  uint32_t schedule[64];
  for (int i = 0; i < 16; i++)
    schedule[i] = (uint32_t)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    uint32_t x = schedule[i - 15], y = schedule[i - 2];
    schedule[i] = schedule[i - 16] + schedule[i - 7] + (turned(x, 7) ^ turned(x, 18) ^ x >> 3) + (turned(y, 17) ^ turned(y, 19) ^ y >> 10);
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + schedule[i];
    uint32_t second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static uint64_t sha256_work(long repetitions) {
  enum { count = 65536 };
  uint32_t state[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
  uint8_t *bytes = malloc(count);
  uint64_t seed = 11;
  find_constants();
  for (long i = 0; i < count; i++) bytes[i] = next_number(&seed);
  for (long r = 0; r < repetitions; r++)
    for (long at = 0; at < count; at += 64) digest(state, bytes + at);
  free(bytes);
  return (uint64_t)state[0] << 32 | state[7];
}

/* Both start on pages of their own, half a page apart: hosts are slow where the low bits of both addresses are the same. */
static uint64_t copied(long size, long repetitions) {
  uint8_t *room = aligned_alloc(4096, 2 * size + 8192), *from = room, *to = room + size + 2048;
  memset(room, 7, 2 * size + 8192);
  for (long r = 0; r < repetitions; r++) {
    memcpy(to, from, size);
    __asm__ volatile("" ::"r"(to) : "memory");
    from[r % size]++;
  }
  uint64_t sum = mixed(mixed(to[5], to[size - 1]), from[1]);
  free(room);
  return sum;
}

static uint64_t memcpy16M_work(long repetitions) { return copied(16 << 20, repetitions); }
static uint64_t memcpy4K_work(long repetitions) { return copied(4096, repetitions * 1000); }

static uint64_t wcopy_work(long repetitions) {
  enum { count = 8192 };
  uint64_t *from = calloc(count, 8), *to = calloc(count, 8);
  for (long r = 0; r < repetitions; r++) {
    for (long i = 0; i < count; i++) {
      to[i] = from[i] + r;
      __asm__ volatile("" ::: "memory"); /* One word after the other, no vectors. */
    }
    uint64_t *other = from;
    from = to;
    to = other;
  }
  uint64_t sum = from[17];
  free(from);
  free(to);
  return sum;
}

const struct test memory_tests[] = {{"string", string_work},     {"sha256", sha256_work}, {"memcpy16M", memcpy16M_work},
                                    {"memcpy4K", memcpy4K_work}, {"wcopy", wcopy_work},   {0}};
