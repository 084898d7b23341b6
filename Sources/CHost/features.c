#include "CHost.h"
#if defined(__x86_64__)
#include <cpuid.h>
#endif

uint32_t chost_features(void) {
  uint32_t features = 0;
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d)) features |= (c >> 22 & 1 ? CHOST_MOVBE : 0) | (c >> 12 & 1 ? CHOST_FMA : 0);
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) features |= (b >> 3 & 1 ? CHOST_BMI1 : 0) | (b >> 8 & 1 ? CHOST_BMI2 : 0);
  if (__get_cpuid(0x80000001, &a, &b, &c, &d)) features |= (c & 1 ? CHOST_LAHF : 0) | (c >> 5 & 1 ? CHOST_LZCNT : 0);
  features |= CHOST_X86_64;
#endif
  return features;
}

uint64_t chost_ticks(void) {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return 0;
#endif
}
