# A guest of Tests/PersistentMemory: what is refused of the saved segment PM0, then a log in it that only ends when the machine does.
#
# The log: word 0 of the segment is the number of records; record k fills the 64-byte line 1 + k mod 8191 with k, eight times, and
# only then becomes the number of records. Numbers are packed decimal, so that a hexadecimal dump reads as decimal. Every 500
# records a line `ACK k` is printed. Each record reads the segment's last doubleword, which fails once the file was shortened.
  .include "machine.s"

  .set RECORDS, 200000
  .set REQUEST, 0x900                     # of DIAGNOSE 64, subcode 38
  .set ANSWER, 0xa00
  .set NUMBER, 0xb00

main:
  stg %r14, STATE(%r0)
  larl %r1, on_program
  mvc 0x1d0(16, %r0), 0(%r1)

  larl %r4, no_such
  lghi %r5, 0x20                          # load shared
  diag %r4, %r5, 0x64
  ipm %r3
  srlg %r3, %r3, 28
  nill %r3, 3
  lghi %r2, 100
  msgr %r3, %r2
  agr %r3, %r5
  stg %r3, STATE + 8(%r0)
  text "NO-SUCH "
  lg %r2, STATE + 8(%r0)
  brasl %r14, print_decimal
  brasl %r14, print_line

  larl %r1, request
  mvc REQUEST(24, %r0), 0(%r1)
  lghi %r4, REQUEST
  lghi %r5, 0x38                          # describe
  diag %r4, %r5, 0x64
  lg %r6, ANSWER(%r0)
  lg %r7, ANSWER + 8(%r0)
  text "TYPE "
  llgc %r2, ANSWER + 31(%r0)
  brasl %r14, print_decimal
  brasl %r14, print_line

  text "BEFORE-LOAD"
  brasl %r11, fetch
  larl %r4, name
  lghi %r5, 0x20
  diag %r4, %r5, 0x64
  jnz failed
  cgr %r4, %r6
  jne failed
  cgr %r5, %r7
  jne failed
  text "LOADED"
  brasl %r11, fetch
  text "STORE"
  brasl %r11, store
  cli ANSWER + 31(%r0), 2                 # SR: there is no more to do
  je purge

  # The log. r8 k, r9 the line, r10 the last doubleword.
  lgr %r10, %r7
  aghi %r10, -7
  lghi %r8, 0
again:
  aghi %r8, 1
  lgr %r1, %r8
  lghi %r0, 0
  lghi %r3, 8191
  dlgr %r0, %r3                           # r0: the remainder
  sllg %r9, %r0, 6
  la %r9, 64(%r9, %r6)
  cvdg %r8, NUMBER(%r0)
  lg %r1, NUMBER + 8(%r0)
  .irp k, 0, 1, 2, 3, 4, 5, 6, 7
  stg %r1, 8 * \k(%r9)
  .endr
  stg %r1, 0(%r6)
  lg %r2, 0(%r10)
  lgr %r1, %r8
  lghi %r0, 0
  lghi %r3, 500
  dlgr %r0, %r3
  ltgr %r0, %r0
  jne 1f
  text "ACK "
  lgr %r2, %r8
  brasl %r14, print_decimal
  brasl %r14, print_line
1: cgfi %r8, RECORDS
  jl again

purge:
  larl %r4, name
  lghi %r5, 8
  diag %r4, %r5, 0x64
  jnz failed
  text "PURGED"
  brasl %r11, fetch
  text "END"
  brasl %r14, print_line
  lghi %r2, 0
  lg %r14, STATE(%r0)
  br %r14
failed:
  text "FAILED"
  brasl %r14, print_line
  lghi %r2, 1
  lg %r14, STATE(%r0)
  br %r14

# Adds to the line what comes of an access to the segment's first doubleword: the interruption code, 0 when there is none.
fetch:
  mvhhi PROGRAM_CODE(%r0), 0
  lg %r2, 0(%r6)
  j told
store:
  mvhhi PROGRAM_CODE(%r0), 0
  mvghi 0(%r6), 12                        # a packed zero
told:
  text " "
  llgh %r2, PROGRAM_CODE(%r0)
  brasl %r14, print_decimal
  brasl %r14, print_line
  br %r11

  .balign 8
on_program: .quad PSW_64, told
request: .long 0x0c000000, 0
name: .byte 0xd7, 0xd4, 0xf0, 0x40, 0x40, 0x40, 0x40, 0x40        # PM0
  .long ANSWER
  .short 120, 0
no_such: .byte 0xd7, 0xd4, 0xf9, 0x40, 0x40, 0x40, 0x40, 0x40
