import Foundation
import Processor
import Storage
import Testing

/// Random programs under DAT, compiled against interpreted: code and operands in pages whose frames lie apart, some of which are
/// not there or protected. IRONLOAD_PROGRAMS sets how many.
@Suite struct RandomProgramTests {
  private static let programCount =
    ProcessInfo.processInfo.environment["IRONLOAD_PROGRAMS"].flatMap { Int($0) } ?? 8000
  private static let runsPerProgram = 16

  /// Pages are compiled as a whole, however often they change, and follow branches or not; or, nearly always, one instruction at a time.
  private static let ways: [(changeLimit: Int, follows: Bool)] = [(.max, false), (.max, true), (2, false)]

  @Test(arguments: ways, [false, true])
  func `compiled programs that loop, fault and change themselves leave what interpreted ones leave`(
    _ way: (changeLimit: Int, follows: Bool), _ isPlain: Bool
  ) throws {
    let interpreter = try ProgramMachine(nil)
    let compiler = try ProgramMachine(.atOnce(changeLimit: way.changeLimit, followsAlways: way.follows))
    var generator = SequenceGenerator(seed: 20_261_128, isPlain: isPlain)
    for _ in 0..<RandomProgramTests.programCount / (isPlain ? 2 : 1) {
      let start = SequenceGenerator.exit - 0x1000 - 2 * UInt64(generator.below(120))
      let program = generator.program(24, at: start)
      for _ in 0..<RandomProgramTests.runsPerProgram {
        let state = generator.randomState(), fault = ProgramMachine.Fault(&generator)
        let interpreted = interpreter.result(of: program, at: start, state, fault)
        let compiled = compiler.result(of: program, at: start, state, fault)
        #expect(compiled == interpreted)
        if compiled != interpreted { return }
      }
    }
    #expect(compiler.bare.cpu.s.pointee.instructionCount == interpreter.bare.cpu.s.pointee.instructionCount)
    // Each kind of end was seen often.
    for cause in [nil, .pageTranslation, .protection, .specification] as [ProgramInterruption?]
    where cause != .specification || !isPlain {
      #expect(compiler.ends[cause, default: 0] > RandomProgramTests.programCount / 100, "\(String(describing: cause))")
    }
  }

  @Test(arguments: ways, [false, true])
  func `verification finds no difference in programs that loop, fault and change themselves`(
    _ way: (changeLimit: Int, follows: Bool), _ isPlain: Bool
  ) throws {
    let machine = try ProgramMachine(.atOnce(changeLimit: way.changeLimit, followsAlways: way.follows, isVerifying: true))
    var generator = SequenceGenerator(seed: 8, isPlain: isPlain)
    for _ in 0..<RandomProgramTests.programCount / 10 {
      let start = SequenceGenerator.exit - 0x1000 - 2 * UInt64(generator.below(120))
      let program = generator.program(24, at: start)
      _ = machine.result(of: program, at: start, generator.randomState(), ProgramMachine.Fault(&generator))
      if machine.bare.services.firstDifference != nil { break }
    }
    #expect(machine.bare.services.firstDifference == nil)
    #expect(machine.bare.cpu.verifiedBlockCount > RandomProgramTests.programCount / 2)
  }
}

/// What a program leaves.
private struct ProgramResult: Equatable {
  var sequence: SequenceResult
  var counters: [UInt32]
  var code: [UInt8]
  var access: [UInt32]
  var cause: ProgramInterruption?
  var oldMask: UInt64
  var identification: UInt64
  var length: UInt16
  var breakingEventAddress: UInt64
}

/// A machine whose code and data pages are mapped crosswise.
private final class ProgramMachine {
  let bare: BareMachine
  /// How often programs ended how.
  var ends: [ProgramInterruption?: Int] = [:]
  private static let order: [UInt64] = [2, 0, 3, 1]
  private static let areas = [SequenceGenerator.code, SequenceGenerator.data]
  private var fault = Fault(page: 0, bits: 0)

  /// A page that is not there, or that is protected.
  struct Fault: Equatable {
    var page: UInt64
    var bits: UInt64

    init(page: UInt64, bits: UInt64) { (self.page, self.bits) = (page, bits) }
    init(_ generator: inout SequenceGenerator) {
      switch generator.below(8) {
      case 0...3: self.init(page: 0, bits: 0)
      case 4: self.init(page: SequenceGenerator.code + 0x2000, bits: 0x400)
      case 5: self.init(page: SequenceGenerator.code + 0x2000, bits: 0x200)
      default:
        self.init(
          page: SequenceGenerator.data + UInt64(generator.below(4)) << 12, bits: generator.below(2) == 0 ? 0x400 : 0x200)
      }
    }
  }

  init(_ compiling: CompilerSettings?) throws {
    bare = BareMachine.forPrograms(megabytes: 4, compiling: compiling)
    try bare.mapIdentity()
    for area in ProgramMachine.areas {
      for k in 0..<UInt64(4) { bare[UInt64.self, bare.pageEntry(area + k << 12)] = area + ProgramMachine.order[Int(k)] << 12 }
    }
    bare.put(BareMachine.stopText, at: ProgramMachine.real(SequenceGenerator.exit))
    bare.cpu.flushTLB()
  }

  private static func real(_ address: UInt64) -> UInt64 {
    address & ~0x3FFF | order[Int(address >> 12 & 3)] << 12 | address & 0xFFF
  }
  /// The pieces of a program that lie in one page: real addresses and bytes.
  private static func pieces(_ program: [UInt8], _ start: UInt64) -> [(UInt64, Range<Int>)] {
    let room = Int(min(UInt64(program.count), 4096 - start & 0xFFF))
    return [(real(start), 0..<room), (real(start + UInt64(room)), room..<program.count)].filter { !$0.1.isEmpty }
  }

  func result(of program: [UInt8], at start: UInt64, _ state: SequenceState, _ fault: Fault) -> ProgramResult {
    let pieces = ProgramMachine.pieces(program, start), s = bare.cpu.s
    for (address, range) in pieces where bare.bytes(range.count, at: address) != Array(program[range]) {
      bare.put(Array(program[range]), at: address)
    }
    for k in 0..<SequenceGenerator.counterCount { bare[UInt32.self, SequenceGenerator.counters + 4 * UInt64(k)] = 3 }
    set(fault)
    let (sequence, cause) = bare.outcome(of: state, at: start, mask: BareMachine.dat)
    ends[cause, default: 0] += 1
    return ProgramResult(
      sequence: sequence,
      counters: (0..<SequenceGenerator.counterCount).map { bare[UInt32.self, SequenceGenerator.counters + 4 * UInt64($0)] },
      code: pieces.flatMap { bare.bytes($0.1.count, at: $0.0) }, access: (0..<16).map { s.pointee.ar[$0] }, cause: cause,
      oldMask: cause == nil ? 0 : bare.oldPSW.mask, identification: cause == nil ? 0 : bare.identification,
      length: cause == nil ? 0 : bare.programLength,
      breakingEventAddress: cause == nil ? 0 : bare[UInt64.self, Lowcore.breakingEventAddress])
  }

  private func set(_ next: Fault) {
    if next == fault { return }
    for (old, new) in [(fault.bits, UInt64(0)), (0, next.bits)] {
      let page = new == 0 ? fault.page : next.page
      if page != 0 { bare[UInt64.self, bare.pageEntry(page)] = bare[UInt64.self, bare.pageEntry(page)] & ~old | new }
    }
    fault = next
    bare.cpu.flushTLB()
  }
}
