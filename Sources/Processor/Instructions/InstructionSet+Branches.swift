/// Branches (chapter 7): on condition, on count, on index, relative; linkage without a stack; addressing modes.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineBranches() {
    defineConditionalBranches()
    defineCountingBranches()
    defineIndexBranches()
    defineLinkage()
    defineModeSettingBranches()
    defineBranchHints()
  }

  private mutating func defineConditionalBranches() {
    define("BC", 0x47, .rxB, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.conditionCode(in: i.r1), to: m.rx(i).address)
    }
    define("BCR", 0x07, .rrM, .endsBlock) { m, i throws(ProgramInterruption) in
      if i.r2 != 0 {
        m.branch(if: m.conditionCode(in: i.r1), to: m.gr(i.r2))
      } else if i.r1 >= 14 {
        m.serialize()
      }
    }
    define("BRC", 0xA704, .riC, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.conditionCode(in: i.r1), to: m.relative(i.i16))
    }
    define("BRCL", 0xC004, .rilC, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.conditionCode(in: i.r1), to: m.relative(i.i32))
    }
  }

  private mutating func defineCountingBranches() {
    define("BCT", 0x46, .rxA, .endsBlock) { m, i throws(ProgramInterruption) in
      let target = m.rx(i).address
      m.branch(if: m.countDown32(i.r1), to: target)
    }
    define("BCTR", 0x06, .rr, .endsBlock) { m, i throws(ProgramInterruption) in
      let target = m.gr(i.r2)
      let goes = m.countDown32(i.r1)
      if i.r2 != 0 { m.branch(if: goes, to: target) }
    }
    define("BCTG", 0xE346, .rxyA, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      let target = m.rxy(i).address
      m.branch(if: m.countDown64(i.r1), to: target)
    }
    define("BCTGR", 0xB946, .rre, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      let target = m.gr(i.e2)
      let goes = m.countDown64(i.e1)
      if i.e2 != 0 { m.branch(if: goes, to: target) }
    }
    define("BRCT", 0xA706, .riB, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.countDown32(i.r1), to: m.relative(i.i16))
    }
    define("BRCTG", 0xA707, .riB, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      m.branch(if: m.countDown64(i.r1), to: m.relative(i.i16))
    }
    define("BRCTH", 0xCC06, .rilB, .endsBlock, .distinctOperands) { m, i throws(ProgramInterruption) in
      let count = m.zeroExtend32(m.subtract(m.grHigh(i.r1), m.constant(1)))
      m.setGRHigh(i.r1, count)
      m.branch(if: m.isNotZero(count), to: m.relative(i.i32))
    }
  }

  private mutating func defineIndexBranches() {
    define("BXH", 0x86, .rsA, .endsBlock) { m, i throws(ProgramInterruption) in
      let target = m.rs(i).address
      m.branch(if: m.stepIndex32(i.r1, i.r3, in: 2), to: target)
    }
    define("BXLE", 0x87, .rsA, .endsBlock) { m, i throws(ProgramInterruption) in
      let target = m.rs(i).address
      m.branch(if: m.stepIndex32(i.r1, i.r3, in: 12), to: target)
    }
    define("BXHG", 0xEB44, .rsyA, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      let target = m.rsy(i).address
      m.branch(if: m.stepIndex64(i.r1, i.r3, in: 2), to: target)
    }
    define("BXLEG", 0xEB45, .rsyA, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      let target = m.rsy(i).address
      m.branch(if: m.stepIndex64(i.r1, i.r3, in: 12), to: target)
    }
    define("BRXH", 0x84, .rsi, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.stepIndex32(i.r1, i.r3, in: 2), to: m.relative(i.i16))
    }
    define("BRXLE", 0x85, .rsi, .endsBlock) { m, i throws(ProgramInterruption) in
      m.branch(if: m.stepIndex32(i.r1, i.r3, in: 12), to: m.relative(i.i16))
    }
    define("BRXHG", 0xEC44, .rieE, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      m.branch(if: m.stepIndex64(i.r1, i.r3, in: 2), to: m.relative(i.i16))
    }
    define("BRXLG", 0xEC45, .rieE, [.endsBlock, .z]) { m, i throws(ProgramInterruption) in
      m.branch(if: m.stepIndex64(i.r1, i.r3, in: 12), to: m.relative(i.i16))
    }
  }

  private mutating func defineLinkage() {
    define("BAS", 0x4D, .rxA, .endsBlock) { m, i throws(ProgramInterruption) in
      let target = m.rx(i).address
      m.setLink(i.r1)
      m.branch(to: target)
    }
    define("BASR", 0x0D, .rr, .endsBlock) { m, i throws(ProgramInterruption) in
      let target = m.gr(i.r2)
      m.setLink(i.r1)
      if i.r2 != 0 { m.branch(to: target) }
    }
    define("BRAS", 0xA705, .riB, .endsBlock) { m, i throws(ProgramInterruption) in
      m.setLink(i.r1)
      m.branch(to: m.relative(i.i16))
    }
    define("BRASL", 0xC005, .rilB, .endsBlock) { m, i throws(ProgramInterruption) in
      m.setLink(i.r1)
      m.branch(to: m.relative(i.i32))
    }
    routine("BAL", 0x45, .rxA, .endsBlock) { cpu, i throws(ProgramInterruption) in
      let target = cpu.rx(i).address
      cpu.setLinkWithMask(i.r1)
      cpu.branch(to: target)
    }
    routine("BALR", 0x05, .rr, .endsBlock) { cpu, i throws(ProgramInterruption) in
      let target = cpu.gr(i.r2)
      cpu.setLinkWithMask(i.r1)
      if i.r2 != 0 { cpu.branch(to: target) }
    }
  }

  private mutating func defineModeSettingBranches() {
    routine("BASSM", 0x0C, .rr, .endsBlock) { cpu, i throws(ProgramInterruption) in
      let target = cpu.gr(i.r2)
      let link = cpu.nextInstructionAddress()
      switch cpu.addressingMode {
      case .bits24: cpu.setGR32(i.r1, link & 0xFF_FFFF)
      case .bits31: cpu.setGR32(i.r1, link | 0x8000_0000)
      case .bits64: cpu.setGR(i.r1, link | 1)
      }
      if i.r2 != 0 { try cpu.branchSettingMode(target) }
    }
    routine("BSM", 0x0B, .rr, .endsBlock) { cpu, i throws(ProgramInterruption) in
      let target = cpu.gr(i.r2)
      if i.r1 != 0 {
        switch cpu.addressingMode {
        case .bits24: cpu.setGR32(i.r1, cpu.gr32(i.r1) & 0x7FFF_FFFF)
        case .bits31: cpu.setGR32(i.r1, cpu.gr32(i.r1) | 0x8000_0000)
        case .bits64: cpu.setGR(i.r1, cpu.gr(i.r1) | 1)
        }
      }
      if i.r2 != 0 { try cpu.branchSettingMode(target) }
    }
    routine("SAM24", 0x010C, .e, .endsBlock) { cpu, _ throws(ProgramInterruption) in try cpu.setAddressingMode(.bits24) }
    routine("SAM31", 0x010D, .e, .endsBlock) { cpu, _ throws(ProgramInterruption) in try cpu.setAddressingMode(.bits31) }
    routine("SAM64", 0x010E, .e, [.endsBlock, .z]) { cpu, _ throws(ProgramInterruption) in try cpu.setAddressingMode(.bits64) }
    define("TAM", 0x010B, .e, .setsCC) { m, _ throws(ProgramInterruption) in
      m.setCC(m.constant(UInt64(m.addressingMode.rawValue)))
    }
  }

  private mutating func defineBranchHints() {
    define("BPP", 0xC7, .smi, [], .miscellaneousExtensions1) { _, _ throws(ProgramInterruption) in }
    define("BPRP", 0xC5, .mii, [], .miscellaneousExtensions1) { _, _ throws(ProgramInterruption) in }
    define("NIAI", 0xB2FA, .ie, [], .miscellaneousExtensions1) { _, _ throws(ProgramInterruption) in }
    define("PPA", 0xB2E8, .rrfC, [], .miscellaneousExtensions1) { _, _ throws(ProgramInterruption) in }
  }
}

