/// Program-event recording (chapter 4): events of the current instruction are gathered in `CPUState.perCode` and reported
/// when it ends. While PER is on, instructions run one by one and no store is cached, so that each is seen.
extension CPU {
  /// CR9 bits 32-36 and 40-42.
  package enum PEREvent {
    package static let successfulBranching: UInt64 = 1 << 31
    package static let instructionFetching: UInt64 = 1 << 30
    package static let storageAlteration: UInt64 = 1 << 29
    package static let storeUsingRealAddress: UInt64 = 1 << 27
    package static let branchAddressControl: UInt64 = 1 << 23
    static let storageAlterationSpaceControl: UInt64 = 1 << 21
    /// The event's bit in the PER code.
    package static func code(_ event: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: event &>> 24) }
  }

  @inline(__always) var isPERActive: Bool { s.pointee.pswMask & PSW.per != 0 }

  /// Whether `address` lies in the area of CR10 and CR11, which may wrap.
  private func isInPERArea(_ address: UInt64, count: UInt64 = 1) -> Bool {
    let from = s.pointee.cr[10], to = s.pointee.cr[11]
    let last = address &+ (count &- 1)
    if from <= to { return address <= to && last >= from }
    return last >= from || address <= to
  }

  /// The address is that of the instruction, or of the EXECUTE that executes it: `executeOne` has left it.
  private func recordPER(_ event: UInt64) { s.pointee.perCode |= PEREvent.code(event) }

  /// Instruction fetching: the first byte of the instruction, or of EXECUTE's target, in the area.
  func recordFetchForPER(_ address: UInt64) {
    guard isPERActive, s.pointee.cr[9] & PEREvent.instructionFetching != 0, isInPERArea(address) else { return }
    recordPER(PEREvent.instructionFetching)
  }

  /// Successful branching: a branch to a target in the area, or anywhere without branch-address control.
  /// To be called after an instruction that branched.
  func recordBranchForPER() {
    let next = s.pointee.nextAddress
    guard s.pointee.perMask & PSW.per != 0, s.pointee.cr[9] & PEREvent.successfulBranching != 0 else { return }
    guard s.pointee.cr[9] & PEREvent.branchAddressControl == 0 || isInPERArea(next) else { return }
    recordPER(PEREvent.successfulBranching)
  }

  /// Storage alteration: called for each store that takes the slow way, which with PER on is each store.
  /// - Returns: whether stores to this page must go on taking the slow way.
  func recordStoreForPER(_ address: UInt64, _ count: UInt64, _ space: DesignatedSpace) -> Bool {
    guard isPERActive, !space.isRealOperand, s.pointee.cr[9] & PEREvent.storageAlteration != 0 else { return false }
    let inSpace =
      s.pointee.cr[9] & PEREvent.storageAlterationSpaceControl == 0 || space.asce.map(\.hasStorageAlterationEvent) ?? true
    if inSpace && isInPERArea(address, count: count) {
      recordPER(PEREvent.storageAlteration)
      s.pointee.perSpace = space.asce == nil ? 0 : space.space.rawValue
      s.pointee.perAccessIdentification = space.space == .accessRegister ? UInt8(truncatingIfNeeded: space.ar) : 0
    }
    return true
  }

  /// STORE USING REAL ADDRESS.
  func recordRealStoreForPER() {
    guard isPERActive,
      s.pointee.cr[9] & (PEREvent.storeUsingRealAddress | PEREvent.storageAlteration)
        == PEREvent.storeUsingRealAddress | PEREvent.storageAlteration
    else { return }
    recordPER(PEREvent.storeUsingRealAddress | PEREvent.storageAlteration)
    s.pointee.perSpace = 0
  }

  /// The identification of the recorded events: code, ATMID and AI, address, access identification.
  func storePERIdentification() {
    let mask = s.pointee.perMask
    var identification: UInt16 = 0
    if mask & PSW.extendedAddressing != 0 { identification |= 0x80 }
    identification |= 0x40  // ATMID is valid
    if mask & PSW.basicAddressing != 0 { identification |= 0x20 }
    if mask & PSW.dat != 0 { identification |= 0x10 }
    identification |= UInt16(truncatingIfNeeded: (mask & PSW.addressSpace) &>> PSW.addressSpaceShift) &<< 2
    let isAlteration = s.pointee.perCode & PEREvent.code(PEREvent.storageAlteration) != 0
    if isAlteration { identification |= UInt16(truncatingIfNeeded: s.pointee.perSpace) }
    storeLow(UInt16(s.pointee.perCode) &<< 8 | identification, Lowcore.perCode)
    if s.pointee.isZArchitecture {
      storeLow(s.pointee.perAddress, Lowcore.perAddress)
    } else {
      storeLow(UInt32(truncatingIfNeeded: s.pointee.perAddress), Lowcore.perAddress)
    }
    if isAlteration && s.pointee.perSpace == AddressSpace.accessRegister.rawValue {
      storeLow(s.pointee.perAccessIdentification, Lowcore.perAccessIdentification)
    }
  }

  /// A PER event alone: after an instruction that completed.
  mutating func interruptPER() {
    storePERIdentification()
    storeLow(
      UInt32(truncatingIfNeeded: s.pointee.instructionLength) &<< 16 | UInt32(ProgramInterruption.per.rawValue),
      Lowcore.programLength)
    if s.pointee.isZArchitecture { storeLow(s.pointee.breakingEventAddress, Lowcore.breakingEventAddress) }
    swapProgramPSW()
  }
}
