# Key-controlled protection, its overrides, low-address protection, and storage keys (chapter 3, "Protection" and "Storage Key").
# A protection exception suppresses.
  .include "harness.s"
  guest protection

  .set FRAME, 0x100000
  .set LOW_ADDRESS_PROTECTION, 1 << 28      # CR0 bit 35
  .set FETCH_OVERRIDE, 1 << 25              # CR0 bit 38
  .set STORAGE_OVERRIDE, 1 << 24            # CR0 bit 39
  .set TEID_DAT, 4                          # bit 61: the TEID tells more

# page_key KEY, [ADDRESS]: access-control bits, fetch protection (8), reference (4), change (2). The frame is filled first.
.macro page_key key, address=FRAME
  llilf %r1, \address
  .if \address - FRAME
  .else
  lghi %r3, 0x5a
  stg %r3, 0(%r1)
  .endif
  lghi %r3, \key
  .long 0xb22b0031                          # SSKE
.endm

.macro allowed name, key, storage_key, instruction, after=0x0303030303030303
  test "\name"
  setup
  page_key \storage_key
  gr 1, FRAME
  gr_after 3, \after
  code SUPERVISOR | \key * PSW_KEY_1
  \instruction
  svc 0
  supervisor 0
  done
.endm
.macro refused name, key, storage_key, length, instruction
  test "\name"
  setup
  page_key \storage_key
  gr 1, FRAME
  code SUPERVISOR | \key * PSW_KEY_1
  \instruction
  program PROTECTION, \length
  teid 0, TEID_DAT
  verify
  llilf %r1, FRAME
  check_at 1, 0(%r1), 0x5a
  done
.endm
  allowed "a fetch with another key", 4, 0x30, "lg %r3, 0(%r1)", 0x5a
  allowed "a store with the same key", 3, 0x38, "stg %r3, 0(%r1)"
  allowed "a fetch with the same key from a fetch-protected page", 3, 0x38, "lg %r3, 0(%r1)", 0x5a
  allowed "a store with key 0", 0, 0xf8, "stg %r3, 0(%r1)"
  refused "a store with another key", 4, 0x30, 6, "stg %r3, 0(%r1)"
  refused "a store with another key into a page with key 0", 4, 0x00, 6, "stg %r3, 0(%r1)"
  refused "a fetch with another key from a fetch-protected page", 4, 0x38, 6, "lg %r3, 0(%r1)"
  refused "a fetch, ILC 2, from a fetch-protected page", 4, 0x38, 4, "l %r3, 0(%r1)"
  refused "CS with another key that would not compare", 4, 0x30, 4, "cs %r3, %r4, 0(%r1)"
  refused "OI with another key", 4, 0x30, 4, "oi 0(%r1), 0xff"
  refused "MVC with another key", 4, 0x30, 6, "mvc 0(8, %r1), STATE(%r0)"
  refused "XC with another key", 4, 0x30, 6, "xc 0(8, %r1), 0(%r1)"
  refused "STM with another key", 4, 0x30, 4, "stm %r3, %r5, 0(%r1)"
  refused "TS with another key", 4, 0x30, 4, "ts 0(%r1)"

  test "an instruction from a fetch-protected page"
  setup
  page_key 0x38
  gr 1, FRAME
  code SUPERVISOR | 4 * PSW_KEY_1
  br %r1
  program PROTECTION, ANY_LENGTH, ANY_ADDRESS
  done

  test "a store across pages, the second with another key, stores nothing"
  setup
  page_key 0x30, FRAME + 0x1000
  page_key 0x40
  lghi %r3, 0
  llilf %r1, FRAME + 0xff8
  stg %r3, 0(%r1)
  gr 1, FRAME + 0xffc
  code SUPERVISOR | 4 * PSW_KEY_1
  stg %r3, 0(%r1)
  program PROTECTION, 6
  verify
  llilf %r1, FRAME + 0xff8
  check_at 1, 0(%r1), 0
  done

  test "storage-protection override lets a page with key 9 be stored into"
  setup
  control_or 0, STORAGE_OVERRIDE
  page_key 0x98
  gr 1, FRAME
  gr_after 3, 0x5a
  code SUPERVISOR | 4 * PSW_KEY_1
  lg %r3, 0(%r1)
  stg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "storage-protection override is for key 9 only"
  setup
  control_or 0, STORAGE_OVERRIDE
  page_key 0x80
  gr 1, FRAME
  code SUPERVISOR | 4 * PSW_KEY_1
  stg %r3, 0(%r1)
  program PROTECTION, 6
  done

  test "fetch-protection override lets the first 2 KiB be fetched"
  setup
  control_or 0, FETCH_OVERRIDE
  page_key 0x38, 0
  mvghi 0x7f0(%r0), 0x66
  gr_after 3, 0x66
  code SUPERVISOR | 4 * PSW_KEY_1
  lg %r3, 0x7f0(%r0)
  svc 0
  supervisor 0
  verify
  page_key 0, 0
  done

  test "fetch-protection override ends at 2048"
  setup
  control_or 0, FETCH_OVERRIDE
  page_key 0x38, 0
  code SUPERVISOR | 4 * PSW_KEY_1
  lg %r3, 0x800(%r0)
  program PROTECTION, 6
  verify
  page_key 0, 0
  done

  test "without the override the first 2 KiB are fetch-protected"
  setup
  page_key 0x38, 0
  code SUPERVISOR | 4 * PSW_KEY_1
  lg %r3, 0x7f0(%r0)
  program PROTECTION, 6
  verify
  page_key 0, 0
  done