extension Datapath where Self: ~Copyable {
  /// Decrements bits 32-63; whether the result is not zero.
  @inline(__always) mutating func countDown32(_ r: Int) -> Condition {
    let count = zeroExtend32(subtract(gr(r), constant(1)))
    setGR32(r, count)
    return isNotZero(count)
  }
  @inline(__always) mutating func countDown64(_ r: Int) -> Condition {
    let count = subtract(gr(r), constant(1))
    setGR(r, count)
    return isNotZero(count)
  }
  /// Adds the increment in `r3` to `r1` and compares the sum with the odd register of `r3`'s pair, as it was before.
  @inline(__always) mutating func stepIndex32(_ r1: Int, _ r3: Int, in m: Int) -> Condition {
    let limit = gr(r3 | 1)
    let sum = add(gr(r1), gr(r3))
    setGR32(r1, sum)
    return compare(.signed32, sum, limit, in: m)
  }
  @inline(__always) mutating func stepIndex64(_ r1: Int, _ r3: Int, in m: Int) -> Condition {
    let limit = gr(r3 | 1)
    let sum = add(gr(r1), gr(r3))
    setGR(r1, sum)
    return compare(.signed64, sum, limit, in: m)
  }
  /// Link information of BRANCH AND SAVE: the next address, with the mode bit in the 31-bit mode.
  @inline(__always) mutating func setLink(_ r: Int) {
    switch addressingMode {
    case .bits64: setGR(r, nextInstructionAddress())
    case .bits31: setGR32(r, or(nextInstructionAddress(), constant(0x8000_0000)))
    case .bits24: setGR32(r, nextInstructionAddress())
    }
  }
}

