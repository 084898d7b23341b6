#include "CHost.h"
#include <stdatomic.h>
#include <sys/mman.h>

void *chost_reserve(size_t size) {
  void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  madvise(p, size, MADV_HUGEPAGE);
  return p;
}

int chost_discard(void *base, size_t size) { return madvise(base, size, MADV_DONTNEED); }

int chost_cas32(void *address, uint32_t *expected, uint32_t desired) {
  return __atomic_compare_exchange_n((uint32_t *)address, expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int chost_cas64(void *address, uint64_t *expected, uint64_t desired) {
  return __atomic_compare_exchange_n((uint64_t *)address, expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

int chost_cas128(void *address, uint64_t expected[2], const uint64_t desired[2]) {
#if defined(__x86_64__)
  unsigned char done;
  __asm__ volatile("lock cmpxchg16b %1; sete %0"
                   : "=q"(done), "+m"(*(char (*)[16])address), "+a"(expected[0]), "+d"(expected[1])
                   : "b"(desired[0]), "c"(desired[1])
                   : "memory", "cc");
  return done;
#else
  unsigned __int128 want, put;
  __builtin_memcpy(&want, expected, 16);
  __builtin_memcpy(&put, desired, 16);
  int done = __atomic_compare_exchange_n((unsigned __int128 *)address, &want, put, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  __builtin_memcpy(expected, &want, 16);
  return done;
#endif
}
