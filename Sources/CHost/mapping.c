#define _GNU_SOURCE
#include "CHost.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x80000
#endif

static const size_t alignment = 2 << 20;

void *chost_map(void *place, size_t size, int protection, enum chost_sharing sharing, int fd, int64_t offset) {
  int bits = (protection & CHOST_READ ? PROT_READ : 0) | (protection & CHOST_WRITE ? PROT_WRITE : 0);
  int flags = place ? MAP_FIXED : 0;
  switch (sharing) {
  case CHOST_PRIVATE: flags |= MAP_PRIVATE | MAP_NORESERVE; break;
  case CHOST_SHARED: flags |= MAP_SHARED; break;
  case CHOST_SHARED_SYNC: flags |= MAP_SHARED_VALIDATE | MAP_SYNC; break;
  }
  void *p = mmap(place, size, bits, flags, fd, offset);
  return p == MAP_FAILED ? NULL : p;
}

void chost_unmap(void *base, size_t size) { munmap(base, size); }

void *chost_reserve_addresses(size_t size) {
  char *p = mmap(NULL, size + alignment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return NULL;
  char *start = (char *)(((uintptr_t)p + alignment - 1) & ~(uintptr_t)(alignment - 1));
  if (start > p) munmap(p, (size_t)(start - p));
  size_t behind = (size_t)(p + alignment - start);
  if (behind) munmap(start + size, behind);
  return start;
}

int chost_populate(void *base, size_t size) {
  if (mmap(base, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED) return -1;
  madvise(base, size, MADV_HUGEPAGE);
  return 0;
}

int chost_dax_attribute(int fd) {
  struct statx s;
  if (statx(fd, "", AT_EMPTY_PATH, 0, &s) != 0) return -1;
  const uint64_t dax = 0x00200000; /* STATX_ATTR_DAX */
  if (!(s.stx_attributes_mask & dax)) return -1;
  return s.stx_attributes & dax ? 1 : 0;
}
