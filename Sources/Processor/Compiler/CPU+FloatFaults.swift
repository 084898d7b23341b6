import CHost
import X86

/// Exceptions that the host raises in compiled floating point. Each costs microseconds: where they are many, compiled code looks at
/// results instead, for a while. Blocks of both kinds stay; the mode tells them apart.
extension CPU {
  /// More than one in so many instructions are many.
  private static var instructionsPerFault: UInt64 { 20_000 }
  /// For how many instructions results are looked at.
  private static var patience: UInt64 { 1 << 26 }

  /// Has this thread's exceptions go where the code says.
  func useFloatFaults(of compiler: Compiler) {
    let code = compiler.memory.floatCode
    s.pointee.compiled.faultLimit = compiler.settings.floatFaultLimit
    if s.pointee.compiled.checksFloats && s.pointee.instructionCount &- s.pointee.compiled.faultsBegan > CPU.patience {
      setFloatChecks(false)
    }
    code.pointee.faults = word(StateOffset.faults)
    code.pointee.masked = word(StateOffset.isFloatControlLost)
    s.pointee.compiled.isFloatControlLost = 1
    chost_set_float_code(code)
  }
  private func word(_ offset: Int32) -> UnsafeMutablePointer<UInt32> {
    (UnsafeMutableRawPointer(s) + Int(offset)).assumingMemoryBound(to: UInt32.self)
  }
  /// Decides how to go on after many exceptions.
  /// - Returns: whether blocks of another mode follow.
  func looksAtFloatsFromNowOn() -> Bool {
    let elapsed = s.pointee.instructionCount &- s.pointee.compiled.faultsBegan
    let isOften = elapsed < UInt64(s.pointee.compiled.faultLimit) * CPU.instructionsPerFault
    setFloatChecks(isOften)
    return isOften
  }
  private func setFloatChecks(_ checks: Bool) {
    s.pointee.compiled.checksFloats = checks
    s.pointee.compiled.floatControl = checks ? CompiledState.quietFloatControl : CompiledState.raisingFloatControl
    s.pointee.compiled.isFloatControlLost = 1
    s.pointee.compiled.faults = 0
    s.pointee.compiled.faultsBegan = s.pointee.instructionCount
  }
  /// Whether compiled code looks at floating-point results now, since exceptions were many.
  package var checksFloatingPointResults: Bool { s.pointee.compiled.checksFloats }
}

/// 16 bytes each of `CompiledState.floatConstants`.
enum FloatConstant: Int, CaseIterable {
  case magnitude = 0, magnitudeShort, smallest, smallestShort, sign, signShort
  /// Of bytes 0-7 and 0-3, for `shuffleBytes`.
  case reversal, reversalShort
  var bits: UInt64 {
    switch self {
    case .magnitude: 0x7FFF_FFFF_FFFF_FFFF
    case .magnitudeShort: 0x7FFF_FFFF
    case .smallest: 0x0010_0000_0000_0000
    case .smallestShort: 0x0080_0000
    case .sign: 0x8000_0000_0000_0000
    case .signShort: 0x8000_0000
    case .reversal: 0x0001_0203_0405_0607
    case .reversalShort: 0x8080_8080_0001_0203
    }
  }
  /// On a boundary of 16 bytes, which never crosses a line of the host's cache.
  var offset: Int { (Int(StateOffset.floatConstants) + 15) & ~15 + 16 * rawValue }
  var memory: Memory { Memory(.rsp, Int32(offset)) }
}
