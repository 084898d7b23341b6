/* The disk as dd with iflag=direct or oflag=direct sees it. Only the first partition of a DASD, or the whole of a virtio disk. */
#define _GNU_SOURCE
#include "benchmark.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int disk(int flags) {
  static const char *const names[] = {"/dev/dasda1", "/dev/vda"};
  for (int tries = 0; tries < 100; tries++) {
    for (int i = 0; i < 2; i++) {
      int file = open(names[i], flags | O_DIRECT | O_CLOEXEC);
      if (file >= 0) return file;
    }
    usleep(50000);
  }
  give_up("disk");
}

/* Goes over the first `size` bytes, a block at a time, so often. */
static uint64_t transferred(int writes, long size, long block, long passes) {
  int file = disk(writes ? O_WRONLY : O_RDONLY);
  uint8_t *room = aligned_alloc(4096, block);
  uint64_t sum = 0;
  memset(room, 0xA5, block);
  for (long pass = 0; pass < passes; pass++)
    for (long at = 0; at < size; at += block) {
      long done = writes ? pwrite(file, room, block, at) : pread(file, room, block, at);
      if (done != block) give_up(writes ? "write" : "read");
      sum += done;
    }
  close(file);
  free(room);
  return sum;
}

enum { large = 160 << 20, small = 4 << 20 };

static uint64_t read1M_work(long repetitions) { return transferred(0, large, 1 << 20, repetitions); }
static uint64_t write1M_work(long repetitions) { return transferred(1, large, 1 << 20, repetitions); }
static uint64_t read4K_work(long repetitions) { return transferred(0, small, 4096, repetitions); }
static uint64_t write4K_work(long repetitions) { return transferred(1, small, 4096, repetitions); }

const struct test disk_tests[] = {
  {"read1M", read1M_work}, {"write1M", write1M_work}, {"read4K", read4K_work}, {"write4K", write4K_work}, {0}};
