# What every guest starts with: the names of the architecture, entry, and a console. Included first.
#
# A guest is a flat image for address 0. It starts at `start` in ESA/390 or z/Architecture mode, with whatever addressing mode,
# makes it z/Architecture with 64-bit addressing, sets up low core and calls `main` with a stack of no use: r14 is the way back.
# Registers: r13 and r15 belong to the harness, r14 to calls.

# --- Assigned storage locations (Principles of Operation, chapter 3) --------------------------------------------------------
.set EXTERNAL_PARAMETER, 0x80
.set EXTERNAL_CPU, 0x84
.set EXTERNAL_CODE, 0x86
.set SVC_ILC, 0x88
.set SVC_CODE, 0x8a
.set PROGRAM_ILC, 0x8c
.set PROGRAM_CODE, 0x8e
.set DATA_EXCEPTION_CODE, 0x90
.set MONITOR_CLASS, 0x94
.set PER_CODE, 0x96
.set PER_ADDRESS, 0x98
.set EXCEPTION_ACCESS_ID, 0xa0
.set PER_ACCESS_ID, 0xa1
.set OPERAND_ACCESS_ID, 0xa2
.set TEID, 0xa8
.set MONITOR_CODE, 0xb0
.set SUBSYSTEM_ID, 0xb8
.set IO_PARAMETER, 0xbc
.set EXTERNAL_OLD, 0x130
.set SVC_OLD, 0x140
.set PROGRAM_OLD, 0x150
.set IO_OLD, 0x170
.set NEW_PSWS, 0x1a0
.set EXTERNAL_NEW, 0x1b0

# --- PSW masks ---------------------------------------------------------------------------------------------------------------
.set PSW_PER, 1 << 62
.set PSW_DAT, 1 << 58
.set PSW_IO, 1 << 57
.set PSW_EXTERNAL, 1 << 56
.set PSW_KEY_1, 1 << 52                   # times the key
.set PSW_MACHINE_CHECK, 1 << 50
.set PSW_WAIT, 1 << 49
.set PSW_PROBLEM, 1 << 48
.set PSW_ACCESS_REGISTER, 1 << 46
.set PSW_SECONDARY, 2 << 46
.set PSW_HOME, 3 << 46
.set PSW_CC_1, 1 << 44                    # times the condition code
.set PSW_CC, 3 << 44
.set PSW_FIXED_OVERFLOW, 8 << 40
.set PSW_DECIMAL_OVERFLOW, 4 << 40
.set PSW_HFP_UNDERFLOW, 2 << 40
.set PSW_HFP_SIGNIFICANCE, 1 << 40
.set PSW_EXTENDED, 1 << 32
.set PSW_BASIC, 1 << 31
.set PSW_64, PSW_EXTENDED | PSW_BASIC
# What most tests run under. Condition code 1, so that one sees whether it stays.
.set SUPERVISOR, PSW_64 | PSW_CC_1
.set PROBLEM, SUPERVISOR | PSW_PROBLEM

