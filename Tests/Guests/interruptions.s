# External and I/O interruptions, their masks, and the order in which pending ones come (chapter 6, "External Interruption",
# "Priority of Interruptions"; chapter 16).
  .include "harness.s"
  guest interruptions

  .set EMERGENCY_SUBCLASS, 1 << 14          # CR0 bit 49
  .set CALL_SUBCLASS, 1 << 13               # CR0 bit 50
  .set COMPARATOR_SUBCLASS, 1 << 11         # CR0 bit 52
  .set TIMER_SUBCLASS, 1 << 10              # CR0 bit 53
  .set ALL, EMERGENCY_SUBCLASS | CALL_SUBCLASS | COMPARATOR_SUBCLASS | TIMER_SUBCLASS
  .set OPEN, SUPERVISOR | PSW_EXTERNAL
  .set EMERGENCY_SIGNAL, 0x1201
  .set EXTERNAL_CALL, 0x1202
  .set CLOCK_COMPARATOR, 0x1004
  .set CPU_TIMER, 0x1005

# Nothing pending: comparator and timer far away, signals taken.
.macro quiet
  larl %r1, 7941f
  sckc 0(%r1)
  spt 8(%r1)
  j 7942f
  .balign 8
7941: .quad -1, 0x7fffffffffffffff
7942:
.endm
# A machine may take a moment to notice that a comparator or timer has run out, so these wait 40 ms. Back by r10.
.macro comparator_pending
  stck SCRATCH(%r0)
  sckc SCRATCH(%r0)
  brasl %r10, moment
.endm
.macro timer_pending
  mvghi SCRATCH(%r0), 0x7000                # 7 microseconds
  spt SCRATCH(%r0)
  brasl %r10, moment
.endm
moment:
  stck SCRATCH(%r0)
  lg %r1, SCRATCH(%r0)
  llilf %r2, 0xa000000
  algr %r1, %r2
0: stck SCRATCH(%r0)
  clg %r1, SCRATCH(%r0)
  jh 0b
  br %r10
# order 2 is external call, 3 emergency signal; to ourselves
.macro signal order
  stap SCRATCH(%r0)
  llgh %r2, SCRATCH(%r0)
  lghi %r1, 0
  sigp %r4, %r2, \order
.endm

.macro arrives name, code, subclass, pending
  test "\name"
  setup
  quiet
  \pending
  control_or 0, \subclass
  code OPEN
  here
  svc 0xff
  external \code, 7713b
  verify
  quiet
  done
.endm
  arrives "clock comparator", CLOCK_COMPARATOR, COMPARATOR_SUBCLASS, comparator_pending
  arrives "CPU timer", CPU_TIMER, TIMER_SUBCLASS, timer_pending
  arrives "external call", EXTERNAL_CALL, CALL_SUBCLASS, "signal 2"
  arrives "emergency signal", EMERGENCY_SIGNAL, EMERGENCY_SUBCLASS, "signal 3"

  test "external call stores the address of the CPU that called"
  setup
  quiet
  signal 2
  control_or 0, CALL_SUBCLASS
  code OPEN
  here
  svc 0xff
  external EXTERNAL_CALL, 7713b
  verify
  stap SCRATCH(%r0)
  llgh %r2, SCRATCH(%r0)
  llgh %r1, STORED + EXTERNAL_CPU(%r0)
  xgr %r2, %r1
  done

  test "a second external call is refused while the first is pending"
  setup
  quiet
  signal 2
  gr_after 4, 0x0404040400000080
  stap SCRATCH(%r0)
  llgh %r0, SCRATCH(%r0)
  stg %r0, BEFORE + 40(%r0)
  stg %r0, AFTER + 40(%r0)
  code
  sigp %r4, %r5, 2
  svc 0
  old_mask SUPERVISOR
  supervisor 0
  done

  test "and the first is still there"
  setup
  control_or 0, CALL_SUBCLASS
  code OPEN
  here
  svc 0xff
  external EXTERNAL_CALL, 7713b
  done

  test "a wait ends with the interruption"
  setup
  quiet
  stck SCRATCH(%r0)
  lg %r1, SCRATCH(%r0)
  llilf %r2, 0x1000000                      # 4 ms
  algr %r1, %r2
  stg %r1, SCRATCH(%r0)
  sckc SCRATCH(%r0)
  control_or 0, COMPARATOR_SUBCLASS
  code OPEN | PSW_WAIT
  here
  svc 0xff
  external CLOCK_COMPARATOR, 7713b
  verify
  quiet
  done

  test "the PSW's external mask closes"
  setup
  quiet
  comparator_pending
  timer_pending
  control_or 0, ALL
  code
  lgr %r0, %r0
  svc 0
  supervisor 0
  verify
  quiet
  done

  test "the subclass masks close"
  setup
  quiet
  comparator_pending
  timer_pending
  code OPEN
  lgr %r0, %r0
  svc 0
  supervisor 0
  verify
  quiet
  done

  test "STOSM opens, and the interruption is behind it"
  setup
  quiet
  comparator_pending
  control_or 0, COMPARATOR_SUBCLASS
  code
  stosm SCRATCH(%r0), 1
  here
  svc 0xff
  old_mask OPEN
  external CLOCK_COMPARATOR, 7713b
  verify
  quiet
  done

  test "LCTLG opens a subclass, and the interruption is behind it"
  setup
  quiet
  comparator_pending
  mvghi SCRATCH(%r0), 0xe0 | COMPARATOR_SUBCLASS
  code OPEN
  lctlg %c0, %c0, SCRATCH(%r0)
  here
  svc 0xff
  external CLOCK_COMPARATOR, 7713b
  verify
  quiet
  done

