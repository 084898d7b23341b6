import Processor
import Testing

/// Compiled floating point against the interpreter, with the host raising exceptions and with results looked at.
@Suite struct CompiledFloatingPointTests {
  /// Exceptions are never too many, or one is.
  private static let limits: [UInt32] = [.max, 1]
  private static func compiler(_ limit: UInt32, threshold: UInt8 = 1, isVerifying: Bool = false) -> BareMachine {
    var settings = CompilerSettings()
    settings.threshold = threshold
    settings.changeLimit = .max
    settings.floatFaultLimit = limit
    settings.isVerifying = isVerifying
    return BareMachine.forPrograms(compiling: settings)
  }

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

  /// Sets the registers, and storage at 0x8008 as register 7.
  private static func prepare(_ bare: BareMachine, _ values: [UInt64], control: UInt32, general: UInt64 = 0) {
    for r in 0..<8 { bare.cpu.s.pointee.fpr[r] = values[r] }
    bare.cpu.s.pointee.fpc = control
    bare[3] = general
    bare[5] = 0x8000
    bare.conditionCode = 3
    bare.store(values[7], at: 0x8008)
  }
  private static func outcome(_ bare: BareMachine, _ cause: ProgramInterruption?) -> FloatingPointOutcome {
    let s = bare.cpu.s
    return FloatingPointOutcome(
      cause: cause, fpr: (0..<8).map { s.pointee.fpr[$0] }, fpc: s.pointee.fpc, conditionCode: bare.conditionCode,
      general: bare[3])
  }

  @Test(arguments: limits) func `compiled floating point gives the bits, flags and interruptions of the interpreter`(
    _ limit: UInt32
  ) {
    let interpreter = BareMachine.forPrograms(), compiler = CompiledFloatingPointTests.compiler(limit)
    var generator = SeededGenerator(seed: 7)
    func number() -> UInt64 {
      let random = generator.next()
      switch random % 3 {
      case 0: return CompiledFloatingPointTests.doubles[Int(random >> 8) % CompiledFloatingPointTests.doubles.count]
      case 1: return random >> 3 & 0x800F_FFFF_FFFF_FFFF | (0x3F0 + random & 0x1F) << 52
      default: return generator.next()
      }
    }
    for text in CompiledFloatingPointTests.texts {
      for control in CompiledFloatingPointTests.controls {
        for _ in 0..<60 {
          let values = (0..<8).map { _ in number() }, general = number()
          let outcomes = [interpreter, compiler].map { bare in
            CompiledFloatingPointTests.prepare(bare, values, control: control, general: general)
            return CompiledFloatingPointTests.outcome(bare, bare.run(text))
          }
          #expect(outcomes[0] == outcomes[1], "\(text)")
          if outcomes[0] != outcomes[1] { return }
        }
      }
    }
    #expect(compiler.cpu.checksFloatingPointResults == (limit == 1))
  }

  /// One of each class, long and short in one: quiet and signaling NaNs, infinities, zeros, tiny numbers, the smallest normal
  /// number, ones, the largest.
  private static let classes: [UInt64] = [
    0x7FF8_0000_0000_0001, 0xFFF8_0000_0000_0002, 0x7FF4_0000_0000_0003, 0xFFF4_0000_0000_0004, 0x7FF0_0000_0000_0000,
    0xFFF0_0000_0000_0000, 0, 1 << 63, 0x0000_0000_0000_0001, 0x800F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000,
    0x8010_0000_0000_0000, 0x3FF0_0000_0000_0000, 0xBFF8_0000_0000_0001, 0x7FEF_FFFF_FFFF_FFFF, 0xFFEF_FFFF_FFFF_FFFF,
    0x7FC0_0001_0000_0000, 0xFFC0_0002_0000_0000, 0x7F80_0003_0000_0000, 0x7F80_0000_0000_0000, 0xFF80_0000_0000_0000,
    0x0000_0001_0000_0000, 0x0080_0000_0000_0000, 0x8080_0000_0000_0000, 0x3F80_0000_0000_0000, 0xFF7F_FFFF_0000_0000,
  ]

  @Test(arguments: limits) func `every class of operand in every place gives what the interpreter gives`(_ limit: UInt32) {
    let interpreter = BareMachine.forPrograms(), compiler = CompiledFloatingPointTests.compiler(limit)
    let classes = CompiledFloatingPointTests.classes
    for text in CompiledFloatingPointTests.texts {
      for bare in [interpreter, compiler] { bare.put(text + BareMachine.stopText, at: 0x2000) }
      let hasThree = text.count == 4 ? text[0] == 0xB3 && (0x0E...0x1F).contains(text[1]) && text[1] & 0xE == 0xE : text[4] != 0
      for first in classes {
        for second in classes {
          for third in hasThree ? classes : [0] {
            // R1, R2 and R3 are 2, 4 and 6.
            let values = [0, 0, first, 0, second, 0, third, second]
            let outcomes = [interpreter, compiler].map { bare in
              CompiledFloatingPointTests.prepare(bare, values, control: 0x0008_0000)
              return CompiledFloatingPointTests.outcome(bare, bare.start(at: 0x2000))
            }
            #expect(outcomes[0] == outcomes[1], "\(text) \(values)")
            if outcomes[0] != outcomes[1] { return }
          }
        }
      }
    }
  }

