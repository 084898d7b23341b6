# Dynamic address translation (chapter 3) and its exceptions (chapter 6): each at each level of table, with old PSW, ILC, TEID
# and untouched operands. Translation exceptions nullify, translation specification and protection suppress.
  .include "harness.s"
  .include "tables.s"
  guest translation

  .set DAT, SUPERVISOR | PSW_DAT

# faults NAME, CODE, ASCE, ADDRESS, "entries": LG from ADDRESS.
.macro faults name, code, asce, address, changes
  test "\name"
  setup
  translated "\asce"
  \changes
  gr 1, \address
  code DAT
  lg %r3, 0(%r1)
  program \code, 6, nullified
  teid (\address) & -4096, TEID_ADDRESS
  done
.endm
.macro wrong name, code, asce, address, changes
  test "\name"
  setup
  translated "\asce"
  \changes
  gr 1, \address
  code DAT
  lg %r3, 0(%r1)
  program \code, 6
  done
.endm

.macro unfetched name, asce
  test "\name"
  setup
  translated "\asce"
  code DAT
  lg %r3, 0(%r1)
  program ADDRESSING, ANY_LENGTH, ANY_ADDRESS
  done
.endm

  .set FIRST, REGION_FIRST + FIRST_TYPE
  .set SECOND, REGION_SECOND + SECOND_TYPE
  .set THIRD, REGION_THIRD + THIRD_TYPE

  test "a translated LG and STG"
  setup
  translated
  entry FRAMES + 0x2000, 0x1122334455667788
  gr 1, VIRTUAL + 0x2000
  gr_after 3, 0x1122334455667788
  code DAT
  lg %r3, 0(%r1)
  stg %r3, 0x100(%r1)
  svc 0
  supervisor 0
  verify
  llilf %r1, FRAMES + 0x2100
  check_at 1, 0(%r1), 0x1122334455667788
  done

# --- Region first ---------------------------------------------------------------------------------------------------------
  faults "region-first entry invalid", REGION_FIRST_TRANSLATION, FIRST+3, 1<<53
  faults "region-first index beyond the ASCE's length", REGION_FIRST_TRANSLATION, FIRST, 512<<53, "entry REGION_FIRST+8*512, REGION_SECOND+FIRST_TYPE+3"
  wrong "region-first entry of the wrong type", TRANSLATION_SPECIFICATION, FIRST+3, (1<<53)+VIRTUAL, "entry REGION_FIRST+8, REGION_SECOND+SECOND_TYPE+3"
  unfetched "region-first table beyond storage", BEYOND+FIRST_TYPE+3

# --- Region second -------------------------------------------------------------------------------------------------------
  faults "region-second entry invalid", REGION_SECOND_TRANSLATION, FIRST+3, 1<<42
  faults "region-second index beyond the entry's length", REGION_SECOND_TRANSLATION, FIRST+3, 512<<42, "entry REGION_FIRST, REGION_SECOND+FIRST_TYPE"
  faults "region-second index below the entry's offset", REGION_SECOND_TRANSLATION, FIRST+3, 1<<53, "entry REGION_FIRST+8, REGION_SECOND+FIRST_TYPE+0x40+3"
  faults "region-second index beyond the ASCE's length", REGION_SECOND_TRANSLATION, SECOND, 512<<42
  wrong "region-second entry of the wrong type", TRANSLATION_SPECIFICATION, SECOND+3, (1<<42)+VIRTUAL, "entry REGION_SECOND+8, REGION_THIRD+THIRD_TYPE+3"
  wrong "region-second table beyond storage", ADDRESSING, FIRST+3, (1<<53)+VIRTUAL, "entry REGION_FIRST+8, BEYOND+FIRST_TYPE+3"
  faults "ASCE type, a region-second ASCE and a region-first index", ASCE_TYPE, SECOND+3, 1<<53

