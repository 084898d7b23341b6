# Integer kernels on the bare machine. Each says how many instructions it executes, is timed by the TOD clock, and prints
#   BENCH name microseconds instructions checksum
# START comes before the first, for a host that uses its own clock.
# The number of instructions is counted from the source: what a kernel does outside its loops is too little to matter.
  .include "machine.s"

  .set BUFFER, 0x100000
  .set TABLE, 0x200000
  .set STACK, 0x2f0000
  .set START, STATE
  .set RETURN, STATE + 8
  .set RESULT, STATE + 16

# bench NAME, INSTRUCTIONS: times `kernel_NAME`, which leaves its checksum in r2 and may change all but r13 and r15.
.macro bench name, instructions
  brasl %r14, kernel_\name\()_prepare
  stck START(%r0)
  brasl %r14, kernel_\name
  stg %r2, RESULT(%r0)
  stck START + 0x18(%r0)
  lg %r6, START + 0x18(%r0)
  sg %r6, START(%r0)
  srlg %r6, %r6, 12
  text "BENCH \name "
  lgr %r2, %r6
  brasl %r14, print_decimal
  text " "
  llilf %r2, \instructions
  brasl %r14, print_decimal
  text " "
  lg %r2, RESULT(%r0)
  brasl %r14, print_hex
  brasl %r14, print_line
.endm

main:
  stg %r14, RETURN(%r0)
  text "START"
  brasl %r14, print_line
  bench crc32, CRC_ROUNDS * 65536 * 7
  bench matrix, MATRIX_ROUNDS * (64 * 64 * 64 * 6 + 64 * 64 * 8)
  bench list, LIST_ROUNDS * 4000 * 4
  bench sieve, SIEVE_ROUNDS * (65536 / 8 * 3 + SIEVE_STORES * 3 + 254 * 7 + 54 * 3)
  bench fib, FIB_LEAVES * 2 + (FIB_LEAVES - 1) * 14
  bench mix, MIX_ROUNDS * 12
  bench comb, COMB_ROUNDS * (COMB_PASSES * 16384 * 11 + 8192 * 5)
  lghi %r2, 0
  lg %r14, RETURN(%r0)
  br %r14

# A buffer of 64 KiB of noise at BUFFER.
fill_buffer:
  llilf %r1, BUFFER
  llilf %r2, 65536 / 8
  llihf %r4, 0x5851f42d
  oilf %r4, 0x4c957f2d
  lghi %r3, 1
0: msgr %r3, %r4
  aghi %r3, 0x537
  stg %r3, 0(%r1)
  la %r1, 8(%r1)
  brctg %r2, 0b
  br %r14

# --- CRC-32 by table, one byte a step -------------------------------------------------------------------------------------
  .set CRC_ROUNDS, 160
kernel_crc32_prepare:
  llilf %r1, TABLE
  lghi %r2, 0
0: lgr %r3, %r2
  lghi %r4, 8
1: tmll %r3, 1
  srlg %r3, %r3, 1
  je 2f
  xilf %r3, 0xedb88320
2: brctg %r4, 1b
  st %r3, 0(%r1)
  la %r1, 4(%r1)
  aghi %r2, 1
  cghi %r2, 256
  jl 0b
  j fill_buffer
kernel_crc32:
  lghi %r2, -1
  llgfr %r2, %r2
  llilf %r7, TABLE
  lghi %r8, CRC_ROUNDS
0: llilf %r1, BUFFER
  llilf %r4, 65536
1: llgc %r3, 0(%r1)
  xr %r3, %r2
  risbg %r3, %r3, 54, 61 + 128, 2
  srl %r2, 8
  x %r2, 0(%r3, %r7)
  la %r1, 1(%r1)
  brct %r4, 1b
  brct %r8, 0b
  llgfr %r2, %r2
  br %r14

# --- 64 x 64 matrix of 32-bit integers ------------------------------------------------------------------------------------
  .set MATRIX_ROUNDS, 50
kernel_matrix_prepare: j fill_buffer
kernel_matrix:
  lghi %r12, MATRIX_ROUNDS
0: llilf %r1, BUFFER                      # A, by rows
  llilf %r9, TABLE                        # C
  lghi %r7, 64
1: llilf %r2, BUFFER + 0x4000             # B, by columns
  lghi %r8, 64
2: lgr %r3, %r1
  lgr %r4, %r2
  lghi %r5, 64
  lhi %r6, 0
3: l %r10, 0(%r3)
  ms %r10, 0(%r4)
  ar %r6, %r10
  la %r3, 4(%r3)
  la %r4, 256(%r4)
  brct %r5, 3b
  st %r6, 0(%r9)
  la %r9, 4(%r9)
  la %r2, 4(%r2)
  brct %r8, 2b
  la %r1, 256(%r1)
  brct %r7, 1b
  brct %r12, 0b
  llilf %r1, TABLE
  lg %r2, 0x2008(%r1)
  br %r14

