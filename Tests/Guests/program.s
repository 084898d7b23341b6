# Program interruptions by code (chapter 6): what the code is, what ends how, and what stays. Translation, protection, PER and
# the PSW have guests of their own.
  .include "harness.s"
  guest program

  .set AFP_CONTROL, 1 << 18                 # CR0 bit 45
  .set NOWHERE, 0x0000700000000000          # beyond any storage

# --- Operation: suppressed ---------------------------------------------------------------------------------------------------
  test "operation, 2 bytes"
  code
  .short 0
  program OPERATION, 2
  done

  test "operation, 4 bytes"
  code
  .long 0xb2fe0000
  program OPERATION, 4
  done

  test "operation, 6 bytes"
  code
  .short 0xe300, 0, 0x00ff
  program OPERATION, 6
  done

  test "operation, in the problem state"
  code PROBLEM
  .short 0x0101 - 1
  program OPERATION, 2
  done

# --- Execute: suppressed -----------------------------------------------------------------------------------------------------
  test "EX of EX"
  setup
  gr_address 4, 7801f
  code
  ex %r0, 0(%r4)
  program EXECUTE, 4
  done
  .balign 2
7801: ex %r0, 0(%r4)
7802: exrl %r0, 7801b

  test "EX of EXRL"
  setup
  gr_address 4, 7802b
  code
  ex %r0, 0(%r4)
  program EXECUTE, 4
  done

  test "EXRL of EX"
  code
  exrl %r0, 7801b
  program EXECUTE, 6
  done

  test "EX of an odd address is a specification exception"
  setup
  gr 4, 0x4001
  code
  ex %r0, 0(%r4)
  program SPECIFICATION, 4
  done

  test "EX of what does not exist is an addressing exception"
  setup
  gr 4, NOWHERE
  code
  ex %r0, 0(%r4)
  program ADDRESSING, 4
  done

  test "EX of SVC, the length is that of EX"
  setup
  gr_address 4, 7803f
  code
  ex %r0, 0(%r4)
  supervisor 0x55, 4
  done
7803: svc 0x55

  test "EXRL of SVC, or'ed with a register"
  setup
  gr 5, 0x0a
  code
  exrl %r5, 7803b
  supervisor 0x5f, 6
  done

  test "EX of a 6-byte instruction with an addressing exception"
  setup
  gr 1, NOWHERE
  gr 2, NOWHERE
  gr_address 4, 7804f
  code
  ex %r0, 0(%r4)
  program ADDRESSING, 4
  done
7804: mvc 0(4, %r1), 0(%r2)

# --- Addressing: suppressed or terminated; registers stay ------------------------------------------------------------------
  test "addressing, LG"
  setup
  gr 1, NOWHERE
  code
  lg %r3, 0(%r1)
  program ADDRESSING, 6
  done

  test "addressing, L"
  setup
  gr 1, NOWHERE
  code
  l %r3, 0(%r1)
  program ADDRESSING, 4
  done

  test "addressing, LM leaves no register changed"
  setup
  gr 1, NOWHERE
  code
  lm %r3, %r5, 0(%r1)
  program ADDRESSING, 4
  done

  test "addressing, STG"
  setup
  gr 1, NOWHERE
  code
  stg %r3, 0(%r1)
  program ADDRESSING, 6
  done

  test "addressing, CS leaves the register"
  setup
  gr 1, NOWHERE
  code
  cs %r3, %r4, 0(%r1)
  program ADDRESSING, 4
  done

  test "addressing, STURG"
  setup
  gr 1, NOWHERE
  code
  sturg %r3, %r1
  program ADDRESSING, 4
  done

  test "addressing, SPX"
  setup
  gr_address 1, 7805f
  code
  spx 0(%r1)
  program ADDRESSING, 4
  done
  .balign 8
7805: .long 0x7ffe0000, 0

  test "addressing, ISKE"
  setup
  gr 1, NOWHERE
  code
  iske %r3, %r1
  program ADDRESSING, 4
  done

# --- Specification: suppressed ---------------------------------------------------------------------------------------------
.macro specification name, length, instruction
  test "specification, \name"
  setup
  control_or 0, AFP_CONTROL
  gr 0, 0x0101
  gr 1, SCRATCH + 1
  gr 7, 0
  code
  \instruction
  program SPECIFICATION, \length
  done