# --- Region third --------------------------------------------------------------------------------------------------------
  faults "region-third entry invalid", REGION_THIRD_TRANSLATION, FIRST+3, 1<<31
  faults "region-third index beyond the entry's length", REGION_THIRD_TRANSLATION, FIRST+3, 512<<31, "entry REGION_SECOND, REGION_THIRD+SECOND_TYPE"
  faults "region-third index below the entry's offset", REGION_THIRD_TRANSLATION, FIRST+3, 1<<42, "entry REGION_SECOND+8, REGION_THIRD+SECOND_TYPE+0x80+3"
  faults "region-third index beyond the ASCE's length", REGION_THIRD_TRANSLATION, THIRD, 512<<31
  wrong "region-third entry of the wrong type", TRANSLATION_SPECIFICATION, THIRD+3, (1<<31)+VIRTUAL, "entry REGION_THIRD+8, SEGMENTS+SECOND_TYPE+3"
  wrong "region-third table beyond storage", ADDRESSING, FIRST+3, (1<<42)+VIRTUAL, "entry REGION_SECOND+8, BEYOND+SECOND_TYPE+3"
  faults "ASCE type, a region-third ASCE and a region-second index", ASCE_TYPE, THIRD+3, 1<<42
  faults "ASCE type, a region-third ASCE and a region-first index", ASCE_TYPE, THIRD+3, 1<<53

# --- Segment -------------------------------------------------------------------------------------------------------------
  faults "segment entry invalid", SEGMENT_TRANSLATION, FIRST+3, 2<<20
  faults "segment index beyond the entry's length", SEGMENT_TRANSLATION, FIRST+3, 512<<20, "entry REGION_THIRD, SEGMENTS+THIRD_TYPE"
  faults "segment index beyond the ASCE's length", SEGMENT_TRANSLATION, SEGMENTS, 512<<20
  wrong "segment entry of the wrong type", TRANSLATION_SPECIFICATION, SEGMENTS+3, VIRTUAL, "entry SEGMENTS+8, HIGH_PAGES+THIRD_TYPE"
  wrong "common segment in a private space", TRANSLATION_SPECIFICATION, SEGMENTS+3+PRIVATE_SPACE, VIRTUAL, "entry SEGMENTS+8, HIGH_PAGES+COMMON"
  wrong "segment table beyond storage", ADDRESSING, FIRST+3, (1<<31)+VIRTUAL, "entry REGION_THIRD+8, BEYOND+THIRD_TYPE+3"
  faults "ASCE type, a segment ASCE and a region-third index", ASCE_TYPE, SEGMENTS+3, 1<<31
  faults "ASCE type, a segment ASCE and a region-first index", ASCE_TYPE, SEGMENTS+3, 1<<63

# --- Page ----------------------------------------------------------------------------------------------------------------
  faults "page invalid", PAGE_TRANSLATION, FIRST+3, VIRTUAL+0x4000
  faults "page invalid, in the middle", PAGE_TRANSLATION, SEGMENTS+3, VIRTUAL+0x4abc
  wrong "page entry with bit 52 one", TRANSLATION_SPECIFICATION, SEGMENTS+3, VIRTUAL, "entry HIGH_PAGES, FRAMES+0x800"
  wrong "page table beyond storage", ADDRESSING, SEGMENTS+3, VIRTUAL, "entry SEGMENTS+8, BEYOND"
  wrong "page frame beyond storage", ADDRESSING, SEGMENTS+3, VIRTUAL, "entry HIGH_PAGES, BEYOND"

# --- DAT protection -------------------------------------------------------------------------------------------------------
.macro protected name, changes, facility=0xffff, facility_name
  test "\name"
  .if \facility - 0xffff
  needs \facility, "\facility_name"
  .endif
  setup
  translated
  .if \facility == 8
  control_or 0, 1 << 23                    # enhanced DAT
  .endif
  \changes
  gr 1, VIRTUAL + 8
  code DAT
  stg %r3, 0(%r1)
  program PROTECTION, 6
  teid VIRTUAL + 4, TEID_ADDRESS + 4
  verify
  llilf %r1, FRAMES + 8
  check_at 1, 0(%r1), 0
  done
