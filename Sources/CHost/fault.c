#define _GNU_SOURCE
#include "CHost.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

/* Slots are taken and left under `change`, and read by the handler without it. */
static struct chost_backed_range *ranges[64];
static pthread_mutex_t change = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;
static int installed;
static __thread uint32_t *attention;

static void on_bus_error(int signal, siginfo_t *info, void *context) {
  int saved = errno;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int k = 0; k < 64; k++) {
    struct chost_backed_range *r = __atomic_load_n(&ranges[k], __ATOMIC_ACQUIRE);
    if (!r || address < r->start || address >= r->end) continue;
    void *page = (void *)(address & ~(uintptr_t)4095);
    if (mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
    if (!__atomic_load_n(&r->failed, __ATOMIC_ACQUIRE)) {
      r->address = (uintptr_t)page;
      __atomic_store_n(&r->failed, 1, __ATOMIC_RELEASE);
    }
    if (attention) __atomic_store_n(attention, 1, __ATOMIC_SEQ_CST);
    errno = saved;
    return;
  }
  /* Not ours: as if we had not been here. */
  if (previous.sa_flags & SA_SIGINFO) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    sigaction(SIGBUS, &previous, NULL);
  }
  errno = saved;
}

int chost_watch_range(struct chost_backed_range *range) {
  int result = -1;
  pthread_mutex_lock(&change);
  if (!installed) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    installed = sigaction(SIGBUS, &action, &previous) == 0;
  }
  for (int k = 0; installed && k < 64; k++) {
    if (ranges[k]) continue;
    __atomic_store_n(&ranges[k], range, __ATOMIC_RELEASE);
    result = 0;
    break;
  }
  pthread_mutex_unlock(&change);
  return result;
}

void chost_forget_range(struct chost_backed_range *range) {
  pthread_mutex_lock(&change);
  for (int k = 0; k < 64; k++)
    if (ranges[k] == range) __atomic_store_n(&ranges[k], NULL, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&change);
}

void chost_set_fault_attention(uint32_t *word) { attention = word; }

uint32_t chost_range_failed(const struct chost_backed_range *range) { return __atomic_load_n(&range->failed, __ATOMIC_ACQUIRE); }
