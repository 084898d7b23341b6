#define _GNU_SOURCE
#include "CHost.h"
#include "hand_on.h"
#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

static pthread_mutex_t change = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;
static int installed;
static __thread struct chost_float_code *current;

#ifdef __x86_64__
/* Leads the thread to where the instruction at `address` goes on. */
static int redirect(const struct chost_float_code *code, greg_t *address) {
  uintptr_t at = (uintptr_t)*address - code->start;
  if (at >= code->size) return 0;
  size_t low = 0, high = code->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (code->entries[middle].at < at)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == code->count || code->entries[low].at != at) return 0;
  *address = (greg_t)(code->start + code->entries[low].stub);
  ++*code->faults;
  return 1;
}
#endif

static void on_float_error(int signal, siginfo_t *info, void *context) {
#ifdef __x86_64__
  ucontext_t *thread = context;
  int isFloat = info->si_code >= FPE_FLTDIV && info->si_code <= FPE_FLTSUB;
  if (current && isFloat) {
    uintptr_t address = (uintptr_t)thread->uc_mcontext.gregs[REG_RIP];
    if (address - current->start >= current->size) {
      /* What compiled code called is to be as it is elsewhere: masked. */
      thread->uc_mcontext.fpregs->mxcsr |= 0x1F80;
      *current->masked = 1;
      ++*current->faults;
      return;
    }
    if (redirect(current, &thread->uc_mcontext.gregs[REG_RIP])) return;
  }
#endif
  hand_on(signal, info, context, &previous);
}

int chost_handle_float_faults(void) {
  pthread_mutex_lock(&change);
  if (!installed) {
    struct sigaction action = {.sa_sigaction = on_float_error, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    installed = sigaction(SIGFPE, &action, &previous) == 0;
  }
  int result = installed ? 0 : -1;
  pthread_mutex_unlock(&change);
  return result;
}

void chost_set_float_code(struct chost_float_code *code) {
  current = code;
#ifdef __x86_64__
  if (!code) __builtin_ia32_ldmxcsr(0x1F80);
#endif
}