.endm
  protected "a store into a protected page", "entry HIGH_PAGES, FRAMES+PROTECT"
  protected "a store into a protected segment", "entry SEGMENTS+8, HIGH_PAGES+PROTECT"
  protected "a store into a protected region, third", "entry REGION_THIRD, SEGMENTS+THIRD_TYPE+3+PROTECT", 8, "EDAT-1"
  protected "a store into a protected region, second", "entry REGION_SECOND, REGION_THIRD+SECOND_TYPE+3+PROTECT", 8, "EDAT-1"
  protected "a store into a protected region, first", "entry REGION_FIRST, REGION_SECOND+FIRST_TYPE+3+PROTECT", 8, "EDAT-1"

  test "CS of a protected page that would not compare"
  setup
  translated
  entry HIGH_PAGES, FRAMES + PROTECT
  gr 1, VIRTUAL
  code DAT
  cs %r3, %r4, 0(%r1)
  program PROTECTION, 4
  teid VIRTUAL + 4, TEID_ADDRESS + 4
  done

  test "a fetch from a protected page"
  setup
  translated
  entry HIGH_PAGES, FRAMES + PROTECT
  gr 1, VIRTUAL
  gr_after 3, 0
  code DAT
  lg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

# --- EDAT-1 ---------------------------------------------------------------------------------------------------------------
  test "a segment of one megabyte"
  needs 8, "EDAT-1"
  setup
  translated
  control_or 0, 1 << 23                     # CR0 bit 40
  entry SEGMENTS + 16, 0x100000 + 0x400     # 2-3 MiB to 1-2 MiB, format control
  entry FRAMES + 0x1230, 0x0123456789abcdef
  gr 1, 0x200000 + (FRAMES - 0x100000) + 0x1230
  gr_after 3, 0x0123456789abcdef
  code DAT
  lg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

  test "a store into a protected segment of one megabyte"
  needs 8, "EDAT-1"
  setup
  translated
  control_or 0, 1 << 23
  entry SEGMENTS + 16, 0x100000 + 0x400 + PROTECT
  gr 1, 0x200000 + (FRAMES - 0x100000)
  code DAT
  stg %r3, 0(%r1)
  program PROTECTION, 6
  teid 0x200000 + (FRAMES - 0x100000) + 4, TEID_ADDRESS + 4
  verify
  llilf %r1, FRAMES
  check_at 1, 0(%r1), 0
  done

# --- Where it happens -----------------------------------------------------------------------------------------------------
  test "an instruction that cannot be fetched"
  setup
  translated
  gr 1, VIRTUAL + 0x4000
  code DAT
  br %r1
  program PAGE_TRANSLATION, ANY_LENGTH, VIRTUAL+0x4000
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  done

  test "an instruction whose second half cannot be fetched"
  setup
  translated
  llilf %r1, FRAMES + 0x3ffe
  mvhhi 0(%r1), 0x5830            # L r3,...
  gr 1, VIRTUAL + 0x3ffe
  code DAT
  br %r1
  program PAGE_TRANSLATION, ANY_LENGTH, VIRTUAL+0x3ffe
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  done

  test "the target of EX cannot be fetched"
  setup
  translated
  gr 1, VIRTUAL + 0x4000
  code DAT
  ex %r0, 0(%r1)
  program PAGE_TRANSLATION, 4, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  done

  test "EX of an instruction whose operand cannot be fetched"
  setup
  translated
  gr 1, VIRTUAL + 0x4000
  gr_address 4, 7901f
  code DAT
  ex %r0, 0(%r4)
  program PAGE_TRANSLATION, 4, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  done
