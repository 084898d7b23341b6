/* What the kernel does for programs: calls, processes, pipes, pages. */
#include "benchmark.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t syscall_work(long repetitions) {
  uint64_t sum = 0;
  for (long r = 0; r < repetitions * 1000; r++) sum += syscall(SYS_getppid) >= 0;
  return sum;
}

static int ended(pid_t child) {
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child) give_up("fork");
  return WEXITSTATUS(status);
}

static uint64_t fork_work(long repetitions) {
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) {
    pid_t child = fork();
    if (child == 0) _exit(5);
    sum += ended(child);
  }
  return sum;
}

static uint64_t forkexec_work(long repetitions) {
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) {
    pid_t child = fork();
    if (child == 0) {
      execl(program, "nothing", (char *)NULL);
      _exit(9);
    }
    sum += ended(child) == 0;
  }
  return sum;
}

/* A byte goes to another process and comes back. */
static uint64_t pipe_work(long repetitions) {
  int there[2], back[2];
  if (pipe(there) || pipe(back)) give_up("pipe");
  char byte = 'p';
  pid_t child = fork();
  if (child == 0) {
    close(there[1]);
    while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {}
    _exit(0);
  }
  uint64_t sum = 0;
  for (long r = 0; r < repetitions * 1000; r++) {
    sum += write(there[1], &byte, 1);
    sum += read(back[0], &byte, 1);
  }
  close(there[1]);
  ended(child);
  close(there[0]);
  close(back[0]);
  close(back[1]);
  return sum;
}

static uint64_t mmap_work(long repetitions) {
  enum { size = 8 << 20 };
  uint64_t sum = 0;
  for (long r = 0; r < repetitions; r++) {
    uint8_t *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) give_up("mmap");
    for (long at = 0; at < size; at += 4096) {
      pages[at] = 1;
      sum += pages[at + 16] + 1;
    }
    munmap(pages, size);
  }
  return sum;
}

const struct test system_tests[] = {{"syscall", syscall_work}, {"fork", fork_work}, {"forkexec", forkexec_work},
                                    {"pipe", pipe_work},       {"mmap", mmap_work}, {0}};
