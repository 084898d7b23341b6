/* Integer work: sorting, tables, matrices, lists, a state machine, division, indirect calls, recursion. */
#include "benchmark.h"

#include <stdlib.h>

enum { sorted_count = 50000 };

static void fill(uint32_t *numbers, long count, uint64_t seed) {
  for (long i = 0; i < count; i++) numbers[i] = next_number(&seed);
}

/* Quicksort with Hoare's partition; the shorter part by recursion. */
static APART void quicksort(uint32_t *first, uint32_t *last) {
  while (first < last) {
    uint32_t pivot = first[(last - first) / 2];
    uint32_t *low = first - 1, *high = last + 1;
    for (;;) {
      do low++; while (*low < pivot);
      do high--; while (*high > pivot);
      if (low >= high) break;
      uint32_t kept = *low;
      *low = *high;
      *high = kept;
    }
    if (high - first < last - high) {
      quicksort(first, high);
      first = high + 1;
    } else {
      quicksort(high + 1, last);
      last = high;
    }
  }
}

static uint64_t sort_work(long repetitions) {
  uint32_t *numbers = malloc(sorted_count * sizeof *numbers);
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) {
    fill(numbers, sorted_count, 1 + r);
    quicksort(numbers, numbers + sorted_count - 1);
    sum = mixed(sum, numbers[sorted_count / 3]);
  }
  free(numbers);
  return sum;
}

static int order(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

static uint64_t qsort_work(long repetitions) {
  enum { count = 20000 };
  uint32_t *numbers = malloc(count * sizeof *numbers);
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) {
    fill(numbers, count, 100 + r);
    qsort(numbers, count, sizeof *numbers, order);
    sum = mixed(sum, numbers[count / 3]);
  }
  free(numbers);
  return sum;
}

static uint32_t remainders[256];

static APART uint32_t crc(uint32_t value, const uint8_t *bytes, long count) {
  value = ~value;
  for (long i = 0; i < count; i++) value = value >> 8 ^ remainders[(uint8_t)(value ^ bytes[i])];
  return ~value;
}

static uint64_t crc32_work(long repetitions) {
  enum { count = 65536 };
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320 : 0);
    remainders[i] = value;
  }
  uint8_t *bytes = malloc(count);
  uint64_t seed = 5;
  for (long i = 0; i < count; i++) bytes[i] = next_number(&seed);
  uint32_t value = 0;
  for (long r = 0; r < repetitions; r++) value = crc(value, bytes, count);
  free(bytes);
  return value;
}

enum { order_of_matrix = 64 };
static int left[order_of_matrix][order_of_matrix], right[order_of_matrix][order_of_matrix], product[order_of_matrix][order_of_matrix];

static APART void multiply(void) {
  for (int row = 0; row < order_of_matrix; row++)
    for (int column = 0; column < order_of_matrix; column++) {
      int sum = 0;
      for (int k = 0; k < order_of_matrix; k++) sum += left[row][k] * right[k][column];
      product[row][column] = sum;
    }
}

static uint64_t matrix_work(long repetitions) {
  uint64_t seed = 6, sum = 0;
  for (int row = 0; row < order_of_matrix; row++)
    for (int column = 0; column < order_of_matrix; column++) {
      left[row][column] = next_number(&seed) & 0x3FFF;
      right[row][column] = next_number(&seed) & 0x3FFF;
    }
  for (long r = 0; r < repetitions; r++) {
    multiply();
    left[r % order_of_matrix][5] = product[3][r % order_of_matrix] & 0x3FFF;
    sum = mixed(sum, (uint32_t)product[11][7]);
  }
  return sum;
}

struct node {
  struct node *next;
  long value;
};

static APART struct node *reversed(struct node *list) {
  struct node *done = NULL;
  while (list) {
    struct node *rest = list->next;
    list->next = done;
    done = list;
    list = rest;
  }
  return done;
}

static APART long total(const struct node *list, long wanted) {
  long sum = 0;
  for (; list; list = list->next) sum += list->value == wanted ? 1024 : list->value;
  return sum;
}

