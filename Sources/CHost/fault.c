#define _GNU_SOURCE
#include "CHost.h"
#include "hand_on.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Slots are taken and left under `change`, and read by the handler without it. Tables are added at the end and never freed: the
 * handler may be in any of them. */
enum { table_size = 64 };
static struct table {
  struct chost_backed_range *ranges[table_size];
  struct table *next;
} first;
static pthread_mutex_t change = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;
static int installed;
static __thread uint32_t *attention;

static struct chost_backed_range *find(uintptr_t address) {
  for (struct table *t = &first; t; t = __atomic_load_n(&t->next, __ATOMIC_ACQUIRE))
    for (int k = 0; k < table_size; k++) {
      struct chost_backed_range *r = __atomic_load_n(&t->ranges[k], __ATOMIC_ACQUIRE);
      if (r && address >= r->start && address < r->end) return r;
    }
  return NULL;
}

static void on_bus_error(int signal, siginfo_t *info, void *context) {
  int saved = errno;
  uintptr_t address = (uintptr_t)info->si_addr;
  struct chost_backed_range *r = find(address);
  void *page = (void *)(address & ~(uintptr_t)4095);
  if (r && mmap(page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
    if (!__atomic_load_n(&r->failed, __ATOMIC_ACQUIRE)) {
      r->address = (uintptr_t)page;
      __atomic_store_n(&r->failed, 1, __ATOMIC_RELEASE);
    }
    if (attention) __atomic_store_n(attention, 1, __ATOMIC_SEQ_CST);
    errno = saved;
    return;
  }
  hand_on(signal, info, context, &previous);
  errno = saved;
}

/* The slot that holds `range`, or NULL. Under `change`. */
static struct chost_backed_range **slot_of(struct chost_backed_range *range) {
  for (struct table *t = &first; t; t = t->next)
    for (int k = 0; k < table_size; k++)
      if (t->ranges[k] == range) return &t->ranges[k];
  return NULL;
}

/* A slot that nobody has, in a new table when the others are full; NULL when the host has no memory. Under `change`. */
static struct chost_backed_range **free_slot(void) {
  struct chost_backed_range **slot = slot_of(NULL);
  if (slot) return slot;
  struct table *last = &first, *added = calloc(1, sizeof *added);
  if (!added) return NULL;
  while (last->next) last = last->next;
  __atomic_store_n(&last->next, added, __ATOMIC_RELEASE);
  return &added->ranges[0];
}

int chost_watch_range(struct chost_backed_range *range) {
  pthread_mutex_lock(&change);
  if (!installed) {
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    installed = sigaction(SIGBUS, &action, &previous) == 0;
  }
  struct chost_backed_range **slot = installed ? free_slot() : NULL;
  if (slot) __atomic_store_n(slot, range, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&change);
  return slot ? 0 : -1;
}

void chost_forget_range(struct chost_backed_range *range) {
  pthread_mutex_lock(&change);
  struct chost_backed_range **slot = slot_of(range);
  if (slot) __atomic_store_n(slot, NULL, __ATOMIC_RELEASE);
  pthread_mutex_unlock(&change);
}

void chost_set_fault_attention(uint32_t *word) { attention = word; }

uint32_t chost_range_failed(const struct chost_backed_range *range) { return __atomic_load_n(&range->failed, __ATOMIC_ACQUIRE); }
