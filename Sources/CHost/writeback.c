#include "CHost.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

enum chost_write_back chost_best_write_back(void) {
  unsigned a, b, c, d;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    if (b & (1u << 24)) return CHOST_CLWB;
    if (b & (1u << 23)) return CHOST_CLFLUSHOPT;
  }
  if (__get_cpuid(1, &a, &b, &c, &d) && (d & (1u << 19))) return CHOST_CLFLUSH;
  return CHOST_NO_WRITE_BACK;
}

void chost_write_back_lines(const void *base, size_t size, enum chost_write_back how) {
  if (size == 0) return;
  const uintptr_t line = 64;
  const uintptr_t end = (uintptr_t)base + size;
  for (uintptr_t p = (uintptr_t)base & ~(line - 1); p < end; p += line) {
    char *at = (char *)p;
    switch (how) {
    case CHOST_CLWB: __asm__ volatile("clwb %0" : "+m"(*at)); break;
    case CHOST_CLFLUSHOPT: __asm__ volatile("clflushopt %0" : "+m"(*at)); break;
    case CHOST_CLFLUSH: _mm_clflush(at); break;
    case CHOST_NO_WRITE_BACK: return;
    }
  }
}

void chost_store_fence(void) { _mm_sfence(); }
#else
enum chost_write_back chost_best_write_back(void) { return CHOST_NO_WRITE_BACK; }
void chost_write_back_lines(const void *base, size_t size, enum chost_write_back how) { (void)base; (void)size; (void)how; }
void chost_store_fence(void) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
#endif
