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

# --- The access list --------------------------------------------------------------------------------------------------------
  .set DUCT, 0x128000                       # dispatchable-unit control table
  .set ACCESS_LIST, 0x128200                # 8 entries of 16 bytes
  .set SPACE, 0x128400                      # an ASN-second-table entry: the space of the tables, by another name
  .set AUTHORITY, 0x128500                  # its authority table
  .set ALET, 0x00050002                     # access-list-entry sequence number 5, entry 2
  .set ENTRY, ACCESS_LIST + 32

# Access register 1 gets an ALET; the dispatchable unit's access list has one good entry, number 2.
.macro listed alet=ALET
  translated
  llilf %r1, DUCT
  lghi %r3, 0
0: stg %r3, 0(%r1)
  la %r1, 8(%r1)
  clfi %r1, 0x128600
  jl 0b
  entry DUCT + 16, ACCESS_LIST << 32        # one unit of 8 entries
  entry ACCESS_LIST, 1 << 63
  entry ACCESS_LIST + 16, 1 << 63
  entry ENTRY, 5 << 48
  entry ENTRY + 8, SPACE << 32 | 9          # ASTE sequence number 9
  entry SPACE, AUTHORITY << 32              # authority table of 4 authority indexes
  entry SPACE + 8, REGION_FIRST + FIRST_TYPE + 3
  entry SPACE + 16, 9
  control 2, DUCT
  iilf %r0, \alet
  st %r0, SCRATCH(%r0)
  lam %a1, %a1, SCRATCH(%r0)
.endm
.macro unlisted name, code, changes, alet=ALET
  test "\name"
  setup
  listed \alet
  \changes
  gr 1, VIRTUAL
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  program \code, 6, nullified
  verify
  llgc %r2, STORED + EXCEPTION_ACCESS_ID(%r0)
  nill %r2, 0xf
  aghi %r2, -1                              # access register 1
  done
.endm

  test "a store through the access list"
  setup
  listed
  gr 1, VIRTUAL
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  svc 0
  supervisor 0
  verify
  llilf %r1, FRAMES
  check_at 1, 0(%r1), 0x0303030303030303
  done

  unlisted "ALEN translation, beyond the list", ALEN_TRANSLATION, "", 0x00050008
  unlisted "ALEN translation, an invalid entry", ALEN_TRANSLATION, "entry ENTRY, 1<<63|5<<48"
  unlisted "ALE sequence", ALE_SEQUENCE, "", 0x00060002
  unlisted "ASTE validity", ASTE_VALIDITY, "entry SPACE, 1<<63|AUTHORITY<<32"
  unlisted "ASTE sequence", ASTE_SEQUENCE, "entry SPACE+16, 8"
  unlisted "extended authority, a private entry and no authority", EXTENDED_AUTHORITY, "entry ENTRY, 1<<56|5<<48; control 8, 1<<16"

  test "a private entry and the right extended authorization index"
  setup
  listed
  entry ENTRY, 1<<56|5<<48|1<<32            # ALEAX 1
  control 8, 1 << 16                  # EAX 1
  gr 1, VIRTUAL
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "a private entry and the authority table"
  setup
  listed
  entry ENTRY, 1<<56|5<<48|2<<32
  control 8, 1 << 16
  entry AUTHORITY, 1 << 60                  # secondary authority of index 1: bit 3
  gr 1, VIRTUAL
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "a fetch-only entry refuses a store"
  setup
  listed
  entry ENTRY, 1<<57|5<<48
  gr 1, VIRTUAL
  code DAT | PSW_ACCESS_REGISTER
  stg %r3, 0(%r1)
  program PROTECTION, 6
  teid VIRTUAL + 0xc + 1, -4096 + 0xf
  verify
  llilf %r1, FRAMES
  check_at 1, 0(%r1), 0
  done

  test "a fetch-only entry allows a fetch"
  setup
  listed
  entry ENTRY, 1<<57|5<<48
  entry FRAMES, 0x4455
  gr 1, VIRTUAL
  gr_after 3, 0x4455
  code DAT | PSW_ACCESS_REGISTER
  lg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "TAR of a good ALET"
  setup
  listed
  gr 3, 0
  code DAT
  tar %a1, %r3
  svc 0
  old_mask DAT
  supervisor 0
  done

  test "TAR of a bad ALET"
  setup
  listed 0x00060002
  gr 3, 0
  code DAT
  tar %a1, %r3
  svc 0
  old_mask DAT | PSW_CC
  supervisor 0
  done
  guest_end
