# What a guest's chreipl loads in LinuxGuest/chreipl: says whether the load cleared storage, and with which load parameter
# (EBCDIC, in hexadecimal), and powers off.
  .include "machine.s"

main:
  stg %r14, STATE(%r0)
  lghi %r1, SCCB
  xc 0(256, %r1), 0(%r1)
  mvhhi 0(%r1), 4096
  llilf %r2, 0x00020001                   # READ SCP INFO
  brasl %r14, service_call
  lghi %r1, SCCB
  mvc STATE + 8(8, %r0), 24(%r1)          # the load parameter
  brasl %r14, console_clear
  text "RELOADED by load "
  # This guest and what loads it lie below 1 MiB; a Linux that ran before has left something between there and 16 MiB.
  llilf %r1, 0x100000
  llilf %r3, (0x1000000 - 0x100000) / 8
0: lg %r0, 0(%r1)
  ltgr %r0, %r0
  jne 1f
  la %r1, 8(%r1)
  brctg %r3, 0b
  text "clear"
  j 2f
1: text "normal"
2: text ", LOADPARM "
  lg %r2, STATE + 8(%r0)
  brasl %r14, print_hex
  brasl %r14, print_line
  lghi %r2, 0
  lg %r14, STATE(%r0)
  br %r14
