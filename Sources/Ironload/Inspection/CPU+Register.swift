import Processor
import Storage

/// Registers by what operators call them; on the CPU's own thread.
extension CPU {
  /// - Returns: nil for a number beyond 15.
  func value(of register: Register) -> UInt64? {
    let state = s
    switch register {
    case .general(let n): return CPU.isRegister(n) ? state.pointee.gr[n] : nil
    case .access(let n): return CPU.isRegister(n) ? UInt64(state.pointee.ar[n]) : nil
    case .control(let n): return CPU.isRegister(n) ? state.pointee.cr[n] : nil
    case .floatingPoint(let n): return CPU.isRegister(n) ? state.pointee.fpr[n] : nil
    case .floatingPointControl: return UInt64(state.pointee.fpc)
    case .pswMask: return psw.mask
    case .pswAddress: return psw.instructionAddress
    case .prefix: return state.pointee.prefix
    case .clockComparator: return state.pointee.clockComparator
    case .cpuTimer: return cpuTimer
    case .todProgrammable: return state.pointee.todProgrammable
    case .breakingEventAddress: return state.pointee.breakingEventAddress
    case .architecturalMode: return state.pointee.isZArchitecture ? 1 : 0
    }
  }

  /// - Returns: false when `value` cannot be in this register.
  mutating func set(_ register: Register, to value: UInt64) -> Bool {
    guard value >> 32 == 0 || register.width == 64 else { return false }
    let state = s, low = UInt32(truncatingIfNeeded: value)
    switch register {
    case .general(let n) where CPU.isRegister(n): state.pointee.gr[n] = value
    case .access(let n) where CPU.isRegister(n): state.pointee.ar[n] = low
    case .control(let n) where CPU.isRegister(n): setControlRegister(n, value)
    case .floatingPoint(let n) where CPU.isRegister(n): state.pointee.fpr[n] = value
    case .general, .access, .control, .floatingPoint: return false
    case .floatingPointControl: state.pointee.fpc = low
    case .pswMask: load(PSW(mask: value, instructionAddress: psw.instructionAddress))
    case .pswAddress: load(PSW(mask: psw.mask, instructionAddress: value))
    case .prefix:
      let block: UInt64 = s.pointee.isZArchitecture ? 0x2000 : 0x1000
      guard value % block == 0, storage.contains(AbsoluteAddress(value), count: block) else { return false }
      setPrefix(value)
    case .clockComparator: setClockComparator(value)
    case .cpuTimer: setCPUTimer(value)
    case .todProgrammable:
      guard value <= 0xFFFF else { return false }
      state.pointee.todProgrammable = value
    case .breakingEventAddress: state.pointee.breakingEventAddress = value
    case .architecturalMode:
      guard value <= 1 else { return false }
      if state.pointee.isZArchitecture != (value == 1) { setArchitecture(isZArchitecture: value == 1) }
    }
    return true
  }

  private static func isRegister(_ n: Int) -> Bool { 0..<16 ~= n }
}
