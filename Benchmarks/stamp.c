/* stamp SECONDS COMMAND...: carries the command out and prints each line that it writes, with what the host's clocks say when the
 * line arrives: CPU seconds of the process, elapsed seconds since its start. At the line DONE it also says how much memory the
 * process has resident beside its largest mapping, which is the guest's RAM: `MEMORY KIB`. A command that takes longer than the
 * limit is killed. Ends with the command's status, or 124.
 *
 * It is a program because a script reads CPU time in ticks of 10 ms and needs as long to do so. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t late;

static void stop(int signal_number) {
  (void)signal_number;
  late = 1;
  kill(child, SIGKILL);
}

static double now(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time)) return 0; /* The process has just ended. */
  return time.tv_sec + time.tv_nsec * 1e-9;
}

static long memory_beside_largest_mapping(void) {
  char name[64], line[512];
  long size = 0, resident, sum = 0, largest = 0, resident_of_largest = 0;
  snprintf(name, sizeof name, "/proc/%d/smaps", (int)child);
  FILE *maps = fopen(name, "r");
  if (!maps) return -1;
  while (fgets(line, sizeof line, maps)) {
    if (sscanf(line, "Size: %ld", &size) == 1) continue;
    if (sscanf(line, "Rss: %ld", &resident) != 1) continue;
    sum += resident;
    if (size > largest) largest = size, resident_of_largest = resident;
  }
  fclose(maps);
  return sum - resident_of_largest;
}

static void start(char **command, int output) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* No emulator stays behind when we are killed. */
  int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close(nothing);
  close(output);
  execvp(*command, command);
  perror(*command);
  _exit(127);
}

int main(int count, char **arguments) {
  int ends[2];
  if (count < 3 || pipe2(ends, O_CLOEXEC)) return 64;
  double started = now(CLOCK_MONOTONIC);
  child = fork();
  if (child < 0) return 71;
  if (child == 0) start(arguments + 2, ends[1]);
  close(ends[1]);
  clockid_t clock;
  if (clock_getcpuclockid(child, &clock)) return 71;
  setpriority(PRIO_PROCESS, 0, -10); /* Where we may: on a busy host a line must not wait for us. */
  signal(SIGALRM, stop);
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  alarm(atoi(arguments[1]));
  setvbuf(stdout, NULL, _IOLBF, 0);
  FILE *lines = fdopen(ends[0], "r");
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, lines) > 0) {
    double cpu = now(clock), elapsed = now(CLOCK_MONOTONIC) - started;
    char *text = line + strspn(line, "\r");
    text[strcspn(text, "\r\n")] = 0;
    printf("%.4f %.4f %s\n", cpu, elapsed, text);
    if (!strcmp(text, "DONE")) printf("%.4f %.4f MEMORY %ld\n", cpu, elapsed, memory_beside_largest_mapping());
  }
  int status;
  waitpid(child, &status, 0);
  if (late) return 124;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
