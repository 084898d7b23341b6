internal import Synchronization

/// The instructions that look at a subchannel and change its PMCW (chapter 14).
extension ChannelSubsystem {
  /// STORE SUBCHANNEL: the block comes with cc 0 only.
  package func storeSubchannel(_ id: UInt32) -> (outcome: StoreSubchannel.Outcome, block: SCHIB?) {
    switch designate(id) {
    case .operandException: return (traced("STSCH", id, .operandException), nil)
    case .notProvided: return (traced("STSCH", id, .notOperational), nil)
    case .subchannel(let s):
      let block = s.state.withLock {
        SCHIB(pathManagement: $0.pathManagement, status: $0.status, measurementBlockAddress: $0.measurementBlockAddress)
      }
      return (traced("STSCH", id, .stored), block)
    }
  }

  /// MODIFY SUBCHANNEL.
  package func modifySubchannel(_ id: UInt32, _ block: SCHIB) -> ModifySubchannel.Outcome {
    guard block.isValid else { return traced("MSCH", id, .operandException) }
    switch designate(id) {
    case .operandException: return traced("MSCH", id, .operandException)
    case .notProvided: return traced("MSCH", id, .notOperational)
    case .subchannel(let s): return traced("MSCH", id, modify(s, block))
    }
  }

  private func modify(_ s: Subchannel, _ block: SCHIB) -> ModifySubchannel.Outcome {
    s.state.withLock { state in
      if state.status.status.contains(.pending) { return .statusPending }
      if !state.status.function.isEmpty { return .busy }
      let new = block.pathManagement
      var p = state.pathManagement
      p.interruptionParameter = new.interruptionParameter
      p.flags = p.flags & ~PMCW.modifiableFlags | new.flags & PMCW.modifiableFlags
      p.logicalPathMask = new.logicalPathMask
      p.pathOperationalMask = new.pathOperationalMask
      p.measurementBlockIndex = new.measurementBlockIndex
      p.characteristics =
        p.characteristics & ~PMCW.modifiableCharacteristics | new.characteristics & PMCW.modifiableCharacteristics
      state.pathManagement = p
      if p.hasFormat1MeasurementBlock { state.measurementBlockAddress = block.measurementBlockAddress }
      return .modified
    }
  }

  /// TEST SUBCHANNEL: the block comes with cc 0 and 1.
  package func testSubchannel(_ id: UInt32) -> (outcome: TestSubchannel.Outcome, block: IRB?) {
    switch designate(id) {
    case .operandException: return (traced("TSCH", id, .operandException), nil)
    case .notProvided: return (traced("TSCH", id, .notOperational), nil)
    case .subchannel(let s):
      let (outcome, block) = test(s)
      return (traced("TSCH", id, outcome), block)
    }
  }

  func test(_ s: Subchannel) -> (TestSubchannel.Outcome, IRB?) {
    let result: (TestSubchannel.Outcome, IRB?) = s.state.withLock { state in
      guard state.pathManagement.isEnabled else { return (.notOperational, nil) }
      let block = interruptionResponse(state)
      guard state.status.status.contains(.pending) else { return (.statusNotPending, block) }
      withdrawInterruption(s, state)
      Self.clearTested(&state)
      return (.statusWasPending, block)
    }
    // Status that the device could not present before can follow now.
    if result.0 == .statusWasPending { presentHeldStatus(s) }
    return result
  }

  private func interruptionResponse(_ state: Subchannel.State) -> IRB {
    var block = IRB()
    block.status = state.status
    guard state.status.status.contains(.pending) else { return block }
    block.extendedStatus = ESW(state)
    if state.status.hasExtendedControl {
      block.extendedStatus.report.concurrentSenseCount = UInt8(min(32, state.sense.count))
      block.extendedControl = Array(state.sense.prefix(32))
    }
    return block
  }

  /// What TEST SUBCHANNEL changes at a subchannel that was status pending (chapter 14, "TEST SUBCHANNEL", the table of
  /// indications changed). Status that is intermediate only leaves the function in progress, unless a halt found it suspended.
  private static func clearTested(_ state: inout Subchannel.State) {
    let isIntermediateOnly = state.status.status == [.intermediate, .pending]
    let isSuspended = state.status.activity.contains(.suspended)
    if !isIntermediateOnly || isSuspended && state.status.function.contains(.halt) {
      state.status.function = []
      state.status.activity.subtract(.clearedByTest)
      state.status.pathNotOperational = false
      state.program = state.awaitsDeviceEnd ? state.program : nil
    } else if isSuspended {
      state.status.activity.remove(.resumePending)
      state.status.pathNotOperational = false
    }
    state.status.status = []
    state.status.zeroConditionCode = false
    state.status.subchannelStatus.remove(.programControlledInterruption)
    if !isIntermediateOnly {
      state.status.hasExtendedControl = false
      state.status.deferredConditionCode = 0
      state.status.deviceStatus = []
      state.status.subchannelStatus = []
      state.sense = []
      state.connectTime = 0
      state.status.hasLogout = false
      state.hasResponseBlock = false
    }
  }
}

extension ESW {
  /// Format 0, a subchannel logout, with L: the path, the device status and the CCW address are valid. Else format 1, or 2 with a connect time.
  fileprivate init(_ state: Subchannel.State) {
    let path = state.pathManagement.lastPathUsedMask
    if state.hasResponseBlock {
      self.init()
      report.word = 0x4000
      return
    }
    self.init(lastPathUsedMask: path, connectTime: state.status.hasLogout ? 0 : state.connectTime)
    if state.status.hasLogout { logout |= 0x0000_4C00 }
  }
}
