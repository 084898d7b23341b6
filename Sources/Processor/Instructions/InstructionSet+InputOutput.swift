import ChannelIO

/// The I/O instructions (chapter 14). The channel subsystem decides; here operands are fetched and results stored.
extension InstructionSet where Machine: ~Copyable {
  mutating func defineInputOutputInstructions() {
    routine("CSCH", 0xB230, .s, [.privileged, .setsCC]) { cpu, _ throws(ProgramInterruption) in
      try cpu.conclude(cpu.channels.clearSubchannel(cpu.subchannelOperand))
    }
    routine("HSCH", 0xB231, .s, [.privileged, .setsCC]) { cpu, _ throws(ProgramInterruption) in
      try cpu.conclude(cpu.channels.haltSubchannel(cpu.subchannelOperand))
    }
    routine("RSCH", 0xB238, .s, [.privileged, .setsCC]) { cpu, _ throws(ProgramInterruption) in
      cpu.settleStores()
      try cpu.conclude(cpu.channels.resumeSubchannel(cpu.subchannelOperand))
    }
    routine("XSCH", 0xB276, .s, [.privileged, .setsCC]) { cpu, _ throws(ProgramInterruption) in
      try cpu.conclude(cpu.channels.cancelSubchannel(cpu.subchannelOperand))
    }
    routine("SSCH", 0xB233, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.aligned(cpu.rs(i), to: 4)
      guard let orb = ORB(try cpu.fetchBytes(operand, ORB.size)) else { throw .operand }
      // X, bit 31 of word 1: five words more belong to the operand. They hold priorities, which do not matter here.
      if orb.control & 1 != 0 { _ = try cpu.fetchBytes(operand, 32) }
      cpu.settleStores()
      try cpu.conclude(cpu.channels.startSubchannel(cpu.subchannelOperand, orb))
    }
    routine("MSCH", 0xB232, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let bytes = try cpu.fetchBytes(try cpu.aligned(cpu.rs(i), to: 4), SCHIB.size)
      guard let block = SCHIB(bytes) else { throw .operand }
      try cpu.conclude(cpu.channels.modifySubchannel(cpu.subchannelOperand, block))
    }
    routine("STSCH", 0xB234, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.aligned(cpu.rs(i), to: 4)
      try cpu.checkStore(operand, SCHIB.size)
      let (outcome, block) = cpu.channels.storeSubchannel(cpu.subchannelOperand)
      if let block { try cpu.storeBlock(operand, SCHIB.size).write(block.encode()) }
      try cpu.conclude(outcome)
    }
    routine("TSCH", 0xB235, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let operand = try cpu.aligned(cpu.rs(i), to: 4)
      // Status that is shown is no longer pending: nothing may go wrong then.
      try cpu.checkStore(operand, IRB.size)
      let (outcome, block) = cpu.channels.testSubchannel(cpu.subchannelOperand)
      if let block { try cpu.storeBlock(operand, IRB.size).write(block.encode()) }
      try cpu.conclude(outcome)
    }
    routine("TPI", 0xB236, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.testPendingInterruption(try cpu.aligned(cpu.rs(i), to: 4))
    }
    routine("STCRW", 0xB239, .s, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      let target = try cpu.storeBlock(try cpu.aligned(cpu.rs(i), to: 4), 4)
      let report = cpu.channels.storeChannelReportWord()
      target.write((report ?? CRW(word: 0)).encode())
      cpu.setCC(report == nil ? 1 : 0)
    }
    routine("STCPS", 0xB23A, .s, .privileged) { cpu, i throws(ProgramInterruption) in
      let target = try cpu.storeBlock(try cpu.aligned(cpu.rs(i), to: 32), 32)
      target.write(cpu.channels.channelPathStatus)
    }
    routine("RCHP", 0xB23B, .s, [.privileged, .setsCC]) { cpu, _ throws(ProgramInterruption) in
      try cpu.conclude(cpu.channels.resetChannelPath(cpu.subchannelOperand))
    }
    routine("SCHM", 0xB23C, .s, .privileged) { cpu, _ throws(ProgramInterruption) in
      if cpu.channels.setChannelMonitor(cpu.subchannelOperand, origin: cpu.gr(2)) == .operandException { throw .operand }
    }
    routine("SAL", 0xB237, .s, .privileged) { cpu, _ throws(ProgramInterruption) in
      if cpu.channels.setAddressLimit(cpu.subchannelOperand) == .operandException { throw .operand }
    }
    routine("CHSC", 0xB25F, .rre, [.privileged, .setsCC]) { cpu, i throws(ProgramInterruption) in
      try cpu.callChannelSubsystem(StorageOperand(cpu.reduced(cpu.gr(i.e1)), base: i.e1))
    }
  }
}

extension CPU {
  var channels: ChannelSubsystem { complex.channelSubsystem }
  /// General register 1, bits 32-63: the subsystem-identification word, or an instruction's parameters.
  var subchannelOperand: UInt32 { UInt32(truncatingIfNeeded: gr(1)) }

  /// Sets the condition code of an I/O instruction, or recognizes its operand exception.
  mutating func conclude(_ outcome: some InstructionOutcome) throws(ProgramInterruption) {
    guard let cc = outcome.conditionCode else { throw .operand }
    setCC(UInt64(cc))
  }

  /// Copies an operand out.
  func fetchBytes(_ operand: StorageOperand<UInt64>, _ count: Int) throws(ProgramInterruption) -> [UInt8] {
    let block = try fetchBlock(operand, count)
    return (0..<count).map { block[$0] }
  }

  /// TEST PENDING INTERRUPTION: to the operand, or with address zero to the prefix area.
  mutating func testPendingInterruption(_ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    let isShown = operand.address != 0
    if isShown { try checkStore(operand, 8) }
    let subclasses = UInt8(truncatingIfNeeded: s.pointee.cr[6] &>> 24)
    guard let interruption = channels.takeInterruption(subclasses) else { return setCC(0) }
    if isShown {
      try storeBlock(operand, 8).write(Array(interruption.encode().prefix(8)))
    } else {
      storeInterruptionCode(interruption)
    }
    setCC(1)
  }

  /// CHANNEL SUBSYSTEM CALL: request and response share a page.
  mutating func callChannelSubsystem(_ operand: StorageOperand<UInt64>) throws(ProgramInterruption) {
    let operand = try aligned(operand, to: 4096)
    try checkStore(operand, 4096)
    switch channels.channelSubsystemCall(try fetchBytes(operand, 4096)) {
    case .operandException: throw .operand
    case .executed(let response):
      let page = try storeBlock(operand, 4096)
      let length = Int(page[0]) &<< 8 | Int(page[1])
      for (k, byte) in response.enumerated() where length &+ k < 4096 { page[length &+ k] = byte }
      setCC(0)
    }
  }
}

extension CPU.Block {
  /// Replaces the leading bytes of the operand.
  func write(_ bytes: [UInt8]) { for k in 0..<min(count, bytes.count) { self[k] = bytes[k] } }
}
