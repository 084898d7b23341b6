/* CHost: what Swift cannot say. No guest semantics here. */
#ifndef IRONLOAD_CHOST_H
#define IRONLOAD_CHOST_H
#include <stddef.h>
#include <stdint.h>

/* Reserves `size` bytes of zeroed, swap-backed-on-demand host memory, or returns NULL with errno set. */
void *chost_reserve(size_t size);
/* Makes [base, base+size) read as zeros again and returns its pages to the host. Page aligned. 0, or -1 with errno set. */
int chost_discard(void *base, size_t size);

/* What this host's processor has that compiled code uses. */
enum { CHOST_X86_64 = 1, CHOST_MOVBE = 2, CHOST_BMI2 = 4, CHOST_FMA = 8, CHOST_LZCNT = 16, CHOST_LAHF = 32, CHOST_BMI1 = 64 };
uint32_t chost_features(void);

/* The host's time-stamp counter; 0 where there is none. */
uint64_t chost_ticks(void);

/* Makes the first `size` bytes of a reservation inaccessible. -1 when the host has no room for one more mapping. */
int chost_guard(void *base, size_t size);

/* Code memory: `code` bytes that are written through *write and executed through the result, never both through one address;
 * `data` bytes of plain memory follow the execution view. NULL with errno set when the host has none. Sizes are multiples of a page. */
void *chost_code_memory(size_t code, size_t data, void **write);
/* Asks that the 2 MiB around `place` in the execution view be one page of the host, whose TLB is small. May do nothing. */
void chost_enlarge_code_page(void *place);
/* Code written through that mapping stays; the host need not keep it mapped there, where it would count a second time. */
void chost_unmap_code_writing(void *write, size_t code);
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

/* Mapping files as storage. Flags are combinations of these; protection is CHOST_READ or both. */
enum { CHOST_READ = 1, CHOST_WRITE = 2 };
enum chost_sharing {
  CHOST_PRIVATE,            /* MAP_PRIVATE */
  CHOST_SHARED,             /* MAP_SHARED */
  CHOST_SHARED_SYNC         /* MAP_SHARED_VALIDATE | MAP_SYNC: refused unless stores through it can be made durable by the CPU alone */
};
/* Maps `size` bytes of `fd` from `offset` on: at `place` in place of what is mapped there, or anywhere when it is NULL.
 * NULL with errno set when the kernel refuses. */
void *chost_map(void *place, size_t size, int protection, enum chost_sharing sharing, int fd, int64_t offset);
/* Ends a mapping, or gives back what was reserved. */
void chost_unmap(void *base, size_t size);
/* Reserves `size` bytes of address space, inaccessible, aligned to 2 MiB; NULL with errno set. */
void *chost_reserve_addresses(size_t size);
/* Makes the first `size` bytes of such a reservation zeroed storage. 0, or -1 with errno set. */
int chost_populate(void *base, size_t size);

/* The cache-line write-back that this CPU has: the best of CLWB, CLFLUSHOPT, CLFLUSH. */
enum chost_write_back { CHOST_NO_WRITE_BACK, CHOST_CLFLUSH, CHOST_CLFLUSHOPT, CHOST_CLWB };
enum chost_write_back chost_best_write_back(void);
/* Writes every cache line of [base, base+size) back to memory; complete after chost_store_fence. */
void chost_write_back_lines(const void *base, size_t size, enum chost_write_back how);
void chost_store_fence(void);

/* A part of the address space that a file backs. When the file cannot give a page (SIGBUS: it was shortened, or the medium is
 * bad), the page is replaced by zeros, `failed` becomes 1 and `address` the page; and what chost_set_fault_attention named for
 * the faulting thread becomes 1. */
struct chost_backed_range {
  uintptr_t start, end;
  uint32_t failed;
  uintptr_t address;
};
/* The structure must live until chost_forget_range. 0, or -1 when the host has no memory for it or no signal handler. */
int chost_watch_range(struct chost_backed_range *range);
void chost_forget_range(struct chost_backed_range *range);
/* The calling thread's word, or NULL. */
void chost_set_fault_attention(uint32_t *word);
uint32_t chost_range_failed(const struct chost_backed_range *range);

/* Code whose floating-point instructions raise exceptions: `size` bytes from `start` on. `entries`, in ascending order of `at`,
 * say at which offset an instruction goes on that raised one, as if it had been a jump. `faults` counts them. */
struct chost_float_entry {
  uint32_t at, stub;
};
struct chost_float_code {
  uintptr_t start, size;
  struct chost_float_entry *entries;
  size_t count;
  uint32_t *faults, *masked;
};
/* Has SIGFPE handled as that asks, in whatever thread; a SIGFPE from elsewhere has the effect that it had before.
 * 0, or -1 with errno set. */
int chost_handle_float_faults(void);
/* What the calling thread executes; what it calls may run with exceptions unmasked: one that is raised there masks them and sets
 * *masked. NULL: nothing any more, and exceptions are masked. */
void chost_set_float_code(struct chost_float_code *code);

/* statx's STATX_ATTR_DAX of `fd`: 1 set, 0 not set, -1 the kernel does not say. */
int chost_dax_attribute(int fd);

#endif
