# Runs a table of cases. A case loads a PSW and general registers, runs a few instructions until any interruption, and
# compares class, code, ILC, old PSW, TEID and all sixteen registers with what the Principles of Operation say; then it may
# look at storage. One line is printed a case: `PASS name`, `FAIL name: ...` or `SKIP name: ...`.
#
#   guest "name"                    once, first
#   test "name"
#   needs 8, "EDAT-1"               (optional) a facility bit
#   setup                           (optional) what to do before, under the harness's PSW; r0-r12 are free. See gr, gr_after.
#   code MASK                       the instructions to run under a PSW with this mask; `here` marks the one that interrupts
#   program CODE, ILC, [nullified]  what is expected; or: supervisor N, external CODE, io
#   teid VALUE, [MASK]              (optional)
#   verify                          (optional) r2 must be zero at its end, see `check`; r0-r12 are free
#   done
#   ...
#   guest_end
#
# Every general register holds its default, 0x0n0n0n0n0n0n0n0n for register n, unless `gr` says otherwise, and must hold it
# afterwards, too, unless `gr_after` says otherwise.
  .include "machine.s"

  .set BEFORE, STATE                      # 16 registers that a case starts with
  .set AFTER, STATE + 0x80                # 16 registers that it must end with
  .set FOUND, STATE + 0x100               # 16 registers that it ended with
  .set CLASS, STATE + 0x180               # the class of interruption that came
  .set HERE, STATE + 0x188                # the case being run
  .set FAILURES, STATE + 0x190            # what does not agree, in this case
  .set PASSED, STATE + 0x198
  .set FAILED, STATE + 0x1a0
  .set RUNNING, STATE + 0x1a8             # a byte: 1 while a case's own instructions run
  .set CASE_PSW, STATE + 0x1b0
  .set MAIN_RETURN, STATE + 0x1c0
  .set FACILITIES, STATE + 0x1c8          # 4 doublewords
  .set LOW_CORE, STATE + 0x200            # a copy of 0x80-0x19f as the interruption left it
  .set STORED, LOW_CORE - 0x80

  .set ANY_LENGTH, 0xff                   # an ILC that the Principles leave open
  .set ANY_ADDRESS, -1                    # and an old PSW's address

  .set EXTERNAL, 1
  .set SUPERVISOR_CALL, 2
  .set PROGRAM, 3
  .set IO, 5

# Fields of a case
  .set CASE_NAME, 0
  .set CASE_SETUP, 8
  .set CASE_MASK, 16
  .set CASE_START, 24
  .set CASE_CLASS, 32
  .set CASE_ILC, 33
  .set CASE_CODE, 34
  .set CASE_NEEDS, 36
  .set CASE_OLD_MASK, 40
  .set CASE_OLD_ADDRESS, 48
  .set CASE_TEID, 56
  .set CASE_TEID_MASK, 64
  .set CASE_VERIFY, 72
  .set CASE_NEEDS_NAME, 80
  .set CASE_LENGTH, 88

.macro string_pointer string:vararg
  .pushsection .strings, "a"
  .balign 2
7702: .asciz \string
  .popsection
  .quad 7702b
.endm

.macro guest name
  .text
guest_name: .asciz "\name"
  .balign 8
.endm

.macro test name
  .set case_facility, 0xffff
  .set case_has_setup, 0
  .set case_has_verify, 0
  .set case_teid, 0
  .set case_teid_mask, 0
  .pushsection .cases, "a"
  string_pointer "\name"
  .popsection
.endm

.macro needs bit, name
  .set case_facility, \bit
  .pushsection .strings, "a"
  .balign 2
7703: .asciz "\name"
  .popsection
.endm

.macro setup
  .set case_has_setup, 1
  .balign 8
7711:
.endm

.macro code mask=SUPERVISOR
  .if case_has_setup
  br %r14
  .endif
  .set case_mask, \mask
  .set case_old_mask, \mask
  .balign 8
7712:
7713:
.endm

# The instruction that is expected to interrupt is the next one.
.macro here
7713:
.endm

# The old PSW's mask differs from the case's: in the condition code, say.
.macro old_mask mask
  .set case_old_mask, \mask