7901: .short 0xe330, 0x1000, 0x0004         # LG r3,0(r1)

  test "STG across pages, the second invalid, stores nothing"
  setup
  translated
  gr 1, VIRTUAL + 0x3ffc
  code DAT
  stg %r3, 0(%r1)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  verify
  llilf %r1, FRAMES + 0x3ff8
  check_at 1, 0(%r1), 0
  done

  test "STMG across pages, the second invalid"
  setup
  translated
  gr 1, VIRTUAL + 0x3ff8
  code DAT
  stmg %r3, %r5, 0(%r1)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  done

  test "LMG across pages, the second invalid, keeps its base"
  setup
  translated
  gr 1, VIRTUAL + 0x3ff8
  code DAT
  lmg %r1, %r5, 0(%r1)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  verify
  lg %r2, FOUND + 8(%r0)
  llilf %r1, VIRTUAL + 0x3ff8
  xgr %r2, %r1
  done

  test "MVC across pages, the second of the destination invalid, stores nothing"
  setup
  translated
  gr 1, VIRTUAL + 0x3ffc
  gr 2, VIRTUAL
  entry FRAMES, -1
  code DAT
  mvc 0(8, %r1), 0(%r2)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  verify
  llilf %r1, FRAMES + 0x3ff8
  check_at 1, 0(%r1), 0
  done

  test "MVC from an invalid page stores nothing"
  setup
  translated
  gr 1, VIRTUAL
  gr 2, VIRTUAL + 0x3ffc
  llilf %r1, FRAMES + 0x3ffc
  mvhi 0(%r1), -1
  code DAT
  mvc 0(8, %r1), 0(%r2)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  verify
  llilf %r1, FRAMES
  check_at 1, 0(%r1), 0
  done

  test "MVCL goes on behind what it moved"
  setup
  translated
  gr 2, VIRTUAL + 0x2000
  gr 3, 0x3000
  gr 4, 0
  gr 5, 0xff000000
  gr_after 2, VIRTUAL + 0x4000
  gr_after 3, 0x1000
  code DAT
  mvcl %r2, %r4
  old_mask DAT
  program PAGE_TRANSLATION, 2, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  verify
  llilf %r1, FRAMES + 0x3ff8
  check_at 1, 0(%r1), -1
  done

# --- Spaces ---------------------------------------------------------------------------------------------------------------
.macro space name, control, mask, identification
  test "a page invalid in the \name space"
  setup
  translated
  control \control, REGION_FIRST + FIRST_TYPE + 3
  .if \control - 1
  control_or 0, 1 << 26
  .endif
  gr 1, VIRTUAL + 0x4000
  code DAT | \mask
  stg %r3, 0(%r1)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x4000 + \identification, TEID_ADDRESS
  done
.endm
  space primary, 1, 0, 0
  space secondary, 7, PSW_SECONDARY, 2
  space home, 13, PSW_HOME, 3

  test "a real-space ASCE"
  setup
  translated REAL_SPACE
  entry FRAMES, 0x5566
  gr 1, FRAMES
  gr_after 3, 0x5566
  code DAT
  lg %r3, 0(%r1)
  svc 0
  supervisor 0
  done

# --- LOAD REAL ADDRESS, TEST PROTECTION, MOVE PAGE --------------------------------------------------------------------------
.macro real name, address, cc, after, changes
  test "\name"
  setup
  translated
  \changes
  gr 1, \address
  gr_after 3, \after
  code DAT
  lrag %r3, 0(%r1)
  svc 0
  old_mask (DAT & ~PSW_CC) | \cc * PSW_CC_1
  supervisor 0
  done
.endm
  real "LRAG of a valid page", VIRTUAL+0x1234, 0, FRAMES+0x1234
  real "LRAG, segment entry invalid", 2<<20, 1, SEGMENTS+16
  real "LRAG, page entry invalid", VIRTUAL+0x4000, 2, HIGH_PAGES+0x20
  real "LRAG, region-third entry invalid", 1<<31, 3, 0x030303038000003b
  real "LRAG, region-first entry invalid", 1<<53, 3, 0x0303030380000039

.macro frame_key key
  llilf %r1, FRAMES
  lghi %r3, \key
  .long 0xb22b0031                          # SSKE
