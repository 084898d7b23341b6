# Program-event recording (chapter 4): storage alteration, instruction fetching, successful branching, store using real address,
# alone and together with other interruptions. An event interrupts after the instruction, with code 80 or or'ed into another's.
  .include "harness.s"
  guest per

  .set BRANCHING, 1 << 31                   # CR9 bits
  .set FETCHING, 1 << 30
  .set ALTERATION, 1 << 29
  .set REAL_STORE, 1 << 27
  .set BRANCH_ADDRESS, 1 << 23
  .set PER, SUPERVISOR | PSW_PER
  .set ATMID, 0xe0                          # 64-bit addressing, valid
  .set TARGET, 0x100000

# per_event EVENTS, FROM, TO: sets CR9-CR11.
.macro per_event events, from, to
  control 9, \events
  control 10, \from
  control 11, \to
.endm
# The same for the addresses of labels.
.macro per_code events, from, to
  control 9, \events
  larl %r0, \from
  stg %r0, SCRATCH(%r0)
  lctlg %c10, %c10, SCRATCH(%r0)
  larl %r0, \to
  stg %r0, SCRATCH(%r0)
  lctlg %c11, %c11, SCRATCH(%r0)
.endm
# In verify: PER code and ATMID, and the address of the instruction.
.macro per_stored code, address
  llgh %r4, STORED + PER_CODE(%r0)
  llilf %r5, \code
  cgr %r4, %r5
  je 7921f
  lgr %r2, %r4
7921:
  lg %r4, STORED + PER_ADDRESS(%r0)
  larl %r5, \address
  cgr %r4, %r5
  je 7922f
  aghi %r2, 1
7922:
.endm

.macro alters name, length, instruction, from=TARGET, to=TARGET+7
  test "storage alteration, \name"
  setup
  per_event ALTERATION, \from, \to
  gr 1, TARGET
  gr 2, STATE
  gr_after 3, 0x0303030303030303
  llilf %r1, TARGET
  mvghi 0(%r1), 0
  code PER
7931:
  \instruction
  program PER_EVENT, \length
  verify
  per_stored 0x2000 + ATMID, 7931b
  done
.endm
.macro alters_not name, instruction, from=TARGET, to=TARGET+7
  test "storage alteration, none, \name"
  setup
  per_event ALTERATION, \from, \to
  gr 1, TARGET
  gr 2, STATE
  code PER
  \instruction
  svc 0
  supervisor 0
  done
.endm
  alters "STG", 6, "stg %r3, 0(%r1)"
  alters "ST", 4, "st %r3, 4(%r1)"
  alters "STC of the last byte", 4, "stc %r3, 7(%r1)"
  alters "STG that reaches in from below", 6, "stg %r3, -7(%r1)"
  alters "MVC", 6, "mvc 0(8, %r1), 0(%r2)"
  alters "MVI", 4, "mvi 3(%r1), 0x55"
  alters "OI", 4, "oi 3(%r1), 0x55"
  alters "STMG", 6, "stmg %r3, %r8, -8(%r1)"
  alters "STM", 4, "stm %r3, %r8, 0(%r1)"
  alters "MVC of 256 bytes", 6, "mvc 0(256, %r1), 0(%r2)"
  alters "an area of one byte", 6, "stg %r3, 0(%r1)", TARGET+5, TARGET+5
  alters "an area that wraps, at its end", 6, "stg %r3, 0(%r1)", TARGET+0x1000, TARGET
  alters "an area that wraps, at its start", 6, "stg %r3, 0(%r1)", TARGET+7, 0x80
  alters "all of storage", 6, "stg %r3, 0(%r1)", 0, -1
  alters_not "a fetch", "lg %r4, 0(%r1); lgr %r4, %r1; llihf %r4, 0x04040404; iilf %r4, 0x04040404"
  alters_not "a store below the area", "stg %r3, -8(%r1)"
  alters_not "a store above the area", "stg %r3, 8(%r1)"
  alters_not "a store outside an area that wraps", "stg %r3, 0(%r1)", TARGET+8, TARGET-1

  test "storage alteration, CS that compares"
  setup
  per_event ALTERATION, TARGET, TARGET+3
  gr 1, TARGET
  llilf %r1, TARGET
  mvhi 0(%r1), 0x5a5a
  gr 4, 0x5a5a
  code PER
7931: cs %r4, %r3, 0(%r1)
  old_mask PER & ~PSW_CC
  program PER_EVENT, 4
  verify
  per_stored 0x2000 + ATMID, 7931b
  llilf %r1, TARGET
  llgf %r4, 0(%r1)
  cfi %r4, 0x03030303
  je 7932f
  aghi %r2, 2
7932:
  done

  test "storage alteration without the PSW's PER bit"
  setup
  per_event ALTERATION, 0, -1
  gr 1, TARGET
  code
  stg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "storage alteration by STURG has a bit of its own"
  setup
  per_event ALTERATION + REAL_STORE, TARGET, TARGET+7
  gr 1, TARGET
  code PER
7931: sturg %r3, %r1
  program PER_EVENT, 4
  verify
  per_stored 0x2800 + ATMID, 7931b
  done