.endm
  specification "MR with an odd register", 2, ".short 0x1c32"
  specification "DR with an odd register", 2, ".short 0x1d32"
  specification "MLGR with an odd register", 4, ".long 0xb9860032"
  specification "DLGR with an odd register", 4, ".long 0xb9870032"
  specification "DSGR with an odd register", 4, ".long 0xb90d0032"
  specification "SLDA with an odd register", 4, ".long 0x8f300001"
  specification "SRDL with an odd register", 4, ".long 0x8c300001"
  specification "MVCL with an odd register", 2, ".short 0x0e34"
  specification "CLCL with an odd register", 2, ".short 0x0f43"
  specification "MVCLE with an odd register", 4, ".long 0xa8340000"
  specification "CLCLE with an odd register", 4, ".long 0xa9430000"
  specification "CDS with an odd register", 4, ".long 0xbb347000"
  specification "CDSG with an odd register", 6, ".short 0xeb45, 0x7000, 0x003e"
  specification "CKSM with an odd register", 4, ".long 0xb2410023"
  specification "MVST with bits in general register 0", 4, "mvst %r2, %r4"
  specification "CLST with bits in general register 0", 4, "clst %r2, %r4"
  specification "SRST with bits in general register 0", 4, "srst %r2, %r4"
  specification "CS off its boundary", 4, "cs %r2, %r4, 0(%r1)"
  specification "CSG off its boundary", 6, "csg %r2, %r4, 0(%r1)"
  specification "CDSG off its boundary", 6, "cdsg %r2, %r4, 0(%r1)"
  specification "LPQ off its boundary", 6, "lpq %r2, 0(%r1)"
  specification "STPQ off its boundary", 6, "stpq %r2, 0(%r1)"
  specification "LPQ with an odd register", 6, ".short 0xe330, 0x7000, 0x008f"
  specification "LPSWE off its boundary", 4, "lpswe 0(%r1)"
  specification "LPSW off its boundary", 4, "lpsw 0(%r1)"
  specification "STCTG off its boundary", 6, "stctg %c0, %c0, 0(%r1)"
  specification "LCTLG off its boundary", 6, "lctlg %c0, %c0, 0(%r1)"
  specification "LCTL off its boundary", 4, "lctl %c0, %c0, 0(%r1)"
  specification "LAM off its boundary", 4, "lam %a0, %a0, 0(%r1)"
  specification "STAM off its boundary", 4, "stam %a0, %a0, 0(%r1)"
  specification "SPX off its boundary", 4, "spx 0(%r1)"
  specification "SCK off its boundary", 4, "sck 0(%r1)"
  specification "SPT off its boundary", 4, "spt 0(%r1)"
  specification "STAP off its boundary", 4, "stap 0(%r1)"
  specification "STIDP off its boundary", 4, "stidp 0(%r1)"
  specification "STCKC off its boundary", 4, "stckc 0(%r1)"
  specification "LRL off its boundary", 6, ".short 0xc42d; .long (unaligned - .) / 2 + 1"
  specification "STGRL off its boundary", 6, ".short 0xc42b; .long (unaligned - .) / 2 + 1"
  specification "LXR with a register that is no pair", 4, ".long 0xb3650021"
  specification "AXBR with a register that is no pair", 4, ".long 0xb34a0020"
  specification "MP with a multiplier longer than 8 bytes", 6, ".short 0xfcf8, 0x7000, 0x7000"
  specification "MP with a multiplier no shorter than the product", 6, ".short 0xfc33, 0x7000, 0x7000"
  specification "DP with a divisor longer than 8 bytes", 6, ".short 0xfdf8, 0x7000, 0x7000"
  specification "DP with a divisor no shorter than the dividend", 6, ".short 0xfd33, 0x7000, 0x7000"

  .balign 8
  .short 0
unaligned: .quad 0, 0

# --- Data -------------------------------------------------------------------------------------------------------------------
.macro data name, length, dxc, instruction, control=AFP_CONTROL
  test "data, \name"
  setup
  control_or 0, \control
  gr_address 1, decimal_bad
  gr 2, SCRATCH
  mvi SCRATCH(%r0), 0x12
  mvi SCRATCH + 1(%r0), 0x3c
  code
  \instruction
  program DATA, \length
  verify
  llgc %r4, STORED + DATA_EXCEPTION_CODE + 3(%r0)
  cghi %r4, \dxc
  je 7811f
  lgr %r2, %r4
  aghi %r2, 0x1000