  /// Instruction, the registers 2, 4 and 6 (storage as 4), and the result: tiny before rounding, the smallest normal number after it.
  private static let roundedUp: [([UInt8], [UInt64], UInt64)] = [
    // MDBR, MDB, MEEBR, MEEB
    ([0xB3, 0x1C, 0, 0x24], [0x20B0_0000_0000_0001, 0x1F4F_FFFF_FFFF_FFFE, 0], 0x0010_0000_0000_0000),
    ([0xED, 0x20, 0x50, 8, 0, 0x1C], [0x20B0_0000_0000_0001, 0x9F4F_FFFF_FFFF_FFFE, 0], 0x8010_0000_0000_0000),
    ([0xB3, 0x17, 0, 0x24], [0x2180_0001_0000_0000, 0x1E7F_FFFE_0000_0000, 0], 0x0080_0000_0000_0000),
    ([0xED, 0x20, 0x50, 8, 0, 0x17], [0x2180_0001_0000_0000, 0x9E7F_FFFE_0000_0000, 0], 0x8080_0000_0000_0000),
    // MADBR, MSDB, MAEBR, MSEB: 6 x 4 + or - 2
    ([0xB3, 0x1E, 0x20, 0x64], [0, 0x1F4F_FFFF_FFFF_FFFE, 0x20B0_0000_0000_0001], 0x0010_0000_0000_0000),
    ([0xED, 0x60, 0x50, 8, 0x20, 0x1F], [0, 0x9F4F_FFFF_FFFF_FFFE, 0x20B0_0000_0000_0001], 0x8010_0000_0000_0000),
    ([0xB3, 0x0E, 0x20, 0x64], [0, 0x1E7F_FFFE_0000_0000, 0x2180_0001_0000_0000], 0x0080_0000_0000_0000),
    ([0xED, 0x60, 0x50, 8, 0x20, 0x0F], [0, 0x9E7F_FFFE_0000_0000, 0x2180_0001_0000_0000], 0x8080_0000_0000_0000),
    // LEDBR
    ([0xB3, 0x44, 0, 0x24], [0, 0x380F_FFFF_F000_0001, 0], 0x0080_0000_0000_0000),
  ]

  @Test(arguments: limits) func `a result that was tiny before it was rounded up to the smallest normal number is underflow`(
    _ limit: UInt32
  ) {
    for (text, operands, result) in CompiledFloatingPointTests.roundedUp {
      let bare = CompiledFloatingPointTests.compiler(limit)
      let values = [0, 0, operands[0], 0, operands[1], 0, operands[2], operands[1]]
      for _ in 0..<3 {
        CompiledFloatingPointTests.prepare(bare, values, control: 0x0008_0000)
        #expect(bare.run(text) == nil)
        #expect(bare.cpu.s.pointee.fpr[2] == result, "\(text)")
        #expect(bare.cpu.s.pointee.fpc == 0x0018_0000, "\(text)")
      }
    }
  }

  @Test func `no quotient is rounded up to a power of two, so that division needs no look at its result`() {
    let interpreter = BareMachine.forPrograms()
    var generator = SeededGenerator(seed: 11)
    for k in 0..<20_000 as Range<UInt64> {
      // Fractions next to each other, and next to 1 and 2: the quotients nearest to 1.
      let random = generator.next(), near = k & 1 == 0 ? random % 64 : random >> 12
      let divisor = 0x3FF0_0000_0000_0001 + near % 0xF_FFFF_FFFF_FFFE
      CompiledFloatingPointTests.prepare(interpreter, [0, 0, divisor - 1, 0, divisor, 0, 0, 0], control: 0)
      #expect(interpreter.run([0xB3, 0x1D, 0, 0x24]) == nil)
      #expect(interpreter.cpu.s.pointee.fpr[2] < 0x3FF0_0000_0000_0000)
    }
  }

  /// A loop of 1000 steps: 0 += 2 x storage; 2 x= 4; 6 = 6 + 2. Its numbers become tiny, then zero.
  private static let loop: [UInt8] =
    [0xED, 0x20, 0x50, 8, 0, 0x1E, 0xB3, 0x1C, 0, 0x24, 0xB3, 0x1A, 0, 0x62, 0xA7, 0x36, 0xFF, 0xF9]