# --- Priority -----------------------------------------------------------------------------------------------------------------
.macro first name, code, subclasses
  test "\name"
  setup
  quiet
  comparator_pending
  timer_pending
  signal 2
  signal 3
  control_or 0, \subclasses
  code OPEN
  here
  svc 0xff
  external \code, 7713b
  done
.endm
  first "of all four, the emergency signal comes first", EMERGENCY_SIGNAL, ALL
  first "then the external call", EXTERNAL_CALL, CALL_SUBCLASS | COMPARATOR_SUBCLASS | TIMER_SUBCLASS
  first "then the clock comparator", CLOCK_COMPARATOR, COMPARATOR_SUBCLASS | TIMER_SUBCLASS
  first "then the CPU timer", CPU_TIMER, TIMER_SUBCLASS

  test "what is left over is taken"
  setup
  quiet
  control_or 0, CALL_SUBCLASS
  code OPEN
  here
  svc 0xff
  external EXTERNAL_CALL, 7713b
  done

  test "so is the emergency signal"
  setup
  quiet
  control_or 0, EMERGENCY_SUBCLASS
  code OPEN
  here
  svc 0xff
  external EMERGENCY_SIGNAL, 7713b
  done

  test "a pending interruption comes before an invalid instruction"
  setup
  quiet
  comparator_pending
  control_or 0, COMPARATOR_SUBCLASS
  code OPEN
  here
  .short 0
  external CLOCK_COMPARATOR, 7713b
  verify
  quiet
  done

  test "an invalid PSW comes before a pending interruption"
  setup
  quiet
  comparator_pending
  control_or 0, COMPARATOR_SUBCLASS
  mvi SCRATCH(%r0), 0x81
  code
  ssm SCRATCH(%r0)
  old_mask OPEN | 1 << 63
  program SPECIFICATION, 4
  verify
  quiet
  done

  test "a supervisor call comes before a pending interruption that its PSW closes"
  setup
  quiet
  control_or 0, COMPARATOR_SUBCLASS
  mvghi SCRATCH(%r0), 0
  code
  sckc SCRATCH(%r0)
  svc 0x31
  supervisor 0x31
  verify
  quiet
  done

  test "SCKC withdraws what is pending"
  setup
  quiet
  comparator_pending
  control_or 0, COMPARATOR_SUBCLASS
  mvghi SCRATCH(%r0), -1
  code
  sckc SCRATCH(%r0)
  stosm STATE + 0x7a0(%r0), 1
  svc 0
  old_mask OPEN
  supervisor 0
  done