.endm

.macro case_expect class, code, ilc, address
  .pushsection .cases, "a"
  .if case_has_setup
  .quad 7711b
  .else
  .quad 0
  .endif
  .quad case_mask, 7712b
  .byte \class, \ilc
  .short \code, case_facility, 0
  .quad case_old_mask, \address
  .popsection
.endm

# program CODE, ILC: the old PSW is that of suppression, termination or completion; with `nullified` that of nullification,
# anything else is the old PSW's address itself.
.macro program code, ilc, address
  svc 0xff                                # what should have interrupted did not
  .ifb \address
  case_expect PROGRAM, \code, \ilc, 7713b+\ilc
  .else
  .ifc \address,nullified
  case_expect PROGRAM, \code, \ilc, 7713b
  .else
  case_expect PROGRAM, \code, \ilc, \address
  .endif
  .endif
.endm

# The default address is that behind the instructions of the case.
.macro supervisor code, ilc=2
7715:
  case_expect SUPERVISOR_CALL, \code, \ilc, 7715b
.endm

.macro external code, address=7715b
7715:
  case_expect EXTERNAL, \code, 0, \address
.endm

.macro io address=7715b
7715:
  case_expect IO, 0, 0, \address
.endm

.macro teid value, mask=-1
  .set case_teid, \value
  .set case_teid_mask, \mask
.endm

.macro verify
  .set case_has_verify, 1
  .balign 8
7714:
  lghi %r2, 0
.endm

.macro done
  .if case_has_verify
  br %r14
  .endif
  .pushsection .cases, "a"
  .quad case_teid, case_teid_mask
  .if case_has_verify
  .quad 7714b
  .else
  .quad 0
  .endif
  .if case_facility - 0xffff
  .quad 7703b
  .else
  .quad 0
  .endif
  .popsection
.endm

.macro guest_end
  .balign 8
.endm

# In setup: the case starts with VALUE in general register N, and ends with it unless gr_after comes later.
.macro gr n, value
  llihf %r0, (\value) >> 32
  iilf %r0, (\value) & 0xffffffff
  stg %r0, BEFORE + 8 * \n(%r0)
  stg %r0, AFTER + 8 * \n(%r0)
.endm
.macro gr_after n, value
  llihf %r0, (\value) >> 32
  iilf %r0, (\value) & 0xffffffff
  stg %r0, AFTER + 8 * \n(%r0)
.endm
# The same for the address of something.
.macro gr_address n, label
  larl %r0, \label
  stg %r0, BEFORE + 8 * \n(%r0)
  stg %r0, AFTER + 8 * \n(%r0)
.endm
# In setup: sets bits of a control register.
.macro control_or n, bits
  stctg %c\n, %c\n, SCRATCH(%r0)
  llihf %r0, (\bits) >> 32
  iilf %r0, (\bits) & 0xffffffff
  og %r0, SCRATCH(%r0)
  stg %r0, SCRATCH(%r0)
  lctlg %c\n, %c\n, SCRATCH(%r0)
.endm
.macro control n, value
  llihf %r0, (\value) >> 32
  iilf %r0, (\value) & 0xffffffff
  stg %r0, SCRATCH(%r0)
  lctlg %c\n, %c\n, SCRATCH(%r0)
.endm

# In verify: the doubleword at ADDRESS (reached with r0 as base: below 0x1000 or by label) must be VALUE; NUMBER says which check
# it was.
.macro check number, address, value
  larl %r1, \address
  check_at \number, 0(%r1), \value
.endm
# The same for a storage operand as written, of low core say: `check_at 1, STORED + PER_ADDRESS(%r0), X`. Changes r4 and r5.
.macro check_at number, operand:vararg
  check_operand \number, \operand
.endm
.macro check_operand number, operand, value
  lg %r4, \operand
  llihf %r5, (\value) >> 32
  iilf %r5, (\value) & 0xffffffff
  cgr %r4, %r5
  je 7721f
  aghi %r2, \number
7721:
.endm

