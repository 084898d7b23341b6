/* CHost: what Swift cannot say. No guest semantics here. */
#ifndef IRONLOAD_CHOST_H
#define IRONLOAD_CHOST_H
#include <stddef.h>
#include <stdint.h>

/* Reserves `size` bytes of zeroed, swap-backed-on-demand host memory, or returns NULL with errno set. */
void *chost_reserve(size_t size);
/* Gives back what chost_reserve returned. */
void chost_release(void *base, size_t size);
/* Makes [base, base+size) read as zeros again and returns its pages to the host. Page aligned. 0, or -1 with errno set. */
int chost_discard(void *base, size_t size);

/* What this host's processor has that compiled code uses. */
enum { CHOST_X86_64 = 1, CHOST_MOVBE = 2, CHOST_BMI2 = 4, CHOST_FMA = 8, CHOST_LZCNT = 16, CHOST_LAHF = 32 };
uint32_t chost_features(void);

/* Makes the first `size` bytes of a reservation inaccessible. */
void chost_guard(void *base, size_t size);

/* Code memory: `code` bytes that are written through *write and executed through the result, never both through one address;
 * `data` bytes of plain memory follow the execution view. NULL with errno set when the host has none. Sizes are multiples of a page. */
void *chost_code_memory(size_t code, size_t data, void **write);
void chost_release_code_memory(void *execute, size_t code, size_t data, void *write);

/* Sequentially consistent compare-and-exchange on naturally aligned guest storage. Values are host-endian.
 * On a mismatch *expected receives what is there. Returns nonzero when exchanged. */
int chost_cas32(void *address, uint32_t *expected, uint32_t desired);
int chost_cas64(void *address, uint64_t *expected, uint64_t desired);
/* 16 bytes: expected[0], desired[0] are the bytes at the lower address. Address must be 16-byte aligned. */
int chost_cas128(void *address, uint64_t expected[2], const uint64_t desired[2]);

/* Sleeps while *word == expected, at most `nanoseconds` (negative: without limit). Returns at once, or spuriously, at will. */
void chost_wait(const uint32_t *word, uint32_t expected, int64_t nanoseconds);
/* Wakes every thread that sleeps on `word`. */
void chost_wake(const uint32_t *word);

#endif