# --- Instructions that bring a key along --------------------------------------------------------------------------------------
.macro keyed name, storage_key, instruction
  test "\name"
  setup
  page_key \storage_key
  gr 0, 7                                   # length less one
  gr 1, 0x40                                # the key
  gr 2, FRAME
  gr 4, 8
  gr 5, SCRATCH
  code
  \instruction
  program PROTECTION, 6
  verify
  llilf %r1, FRAME
  check_at 1, 0(%r1), 0x5a
  done
.endm
  keyed "MVCDK into a page with another key", 0x30, "mvcdk 0(%r2), 0(%r5)"
  keyed "MVCSK from a fetch-protected page with another key", 0x38, "mvcsk 0(%r5), 0(%r2)"
  keyed "MVCK from a fetch-protected page with another key", 0x38, "mvck 0(%r4, %r5), 0(%r2), %r1"

  test "SSKE and ISKE"
  setup
  page_key 0x7e
  gr 1, FRAME + 0x123
  gr_after 3, 0x030303030303037e
  code
  iske %r3, %r1
  svc 0
  supervisor 0
  done

  test "SSKE looks at 4-KiB blocks only"
  setup
  page_key 0x10, FRAME + 0x1000
  page_key 0x20
  gr 1, FRAME + 0x1000
  gr_after 3, 0x0303030303030310
  code
  iske %r3, %r1
  svc 0
  supervisor 0
  done

  test "a fetch sets the reference bit"
  setup
  page_key 0
  gr 1, FRAME
  gr_after 3, 0x5a
  gr_after 4, 0x0404040404040404
  code
  lg %r3, 0(%r1)
  iske %r4, %r1
  svc 0
  supervisor 0
  done

  test "a store sets reference and change bits"
  setup
  page_key 0
  gr 1, FRAME
  gr_after 4, 0x0404040404040406
  code
  stg %r3, 0(%r1)
  iske %r4, %r1
  svc 0
  supervisor 0
  done

.macro rrbe_case name, key, cc, after
  test "RRBE, \name"
  setup
  page_key \key
  gr 1, FRAME
  gr_after 4, 0x0404040404040400 + \after
  code
  rrbe %r0, %r1
  iske %r4, %r1
  svc 0
  old_mask (SUPERVISOR & ~PSW_CC) | \cc * PSW_CC_1
  supervisor 0
  done
.endm
  rrbe_case "neither referenced nor changed", 0x50, 0, 0x50
  rrbe_case "changed", 0x52, 1, 0x52
  rrbe_case "referenced", 0x54, 2, 0x50
  rrbe_case "both", 0x56, 3, 0x52

# --- Low-address protection ---------------------------------------------------------------------------------------------------
.macro low name, address, mask=0
  test "low-address protection, \name"
  setup
  control_or 0, LOW_ADDRESS_PROTECTION
  mvghi SCRATCH(%r0), 0
  gr 1, \address
  code SUPERVISOR | \mask
  sty %r3, 0(%r1)
  program PROTECTION, 6
  done
.endm
.macro low_allowed name, address, setup_more
  test "low-address protection, \name"
  setup
  control_or 0, LOW_ADDRESS_PROTECTION
  \setup_more
  gr 1, \address
  code
  sty %r3, 0(%r1)
  svc 0
  supervisor 0
  done
.endm
  low "the first word", 0
  low "the last word of 512", 508
  low "the first word of 4096", 4096
  low "the last word of 4096-4607", 4604
  low "a word that reaches in from below", 4093
  low_allowed "512", 512
  low_allowed "4095 and before", 4092
  low_allowed "4608", 4608
  low_allowed "fetches are allowed", SCRATCH, "lg %r0, 0(%r0)"

  test "low-address protection, off"
  setup
  gr 1, 0x20
  code
  sty %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "low-address protection is not for interruptions"
  setup
  control_or 0, LOW_ADDRESS_PROTECTION
  code
  svc 0x21
  supervisor 0x21
  done

  test "low-address protection is not for STFL"
  setup
  control_or 0, LOW_ADDRESS_PROTECTION
  code
  stfl 0
  svc 0
  supervisor 0
  done

  test "low-address protection, STOSM"
  setup
  control_or 0, LOW_ADDRESS_PROTECTION
  code
  stosm 0x20(%r0), 0
  program PROTECTION, 4
  done

  test "low-address protection, STURG is for real addresses too"
  setup
  control_or 0, LOW_ADDRESS_PROTECTION
  gr 1, 0x20
  code
  sturg %r3, %r1
  program PROTECTION, 4
  done
  guest_end