.endm
.macro tprot_case name, address, key, cc, changes
  test "TPROT, \name"
  setup
  translated
  \changes
  gr 1, \address
  gr 2, \key
  code DAT
  tprot 0(%r1), 0(%r2)
  svc 0
  old_mask (DAT & ~PSW_CC) | \cc * PSW_CC_1
  supervisor 0
  done
.endm
  tprot_case "fetch and store", VIRTUAL, 0, 0
  tprot_case "protected by its page", VIRTUAL, 0, 1, "entry HIGH_PAGES, FRAMES+PROTECT"
  tprot_case "no translation", VIRTUAL+0x4000, 0, 3
  tprot_case "protected by its key from stores", VIRTUAL, 0x20, 1, "frame_key 0x30"
  tprot_case "protected by its key from all", VIRTUAL, 0x20, 2, "frame_key 0x38"
  tprot_case "the right key", VIRTUAL, 0x30, 0, "frame_key 0x38"

  test "MVPG to an invalid page, condition code wanted"
  setup
  translated
  gr 0, 0x100                               # condition-code option
  gr 1, VIRTUAL + 0x4000
  gr 2, VIRTUAL
  code DAT
  mvpg %r1, %r2
  svc 0
  old_mask DAT
  supervisor 0
  done

  test "MVPG from an invalid page, condition code wanted"
  setup
  translated
  gr 0, 0x100
  gr 1, VIRTUAL
  gr 2, VIRTUAL + 0x4000
  code DAT
  mvpg %r1, %r2
  svc 0
  old_mask (DAT & ~PSW_CC) | 2 * PSW_CC_1
  supervisor 0
  done

  test "MVPG to an invalid page"
  setup
  translated
  gr 0, 0
  gr 1, VIRTUAL + 0x4000
  gr 2, VIRTUAL
  code DAT
  mvpg %r1, %r2
  program PAGE_TRANSLATION, 4, nullified
  teid VIRTUAL + 0x4000, TEID_ADDRESS
  done

# --- IPTE, IDTE -------------------------------------------------------------------------------------------------------------
  test "IPTE invalidates, and the next access sees it"
  setup
  translated
  gr 1, VIRTUAL + 0x1000
  gr 2, HIGH_PAGES
  gr_after 3, 0
  code DAT
  lg %r3, 0(%r1)
  ipte %r2, %r1
  here
  lg %r4, 0(%r1)
  program PAGE_TRANSLATION, 6, nullified
  teid VIRTUAL + 0x1000, TEID_ADDRESS
  verify
  llilf %r1, HIGH_PAGES + 8
  check_at 1, 0(%r1), FRAMES + 0x1000 + PAGE_INVALID
  done

  test "PTLB lets a changed entry be seen"
  setup
  translated
  entry FRAMES + 0x3000, 0x77
  gr 1, VIRTUAL
  gr 2, HIGH_PAGES
  gr 5, FRAMES + 0x3000
  gr_after 3, 0
  gr_after 4, 0x77
  code SUPERVISOR | PSW_DAT
  lg %r3, 0(%r1)
  sturg %r5, %r2
  ptlb
  lg %r4, 0(%r1)
  svc 0
  supervisor 0
  done

  test "LCTLG of another ASCE in CR1 is seen at once"
  setup
  translated
  entry 0x128000, REAL_SPACE
  llilf %r1, LOW_PAGES + 8 * 0xff           # the last page of the first megabyte shows what holds the new CR1
  llilf %r3, 0x128000
  stg %r3, 0(%r1)
  entry FRAMES + 0x500, 0x1111
  entry VIRTUAL + 0x500, 0x2222
  gr 1, VIRTUAL + 0x500
  gr 2, 0xff000
  gr_after 3, 0x1111
  gr_after 4, 0x2222
  code DAT
  lg %r3, 0(%r1)
  lctlg %c1, %c1, 0(%r2)
  lg %r4, 0(%r1)
  svc 0
  supervisor 0
  done
  guest_end