# --- A linked list of 4000 -------------------------------------------------------------------------------------------------
  .set LIST_ROUNDS, 5000
kernel_list_prepare:
  llilf %r1, BUFFER
  llilf %r2, 4000
  lghi %r3, 0
0: stg %r3, 0(%r1)
  stg %r2, 8(%r1)
  lgr %r3, %r1
  la %r1, 48(%r1)
  brct %r2, 0b
  stgrl %r3, list_head
  br %r14
  .balign 8
list_head: .quad 0
kernel_list:
  lghi %r2, 0
  lghi %r5, LIST_ROUNDS
0: lgrl %r1, list_head
1: ag %r2, 8(%r1)
  lg %r1, 0(%r1)
  ltgr %r1, %r1
  jne 1b
  brct %r5, 0b
  br %r14

# --- Eratosthenes below 65536, a byte a number --------------------------------------------------------------------------------
  .set SIEVE_ROUNDS, 120
  .set SIEVE_STORES, 123950                 # the sum over the 54 primes below 256 of (65536 - p*p) / p, rounded up
kernel_sieve_prepare: br %r14
kernel_sieve:
  lghi %r8, SIEVE_ROUNDS
  llilf %r7, BUFFER + 65536
0: llilf %r1, BUFFER
  llilf %r2, 65536 / 8
1: mvghi 0(%r1), 0
  la %r1, 8(%r1)
  brct %r2, 1b
  lghi %r3, 2
2: llilf %r1, BUFFER
  llgc %r4, 0(%r3, %r1)
  ltr %r4, %r4
  jne 4f
  lgr %r4, %r3
  msgr %r4, %r4
  agr %r4, %r1
3: mvi 0(%r4), 1
  agr %r4, %r3
  clgrjl %r4, %r7, 3b
4: aghi %r3, 1
  cghi %r3, 256
  jl 2b
  brct %r8, 0b
  lghi %r2, 0
  llilf %r1, BUFFER
  llilf %r3, 65536
5: llgc %r4, 0(%r1)
  agr %r2, %r4
  la %r1, 1(%r1)
  brct %r3, 5b
  br %r14

# --- Recursion: the 29th Fibonacci number --------------------------------------------------------------------------------------
  .set FIB_LEAVES, 832040                   # calls that return at once, 2 instructions each; one fewer go on, 14 each
kernel_fib_prepare: br %r14
kernel_fib:
  llilf %r15, STACK
  lgr %r12, %r14
  lghi %r2, 29
  brasl %r14, fib
  br %r12
fib:
  cgijl %r2, 2, fib_leaf
  stmg %r11, %r15, 88(%r15)
  aghi %r15, -160
  lgr %r11, %r2
  aghi %r2, -1
  brasl %r14, fib
  lgr %r10, %r2
  stg %r10, 152(%r15)
  lgr %r2, %r11
  aghi %r2, -2
  brasl %r14, fib
  ag %r2, 152(%r15)
  lmg %r11, %r15, 248(%r15)
fib_leaf:
  br %r14

# --- A 64-bit mixing function -----------------------------------------------------------------------------------------------------
  .set MIX_ROUNDS, 8000000
kernel_mix_prepare: br %r14
kernel_mix:
  llihf %r6, 0xff51afd7
  oilf %r6, 0xed558ccd
  lghi %r2, 1
  llilf %r5, MIX_ROUNDS
0: lgr %r3, %r2
  srlg %r3, %r3, 33
  xgr %r2, %r3
  msgr %r2, %r6
  rllg %r4, %r2, 29
  algr %r2, %r4
  lgr %r3, %r2
  ngr %r3, %r6
  ogr %r4, %r3
  slgr %r2, %r4
  aghi %r2, 77
  brct %r5, 0b
  br %r14

# --- Comb sort of 16,384 words, without branches on the data ------------------------------------------------------------------------
  .set COMB_ROUNDS, 30
  .set COMB_PASSES, 16                      # gaps 8192, 4096, ... 1, 1, 1
kernel_comb_prepare: j fill_buffer
kernel_comb:
  lgr %r11, %r14
  lghi %r12, COMB_ROUNDS
0: brasl %r14, fill_buffer
  lghi %r10, COMB_PASSES
  llilf %r9, 8192 * 4
1: llilf %r1, BUFFER
  la %r2, 0(%r9, %r1)
  llilf %r3, 16384
2: l %r4, 0(%r1)
  l %r5, 0(%r2)
  lr %r6, %r4
  cr %r4, %r5
  locrh %r4, %r5
  locrh %r5, %r6
  st %r4, 0(%r1)
  st %r5, 0(%r2)
  la %r1, 4(%r1)
  la %r2, 4(%r2)
  brct %r3, 2b
  srlg %r9, %r9, 1
  cghi %r9, 4
  jhe 3f
  lghi %r9, 4
3: brct %r10, 1b
  brct %r12, 0b
  llilf %r1, BUFFER
  lg %r2, 0x100(%r1)
  br %r11