7811:
  done
.endm
  data "AP with a bad digit", 6, 0, "ap 0(2, %r2), 0(2, %r1)"
  data "AP with a bad sign", 6, 0, "ap 0(2, %r2), 2(2, %r1)"
  data "CVB with a bad digit", 4, 0, "cvb %r3, 8(%r1)"
  data "ED with a bad digit", 6, 0, "ed 4(3, %r1), 16(%r1)"
  data "LD with an additional register and AFP off", 4, 1, "ld %f1, 0(%r1)", 0
  data "LDR with an additional register and AFP off", 2, 1, "ldr %f1, %f0", 0
  data "ADBR with AFP off", 4, 2, "adbr %f0, %f2", 0
  data "EFPC with AFP off", 4, 2, "efpc %r3", 0
  data "LFPC with AFP off", 4, 2, "lfpc 8(%r1)", 0
  data "CRT traps", 4, 0xff, ".long 0xb97280ee"
  data "CGRT traps", 4, 0xff, ".long 0xb96080ee"
  data "CGIT traps", 6, 0xff, ".short 0xec00, 0x0000, 0xa070"
  data "CLFIT traps", 6, 0xff, ".short 0xec00, 0x0000, 0xa073"
  .balign 8
decimal_bad:
  .byte 0x1a, 0x2c, 0x12, 0x33, 0x20, 0x20, 0x20, 0x20
  .byte 0, 0, 0, 0, 0, 0x0a, 0x00, 0x0c
  .byte 0xa1, 0x23, 0, 0

  test "data, CIT that does not trap"
  code
  .short 0xec00, 0x0000, 0x6072             # greater than 0? register 0 is 0; mask 6 is low or high
  svc 0
  supervisor 0
  done

  test "data, the DXC goes into the FPC too when AFP is on"
  setup
  control_or 0, AFP_CONTROL
  larl %r1, zero_fpc
  lfpc 0(%r1)
  gr 6, SCRATCH
  code
  .long 0xb97280ee
  program DATA, 4
  verify
  control_or 0, AFP_CONTROL
  efpc %r4
  llgfr %r4, %r4
  llilf %r5, 0xff00
  cgr %r4, %r5
  je 7811f
  lgr %r2, %r4
7811:
  done
  .balign 8
zero_fpc: .long 0, 0

.macro ieee name, dxc, mask, instruction, cc=1
  test "IEEE, \name"
  setup
  control_or 0, AFP_CONTROL
  llihf %r1, \mask
  stg %r1, SCRATCH(%r0)
  lfpc SCRATCH(%r0)
  larl %r1, ieee_operands
  ld %f0, 0(%r1)
  ld %f2, 8(%r1)
  ld %f4, 16(%r1)
  ld %f6, 24(%r1)
  code
  \instruction
  old_mask (SUPERVISOR & ~PSW_CC) | \cc * PSW_CC_1
  program DATA, 4
  verify
  llgc %r4, STORED + DATA_EXCEPTION_CODE + 3(%r0)
  cghi %r4, \dxc
  je 7811f
  lgr %r2, %r4
  aghi %r2, 0x1000
7811:
  done
.endm
  .balign 8
ieee_operands:
  .quad 0x3ff0000000000000                  # f0: 1
  .quad 0                                   # f2: 0
  .quad 0x7fefffffffffffff                  # f4: the largest
  .quad 0x0010000000000000                  # f6: the smallest normal
  ieee "0 / 0 is invalid, suppressed", 0x80, 0x80000000, "ddbr %f2, %f2"
  ieee "1 / 0, suppressed", 0x40, 0x40000000, "ddbr %f0, %f2"
  ieee "overflow, completed", 0x20, 0x20000000, "adbr %f4, %f4", 2
  ieee "underflow, exact", 0x10, 0x10000000, "mdbr %f6, %f6"
  ieee "inexact, truncated", 0x08, 0x08000000, "adbr %f0, %f6", 2

