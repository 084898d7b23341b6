# Program-status words (chapter 4 and chapter 6, "Exceptions Associated with the PSW"): what LPSWE, LPSW, SSM, STOSM and the
# addressing modes accept. An invalid PSW becomes the current one and is then the old one, with ILC 0 or that of SSM.
  .include "harness.s"
  guest psw

.macro early name, mask, address
  test "LPSWE, \name"
  setup
  gr_address 1, 7911f
  code
  lpswe 0(%r1)
  svc 0xff
  old_mask \mask
  program SPECIFICATION, 0, \address
  done
  .balign 8
7911: .quad \mask, \address
.endm
  .balign 8
landing: svc 0xff
  early "bit 0 one", 1<<63|PSW_64, landing
  early "bit 2 one", 1<<61|PSW_64, landing
  early "bit 3 one", 1<<60|PSW_64, landing
  early "bit 4 one", 1<<59|PSW_64, landing
  early "bit 12 one", 1<<51|PSW_64, landing
  early "bit 24 one", 1<<39|PSW_64, landing
  early "bit 30 one", 1<<33|PSW_64, landing
  early "bit 33 one", PSW_64|1<<30, landing
  early "bit 63 one", PSW_64|1, landing
  early "bit 31 one and bit 32 zero", PSW_EXTENDED, landing
  early "24-bit addressing and a longer address", 0, 0x1000000
  early "31-bit addressing and a longer address", PSW_BASIC, 0x80000000
  early "31-bit addressing and a 64-bit address", PSW_BASIC, 0x100000000

.macro late name, mask, code, address
  test "LPSWE, \name"
  setup
  gr_address 1, 7911f
  code
  lpswe 0(%r1)
  program \code, ANY_LENGTH, ANY_ADDRESS
  done
  .balign 8
7911: .quad SUPERVISOR, \address
.endm
  late "an odd address", SUPERVISOR, SPECIFICATION, 0x4001
  late "an address without storage", SUPERVISOR, ADDRESSING, 0x700000000000

  test "LPSWE sets mask and address"
  setup
  gr_address 1, 7911f
  code
  lpswe 0(%r1)
  svc 0xff
  old_mask PROBLEM | 5 * PSW_KEY_1 | PSW_CC | PSW_DECIMAL_OVERFLOW
  program OPERATION, 2, 7912f+2
  done
  .balign 8
7911: .quad PROBLEM | 5 * PSW_KEY_1 | PSW_CC | PSW_DECIMAL_OVERFLOW, 7912f
7912: .short 0

  test "LPSW makes a long PSW of a short one"
  setup
  gr_address 1, 7911f
  code
  lpsw 0(%r1)
  svc 0xff
  old_mask PSW_BASIC | PSW_PROBLEM | 2 * PSW_CC_1 | 3 * PSW_KEY_1
  program OPERATION, 2, 7912f+2
  done
  .balign 8
7911: .long 0x00390000 | 0x00002000, 0x80000000 + 7912f
7912: .short 0

  test "LPSW of a PSW with bit 12 zero"
  setup
  gr_address 1, 7911f
  code
  lpsw 0(%r1)
  program SPECIFICATION, 4
  done
  .balign 8
7911: .long 0x00010000, 0x80004000

  test "SSM of an invalid mask"
  setup
  mvi SCRATCH(%r0), 0x80
  code
  ssm SCRATCH(%r0)
  old_mask SUPERVISOR | 1 << 63
  program SPECIFICATION, 4
  done

  test "STOSM of an invalid mask stores the old one"
  setup
  mvghi SCRATCH(%r0), -1
  code SUPERVISOR
  stosm SCRATCH(%r0), 0x10
  old_mask SUPERVISOR | 1 << 60
  program SPECIFICATION, 4
  verify
  check_at 1, SCRATCH(%r0), 0x00ffffffffffffff
  done

  test "STNSM stores the mask and clears bits"
  setup
  mvghi SCRATCH(%r0), 0
  code SUPERVISOR | PSW_IO | PSW_EXTERNAL
  stnsm SCRATCH(%r0), 0xfe
  svc 0
  old_mask SUPERVISOR | PSW_IO
  supervisor 0
  verify
  check_at 1, SCRATCH(%r0), 0x0300000000000000
  done

  test "SAM31 in 64-bit mode"
  code
  sam31
  svc 0
  old_mask PSW_BASIC | PSW_CC_1
  supervisor 0
  done

  test "SAM24 in 64-bit mode"
  code
  sam24
  svc 0
  old_mask PSW_CC_1
  supervisor 0
  done

  test "TAM and SAM64"
  code PSW_BASIC
  sam64
  tam
  svc 0
  old_mask PSW_64 | PSW_CC
  supervisor 0
  done

  test "SAM31 where the address does not fit"
  setup
  llihf %r1, 1
  larl %r2, 7911f
  ogr %r1, %r2
  code
  sam31
  svc 0
  old_mask PSW_BASIC | PSW_CC_1
  supervisor 0
  done
7911: .short 0

  test "31-bit addressing wraps operand addresses"
  setup
  gr 1, 0xffffffff80000000 + SCRATCH
  mvghi SCRATCH(%r0), 0x77
  gr_after 3, 0x77
  code PSW_BASIC | PSW_CC_1
  lg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "24-bit addressing wraps operand addresses"
  setup
  gr 1, 0xffffffffff000000 + SCRATCH
  mvghi SCRATCH(%r0), 0x78
  gr_after 3, 0x78
  code PSW_CC_1
  lg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "BASR in 31-bit mode saves bit 32"
  setup
  larl %r0, 7913f
  iihf %r0, 0x03030303
  oilh %r0, 0x8000
  stg %r0, AFTER + 24(%r0)
  code PSW_BASIC | PSW_CC_1
  basr %r3, %r0
7913: svc 0
  supervisor 0
  done

  test "BAL in 24-bit mode saves ILC, condition code and program mask"
  setup
  larl %r0, 7914f
  iihf %r0, 0x03030303
  oilh %r0, 0x5200                          # ILC 1, condition code 1, program mask 2
  stg %r0, AFTER + 24(%r0)
  code 2 << 40 | PSW_CC_1
  balr %r3, %r0
7914: svc 0
  supervisor 0
  done

  test "BSM to an odd address goes to 64-bit mode"
  setup
  larl %r0, 7915f
  aghi %r0, 1
  stg %r0, BEFORE + 40(%r0)
  stg %r0, AFTER + 40(%r0)
  code PSW_BASIC | PSW_CC_1
  bsm %r0, %r5
7915: svc 0
  old_mask SUPERVISOR
  supervisor 0
  done

  test "SPM sets condition code and program mask"
  setup
  gr 4, 0x3a000000
  code PROBLEM
  spm %r4
  svc 0
  old_mask PSW_64 | PSW_PROBLEM | 3 * PSW_CC_1 | 0xa << 40
  supervisor 0
  done

  test "IPM takes them"
  setup
  gr_after 4, 0x0404040424040404
  code SUPERVISOR & ~PSW_CC | 2 * PSW_CC_1 | 4 << 40
  ipm %r4
  svc 0
  supervisor 0
  done
  guest_end
