/* For handlers of signals that somebody else may have handled before. */
#ifndef IRONLOAD_HAND_ON_H
#define IRONLOAD_HAND_ON_H
#include <signal.h>

/* What was there before handles a signal that is not ours, as if we had not been here. */
static inline void hand_on(int signal, siginfo_t *info, void *context, const struct sigaction *previous) {
  if (previous->sa_flags & SA_SIGINFO) {
    previous->sa_sigaction(signal, info, context);
  } else if (previous->sa_handler != SIG_DFL && previous->sa_handler != SIG_IGN) {
    previous->sa_handler(signal);
  } else {
    /* An instruction does it again; what was sent must be sent again. */
    sigaction(signal, previous, NULL);
    if (info->si_code <= 0) raise(signal);
  }
}

#endif
