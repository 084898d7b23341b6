// Tells the thread sanitizer what Swift's Mutex does where the sanitizer cannot see it. Without contention a Mutex is locked
// and unlocked by code that is compiled into its user, and seen; with contention by libswiftSynchronization, which is not
// instrumented, so that everything a mutex guards looks like a race. Preloaded by Scripts/test-threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SELF __attribute__((swift_context)) void *

// Absent from processes that are not instrumented: compilers, shells.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

typedef __attribute__((swiftcall)) void lock_slow(uint32_t, SELF);
typedef __attribute__((swiftcall)) void unlock_slow(SELF);

__attribute__((swiftcall)) void interposed_lock_slow(uint32_t, SELF) __asm__(LOCK_SLOW);
__attribute__((swiftcall)) void interposed_unlock_slow(SELF) __asm__(UNLOCK_SLOW);

static lock_slow *real_lock_slow;
static unlock_slow *real_unlock_slow;

__attribute__((constructor)) static void find(void) {
  real_lock_slow = (lock_slow *)dlsym(RTLD_NEXT, LOCK_SLOW);
  real_unlock_slow = (unlock_slow *)dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

// The mutex's word is at its beginning: the address that the fast paths' atomics have, too.
__attribute__((swiftcall)) void interposed_lock_slow(uint32_t thread, SELF mutex) {
  real_lock_slow(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

__attribute__((swiftcall)) void interposed_unlock_slow(SELF mutex) {
  if (__tsan_release) __tsan_release(mutex);
  real_unlock_slow(mutex);
}
