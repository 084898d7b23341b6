#define _GNU_SOURCE
#include "CHost.h"
#include <sys/mman.h>
#include <unistd.h>

int chost_guard(void *base, size_t size) { return mprotect(base, size, PROT_NONE); }

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

static const size_t large = 2 << 20;

void *chost_code_memory(size_t code, size_t data, void **write) {
  int fd = memfd_create("ironload-code", MFD_CLOEXEC);
  if (fd < 0) return NULL;
  char *execute = chost_reserve_addresses(code + data), *writable = chost_reserve_addresses(code);
  int done = ftruncate(fd, (off_t)code) == 0 && execute && writable &&
             mmap(execute, code, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED &&
             mmap(writable, code, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED &&
             chost_populate(execute + code, data) == 0;
  close(fd);
  if (done) {
    *write = writable;
    return execute;
  }
  if (execute) munmap(execute, code + data);
  if (writable) munmap(writable, code);
  return NULL;
}

void chost_enlarge_code_page(void *place) { madvise((void *)((uintptr_t)place & ~(large - 1)), large, MADV_COLLAPSE); }

void chost_unmap_code_writing(void *write, size_t code) { madvise(write, code, MADV_DONTNEED); }

void chost_release_code_memory(void *execute, size_t code, size_t data, void *write) {
  munmap(execute, code + data);
  munmap(write, code);
}
