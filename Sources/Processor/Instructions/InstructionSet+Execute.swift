/// EXECUTE and EXECUTE RELATIVE LONG (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineExecute() {
    routine("EX", 0x44, .rxA, .endsBlock) { cpu, i throws(ProgramInterruption) in
      let target = cpu.rx(i).address
      try cpu.execute(target: target, modifier: i.r1)
    }
    routine("EXRL", 0xC600, .rilB, .endsBlock, .executeExtensions) { cpu, i throws(ProgramInterruption) in
      try cpu.execute(target: cpu.relative(i.i32), modifier: i.r1)
    }
  }
}

extension CPU {
  /// Executes the single instruction at `target` with its second byte ORed with bits 56-63 of general register `modifier`,
  /// if that is not 0. Addresses relative to the instruction are relative to the target.
  mutating func execute(target: UInt64, modifier: Int) throws(ProgramInterruption) {
    if isExecuteTarget { throw .execute }
    if target & 1 != 0 { throw .specification }
    let address = s.pointee.instructionAddress
    let length = s.pointee.instructionLength
    var bits = try executeText(target, length: length)
    if modifier != 0 { bits |= (gr(modifier) & 0xFF) &<< 48 }
    try requireCoveredTarget(InstructionText(bits: bits))
    if isPERActive { recordFetchForPER(target) }
    isExecuteTarget = true
    executeAddress = address
    s.pointee.instructionAddress = target
    s.pointee.instructionLength = length
    let breakingEventAddress = s.pointee.breakingEventAddress
    s.pointee.breakingEventAddress = CPUState.noBreakingEvent
    defer {
      isExecuteTarget = false
      s.pointee.instructionAddress = address
      // Of a target that branches, the address of EXECUTE.
      let hasBranched = s.pointee.breakingEventAddress != CPUState.noBreakingEvent
      s.pointee.breakingEventAddress = hasBranched ? address : breakingEventAddress
    }
    try dispatch(InstructionText(bits: bits))
  }

  /// The target's text, from the fetch page when it is there.
  private mutating func executeText(_ target: UInt64, length: UInt64) throws(ProgramInterruption) -> UInt64 {
    let offset = target &- s.pointee.fetchPage
    if (offset &>> 1 | offset &<< 63) <= 2044 {
      return UInt64(bigEndian: CPU.pointer(s.pointee.fetchHost &+ offset).loadUnaligned(as: UInt64.self))
    }
    let page = s.pointee.fetchPage, host = s.pointee.fetchHost
    defer {
      // The instruction after this one is where EXECUTE is.
      s.pointee.fetchPage = page
      s.pointee.fetchHost = host
      s.pointee.instructionLength = length
    }
    return try fetchText(target)
  }
}