main:
  stg %r14, MAIN_RETURN(%r0)
  lghi %r1, 0
  stg %r1, PASSED(%r0)
  stg %r1, FAILED(%r0)
  lghi %r0, 3
  stfle FACILITIES(%r0)
  larl %r1, harness_psws
  mvc NEW_PSWS(0x60, %r0), 0(%r1)
  larl %r13, cases
next_case:
  larl %r1, cases_end
  clgr %r13, %r1
  jnl all_cases
  stg %r13, HERE(%r0)
  mvghi FAILURES(%r0), 0
  lctlg %c0, %c15, base_control
  brasl %r14, facility_there
  jne case_skipped
  mvi 0x80(%r0), 0xcc                     # what an interruption does not store keeps this pattern
  mvc 0x81(0x7f, %r0), 0x80(%r0)
  mvc 0x120(0x80, %r0), 0x80(%r0)
  larl %r1, default_registers
  mvc BEFORE(0x80, %r0), 0(%r1)
  mvc AFTER(0x80, %r0), 0(%r1)
  ltg %r1, CASE_SETUP(%r13)
  je 0f
  basr %r14, %r1
0: lg %r13, HERE(%r0)
  mvc CASE_PSW(16, %r0), CASE_MASK(%r13)
  mvi RUNNING(%r0), 1
  lmg %r0, %r15, BEFORE(%r0)
  lpswe CASE_PSW(%r0)

  .irp class, 0, 1, 2, 3, 4, 5
interrupted_\class:
  stmg %r0, %r15, FOUND(%r0)
  lghi %r1, \class
  j interrupted
  .endr
interrupted:
  cli RUNNING(%r0), 1
  jne harness_broken
  mvi RUNNING(%r0), 0
  stg %r1, CLASS(%r0)
  lctlg %c0, %c15, base_control
  mvc LOW_CORE(0x100, %r0), 0x80(%r0)
  mvc LOW_CORE + 0x100(0x20, %r0), 0x180(%r0)
  lg %r13, HERE(%r0)

  lg %r6, CLASS(%r0)
  llgc %r7, CASE_CLASS(%r13)
  larl %r8, what_class
  brasl %r12, compare
  lg %r6, CLASS(%r0)
  llgc %r7, CASE_CLASS(%r13)
  cgr %r6, %r7
  je 0f
  text " with program code "
  llgh %r2, STORED + PROGRAM_CODE(%r0)
  brasl %r14, print_hex
  j registers                             # the rest would only be noise
0:
  sllg %r6, %r6, 3
  larl %r1, class_places
  la %r9, 0(%r6, %r1)                     # two halfwords: where ILC and old PSW are; then where the code is
  llgh %r1, 0(%r9)
  ltgr %r1, %r1
  je ilc_compared
  llgh %r6, STORED(%r1)
  llgc %r7, CASE_ILC(%r13)
  cghi %r7, ANY_LENGTH
  je ilc_compared
  larl %r8, what_ilc
  brasl %r12, compare
ilc_compared:
  llgh %r1, 4(%r9)
  ltgr %r1, %r1
  je code_compared
  llgh %r6, STORED(%r1)
  llgh %r7, CASE_CODE(%r13)
  larl %r8, what_code
  brasl %r12, compare
code_compared:
  llgh %r1, 2(%r9)
  lg %r6, STORED(%r1)
  lg %r7, CASE_OLD_MASK(%r13)
  larl %r8, what_mask
  brasl %r12, compare
  llgh %r1, 2(%r9)
  lg %r6, STORED + 8(%r1)
  lg %r7, CASE_OLD_ADDRESS(%r13)
  cghi %r7, ANY_ADDRESS
  je address_compared
  larl %r8, what_address
  brasl %r12, compare
address_compared:
  lg %r6, STORED + TEID(%r0)
  lg %r7, CASE_TEID(%r13)
  ng %r6, CASE_TEID_MASK(%r13)
  ng %r7, CASE_TEID_MASK(%r13)
  larl %r8, what_teid
  brasl %r12, compare
registers:
  lghi %r9, 0
0: sllg %r1, %r9, 3
  lg %r6, FOUND(%r1)
  lg %r7, AFTER(%r1)
  larl %r8, what_register
  cgr %r6, %r7
  je 1f
  brasl %r12, compare
  text " of r"
  lgr %r2, %r9
  brasl %r14, print_decimal
