# An invalid PSW with the wait bit on (chapter 6, "Early Exception Recognition"): the interruption comes before the wait. QEMU,
# which does not look, would wait for good.
  .include "harness.s"
  guest invalid-wait

  test "LPSWE of an invalid PSW that waits"
  setup
  gr_address 1, 7911f
  code
  lpswe 0(%r1)
  svc 0xff
  old_mask 1 << 51 | PSW_64 | PSW_WAIT
  program SPECIFICATION, 0, 7912f
  done
  .balign 8
7911: .quad 1 << 51 | PSW_64 | PSW_WAIT, 7912f
7912: svc 0xff

  test "SSM to an invalid mask in an invalid place to wait"
  setup
  mvi SCRATCH(%r0), 0x9f
  code
  ssm SCRATCH(%r0)
  old_mask SUPERVISOR | 0x9f << 56
  program SPECIFICATION, 4
  done
  guest_end