# --- Program-interruption codes (chapter 6) ----------------------------------------------------------------------------------
.set OPERATION, 0x01
.set PRIVILEGED_OPERATION, 0x02
.set EXECUTE, 0x03
.set PROTECTION, 0x04
.set ADDRESSING, 0x05
.set SPECIFICATION, 0x06
.set DATA, 0x07
.set FIXED_POINT_OVERFLOW, 0x08
.set FIXED_POINT_DIVIDE, 0x09
.set DECIMAL_OVERFLOW, 0x0a
.set DECIMAL_DIVIDE, 0x0b
.set HFP_EXPONENT_OVERFLOW, 0x0c
.set HFP_EXPONENT_UNDERFLOW, 0x0d
.set HFP_SIGNIFICANCE, 0x0e
.set HFP_DIVIDE, 0x0f
.set SEGMENT_TRANSLATION, 0x10
.set PAGE_TRANSLATION, 0x11
.set TRANSLATION_SPECIFICATION, 0x12
.set SPECIAL_OPERATION, 0x13
.set OPERAND, 0x15
.set TRACE_TABLE, 0x16
.set SPACE_SWITCH, 0x1c
.set HFP_SQUARE_ROOT, 0x1d
.set PC_TRANSLATION_SPECIFICATION, 0x1f
.set AFX_TRANSLATION, 0x20
.set ASX_TRANSLATION, 0x21
.set LX_TRANSLATION, 0x22
.set EX_TRANSLATION, 0x23
.set PRIMARY_AUTHORITY, 0x24
.set SECONDARY_AUTHORITY, 0x25
.set ALET_SPECIFICATION, 0x28
.set ALEN_TRANSLATION, 0x29
.set ALE_SEQUENCE, 0x2a
.set ASTE_VALIDITY, 0x2b
.set ASTE_SEQUENCE, 0x2c
.set EXTENDED_AUTHORITY, 0x2d
.set STACK_FULL, 0x30
.set STACK_EMPTY, 0x31
.set STACK_SPECIFICATION, 0x32
.set STACK_TYPE, 0x33
.set STACK_OPERATION, 0x34
.set ASCE_TYPE, 0x38
.set REGION_FIRST_TRANSLATION, 0x39
.set REGION_SECOND_TRANSLATION, 0x3a
.set REGION_THIRD_TRANSLATION, 0x3b
.set MONITOR_EVENT, 0x40
.set PER_EVENT, 0x80

# --- The guest's own storage between the assigned locations and the program --------------------------------------------------------------------
.set STATE, 0x800                         # up to 0xfff; see harness.s
.set SCRATCH, 0xfc0                       # of the console
.set SCCB, 0x3000

  .section .lowcore, "a"
  .long 0x00080000, 0x80000000 + start    # the load PSW: short format, 31-bit addressing

  .text
  .globl start
start:
  lhi %r1, 1                              # the parameter: z/Architecture, all CPUs
  lhi %r2, 0
  sigp %r0, %r2, 0x12                     # set architecture; refused where there is no other
  sam64
  larl %r1, new_psws
  mvc NEW_PSWS(0x60, %r0), 0(%r1)
  brasl %r14, console_open
  brasl %r14, main
  # main is back: r2 is zero when all is well. A stopped CPU is a machine powered off; a disabled wait is a cry for help.
  ltgr %r2, %r2
  jne 1f
  lghi %r2, 0
  sigp %r0, %r2, 5                        # stop; the one CPU we have has address 0
0: j 0b
1: larl %r1, bad_end
  lpswe 0(%r1)

# What happens when a guest has no harness.s, or before it is ready: the class of interruption is the disabled wait's address.
  .balign 8
new_psws:
  .irp class, 0, 1, 2, 3, 4, 5            # restart, external, supervisor call, program, machine check, I/O
  .quad PSW_64 | PSW_WAIT, 0xbad00 + \class
  .endr
bad_end: .quad PSW_64 | PSW_WAIT, 0xbad

# --- Console: the SCLP's VT220, ASCII in lines --------------------------------------------------------------------------------
# r2: command; the SCCB is at SCCB. Waits for the service signal. Changes r0-r5 but r3.
service_call:
  stctg %c0, %c0, service_saved_control
  larl %r4, service_saved_psw
  mvc 0(16, %r4), EXTERNAL_NEW(%r0)
  larl %r5, service_new_psw
  mvc EXTERNAL_NEW(16, %r0), 0(%r5)
  lghi %r5, SCCB
  .insn rre, 0xb2200000, %r2, %r5         # SERVC
  jnz 2f                                  # busy or not operational: nothing to wait for, and nobody to tell
  lctlg %c0, %c0, service_control
  larl %r5, service_wait_psw
  lpswe 0(%r5)
service_signal:
2: lctlg %c0, %c0, service_saved_control
  mvc EXTERNAL_NEW(16, %r0), 0(%r4)
  br %r14

  .balign 8
