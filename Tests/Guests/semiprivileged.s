# Semiprivileged instructions (chapter 5, "Summary of Authorization"): in the problem state they want a bit of CR0, CR3 or CR14;
# without it, a privileged-operation or special-operation exception, suppressed. DAT is off but where said.
  .include "harness.s"
  guest semiprivileged

  .set EXTRACTION_AUTHORITY, 1 << 27        # CR0 bit 36
  .set SECONDARY_SPACE, 1 << 26             # CR0 bit 37
  .set SSM_SUPPRESSION, 1 << 30             # CR0 bit 33
  .set KEY_MASK, 1 << 31                    # CR3 bit 32: key 0; shifted right by the key

.macro refused name, length, instruction
  test "\name"
  code PROBLEM
  \instruction
  program PRIVILEGED_OPERATION, \length
  done
.endm
.macro special name, length, mask, instruction
  test "\name"
  code \mask
  \instruction
  program SPECIAL_OPERATION, \length
  done
.endm

# Extraction authority
  refused "IPK without extraction authority", 4, "ipk"
  special "EPAR in real mode is a special operation before it is refused", 4, PROBLEM, "epar %r3"
  special "ESAR in real mode is a special operation before it is refused", 4, PROBLEM, "esar %r3"
  special "IAC in real mode is a special operation before it is refused", 4, PROBLEM, "iac %r3"
  special "IVSK in real mode is a special operation before it is refused", 4, PROBLEM, "ivsk %r3, %r4"

  test "IPK with extraction authority"
  setup
  control_or 0, EXTRACTION_AUTHORITY
  gr_after 2, 0x0202020202020270
  code PROBLEM | 7 * PSW_KEY_1
  ipk
  svc 0
  supervisor 0
  done

# PSW-key mask
  refused "SPKA to a key that the mask forbids", 4, "spka 0x90(%r0)"

  test "SPKA to a key that the mask allows"
  setup
  control 3, KEY_MASK >> 9
  code PROBLEM
  spka 0x90(%r0)
  svc 0
  old_mask PROBLEM | 9 * PSW_KEY_1
  supervisor 0
  done

  test "SPKA in the supervisor state needs no mask"
  code
  spka 0xff(%r0)
  svc 0
  old_mask SUPERVISOR | 15 * PSW_KEY_1
  supervisor 0
  done

  test "MVCK with a key that the mask forbids"
  setup
  gr 5, 0x90
  gr 4, 1
  code PROBLEM
  mvck 0(%r4, %r1), 0(%r2), %r5
  program PRIVILEGED_OPERATION, 6
  done

  test "MVCSK with a key that the mask forbids"
  setup
  gr 0, 1
  gr 1, 0x90
  code PROBLEM
  mvcsk 0(%r2), 0(%r3)
  program PRIVILEGED_OPERATION, 6
  done

  test "MVCDK with a key that the mask forbids"
  setup
  gr 0, 1
  gr 1, 0x90
  code PROBLEM
  mvcdk 0(%r2), 0(%r3)
  program PRIVILEGED_OPERATION, 6
  done

  test "MVCK with a key that the mask allows"
  setup
  control 3, KEY_MASK >> 9
  gr 5, 0x90
  gr 4, 5
  gr_address 2, 7801f
  gr 3, SCRATCH
  code PROBLEM
  mvck 0(%r4, %r3), 0(%r2), %r5
  svc 0
  old_mask PROBLEM & ~PSW_CC
  supervisor 0
  verify
  check_at 1, SCRATCH(%r0), 0x4142434445400000      # what `control` left there goes on behind the five bytes
  done
7801: .ascii "ABCDE"
  .balign 8

# Secondary-space control and DAT
  special "MVCP in real mode", 6, SUPERVISOR, "mvcp 0(%r4, %r1), 0(%r2), %r5"
  special "MVCS in real mode", 6, SUPERVISOR, "mvcs 0(%r4, %r1), 0(%r2), %r5"
  special "SAC in real mode", 4, SUPERVISOR, "sac 0x100"
  special "SACF in real mode", 4, SUPERVISOR, "sacf 0x100"
  special "SSAR in real mode", 4, SUPERVISOR, "ssar %r4"
  special "PT in real mode", 4, SUPERVISOR, "pt %r4, %r5"

  test "SSM with SSM suppression"
  setup
  control_or 0, SSM_SUPPRESSION
  code
  ssm 0(%r1)
  program SPECIAL_OPERATION, 4
  done

  test "SSM with SSM suppression in the problem state, privilege goes first"
  setup
  control_or 0, SSM_SUPPRESSION
  code PROBLEM
  ssm 0(%r1)
  program PRIVILEGED_OPERATION, 4
  done

  test "STOSM does not mind SSM suppression"
  setup
  control_or 0, SSM_SUPPRESSION
  gr 1, SCRATCH
  code
  stosm 0(%r1), 0
  svc 0
  supervisor 0
  done
  guest_end
