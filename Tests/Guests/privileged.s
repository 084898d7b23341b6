# Every privileged instruction in the problem state: a privileged-operation exception (chapter 6), suppressed, before any other
# look at its operands. The registers' defaults point outside storage, so an operand that is looked at shows.
  .include "harness.s"
  guest privileged

.macro row name, length, instruction
  test "\name"
  code PROBLEM
  \instruction
  program PRIVILEGED_OPERATION, \length
  done
.endm
.macro row_needs bit, facility, name, length, instruction
  test "\name"
  needs \bit, "\facility"
  code PROBLEM
  \instruction
  program PRIVILEGED_OPERATION, \length
  done
.endm

# Control (chapter 10)
  row "DIAG", 4, ".long 0x83000308"
  row "SSM", 4, "ssm 0(%r1)"
  row "STNSM", 4, "stnsm 0(%r1), 0xff"
  row "STOSM", 4, "stosm 0(%r1), 0"
  row "LPSW", 4, "lpsw 0(%r1)"
  row "LPSWE", 4, "lpswe 0(%r1)"
  row "SIGP", 4, "sigp %r4, %r5, 1(%r6)"
  row "STIDP", 4, "stidp 0(%r1)"
  row "SCK", 4, "sck 0(%r1)"
  row "SCKC", 4, "sckc 0(%r1)"
  row "STCKC", 4, "stckc 0(%r1)"
  row "SPT", 4, "spt 0(%r1)"
  row "STPT", 4, "stpt 0(%r1)"
  row "SCKPF", 2, "sckpf"
  row "SPX", 4, "spx 0(%r1)"
  row "STPX", 4, "stpx 0(%r1)"
  row "STAP", 4, "stap 0(%r1)"
  row "STSI", 4, "stsi 0(%r1)"
  row "STFL", 4, "stfl 0(%r1)"
  row "LCTL", 4, "lctl %c2, %c3, 0(%r1)"
  row "STCTL", 4, "stctl %c2, %c3, 0(%r1)"
  row "LCTLG", 6, "lctlg %c2, %c3, 0(%r1)"
  row "STCTG", 6, "stctg %c2, %c3, 0(%r1)"
  row "TRACE", 4, "trace %r2, %r3, 0(%r1)"
  row "TRACG", 6, "tracg %r2, %r3, 0(%r1)"

# Storage (chapter 10)
  row "LRA", 4, "lra %r2, 0(%r1)"
  row "LRAY", 6, "lray %r2, 0(%r1)"
  row "LRAG", 6, "lrag %r2, 0(%r1)"
  row "LURA", 4, "lura %r2, %r1"
  row "LURAG", 4, "lurag %r2, %r1"
  row "STURA", 4, "stura %r2, %r1"
  row "STURG", 4, "sturg %r2, %r1"
  row "STRAG", 6, "strag 0(%r1), 0(%r2)"
  row "TPROT", 6, "tprot 0(%r1), 0(%r2)"
  row "TB", 4, "tb %r2, %r1"
  row "ISKE", 4, "iske %r2, %r1"
  row "SSKE", 4, ".long 0xb22b0021"
  row "RRBE", 4, "rrbe %r2, %r1"
  row "PTLB", 4, "ptlb"
  row "PALB", 4, "palb"
  row "IPTE", 4, "ipte %r2, %r1"
  row "CSP", 4, "csp %r2, %r1"
  row "LASP", 6, "lasp 0(%r1), 0(%r2)"
  row_needs 3, "DAT-enhancement", "CSPG", 4, "cspg %r2, %r1"
  row_needs 3, "DAT-enhancement", "IDTE", 4, "idte %r2, %r4, %r1"
  row_needs 8, "EDAT-1", "PFMF", 4, ".long 0xb9af0021"
  row_needs 66, "reset-reference-bits-multiple", "RRBM", 4, ".long 0xb9ae0021"
  row_needs 11, "configuration topology", "PTF", 4, ".long 0xb9a20020"

# Input and output (chapter 14)
  row "CSCH", 4, "csch"
  row "HSCH", 4, "hsch"
  row "MSCH", 4, "msch 0(%r1)"
  row "SSCH", 4, "ssch 0(%r1)"
  row "STSCH", 4, "stsch 0(%r1)"
  row "TSCH", 4, "tsch 0(%r1)"
  row "TPI", 4, "tpi 0(%r1)"
  row "SAL", 4, "sal"
  row "RSCH", 4, "rsch"
  row "STCRW", 4, "stcrw 0(%r1)"
  row "STCPS", 4, "stcps 0(%r1)"
  row "RCHP", 4, "rchp"
  row "SCHM", 4, "schm"
  row "XSCH", 4, "xsch"
  row "SERVC", 4, ".long 0xb2200021"
  row "CHSC", 4, ".long 0xb25f0020"

# The problem state may, though, look at its own PSW and at the time.
  test "EPSW in the problem state"
  setup
  gr_after 2, 0x0202020200000000 | (PROBLEM >> 32)
  gr_after 3, 0x0303030300000000 | (PROBLEM & 0xffffffff)
  code PROBLEM
  epsw %r2, %r3
  svc 0
  supervisor 0
  done

  test "STCK in the problem state"
  setup
  gr 1, SCRATCH
  code PROBLEM
  stck 0(%r1)
  svc 0
  old_mask PROBLEM & ~PSW_CC
  supervisor 0
  done

  test "TRACE (0) is checked for privilege before its operand"
  code PROBLEM
  trace %r0, %r0, 1(%r1)
  program PRIVILEGED_OPERATION, 4
  done

  test "EX of a privileged instruction, the length is that of EX"
  setup
  gr_address 4, 7801f
  code PROBLEM
  ex %r0, 0(%r4)
  program PRIVILEGED_OPERATION, 4
  done
7801: ssm 0(%r1)

  test "EXRL of a privileged instruction, the length is that of EXRL"
  code PROBLEM
  exrl %r0, 7801b
  program PRIVILEGED_OPERATION, 6
  done
  guest_end
