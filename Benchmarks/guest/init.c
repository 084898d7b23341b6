/* What process 1 of the benchmark's machine does before and after the tests. */
#include "benchmark.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void insert(const char *module) {
  int file = open(module, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  if (syscall(SYS_finit_module, file, "", 0)) perror(module);
  close(file);
}

/* Modules are there only when disks are to be measured; a DASD must be brought online, a virtio disk is. */
void bring_up(void) {
  mkdir("/dev", 0755);
  mkdir("/proc", 0755);
  mkdir("/sys", 0755);
  mount("devtmpfs", "/dev", "devtmpfs", 0, "");
  mount("proc", "/proc", "proc", 0, "");
  mount("sysfs", "/sys", "sysfs", 0, "");
  insert("/modules/dasd_mod.ko");
  insert("/modules/dasd_eckd_mod.ko");
  insert("/modules/virtio_blk.ko");
  int online = open("/sys/bus/ccw/devices/0.0.0120/online", O_WRONLY | O_CLOEXEC);
  if (online >= 0) {
    if (write(online, "1", 1) != 1) perror("0.0.0120");
    close(online);
  }
}

void power_off(void) {
  sync();
  reboot(RB_POWER_OFF);
  for (;;) pause();
}
