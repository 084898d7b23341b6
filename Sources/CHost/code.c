#define _GNU_SOURCE
#include "CHost.h"
#include <sys/mman.h>
#include <unistd.h>

void chost_guard(void *base, size_t size) { mprotect(base, size, PROT_NONE); }

void *chost_code_memory(size_t code, size_t data, void **write) {
  int fd = memfd_create("ironload-code", MFD_CLOEXEC);
  if (fd < 0) return NULL;
  char *execute = MAP_FAILED, *writable = MAP_FAILED;
  if (ftruncate(fd, (off_t)code) == 0) {
    execute = mmap(NULL, code + data, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    writable = mmap(NULL, code, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  int done = execute != MAP_FAILED && writable != MAP_FAILED &&
             mmap(execute, code, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED &&
             mprotect(execute + code, data, PROT_READ | PROT_WRITE) == 0;
  close(fd);
  if (done) {
    *write = writable;
    return execute;
  }
  if (execute != MAP_FAILED) munmap(execute, code + data);
  if (writable != MAP_FAILED) munmap(writable, code);
  return NULL;
}

void chost_release_code_memory(void *execute, size_t code, size_t data, void *write) {
  munmap(execute, code + data);
  munmap(write, code);
}