  @Test(arguments: [UInt32.max, 1, 32])
  func `a loop whose numbers become tiny is right, and its results are looked at when exceptions were many`(_ limit: UInt32) {
    let interpreter = BareMachine.forPrograms(), compiler = CompiledFloatingPointTests.compiler(limit)
    let values: [UInt64] = [
      0, 0, 0x0200_0000_0000_0000, 0, 0x3FEF_0000_0000_0000, 0, 0x0020_0000_0000_0000, 0x3FE5_5555_5555_5555,
    ]
    for control in [0x0008_0000, 0x1008_0000] as [UInt32] {
      let outcomes = [interpreter, compiler].map { bare in
        CompiledFloatingPointTests.prepare(bare, values, control: control, general: 5000)
        return CompiledFloatingPointTests.outcome(bare, bare.run(CompiledFloatingPointTests.loop))
      }
      #expect(outcomes[0] == outcomes[1])
      #expect(outcomes[0].cause == (control & 0x1000_0000 == 0 ? nil : .data))
      #expect(interpreter.cpu.s.pointee.instructionCount == compiler.cpu.s.pointee.instructionCount)
    }
    #expect(compiler.cpu.checksFloatingPointResults == (limit != .max))
  }

  @Test func `exceptions are raised again when the numbers were ordinary for long`() {
    let bare = CompiledFloatingPointTests.compiler(1)
    CompiledFloatingPointTests.prepare(bare, [0, 0, 1, 0, 1, 0, 0, 0], control: 0x0008_0000)
    #expect(bare.run([0xB3, 0x1A, 0, 0x24]) == nil)
    let looks = bare.cpu.checksFloatingPointResults
    #expect(looks)
    bare.cpu.s.pointee.instructionCount += 1 << 27
    let one: UInt64 = 0x3FF0_0000_0000_0000
    CompiledFloatingPointTests.prepare(bare, [one, 0, one, 0, one, 0, 0, 0], control: 0x0008_0000)
    #expect(bare.run([0xB3, 0x1A, 0, 0x20]) == nil)
    let looksStill = bare.cpu.checksFloatingPointResults
    #expect(!looksStill)
  }

  @Test(arguments: limits) func `verification finds no difference in a loop with exceptions`(_ limit: UInt32) {
    let bare = CompiledFloatingPointTests.compiler(limit, isVerifying: true)
    let values: [UInt64] = [
      0, 0, 0x0200_0000_0000_0000, 0, 0x3FEF_0000_0000_0000, 0, 0x0020_0000_0000_0000, 0x3FE5_5555_5555_5555,
    ]
    CompiledFloatingPointTests.prepare(bare, values, control: 0x0008_0000, general: 3000)
    _ = bare.run(CompiledFloatingPointTests.loop)
    #expect(bare.services.firstDifference == nil)
    #expect(bare.cpu.verifiedBlockCount > 1000)
  }

  /// SDBR 2,4 of two numbers; DDBR 0,2 divides by zero with a trap or without; then SDBR again. LA counts what was carried out.
  @Test(arguments: [0x0008_0000, 0x4008_0000] as [UInt32])
  func `registers, flags and the address are those of the instruction that raises an exception`(_ control: UInt32) {
    let text: [UInt8] = [
      0x41, 0x30, 0x30, 1, 0xB3, 0x1B, 0, 0x24, 0x41, 0x30, 0x30, 1, 0xB3, 0x1D, 0, 0x02, 0x41, 0x30, 0x30, 1, 0xB3, 0x1B, 0,
      0x46,
    ]
    let interpreter = BareMachine.forPrograms(), compiler = CompiledFloatingPointTests.compiler(.max)
    let values: [UInt64] = [
      0x4008_0000_0000_0000, 0, 0x3FF0_0000_0000_0000, 0, 0x3FF0_0000_0000_0000, 0, 0x4000_0000_0000_0000, 0,
    ]
    for _ in 0..<3 {
      let outcomes = [interpreter, compiler].map { bare in
        CompiledFloatingPointTests.prepare(bare, values, control: control)
        return CompiledFloatingPointTests.outcome(bare, bare.run(text))
      }
      #expect(outcomes[0] == outcomes[1])
      #expect(outcomes[1].general == (control & 0x4000_0000 == 0 ? 3 : 2))
      #expect(interpreter.oldPSW.instructionAddress == compiler.oldPSW.instructionAddress)
    }
  }

  /// One instruction of each specialisation: R1 2 (of conversions to fixed point 3), R2 4, R3 6, storage at 8(5).
  private static let texts: [[UInt8]] = CPU.floatingPointSpecialisations.map { row in
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
