# DAT tables for guests that translate (chapter 3, "Dynamic Address Translation"). After `build_tables` (called with r11 as the
# way back) every entry is invalid but those at index 0 of each level and the first two segments:
#
#   region-first table REGION_FIRST -> REGION_SECOND -> REGION_THIRD -> SEGMENTS -> LOW_PAGES  0-1 MiB, real = virtual
#                                                                                -> HIGH_PAGES 1-2 MiB, the first 4 pages to FRAMES
  .set REGION_FIRST, 0x110000
  .set REGION_SECOND, 0x114000
  .set REGION_THIRD, 0x118000
  .set SEGMENTS, 0x11c000
  .set LOW_PAGES, 0x120000
  .set HIGH_PAGES, 0x121000
  .set FRAMES, 0x130000                   # 4 pages with storage key 0
  .set BEYOND, 0x4000000000               # no storage is there

  .set FIRST_TYPE, 0xc                    # designation type of an ASCE, table type of an entry
  .set SECOND_TYPE, 0x8
  .set THIRD_TYPE, 0x4
  .set LENGTH_3, 3                        # a whole table of 2048 entries
  .set INVALID, 0x20                      # regions and segments
  .set PAGE_INVALID, 0x400
  .set PROTECT, 0x200                     # segments and pages
  .set COMMON, 0x10                       # segments
  .set PRIVATE_SPACE, 0x100               # ASCE
  .set REAL_SPACE, 0x20                   # ASCE
  .set TEID_ADDRESS, -4096 + 3            # bits of the TEID that are always defined: address and ASCE identification

  .set VIRTUAL, 0x100000                  # the first page of the second segment

# entry ADDRESS, VALUE: stores a doubleword at an absolute address. Changes r1 and r3.
.macro entry address, value
  llihf %r3, (\value) >> 32
  iilf %r3, (\value) & 0xffffffff
  llilf %r1, \address
  stg %r3, 0(%r1)
.endm

  .text
build_tables:
  llilf %r1, REGION_FIRST
  lghi %r3, INVALID
0: stg %r3, 0(%r1)                        # four tables of 2048
  la %r1, 8(%r1)
  clfi %r1, LOW_PAGES
  jl 0b
  lghi %r3, PAGE_INVALID
  llilf %r2, HIGH_PAGES + 0x800
1: stg %r3, 0(%r1)
  la %r1, 8(%r1)
  clgr %r1, %r2
  jl 1b
  llilf %r1, LOW_PAGES
  lghi %r3, 0
2: stg %r3, 0(%r1)
  la %r1, 8(%r1)
  aghi %r3, 0x1000
  clfi %r3, 0x100000
  jl 2b
  .irp index, 0, 1, 2, 3
  entry HIGH_PAGES + 8 * \index, FRAMES + 0x1000 * \index
  llilf %r1, FRAMES + 0x1000 * \index
  lghi %r3, 0
  .long 0xb22b0031                        # SSKE
  stg %r3, 0(%r1)
  stg %r3, 0xff8(%r1)
  .endr
  entry REGION_FIRST, REGION_SECOND + FIRST_TYPE + 3
  entry REGION_SECOND, REGION_THIRD + SECOND_TYPE + 3
  entry REGION_THIRD, SEGMENTS + THIRD_TYPE + 3
  entry SEGMENTS, LOW_PAGES
  entry SEGMENTS + 8, HIGH_PAGES
  ptlb
  br %r11

# translated ASCE: builds the tables; CR1 designates them.
.macro translated asce=REGION_FIRST + FIRST_TYPE + 3
  brasl %r11, build_tables
  control 1, \asce
.endm
