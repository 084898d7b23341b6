# ASN translation and authority, PROGRAM CALL and the linkage stack (chapter 5): their exceptions, which nullify.
  .include "harness.s"
  .include "tables.s"
  guest linkage

  .set DAT, SUPERVISOR | PSW_DAT
  .set ASN_TRANSLATION, 1 << 19             # CR14 bit 44
  .set SECONDARY_SPACE, 1 << 26             # CR0 bit 37
  .set FIRST_TABLE, 0x128000                # ASN first table, 4 KiB aligned
  .set SECOND_TABLE, 0x129000               # ASN second table: 64 entries of 64 bytes
  .set AUTHORITY, 0x12a000
  .set PRIMARY, 0x12a100                    # the primary space's ASN-second-table entry
  .set LINKAGE_TABLE, 0x12a200
  .set ENTRY_TABLE, 0x12a300
  .set STACK, 0xb0000                       # where real is virtual in the home space
  .set ASN, 0x0041                          # index 1 of the first table, 1 of the second
  .set SPACE, SECOND_TABLE + 64

# spaces: tables of DAT, of one ASN, and of the primary space. Everything else is invalid.
.macro spaces
  translated
  llilf %r1, FIRST_TABLE
  llihf %r3, 0x80000000
  oilf %r3, 0x80000000
0: stg %r3, 0(%r1)
  la %r1, 8(%r1)
  clfi %r1, 0x12b000
  jl 0b
  entry FIRST_TABLE, 0x80000000 << 32 | SECOND_TABLE
  entry SPACE, AUTHORITY << 32
  entry SPACE + 8, REGION_FIRST + FIRST_TYPE + 3
  entry AUTHORITY, 1 << 60                  # authority index 1 has secondary authority
  entry PRIMARY, 0
  entry PRIMARY + 24, 1 << 63               # subsystem-linkage control, and no linkage table
  control_or 0, SECONDARY_SPACE
  control 3, 0x77
  control 4, 1 << 16 | 0x42                 # authority index 1, primary ASN
  control 5, PRIMARY
  control 14, ASN_TRANSLATION | FIRST_TABLE >> 12
  control 13, REGION_FIRST + FIRST_TYPE + 3
  control 15, STACK
.endm

landing: svc 0xff

.macro ssar_fails name, code, changes
  test "SSAR, \name"
  setup
  spaces
  \changes
  gr 4, ASN
  code DAT
  ssar %r4
  program \code, 4, nullified
  teid ASN, 0xffffffff
  verify
  stctg %c3, %c3, SCRATCH(%r0)
  done
.endm
  ssar_fails "AFX translation", AFX_TRANSLATION, "entry FIRST_TABLE, 0x80000000<<32|0x80000000"
  ssar_fails "ASX translation", ASX_TRANSLATION, "entry SPACE, 1<<63"
  ssar_fails "secondary authority, the bit is zero", SECONDARY_AUTHORITY, "entry AUTHORITY, 0xe<<60"
  ssar_fails "secondary authority, beyond the table", SECONDARY_AUTHORITY, "control 4, 16<<16|0x42"

  test "SSAR of another space"
  setup
  spaces
  gr 4, ASN
  code DAT
  ssar %r4
  stctg %c3, %c3, SCRATCH(%r0)
  stctg %c7, %c7, SCRATCH + 8(%r0)
  svc 0
  supervisor 0
  verify
  check_at 1, SCRATCH(%r0), ASN
  check_at 2, SCRATCH + 8(%r0), REGION_FIRST + FIRST_TYPE + 3
  done

  test "SSAR of the primary space needs no tables"
  setup
  spaces
  entry FIRST_TABLE, 0x80000000 << 32 | 0x80000000
  gr 4, 0x42
  code DAT
  ssar %r4
  svc 0
  supervisor 0
  done

  test "SSAR without ASN translation"
  setup
  spaces
  control 14, 0
  gr 4, ASN
  code DAT
  ssar %r4
  program SPECIAL_OPERATION, 4
  done

.macro pt_fails name, code, changes
  test "PT, \name"
  setup
  spaces
  \changes
  gr 4, ASN
  gr_address 5, landing
  code DAT
  pt %r4, %r5
  program \code, 4, nullified
  teid ASN, 0xffffffff
  done
.endm
  pt_fails "AFX translation", AFX_TRANSLATION, "entry FIRST_TABLE, 0x80000000<<32|0x80000000"
  pt_fails "ASX translation", ASX_TRANSLATION, "entry SPACE, 1<<63"
  pt_fails "primary authority", PRIMARY_AUTHORITY, ""

# --- PROGRAM CALL -------------------------------------------------------------------------------------------------------------
  .set CALL, 0x00103                        # linkage index 1, entry index 3