# --- Instruction fetching ---------------------------------------------------------------------------------------------------
.macro fetches name, length, instruction
  test "instruction fetching, \name"
  setup
  per_code FETCHING, 7931f, 7931f
  gr 1, TARGET
  code PER
  lgr %r0, %r0
  here
7931:
  \instruction
  program PER_EVENT, \length
  verify
  per_stored 0x4000 + ATMID, 7931b
  done
.endm
  fetches "2 bytes", 2, "lr %r3, %r3"
  fetches "4 bytes", 4, "lgr %r3, %r3"
  fetches "6 bytes", 6, "stg %r3, 0(%r1)"

  test "instruction fetching, none where the area begins inside the instruction"
  setup
  per_code FETCHING, 7932f, 7932f
  gr 1, TARGET
  code PER
  lgr %r0, %r0
  .short 0xe330, 0x1000                     # STG r3,0(r1)
7932: .short 0x0024
  svc 0
  supervisor 0
  done

  test "instruction fetching, the target of EX"
  setup
  per_code FETCHING, 7932f, 7932f
  gr_address 4, 7932f
  code PER
7931: ex %r0, 0(%r4)
  program PER_EVENT, 4
  verify
  per_stored 0x4000 + ATMID, 7931b
  done
7932: lgr %r5, %r5

  test "instruction fetching and an operation exception together"
  setup
  per_code FETCHING, 7931f, 7931f
  code PER
7931: .short 0
  program PER_EVENT|OPERATION, 2
  verify
  per_stored 0x4000 + ATMID, 7931b
  done

  test "instruction fetching and a privileged operation together"
  setup
  per_code FETCHING, 7931f, 7931f
  code PER | PSW_PROBLEM
7931: ssm 0(%r1)
  program PER_EVENT|PRIVILEGED_OPERATION, 4
  verify
  per_stored 0x4000 + ATMID, 7931b
  done

  test "storage alteration and fixed-point overflow together"
  setup
  per_event ALTERATION, TARGET, TARGET+7
  llilf %r1, TARGET
  mvghi 0(%r1), 0
  llilf %r0, 0x7fffffff
  st %r0, 0(%r1)
  gr 1, TARGET
  code PER | PSW_FIXED_OVERFLOW
7931: asi 0(%r1), 1
  old_mask PER | PSW_FIXED_OVERFLOW | PSW_CC
  program PER_EVENT|FIXED_POINT_OVERFLOW, 6
  verify
  per_stored 0x2000 + ATMID, 7931b
  done

  test "storage alteration and an addressing exception, nothing altered"
  setup
  per_event ALTERATION, 0, -1
  gr 1, 0x700000000000
  code PER
  stg %r3, 0(%r1)
  program ADDRESSING, 6
  done

  test "instruction fetching of SVC, the PSW swapped twice"
  setup
  per_code FETCHING, 7931f, 7931f
  code PER
7931: svc 0x42
  old_mask PSW_64
  program PER_EVENT, 2, interrupted_2
  verify
  per_stored 0x4000 + ATMID, 7931b
  llgh %r4, STORED + SVC_CODE(%r0)
  cghi %r4, 0x42
  je 7932f
  aghi %r2, 2
7932:
  lg %r4, STORED + SVC_OLD + 8(%r0)
  larl %r5, 7931b
  aghi %r5, 2
  cgr %r4, %r5
  je 7933f
  aghi %r2, 4
7933:
  done

  test "LPSWE that turns PER off, its own event stays"
  setup
  per_code FETCHING, 7931f, 7931f
  gr_address 1, 7932f
  code PER
7931: lpswe 0(%r1)
  old_mask PROBLEM
  program PER_EVENT, 4, 7933f
  verify
  per_stored 0x4000 + ATMID, 7931b
  done
  .balign 8
7932: .quad PROBLEM, 7933f
7933: svc 0xff

# --- Successful branching ----------------------------------------------------------------------------------------------------
  test "successful branching"
  setup
  per_event BRANCHING, 0, -1
  code PER
7931: j 7932f
  svc 0xff
7932: program PER_EVENT, 4, 7932b
  verify
  per_stored 0x8000 + ATMID, 7931b
  done

  test "successful branching, none where the branch is not taken"
  setup
  per_event BRANCHING, 0, -1
  code PER
  jh 7932f
  lr %r0, %r0
7932: svc 0
  supervisor 0
  done

  test "successful branching, the target outside the area"
  setup
  per_event BRANCHING + BRANCH_ADDRESS, 0, 0x100
  code PER
  j 7932f
7932: svc 0
  supervisor 0
  done

  test "successful branching, the target in the area"
  setup
  per_code BRANCHING + BRANCH_ADDRESS, 7932f, 7932f
  larl %r0, 7931f
  aghi %r0, 6
  stg %r0, AFTER(%r0)
  code PER
7931: brasl %r0, 7932f
  svc 0xff
7932: program PER_EVENT, 6, 7932b
  verify
  per_stored 0x8000 + ATMID, 7931b
  done

  test "successful branching and instruction fetching, both bits"
  setup
  per_code BRANCHING + FETCHING, 7931f, 7931f
  code PER
7931: j 7932f
  svc 0xff
7932: program PER_EVENT, 4, 7932b
  verify
  per_stored 0xc000 + ATMID, 7931b
  done
  guest_end
