/* Executes one z/Architecture instruction per request under qemu-s390x (user mode), as an oracle for the tests of arithmetic.
 * Build: s390x-linux-gnu-gcc -O1 -static -march=z196 single-instruction.c
 * Use:   qemu-s390x -cpu max a.out REQUESTS ANSWERS       both are files of struct request, big-endian as the guest is.
 * An instruction may use general registers 0-11 (1 holds the address of `memory`), all floating-point registers, `memory`. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

struct request {
  uint8_t text[8];      /*   0: the instruction, left-justified */
  uint32_t fpc;         /*   8: floating-point-control register before and after */
  uint32_t cc;          /*  12: condition code before and after */
  uint32_t signal;      /*  16: answer: the signal it raised, or 0 */
  uint32_t spare;
  uint64_t gr[12];      /*  24 */
  uint64_t fr[16];      /* 120 */
  uint8_t memory[264];  /* 248 */
};                      /* 512 */

static sigjmp_buf escape;
static void trap(int signal) { siglongjmp(escape, signal); }

static void execute(struct request *r, void *code) {
  register struct request *state __asm__("13") = r;
  register void *entry __asm__("12") = code;
  __asm__ volatile(
      "lfpc 8(13)\n"
      "ld 0,120(13)\n ld 1,128(13)\n ld 2,136(13)\n ld 3,144(13)\n ld 4,152(13)\n ld 5,160(13)\n ld 6,168(13)\n ld 7,176(13)\n"
      "ld 8,184(13)\n ld 9,192(13)\n ld 10,200(13)\n ld 11,208(13)\n ld 12,216(13)\n ld 13,224(13)\n ld 14,232(13)\n ld 15,240(13)\n"
      "l 0,12(13)\n sll 0,28\n spm 0\n"
      "lmg 0,11,24(13)\n"
      "la 1,248(13)\n"
      "basr 14,12\n"
      "stmg 0,11,24(13)\n"
      "ipm 0\n srl 0,28\n st 0,12(13)\n"
      "stfpc 8(13)\n"
      "std 0,120(13)\n std 1,128(13)\n std 2,136(13)\n std 3,144(13)\n std 4,152(13)\n std 5,160(13)\n std 6,168(13)\n std 7,176(13)\n"
      "std 8,184(13)\n std 9,192(13)\n std 10,200(13)\n std 11,208(13)\n std 12,216(13)\n std 13,224(13)\n std 14,232(13)\n std 15,240(13)\n"
      : : "r"(state), "r"(entry)
      : "memory", "cc", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "14",
        "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15");
}

int main(int argc, char **argv) {
  static struct request r;
  FILE *in = argc == 3 ? fopen(argv[1], "rb") : 0, *out = in ? fopen(argv[2], "wb") : 0;
  uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!out || code == MAP_FAILED) return 2;
  struct sigaction action = {.sa_handler = trap, .sa_flags = SA_NODEFER};
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  uint8_t last[8] = {0};
  while (fread(&r, sizeof r, 1, in) == 1) {
    if (memcmp(last, r.text, 8)) {
      int length = r.text[0] < 0x40 ? 2 : r.text[0] < 0xC0 ? 4 : 6;
      memcpy(last, r.text, 8);
      memcpy(code, r.text, length);
      code[length] = 0x07, code[length + 1] = 0xFE; /* BR 14 */
    }
    r.signal = sigsetjmp(escape, 0);
    if (!r.signal) execute(&r, code);
    if (fwrite(&r, sizeof r, 1, out) != 1) return 3;
  }
  return fclose(out) ? 3 : 0;
}