extension CPU {
  /// Link information of BRANCH AND LINK: in the 24-bit mode with instruction length, condition code and program mask.
  mutating func setLinkWithMask(_ r: Int) {
    guard case .bits24 = addressingMode else { return setLink(r) }
    let high = (s.pointee.instructionLength &>> 1) &<< 6 | conditionCode() &<< 4 | programMask()
    setGR32(r, high &<< 24 | nextInstructionAddress() & 0xFF_FFFF)
  }

  /// BRANCH AND SET MODE: bit 63 selects the 64-bit mode, else bit 32 the 31-bit mode.
  mutating func branchSettingMode(_ target: UInt64) throws(ProgramInterruption) {
    let mask = s.pointee.pswMask & ~(PSW.extendedAddressing | PSW.basicAddressing)
    if target & 1 != 0 && s.pointee.isZArchitecture {
      setPSWMask(mask | PSW.extendedAddressing | PSW.basicAddressing)
      branch(to: target & ~1)
    } else {
      setPSWMask(target & 0x8000_0000 != 0 ? mask | PSW.basicAddressing : mask)
      branch(to: target)
    }
  }

  /// SET ADDRESSING MODE: a specification exception when the next address does not fit the mode.
  mutating func setAddressingMode(_ mode: AddressingMode) throws(ProgramInterruption) {
    try requireReachable(in: mode)
    let mask = s.pointee.pswMask & ~(PSW.extendedAddressing | PSW.basicAddressing)
    switch mode {
    case .bits24: setPSWMask(mask)
    case .bits31: setPSWMask(mask | PSW.basicAddressing)
    case .bits64: setPSWMask(mask | PSW.extendedAddressing | PSW.basicAddressing)
    }
    s.pointee.nextAddress &= s.pointee.addressMask
  }
  /// The address in the PSW that has not been updated, under EXECUTE that of EXECUTE, must be one of the new mode.
  func requireReachable(in mode: AddressingMode) throws(ProgramInterruption) {
    let address = isExecuteTarget ? executeAddress : s.pointee.instructionAddress
    if address > mode.addressMask { throw .specification }
  }
}