# --- Fixed point --------------------------------------------------------------------------------------------------------------
  test "fixed-point overflow, AR completes"
  setup
  gr 3, 0x7fffffff
  gr_after 3, 0x80000000
  gr 4, 1
  code SUPERVISOR | PSW_FIXED_OVERFLOW
  ar %r3, %r4
  old_mask SUPERVISOR | PSW_FIXED_OVERFLOW | PSW_CC
  program FIXED_POINT_OVERFLOW, 2
  done

  test "fixed-point overflow, masked"
  setup
  gr 3, 0x7fffffff
  gr_after 3, 0x80000000
  gr 4, 1
  code
  ar %r3, %r4
  svc 0
  old_mask SUPERVISOR | PSW_CC
  supervisor 0
  done

  test "fixed-point overflow, LPGR completes"
  setup
  gr 3, 0x8000000000000000
  code SUPERVISOR | PSW_FIXED_OVERFLOW
  lpgr %r3, %r3
  old_mask SUPERVISOR | PSW_FIXED_OVERFLOW | PSW_CC
  program FIXED_POINT_OVERFLOW, 4
  done

  test "fixed-point overflow, SLAG completes"
  setup
  gr 3, 0x4000000000000001
  gr_after 3, 2
  code SUPERVISOR | PSW_FIXED_OVERFLOW
  slag %r3, %r3, 1
  old_mask SUPERVISOR | PSW_FIXED_OVERFLOW | PSW_CC
  program FIXED_POINT_OVERFLOW, 6
  done

  test "fixed-point overflow, ASI stores the sum"
  setup
  llilf %r0, 0x7fffffff
  st %r0, SCRATCH(%r0)
  code SUPERVISOR | PSW_FIXED_OVERFLOW
  asi SCRATCH(%r0), 1
  old_mask SUPERVISOR | PSW_FIXED_OVERFLOW | PSW_CC
  program FIXED_POINT_OVERFLOW, 6
  verify
  llgf %r4, SCRATCH(%r0)
  llilf %r5, 0x80000000
  xgr %r4, %r5
  lgr %r2, %r4
  done

  test "fixed-point divide, DR by zero leaves both registers"
  setup
  gr 4, 0
  gr 5, 0
  code
  dr %r2, %r4
  program FIXED_POINT_DIVIDE, 2
  done

  test "fixed-point divide, DR with a quotient too large"
  setup
  gr 2, 0x100
  gr 4, 1
  code
  dr %r2, %r4
  program FIXED_POINT_DIVIDE, 2
  done

  test "fixed-point divide, DSGR of the smallest by -1"
  setup
  gr 3, 0x8000000000000000
  gr 4, -1
  code
  dsgr %r2, %r4
  program FIXED_POINT_DIVIDE, 4
  done

  test "fixed-point divide, DLGR by zero"
  setup
  gr 4, 0
  code
  dlgr %r2, %r4
  program FIXED_POINT_DIVIDE, 4
  done

  test "fixed-point divide, CVB of more than 32 bits"
  setup
  gr_address 1, 7821f
  gr_after 4, 0x04040404540be3ff            # the operation is completed with the low-order bits
  code
  cvb %r4, 0(%r1)
  program FIXED_POINT_DIVIDE, 4
  done
  .balign 8
7821: .quad 0x000009999999999c

# --- Decimal ----------------------------------------------------------------------------------------------------------------
.macro decimal_case name, code, instruction, cc, after, mask=0
  test "\name"
  setup
  gr_address 1, 7822f
  mvghi SCRATCH(%r0), 0
  mvi SCRATCH(%r0), 0x99
  mvi SCRATCH + 1(%r0), 0x9c
  code SUPERVISOR | \mask
  \instruction
  old_mask (SUPERVISOR & ~PSW_CC) | \mask | \cc * PSW_CC_1
  program \code, 6
  verify
  check_at 1, SCRATCH(%r0), \after
  done
  .balign 8
7822: .byte 0x00, 0x1c, 0x0c, 0x99, 0x9c
.endm
  decimal_case "decimal overflow, AP completes", DECIMAL_OVERFLOW, "ap SCRATCH(2, %r0), 0(2, %r1)", 3, 0x000c000000000000, PSW_DECIMAL_OVERFLOW
  decimal_case "decimal overflow, ZAP completes", DECIMAL_OVERFLOW, "zap SCRATCH(1, %r0), 3(2, %r1)", 3, 0x9c9c000000000000, PSW_DECIMAL_OVERFLOW
  decimal_case "decimal overflow, SRP completes", DECIMAL_OVERFLOW, "srp SCRATCH(2, %r0), 1, 0", 3, 0x990c000000000000, PSW_DECIMAL_OVERFLOW
  decimal_case "decimal divide by zero is suppressed", DECIMAL_DIVIDE, "dp SCRATCH(2, %r0), 2(1, %r1)", 1, 0x999c000000000000
  decimal_case "decimal divide with a quotient too large", DECIMAL_DIVIDE, "dp SCRATCH(2, %r0), 1(1, %r1)", 1, 0x999c000000000000