1: la %r9, 1(%r9)
  cghi %r9, 16
  jl 0b
  ltg %r1, CASE_VERIFY(%r13)
  je 0f
  basr %r14, %r1
  lg %r13, HERE(%r0)
  lgr %r6, %r2
  lghi %r7, 0
  larl %r8, what_check
  brasl %r12, compare
0: ltg %r1, FAILURES(%r0)
  jne case_failed
  lg %r1, PASSED(%r0)
  aghi %r1, 1
  stg %r1, PASSED(%r0)
  text "PASS "
  lg %r2, CASE_NAME(%r13)
  brasl %r14, print
case_over:
  brasl %r14, print_line
  lg %r13, HERE(%r0)
  aghi %r13, CASE_LENGTH
  j next_case
case_failed:
  lg %r1, FAILED(%r0)
  aghi %r1, 1
  stg %r1, FAILED(%r0)
  j case_over
case_skipped:
  text "SKIP "
  lg %r2, CASE_NAME(%r13)
  brasl %r14, print
  text ": this machine has no "
  lg %r2, CASE_NEEDS_NAME(%r13)
  brasl %r14, print
  j case_over

all_cases:
  text "DONE "
  larl %r2, guest_name
  brasl %r14, print
  text ": "
  lg %r2, PASSED(%r0)
  brasl %r14, print_decimal
  text " passed, "
  lg %r2, FAILED(%r0)
  brasl %r14, print_decimal
  text " failed"
  brasl %r14, print_line
  lg %r2, FAILED(%r0)
  lg %r14, MAIN_RETURN(%r0)
  br %r14

# An interruption that no case made: the machine or the harness is at fault; the PSWs in low core tell where.
harness_broken:
  larl %r1, broken_end
  lpswe 0(%r1)
  .balign 8
broken_end: .quad PSW_64 | PSW_WAIT, 0xbadbad

# facility_there: condition code zero when this case's facility is there.
facility_there:
  llgh %r1, CASE_NEEDS(%r13)
  cghi %r1, 255
  jh 1f
  srlg %r2, %r1, 3
  llgc %r2, FACILITIES(%r2)
  nill %r1, 7
  sll %r2, 0(%r1)
  lghi %r0, 0x80
  ngr %r2, %r0
  xgr %r2, %r0
  br %r14
1: cr %r0, %r0
  br %r14

# compare: r6 is what was found, r7 what must be, r8 says what of. Adds to the line of the case. Back by r12.
compare:
  cgr %r6, %r7
  ber %r12
  ltg %r1, FAILURES(%r0)
  jne 1f
  text "FAIL "
  lg %r2, CASE_NAME(%r13)
  brasl %r14, print
1: agsi FAILURES(%r0), 1
  lgr %r2, %r8
  brasl %r14, print
  lgr %r2, %r6
  brasl %r14, print_hex
  text " not "
  lgr %r2, %r7
  brasl %r14, print_hex
  br %r12

what_class: .asciz ": class "
  .balign 2
what_ilc: .asciz ": ILC "
  .balign 2
what_code: .asciz ": code "
  .balign 2
what_mask: .asciz ": old PSW mask "
  .balign 2
what_address: .asciz ": old PSW address "
  .balign 2
what_teid: .asciz ": TEID "
  .balign 2
what_register: .asciz ": register "
  .balign 2
what_check: .asciz ": checks failed "
  .balign 8
# By class: place of the ILC (0: none), of the old PSW, of the code, unused.
class_places:
  .short 0, 0x120, 0, 0
  .short 0, EXTERNAL_OLD, EXTERNAL_CODE, 0
  .short SVC_ILC, SVC_OLD, SVC_CODE, 0
  .short PROGRAM_ILC, PROGRAM_OLD, PROGRAM_CODE, 0
  .short 0, 0x160, 0, 0
  .short 0, IO_OLD, 0, 0
harness_psws:
  .irp class, 0, 1, 2, 3, 4, 5
  .quad PSW_64, interrupted_\class
  .endr
base_control: .quad 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xc2000000, 0
default_registers:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  .quad 0x0101010101010101 * \n
  .endr