.macro callable
  spaces
  entry PRIMARY + 24, (1 << 63) | LINKAGE_TABLE << 32
  entry LINKAGE_TABLE, 0x80000000 << 32 | ENTRY_TABLE
.endm
.macro pc_fails name, code, changes, number=CALL
  test "PC, \name"
  setup
  callable
  \changes
  gr 3, \number
  code DAT
  pc 0(%r3)
  program \code, 4, nullified
  teid \number, 0xffffffff
  done
.endm
  pc_fails "LX translation, an invalid entry", LX_TRANSLATION, "", 0x00003
  pc_fails "LX translation, beyond the table", LX_TRANSLATION, "", 0x02003
  pc_fails "EX translation, beyond the table", EX_TRANSLATION, "", 0x00104

  test "PC without a linkage table"
  setup
  callable
  entry PRIMARY + 24, LINKAGE_TABLE << 32
  gr 3, CALL
  code DAT
  pc 0(%r3)
  program SPECIAL_OPERATION, 4
  done

  test "PC in real mode"
  setup
  callable
  gr 3, CALL
  code
  pc 0(%r3)
  program SPECIAL_OPERATION, 4
  done

# --- The linkage stack --------------------------------------------------------------------------------------------------------
# An entry descriptor: type, section identification, remaining free space, next-entry size.
  .set HEADER, 0x09
  .set TRAILER, 0x0a
  .set BRANCH_STATE, 0x0c

.macro stacked type, free, unstack=0
  spaces
  entry STACK, (\unstack << 63) | \type << 56 | \free << 32
  entry STACK - 8, 0                        # a header's backward address: none
  entry STACK + 8 + \free, 0               # a trailer's forward address: none
  entry STACK + 16 + \free, TRAILER << 56
.endm
.macro stack_fails name, type, free, code, length, instruction, unstack=0
  test "linkage stack, \name"
  setup
  stacked \type, \free, \unstack
  gr_address 4, landing
  gr 6, 0
  code DAT
  \instruction
  program \code, \length, nullified
  done
.endm
  stack_fails "BAKR finds no room", HEADER, 0x20, STACK_FULL, 4, "bakr %r4, %r4"
  stack_fails "BAKR finds no room and a free space of odd size", HEADER, 0x24, STACK_SPECIFICATION, 4, "bakr %r4, %r4"
  stack_fails "PR of an empty stack", HEADER, 0x400, STACK_EMPTY, 2, "pr"
  stack_fails "EREG of an empty stack", HEADER, 0x400, STACK_EMPTY, 4, "ereg %r2, %r3"
  stack_fails "ESTA of an empty stack", HEADER, 0x400, STACK_EMPTY, 4, "esta %r2, %r6"
  stack_fails "PR of an entry of another type", 0x0b, 0x400, STACK_TYPE, 2, "pr"
  stack_fails "PR of a state entry that must stay", BRANCH_STATE, 0x400, STACK_OPERATION, 2, "pr", 1

  test "linkage stack, BAKR in real mode"
  setup
  stacked HEADER, 0x400
  code
  bakr %r4, %r4
  program SPECIAL_OPERATION, 4
  done

  test "linkage stack, BAKR and PR"
  setup
  stacked HEADER, 0x400
  larl %r0, 7961f
  oill %r0, 1                               # the return address's bit 63: 64-bit addressing
  stg %r0, BEFORE + 32(%r0)
  stg %r0, AFTER + 32(%r0)
  gr_address 5, 7962f
  code DAT
  bakr %r4, %r5
  svc 0xff
7962: lghi %r2, 0                           # PR restores registers 2-14
  lghi %r3, 0
  spm %r0
  pr
  svc 0xff
7961: svc 0
  supervisor 0
  verify
  stctg %c15, %c15, SCRATCH(%r0)
  done

# --- Trace ----------------------------------------------------------------------------------------------------------------------
  test "TRACG without room in the trace table"
  setup
  control 12, 0x128ff8 | 1                  # explicit tracing, eight bytes below a page's end
  mvghi SCRATCH(%r0), 0
  code
  tracg %r2, %r5, SCRATCH(%r0)
  program TRACE_TABLE, 6, nullified
  done

  test "TRACG with tracing off"
  setup
  control 12, 0x128000
  mvghi SCRATCH(%r0), 0
  code
  tracg %r2, %r5, SCRATCH(%r0)
  svc 0
  supervisor 0
  done

# --- Space switch ---------------------------------------------------------------------------------------------------------------
  test "space-switch event, SAC to the home space"
  setup
  spaces
  control 1, REGION_FIRST + FIRST_TYPE + 3 + 0x40      # the primary ASCE's space-switch-event control
  code DAT
  sac 0x300
  old_mask DAT | PSW_HOME
  program SPACE_SWITCH, 4
  done
  guest_end
