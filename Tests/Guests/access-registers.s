# Access-register mode (chapter 5, "Access-Register Translation") and its exceptions. QEMU's TCG has no such mode.
  .include "harness.s"
  .include "tables.s"
  guest access-registers

  .set DAT, SUPERVISOR | PSW_DAT

  test "a page invalid in access-register mode, ALET 0"
  setup
  translated
  control 7, REGION_FIRST + FIRST_TYPE + 3
  xc SCRATCH(8, %r0), SCRATCH(%r0)
  mvhi SCRATCH + 4(%r0), 1
  lam %a1, %a2, SCRATCH(%r0)
  gr 1, VIRTUAL + 0x4000
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000 + 1, -4096 + 3
  verify
  llgc %r2, STORED + EXCEPTION_ACCESS_ID(%r0)
  nill %r2, 0xf
  aghi %r2, -1                              # access register 1
  done

  test "a page invalid in access-register mode, ALET 1 is the secondary space"
  setup
  translated
  control 7, REGION_FIRST + FIRST_TYPE + 3
  xc SCRATCH(8, %r0), SCRATCH(%r0)
  mvhi SCRATCH + 4(%r0), 1
  lam %a1, %a2, SCRATCH(%r0)
  gr 2, VIRTUAL + 0x4000
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r2)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000 + 1, -4096 + 3
  verify
  llgc %r2, STORED + EXCEPTION_ACCESS_ID(%r0)
  nill %r2, 0xf
  aghi %r2, -2
  done

  test "an ALET with its reserved bits not zero"
  setup
  translated
  iilf %r0, 0x02000000
  st %r0, SCRATCH(%r0)
  lam %a1, %a1, SCRATCH(%r0)
  gr 1, VIRTUAL
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  program ALET_SPECIFICATION, 6
  done

  guest_end