static uint64_t list_work(long repetitions) {
  enum { count = 4000 };
  struct node *nodes = malloc(count * sizeof *nodes), *list = nodes;
  for (int i = 0; i < count; i++) nodes[i] = (struct node){i + 1 < count ? &nodes[i + 1] : NULL, i * 11 % 1013};
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) {
    list = reversed(list);
    sum += total(list, r & 1023);
  }
  free(nodes);
  return sum;
}

enum state { nothing_yet, whole, fraction, exponent, exponent_digits, no_number, states };

/* Reads one comma-separated word: a whole number, a fraction, a number with an exponent, or none of them. */
static APART enum state classify(const char **text) {
  enum state state = nothing_yet;
  const char *at = *text;
  for (; *at && *at != ','; at++) {
    char c = *at;
    int digit = c >= '0' && c <= '9', sign = c == '+' || c == '-';
    switch (state) {
      case nothing_yet: state = digit || sign ? whole : c == '.' ? fraction : no_number; break;
      case whole: state = digit ? whole : c == '.' ? fraction : no_number; break;
      case fraction: state = digit ? fraction : c == 'e' || c == 'E' ? exponent : no_number; break;
      case exponent: state = digit || sign ? exponent_digits : no_number; break;
      case exponent_digits: state = digit ? exponent_digits : no_number; break;
      default: break;
    }
  }
  *text = *at ? at + 1 : at;
  return state;
}

static uint64_t state_work(long repetitions) {
  static const char *const words[] = {"1972,", "-38,", "+0.625,", "12.5e-3,", ".75E9,", "6e1,", "0x1F,", "3.14.15,", "-.5,", "e,", "2.e+x,"};
  enum { length = 4096 };
  char text[length + 16];
  uint64_t seed = 7, sum = 0;
  long used = 0;
  while (used < length)
    for (const char *from = words[next_number(&seed) % 11]; *from;) text[used++] = *from++;
  text[used] = 0;
  for (long r = 0; r < repetitions; r++) {
    long counts[states] = {0};
    for (const char *at = text; *at;) counts[classify(&at)]++;
    for (int i = 0; i < states; i++) sum = mixed(sum, counts[i]);
    char *changed = &text[r * 17 % length];
    if (*changed != ',') *changed = '0' + r % 10;
  }
  return sum;
}

static uint64_t div64_work(long repetitions) {
  uint64_t seed = 8, sum = 0;
  for (long i = 0; i < repetitions * 1000; i++) {
    uint64_t dividend = (uint64_t)next_number(&seed) << 30 | 12345, divisor = (next_number(&seed) & 0xFFFFF) | 1;
    sum += dividend / divisor + dividend % divisor + (uint64_t)((unsigned __int128)dividend * sum >> 64);
  }
  return sum;
}

static APART long add(long a, long b) { return a + b; }
static APART long subtract(long a, long b) { return a - b; }
static APART long either(long a, long b) { return a ^ b << 1; }
static APART long halve(long a, long b) { return a >> 2 | b; }
static APART long triple(long a, long b) { return a * 3 + b; }
static APART long smaller(long a, long b) { return a < b ? a : b; }
static APART long distance(long a, long b) { return a < b ? b - a : a - b; }
static APART long opposite(long a, long b) { return b - ~a; }
static long (*volatile operations[])(long, long) = {add, subtract, either, halve, triple, smaller, distance, opposite};

static uint64_t vcall_work(long repetitions) {
  enum { count = 997 };
  uint8_t chosen[count];
  uint64_t seed = 9;
  for (int i = 0; i < count; i++) chosen[i] = next_number(&seed) & 7;
  long a = 1, b = 2;
  for (long r = 0; r < repetitions; r++)
    for (int i = 0; i < count; i++) {
      long result = operations[chosen[i]](a, b);
      b = a + i;
      a = result & 0xFFFFFFFFFF;
    }
  return a;
}

static APART long fibonacci(long n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static uint64_t fib_work(long repetitions) {
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) sum += fibonacci(24 + (r & 1));
  return sum;
}

const struct test integer_tests[] = {{"sort", sort_work},   {"qsort", qsort_work}, {"crc32", crc32_work}, {"matrix", matrix_work},
                                     {"list", list_work},   {"state", state_work}, {"div64", div64_work}, {"vcall", vcall_work},
                                     {"fib", fib_work},     {0}};