service_control: .quad 0xe0 | 0x200
service_saved_control: .quad 0
service_saved_psw: .quad 0, 0
service_new_psw: .quad PSW_64, service_signal
service_wait_psw: .quad PSW_64 | PSW_WAIT | PSW_EXTERNAL, 0

console_open:
  larl %r1, console_masks
  lghi %r0, 0
  lghi %r3, SCCB
  mvc 0(28, %r3), 0(%r1)
  llilf %r2, 0x00780005                   # WRITE EVENT MASK
  lgr %r12, %r14
  brasl %r14, service_call
  lgr %r14, %r12
  j console_clear
console_masks: .short 28, 0, 0, 0, 0, 4, 0, 0, 0x4000, 0x0040, 0, 0, 0, 0

# An empty line: header of the SCCB and of its one event buffer.
console_clear:
  lghi %r1, SCCB
  xc 0(16, %r1), 0(%r1)
  mvhhi 0(%r1), 8 + 6
  mvhhi 8(%r1), 6
  mvi 10(%r1), 0x1a                       # event type: VT220
  br %r14

# print: adds the zero-ended text at r2 to the line. Changes r0-r3.
print:
  lghi %r1, SCCB
  llgh %r3, 0(%r1)
  la %r3, 0(%r3, %r1)
0: llgc %r0, 0(%r2)
  ltgr %r0, %r0
  je print_end
  stc %r0, 0(%r3)
  la %r3, 1(%r3)
  la %r2, 1(%r2)
  j 0b
print_end:                                # r3: behind the last character
  slgr %r3, %r1
  sth %r3, 0(%r1)
  aghi %r3, -8
  sth %r3, 8(%r1)
  br %r14

# print_hex: adds r2 to the line as 16 hexadecimal digits. Changes r0-r5.
print_hex:
  lghi %r1, SCCB
  llgh %r3, 0(%r1)
  la %r3, 0(%r3, %r1)
  lghi %r4, 16
  larl %r5, digits
0: rllg %r2, %r2, 4
  lghi %r0, 15
  ngr %r0, %r2
  lgr %r1, %r0
  ic %r0, 0(%r1, %r5)
  stc %r0, 0(%r3)
  la %r3, 1(%r3)
  brctg %r4, 0b
  lghi %r1, SCCB
  j print_end
digits: .ascii "0123456789abcdef"

# print_decimal: adds r2, below 2^31, to the line. Changes r0-r5.
print_decimal:
  cvd %r2, SCRATCH + 8(%r0)
  lghi %r1, SCCB
  llgh %r3, 0(%r1)
  la %r3, 0(%r3, %r1)
  unpk SCRATCH + 16(16, %r0), SCRATCH + 8(8, %r0)
  oi SCRATCH + 31(%r0), 0xf0
  lghi %r5, SCRATCH + 17
  lghi %r4, 14
0: cli 0(%r5), 0xf0                       # leading zeros, but not the last digit
  jne 1f
  la %r5, 1(%r5)
  brctg %r4, 0b
1: llgc %r0, 0(%r5)
  nill %r0, 0x0f
  oill %r0, 0x30
  stc %r0, 0(%r3)
  la %r3, 1(%r3)
  la %r5, 1(%r5)
  cghi %r5, SCRATCH + 32
  jl 1b
  j print_end

# print_line: ends the line and sends it. Changes r0-r5.
print_line:
  stgrl %r14, print_line_return
  larl %r2, line_end
  brasl %r14, print
  llilf %r2, 0x00760005                   # WRITE EVENT DATA
  brasl %r14, service_call
  brasl %r14, console_clear
  lgrl %r14, print_line_return
  br %r14
line_end: .asciz "\r\n"
  .balign 8
print_line_return: .quad 0

# text "...": adds a constant text to the line. Changes r0-r3 and r14.
.macro text string:vararg
  .pushsection .strings, "a"
  .balign 2                               # LARL knows only even addresses
7701: .asciz \string
  .popsection
  larl %r2, 7701b
  brasl %r14, print
.endm
