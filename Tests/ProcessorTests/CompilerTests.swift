import Foundation
import Processor
import Testing

/// Compiled code against the interpreter, on random sequences of general instructions. IRONLOAD_SEQUENCES sets how many.
@Suite struct CompilerTests {
  /// Everything is compiled when it is first executed, however often its page changes.
  private static func settings(isVerifying: Bool = false, _ distortion: CompilerSettings.Distortion? = nil) -> CompilerSettings {
    var settings = CompilerSettings()
    settings.threshold = 1
    settings.changeLimit = .max
    settings.isVerifying = isVerifying
    settings.distortion = distortion
    return settings
  }
  private static let sequenceCount = ProcessInfo.processInfo.environment["IRONLOAD_SEQUENCES"].flatMap { Int($0) } ?? 400

  /// Runs random sequences on one CPU.
  /// - Parameter isDone: asked after each run.
  private func run(on bare: BareMachine, sequences: Int, _ visit: ([UInt8], SequenceState, SequenceResult) -> Bool) {
    var generator = SequenceGenerator(seed: 20_261_125)
    bare.put(BareMachine.stopText, at: SequenceGenerator.exit)
    for _ in 0..<sequences {
      let code = SequenceGenerator.code(generator.sequence(20)[...])
      bare.put(code, at: SequenceGenerator.code)
      for _ in 0..<12 {
        let state = generator.randomState()
        if !visit(code, state, bare.result(of: state)) { return }
      }
    }
  }

  @Test func `compiled sequences leave what interpreted ones leave`() {
    let interpreter = BareMachine.forPrograms(megabytes: 4),
      compiler = BareMachine.forPrograms(megabytes: 4, compiling: CompilerTests.settings())
    interpreter.put(BareMachine.stopText, at: SequenceGenerator.exit)
    var runs = 0
    run(on: compiler, sequences: CompilerTests.sequenceCount) { code, state, compiled in
      let interpreted = interpreter.result(ofCode: code, state)
      runs += 1
      #expect(compiled == interpreted)
      return compiled == interpreted
    }
    #expect(runs == 12 * CompilerTests.sequenceCount)
    #expect(compiler.cpu.s.pointee.instructionCount == interpreter.cpu.s.pointee.instructionCount)
  }

  @Test func `code memory that is full again and again changes nothing`() {
    var settings = CompilerTests.settings()
    settings.codeSize = 1 << 18
    let interpreter = BareMachine.forPrograms(megabytes: 4), compiler = BareMachine.forPrograms(megabytes: 4, compiling: settings)
    interpreter.put(BareMachine.stopText, at: SequenceGenerator.exit)
    run(on: compiler, sequences: CompilerTests.sequenceCount) { code, state, compiled in
      let interpreted = interpreter.result(ofCode: code, state)
      #expect(compiled == interpreted)
      return compiled == interpreted
    }
    #expect(compiler.cpu.fullCodeMemoryCount > 3)
  }

  @Test func `verification finds no difference in random sequences`() {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: CompilerTests.settings(isVerifying: true))
    run(on: bare, sequences: CompilerTests.sequenceCount) { _, _, _ in bare.services.firstDifference == nil }
    #expect(bare.services.firstDifference == nil)
    #expect(bare.cpu.verifiedBlockCount > CompilerTests.sequenceCount)
  }

  @Test(arguments: [CompilerSettings.Distortion.conditionCode, .highHalf, .storeAddress, .nextAddress, .unsavedRegister])
  func `verification finds a fault that was put in`(_ distortion: CompilerSettings.Distortion) {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: CompilerTests.settings(isVerifying: true, distortion))
    run(on: bare, sequences: 200) { _, _, _ in bare.services.firstDifference == nil }
    #expect(bare.services.firstDifference != nil)
  }

  // MARK: Floating point

  /// Numbers at the borders of what the host may compute itself.
  private static let doubles: [UInt64] = [
    0, 1 << 63, 1, 0x8000_0000_0000_0001, 0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x0010_0000_0000_0001,
    0x0020_0000_0000_0000,
    0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x3FF0_0000_0000_0001, 0x43E0_0000_0000_0000, 0xC3E0_0000_0000_0000,
    0x41DF_FFFF_FFC0_0000, 0x7FEF_FFFF_FFFF_FFFF, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0001,
    0x7FF0_0000_0000_0001, 0x36A0_0000_0000_0000, 0x380F_FFFF_FFFF_FFFF, 0x47EF_FFFF_EFFF_FFFF,
  ]
  /// No flag, inexact, all flags, rounding modes, traps.
  private static let controls: [UInt32] = [
    0, 0x0008_0000, 0x00F8_0000, 0x0008_0001, 0x0008_0003, 0x0808_0000, 0xF808_0000, 0x1008_0000,
  ]

  @Test func `compiled floating point gives the bits, flags and interruptions of the interpreter`() {
    let interpreter = BareMachine.forPrograms(), compiler = BareMachine.forPrograms(compiling: CompilerTests.settings())
    var generator = SeededGenerator(seed: 7)
    func number() -> UInt64 {
      let random = generator.next()
      switch random % 3 {
      case 0: return CompilerTests.doubles[Int(random >> 8) % CompilerTests.doubles.count]
      case 1: return random >> 3 & 0x800F_FFFF_FFFF_FFFF | (0x3F0 + random & 0x1F) << 52
      default: return generator.next()
      }
    }
    for text in CompilerTests.floatingPointTexts {
      for control in CompilerTests.controls {
        for _ in 0..<60 {
          let values = (0..<8).map { _ in number() }, general = number()
          for bare in [interpreter, compiler] {
            for r in 0..<8 { bare.cpu.s.pointee.fpr[r] = values[r] }
            bare.cpu.s.pointee.fpc = control
            bare[3] = general
            bare[5] = 0x8000
            bare.conditionCode = 3
            bare.store(values[7], at: 0x8008)
          }
          let outcomes = [interpreter, compiler].map { bare in
            let cause = bare.run(text), s = bare.cpu.s
            return FloatingPointOutcome(
              cause: cause, fpr: (0..<8).map { s.pointee.fpr[$0] }, fpc: s.pointee.fpc, conditionCode: bare.conditionCode,
              general: bare[3])
          }
          #expect(outcomes[0] == outcomes[1], "\(text)")
          if outcomes[0] != outcomes[1] { return }
        }
      }
    }
  }

  /// One instruction of each specialisation: R1 2 (of conversions to fixed point 3), R2 4, R3 6, storage at 8(5).
  private static let floatingPointTexts: [[UInt8]] = CPU.floatingPointSpecialisations.map { row in
    let high = UInt8(row.opcode >> 8), low = UInt8(row.opcode & 0xFF)
    switch row.form {
    case .rre: return [high, low, 0, 0x24]
    case .rrd: return [high, low, 0x20, 0x64]
    case .rxe: return [high, 0x20, 0x50, 0x08, 0, low]
    case .rxf: return [high, 0x60, 0x50, 0x08, 0x20, low]
    case .fromGeneral: return [high, low, 0, 0x23]
    case .toGeneral: return [high, low, 0x50, 0x34]
    }
  }
}

/// What a floating-point instruction leaves.
private struct FloatingPointOutcome: Equatable {
  var cause: ProgramInterruption?
  var fpr: [UInt64]
  var fpc: UInt32
  var conditionCode: UInt64
  var general: UInt64
}