# --- I/O: clear subchannel on the first subchannel that has a device ----------------------------------------------------------
  .set SCHIB, 0x2000
  .set IRB, 0x2100

# find_device: r1 becomes the identification of the first valid subchannel, enabled, in interruption subclass 3, with the
# parameter 0x1234. Back by r11. Changes r1, r2.
find_device:
  llilf %r1, 0x00010000
0: lghi %r2, SCHIB
  stsch 0(%r2)
  jnz 1f
  tm 5(%r2), 1                              # the device number is valid
  jno 2f
  mvhi 0(%r2), 0x1234
  mvi 4(%r2), 3 << 3
  oi 5(%r2), 0x80                           # enabled
  msch 0(%r2)
  ber %r11
2: la %r1, 1(%r1)
  j 0b
1: lghi %r1, 0
  br %r11
  .macro clear_device
  brasl %r11, find_device
  stg %r1, BEFORE + 8(%r0)
  stg %r1, AFTER + 8(%r0)
  csch
  .endm

  test "an I/O interruption after CLEAR SUBCHANNEL"
  setup
  control 6, 0x80000000 >> 3
  clear_device
  code SUPERVISOR | PSW_IO | PSW_WAIT
  here
  svc 0xff
  io 7713b
  verify
  lg %r1, BEFORE + 8(%r0)
  llgf %r3, STORED + SUBSYSTEM_ID(%r0)
  cgr %r1, %r3
  je 7951f
  aghi %r2, 1
7951: llgf %r3, STORED + IO_PARAMETER(%r0)
  cfi %r3, 0x1234
  je 7952f
  aghi %r2, 2
7952: llgf %r3, STORED + 0xc0(%r0)          # I/O-interruption identification: subclass 3
  cfi %r3, 3 << 27
  je 7953f
  aghi %r2, 4
7953: lghi %r4, IRB
  tsch 0(%r4)
  je 7954f
  aghi %r2, 8
7954: lghi %r4, IRB
  llgh %r3, 2(%r4)                          # function and activity: clear, nothing more
  nill %r3, 0x7000
  cghi %r3, 0x1000
  je 7955f
  aghi %r2, 16
7955: llgc %r3, 3(%r4)
  nill %r3, 0x1f                            # status: pending, alone
  cghi %r3, 1
  je 7956f
  aghi %r2, 32
7956:
  done

  test "TSCH finds nothing the second time"
  setup
  brasl %r11, find_device
  stg %r1, BEFORE + 8(%r0)
  stg %r1, AFTER + 8(%r0)
  gr 4, IRB
  code
  tsch 0(%r4)
  svc 0
  supervisor 0
  done

  test "another subclass in CR6 closes"
  setup
  control 6, ~(0x80000000 >> 3) & 0xff000000
  clear_device
  brasl %r10, moment
  code SUPERVISOR | PSW_IO
  lgr %r0, %r0
  svc 0
  supervisor 0
  done

  test "TPI takes it without an interruption"
  setup
  control 6, 0x80000000 >> 3
  gr 4, SCRATCH
  mvghi SCRATCH(%r0), 0
  code
0: tpi 0(%r4)
  jz 0b                                     # clearing takes its time
  svc 0
  old_mask SUPERVISOR
  supervisor 0
  verify
  llgf %r3, SCRATCH + 4(%r0)
  cfi %r3, 0x1234
  je 7957f
  aghi %r2, 1
7957: lgf %r1, SCRATCH(%r0)
  ltgr %r1, %r1
  je 7958f
  lghi %r4, IRB
  tsch 0(%r4)
7958:
  done

  test "external comes before I/O"
  setup
  quiet
  comparator_pending
  control_or 0, COMPARATOR_SUBCLASS
  control 6, 0x80000000 >> 3
  clear_device
  brasl %r10, moment
  code SUPERVISOR | PSW_IO | PSW_EXTERNAL
  here
  svc 0xff
  external CLOCK_COMPARATOR, 7713b
  verify
  quiet
  done

  test "I/O comes once external is closed"
  setup
  control 6, 0x80000000 >> 3
  code SUPERVISOR | PSW_IO | PSW_EXTERNAL | PSW_WAIT
  here
  svc 0xff
  io 7713b
  done
  guest_end
