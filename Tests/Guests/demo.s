# What `ironload demo` loads: says which machine it sees, and powers off.
  .include "machine.s"

main:
  stg %r14, STATE(%r0)
  text "Hello from a z/Architecture guest, loaded from a DASD channel program by channel program."
  brasl %r14, print_line
  # STSI 1.1.1 describes the machine in EBCDIC: manufacturer at 32 and type at 48 of its block.
  llilf %r0, 0x10000001
  lhi %r1, 1
  llilf %r4, INFORMATION
  stsi 0(%r4)
  jnz 1f
  text "Machine type "
  llilf %r2, INFORMATION + 48
  lghi %r3, 4
  brasl %r14, print_ebcdic
  text ", made by "
  llilf %r2, INFORMATION + 32
  lghi %r3, 16
  brasl %r14, print_ebcdic
  brasl %r14, print_line
1: text "CPU identification "
  stidp STATE + 8(%r0)
  lg %r2, STATE + 8(%r0)
  brasl %r14, print_hex
  text ", facilities "
  lghi %r0, 0
  stfle STATE + 16(%r0)
  lg %r2, STATE + 16(%r0)
  brasl %r14, print_hex
  brasl %r14, print_line
  text "The subchannel we were loaded from: "
  llgf %r2, SUBSYSTEM_ID(%r0)
  brasl %r14, print_hex
  brasl %r14, print_line
  text "Time of day "
  stck STATE + 24(%r0)
  lg %r2, STATE + 24(%r0)
  brasl %r14, print_hex
  brasl %r14, print_line
  text "That was all. Goodbye."
  brasl %r14, print_line
  lghi %r2, 0
  lg %r14, STATE(%r0)
  br %r14

  .set INFORMATION, 0x13000

# print_ebcdic: adds r3 characters at r2 to the line: letters and digits, up to the first blank. Changes r0-r5.
print_ebcdic:
  lghi %r1, SCCB
  llgh %r5, 0(%r1)
  la %r5, 0(%r5, %r1)
0: llgc %r4, 0(%r2)
  cghi %r4, 0x40
  je 9f
  tmll %r4, 0x80                          # A-I c1-c9, J-R d1-d9, S-Z e2-e9, a-i 81-89, ..., 0-9 f0-f9
  je 9f
  larl %r1, zones
  risbg %r0, %r4, 60, 63 + 128, 0         # the digit
  srlg %r4, %r4, 4
  nill %r4, 7
  ic %r4, 0(%r4, %r1)
  alr %r4, %r0
  stc %r4, 0(%r5)
  la %r5, 1(%r5)
  la %r2, 1(%r2)
  brctg %r3, 0b
9: lgr %r3, %r5
  lghi %r1, SCCB
  j print_end
zones: .byte 0x60, 0x69, 0x71, 0x20, 0x40, 0x49, 0x51, 0x30
