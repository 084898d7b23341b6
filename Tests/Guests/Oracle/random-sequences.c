/* Executes sequences of z/Architecture instructions under qemu-s390x (user mode), as an oracle for the tests of the processor.
 * Build: s390x-linux-gnu-gcc -O1 -static -march=z196 -Wl,--defsym=code=0x200000 random-sequences.c
 * Use:   qemu-s390x -cpu max a.out SEQUENCES ANSWERS
 *
 * SEQUENCES, big-endian: any number of { u32 code size; u32 states; code; struct request x states }. The code is put at CODE
 * and ends by branching to EXIT. It may use all general registers, floating-point registers, access registers 2-15, and
 * DATA, which is filled from the request's seed before. ANSWERS: a struct answer for each request, with the contents of
 * DATA after it when the request asks. The test does the same with its own CPU at the same addresses. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define CODE 0x200000
#define EXIT 0x203000
#define DATA 0x210000
#define DATA_SIZE 0x4000

struct request {
  uint64_t gr[16];
  uint64_t fr[16];
  uint64_t seed;   /* of the contents of DATA */
  uint32_t fpc;
  uint16_t cc;
  uint16_t dump;   /* 1: append DATA to the answer */
};

struct answer {
  uint64_t gr[16];
  uint64_t fr[16];
  uint64_t hash;     /* of DATA */
  uint64_t address;  /* with a signal: the PSW's instruction address */
  uint32_t fpc;
  uint16_t cc;
  uint16_t signal;   /* 0, SIGILL, SIGFPE, SIGSEGV */
};

struct answer result;
uint64_t host_gr[16], host_fr[16];
static const uint32_t zeros[16];
static sigjmp_buf escape;

static void trap(int number, siginfo_t *info, void *context) {
  mcontext_t *m = &((ucontext_t *)context)->uc_mcontext;
  memcpy(result.gr, m->gregs, sizeof result.gr);
  memcpy(result.fr, m->fpregs.fprs, sizeof result.fr);
  result.fpc = m->fpregs.fpc;
  result.address = m->psw.addr;
  result.cc = m->psw.mask >> 44 & 3;
  result.signal = number;
  siglongjmp(escape, 1);
}

/* Loads the registers of the request in register 2, runs the code, stores the registers. */
void enter(struct request *r);
void leave(void);
__asm__(
    ".text\n.globl enter\nenter:\n"
    " larl 1,host_gr\n stmg 0,15,0(1)\n"
    " larl 1,host_fr\n std 8,0(1)\n std 9,8(1)\n std 10,16(1)\n std 11,24(1)\n std 12,32(1)\n std 13,40(1)\n std 14,48(1)\n std 15,56(1)\n"
    " lgr 15,2\n"
    " ld 0,128(15)\n ld 1,136(15)\n ld 2,144(15)\n ld 3,152(15)\n ld 4,160(15)\n ld 5,168(15)\n ld 6,176(15)\n ld 7,184(15)\n"
    " ld 8,192(15)\n ld 9,200(15)\n ld 10,208(15)\n ld 11,216(15)\n ld 12,224(15)\n ld 13,232(15)\n ld 14,240(15)\n ld 15,248(15)\n"
    " lfpc 264(15)\n"
    " lh 0,268(15)\n sll 0,28\n spm 0\n"
    " lmg 0,14,0(15)\n lg 15,120(15)\n"
    " jg code\n" /* CODE, an address that only the linker can make relative */
    ".globl leave\nleave:\n"
    " stgrl 15,result+120\n larl 15,result\n stmg 0,14,0(15)\n"
    " ipm 0\n srl 0,28\n sth 0,276(15)\n stfpc 272(15)\n"
    " std 0,128(15)\n std 1,136(15)\n std 2,144(15)\n std 3,152(15)\n std 4,160(15)\n std 5,168(15)\n std 6,176(15)\n std 7,184(15)\n"
    " std 8,192(15)\n std 9,200(15)\n std 10,208(15)\n std 11,216(15)\n std 12,224(15)\n std 13,232(15)\n std 14,240(15)\n std 15,248(15)\n"
    " larl 1,host_fr\n ld 8,0(1)\n ld 9,8(1)\n ld 10,16(1)\n ld 11,24(1)\n ld 12,32(1)\n ld 13,40(1)\n ld 14,48(1)\n ld 15,56(1)\n"
    " larl 1,host_gr\n lmg 2,15,16(1)\n br 14\n");

static void fill(uint64_t seed) {
  uint64_t *p = (uint64_t *)DATA;
  for (int k = 0; k < DATA_SIZE / 8; k++) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    p[k] = seed;
  }
}
static uint64_t hash(void) {
  const uint64_t *p = (const uint64_t *)DATA;
  uint64_t h = 0;
  for (int k = 0; k < DATA_SIZE / 8; k++) h = (h << 5 | h >> 59) ^ p[k];
  return h;
}

static void *map(uintptr_t address, size_t size) {
  return mmap((void *)address, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

int main(int argc, char **argv) {
  FILE *in = argc == 3 ? fopen(argv[1], "rb") : 0, *out = in ? fopen(argv[2], "wb") : 0;
  if (!out || map(CODE, 0x4000) == MAP_FAILED || map(DATA, DATA_SIZE) == MAP_FAILED) return 2;
  static char stack[65536];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, 0);
  struct sigaction action = {.sa_sigaction = trap, .sa_flags = SA_NODEFER | SA_SIGINFO | SA_ONSTACK};
  sigaction(SIGFPE, &action, 0);
  sigaction(SIGILL, &action, 0);
  sigaction(SIGSEGV, &action, 0);
  uint8_t *exit = (uint8_t *)EXIT;
  int32_t distance = ((intptr_t)leave - EXIT) / 2;
  exit[0] = 0xC0, exit[1] = 0xF4; /* BRCL 15 */
  memcpy(exit + 2, &distance, 4);
  uint32_t header[2];
  while (fread(header, 8, 1, in) == 1) {
    if (header[0] > EXIT - CODE || fread((void *)CODE, header[0], 1, in) != 1) return 3;
    for (uint32_t k = 0; k < header[1]; k++) {
      static struct request request;
      if (fread(&request, sizeof request, 1, in) != 1) return 3;
      fill(request.seed);
      memset(&result, 0, sizeof result);
      __asm__ volatile("lam 2,15,0(%0)" : : "a"(zeros));
      if (!sigsetjmp(escape, 0)) enter(&request);
      __asm__ volatile("lfpc %0" : : "Q"(zeros[0]));
      result.hash = hash();
      if (fwrite(&result, sizeof result, 1, out) != 1) return 4;
      if (request.dump && fwrite((void *)DATA, DATA_SIZE, 1, out) != 1) return 4;
    }
  }
  return fclose(out) ? 4 : 0;
}
