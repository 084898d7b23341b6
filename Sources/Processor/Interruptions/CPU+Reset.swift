import Storage
import Synchronization

/// Resets, store status, and the register save areas (chapter 4, "Resets" and "Store Status").
extension CPU {
  /// CPU reset: pending conditions of this CPU go; registers stay.
  package mutating func reset() {
    signals.forgetSignals()
    hasInvalidPSW = false
    isExecuteTarget = false
    flushTLB()
    guard signals.state == .stopped else { return enter(.stopped) }
    // Whoever stopped it before, it is stopped by the reset now.
    complex.services.stateChanged(address, .stopped(.program))
  }

  /// System reset normal, and load normal on every CPU but the one that loads: CPU reset, and ESA/390 mode where the machine has
  /// it. The PSW is kept for SIGP SET ARCHITECTURE.
  package mutating func systemReset() {
    reset()
    if s.pointee.isZArchitecture, !complex.isZArchitectureOnly { setArchitecture(isZArchitecture: false) }
    hasInvalidPSW = false
  }

  /// Initial CPU reset: CPU reset, and PSW, prefix, timers, control registers, FPC get their initial values.
  /// The architectural mode becomes `isZArchitecture`'s; by default ESA/390, unless the machine does not have it.
  package mutating func initialReset(isZArchitecture: Bool? = nil) {
    reset()
    s.pointee.isZArchitecture = isZArchitecture ?? complex.isZArchitectureOnly
    s.pointee.prefix = 0
    s.pointee.fpc = 0
    s.pointee.todProgrammable = 0
    s.pointee.breakingEventAddress = 1
    s.pointee.capturedPSW = PSW(mask: 0, instructionAddress: 0)
    for r in 0..<16 { s.pointee.cr[r] = 0 }
    s.pointee.cr[0] = 0xE0
    s.pointee.cr[14] = 0xC200_0000
    s.pointee.pswMask = 0
    s.pointee.addressMask = 0xFF_FFFF
    load(PSW(mask: 0, instructionAddress: 0))
    hasInvalidPSW = false
    selectHandlers()
    setClockComparator(0)
    setCPUTimer(0)
    flushTLB()
  }

  /// Clear reset of this CPU: initial CPU reset and all registers zero.
  package mutating func clearReset() {
    initialReset()
    for r in 0..<16 {
      s.pointee.gr[r] = 0
      s.pointee.ar[r] = 0
      s.pointee.fpr[r] = 0
    }
  }

  /// SET PREFIX and SIGP SET PREFIX; the value is valid and inside storage.
  package mutating func setPrefix(_ v: UInt64) {
    s.pointee.prefix = v
    flushTLB()
  }

  /// SIGP SET ARCHITECTURE. The mode changes; CRs and PSW are adapted as that order says.
  /// - Parameter keepsPSW: false: to z/Architecture with the PSW that was current when the CPU left it.
  package mutating func setArchitecture(isZArchitecture: Bool, keepsPSW: Bool = true) {
    if isZArchitecture { s.pointee.prefix &= ~0x1FFF }
    s.pointee.isZArchitecture = isZArchitecture
    if isZArchitecture {
      if !keepsPSW { load(s.pointee.capturedPSW) }
    } else {
      s.pointee.capturedPSW = psw
      // What the ESA/390 PSW cannot say makes it invalid.
      load(psw)
    }
    selectHandlers()
    flushTLB()
  }

  /// Stores the status of this CPU into the save areas of the block at absolute `origin` (0: store status; the layout
  /// is that of the prefix area).
  package func storeStatus(at origin: UInt64) {
    let at = { (offset: UInt64) in AbsoluteAddress(origin &+ offset) }
    let area = s.pointee.isZArchitecture ? at(0x1200) : at(0)
    guard storage.contains(area, count: 512) else { return }
    storage.recordChange(area)
    let z = psw
    if origin == 0 || origin == s.pointee.prefix {
      storage.recordChange(at(Lowcore.architecturalMode))
      storage.store(UInt8(s.pointee.isZArchitecture ? 1 : 0), at: at(Lowcore.architecturalMode))
    }
    if !s.pointee.isZArchitecture {
      storage.store(cpuTimer, at: at(0xD8))
      storage.store(s.pointee.clockComparator, at: at(0xE0))
      storage.store(z.short, at: at(0x100))
      storage.store(UInt32(truncatingIfNeeded: s.pointee.prefix), at: at(0x108))
      for r in 0..<16 {
        storage.store(s.pointee.ar[r], at: at(0x120 + 4 * UInt64(r)))
        storage.store(UInt32(truncatingIfNeeded: s.pointee.gr[r]), at: at(0x180 + 4 * UInt64(r)))
        storage.store(UInt32(truncatingIfNeeded: s.pointee.cr[r]), at: at(0x1C0 + 4 * UInt64(r)))
      }
      for k in 0..<4 { storage.store(s.pointee.fpr[2 * k], at: at(0x160 + 8 * UInt64(k))) }
      return
    }
    for r in 0..<16 {
      storage.store(s.pointee.fpr[r], at: at(Lowcore.savedFPRs + 8 * UInt64(r)))
      storage.store(s.pointee.gr[r], at: at(Lowcore.savedGRs + 8 * UInt64(r)))
      storage.store(s.pointee.ar[r], at: at(Lowcore.savedARs + 4 * UInt64(r)))
      storage.store(s.pointee.cr[r], at: at(Lowcore.savedCRs + 8 * UInt64(r)))
    }
    storage.store(z.mask, at: at(Lowcore.savedPSW))
    storage.store(z.instructionAddress, at: at(Lowcore.savedPSW + 8))
    storage.store(UInt32(truncatingIfNeeded: s.pointee.prefix), at: at(Lowcore.savedPrefix))
    storage.store(s.pointee.fpc, at: at(Lowcore.savedFPC))
    storage.store(UInt32(truncatingIfNeeded: s.pointee.todProgrammable), at: at(Lowcore.savedTODProgrammable))
    storage.store(cpuTimer, at: at(Lowcore.savedCPUTimer))
    storage.store(s.pointee.clockComparator &>> 8, at: at(Lowcore.savedClockComparator))
  }

  /// SIGP STORE STATUS AT ADDRESS: the 512 bytes that in the prefix area begin at 0x1200 (ESA/390: at 0) at `origin`.
  package func storeStatus(atAddress origin: UInt64) {
    storeStatus(at: s.pointee.isZArchitecture ? origin &- 0x1200 : origin)
  }

  /// The register save areas of a machine-check interruption, in this CPU's prefix area.
  func storeMachineCheckStatus() { storeStatus(at: s.pointee.prefix) }
}