# --- Hexadecimal floating point --------------------------------------------------------------------------------------------
.macro hfp name, code, length, instruction, cc, after, mask=0
  test "HFP, \name"
  setup
  larl %r1, hfp_operands
  ld %f0, 0(%r1)
  ld %f2, 8(%r1)
  ld %f4, 16(%r1)
  ld %f6, 24(%r1)
  code SUPERVISOR | \mask
  \instruction
  old_mask (SUPERVISOR & ~PSW_CC) | \mask | \cc * PSW_CC_1
  program \code, \length
  verify
  std %f0, SCRATCH(%r0)
  check_at 1, SCRATCH(%r0), \after
  done
.endm
  .balign 8
hfp_operands:
  .quad 0x7fffffffffffffff                  # f0: the largest
  .quad 0x0010000000000000                  # f2: the smallest, normalized
  .quad 0                                   # f4: true zero
  .quad 0xc110000000000000                  # f6: -1
  hfp "exponent overflow wraps the characteristic", HFP_EXPONENT_OVERFLOW, 2, "adr %f0, %f0", 2, 0x001fffffffffffff
  hfp "exponent underflow wraps the characteristic", HFP_EXPONENT_UNDERFLOW, 2, "mdr %f2, %f2", 1, 0x7fffffffffffffff, PSW_HFP_UNDERFLOW
  hfp "significance, completed with the characteristic", HFP_SIGNIFICANCE, 2, "sdr %f0, %f0", 0, 0x7f00000000000000, PSW_HFP_SIGNIFICANCE
  hfp "divide by zero is suppressed", HFP_DIVIDE, 2, "ddr %f0, %f4", 1, 0x7fffffffffffffff
  hfp "square root of a negative number is suppressed", HFP_SQUARE_ROOT, 4, "sqdr %f0, %f6", 1, 0x7fffffffffffffff

# --- Special operation, operand, monitor --------------------------------------------------------------------------------------
.macro operand name, gr1, instruction
  test "operand, \name"
  setup
  gr 1, \gr1
  gr 2, SCRATCH & ~7
  mvghi SCRATCH(%r0), -1
  mvghi SCRATCH + 8(%r0), -1
  mvghi SCRATCH + 16(%r0), -1
  mvghi SCRATCH + 24(%r0), -1
  code
  \instruction
  program OPERAND, 4
  done
.endm
  operand "CSCH of no subsystem identification", 0, "csch"
  operand "HSCH of no subsystem identification", 0x00020000, "hsch"
  operand "STSCH of no subsystem identification", 0, "stsch 0(%r2)"
  operand "TSCH of no subsystem identification", 0, "tsch 0(%r2)"
  operand "RSCH of no subsystem identification", 0, "rsch"
  operand "SSCH of a bad ORB", 0x00010000, "ssch 0(%r2)"
  operand "MSCH of a bad SCHIB", 0x00010000, "msch 0(%r2)"
  operand "SCHM with bits that must be zero", 0x00ff00ff, "schm"

  test "monitor event"
  setup
  control 8, 0x8000 >> 5
  gr 3, 0x12345
  code PROBLEM
  mc 0x678(%r3), 5
  program MONITOR_EVENT, 4
  verify
  check_at 1, STORED + MONITOR_CODE(%r0), 0x12345 + 0x678
  llgh %r4, STORED + MONITOR_CLASS(%r0)
  cghi %r4, 5
  je 7811f
  aghi %r2, 0x10
7811:
  done

  test "monitor class not enabled"
  setup
  control 8, 0x8000 >> 4
  code
  mc 0(%r3), 5
  svc 0
  supervisor 0
  done

  test "monitor class above 15"
  code
  mc 0(%r3), 0x10
  program SPECIFICATION, 4
  done
  guest_end
