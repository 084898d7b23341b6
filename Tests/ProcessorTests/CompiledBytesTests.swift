import Glibc
import Processor
import Storage
import Testing

/// Moves, comparisons and strings in compiled code against the interpreter: every length, wherever operands lie and overlap, in
/// pages that lie apart, may not be stored into, or are not there; alone and as targets of EXECUTE.
@Suite struct CompiledBytesTests {
  /// The pages of the operands, in which frames are shuffled. Every eighth is protected, every eighth is not there.
  private static let firstPage: UInt64 = 0x10_0000, pageCount: UInt64 = 64
  private static let code: UInt64 = 0x2000

  private static func machine(_ compiling: CompilerSettings?) throws -> BareMachine {
    let bare = BareMachine.forPrograms(megabytes: 4, compiling: compiling)
    try bare.mapIdentity()
    var generator = SeededGenerator(seed: 1)
    let frames = (0..<pageCount).map { firstPage + $0 << 12 }.shuffled(using: &generator)
    for (k, frame) in frames.enumerated() {
      let flags: UInt64 = k % 8 == 7 ? 0x200 : k % 8 == 3 ? 0x400 : 0
      bare[UInt64.self, bare.pageEntry(firstPage + UInt64(k) << 12)] = frame | flags
    }
    // Many bytes are equal, so that comparisons come far.
    for k in 0..<pageCount * 4096 { bare[UInt8.self, firstPage + k] = k % 5 == 0 ? UInt8(generator.next() & 3) : 7 }
    bare.cpu.flushTLB()
    return bare
  }

  /// What a run leaves besides storage.
  private struct Outcome: Equatable {
    var cause: ProgramInterruption?
    var general: [UInt64]
    var conditionCode: UInt64
    var oldPSW: PSW?
    var length: UInt16
    var identification: UInt64
    var breakingEvent: UInt64
    var count: UInt64
  }
  private static func run(_ bare: BareMachine, _ mask: UInt64, at address: UInt64, _ registers: [UInt64]) -> Outcome {
    bare.load(mask: mask, address: address)
    for r in 0..<16 { bare[r] = registers[r] }
    bare.conditionCode = 3
    bare.cpu.s.pointee.breakingEventAddress = 0x1111
    let count = bare.cpu.s.pointee.instructionCount
    let cause = bare.start(at: address)
    return Outcome(
      cause: cause, general: (0..<16).map { bare[$0] }, conditionCode: bare.conditionCode,
      oldPSW: cause == nil ? nil : bare.oldPSW, length: cause == nil ? 0 : bare.programLength,
      identification: cause == nil ? 0 : bare.identification, breakingEvent: bare.cpu.s.pointee.breakingEventAddress,
      count: bare.cpu.s.pointee.instructionCount - count)
  }
  private static func storage(_ bare: BareMachine) -> UnsafeRawPointer {
    UnsafeRawPointer(bare.storage.host(AbsoluteAddress(firstPage)))
  }

  /// The interpreter, the compiler, and verification.
  private struct Machines {
    let interpreter: BareMachine, compiler: BareMachine, verifier: BareMachine
    init() throws {
      interpreter = try CompiledBytesTests.machine(nil)
      compiler = try CompiledBytesTests.machine(.atOnce())
      verifier = try CompiledBytesTests.machine(.atOnce(isVerifying: true))
    }
    func put(_ bytes: [UInt8], at address: UInt64) {
      for bare in [interpreter, compiler, verifier] { bare.put(bytes, at: address) }
    }
    /// - Returns: what the interpreter left, when all agree.
    func run(_ registers: [UInt64], _ mask: UInt64 = BareMachine.dat, at address: UInt64 = CompiledBytesTests.code) -> Outcome? {
      let outcomes = [interpreter, compiler, verifier].map { CompiledBytesTests.run($0, mask, at: address, registers) }
      let expected = CompiledBytesTests.storage(interpreter)
      let isSame = [compiler, verifier].allSatisfy {
        memcmp(expected, CompiledBytesTests.storage($0), Int(CompiledBytesTests.pageCount) << 12) == 0
      }
      let agree = outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0] && isSame && verifier.services.firstDifference == nil
      #expect(outcomes[1] == outcomes[0])
      #expect(outcomes[2] == outcomes[0])
      #expect(isSame)
      #expect(verifier.services.firstDifference == nil)
      return agree ? outcomes[0] : nil
    }
  }

  // MARK: Operands of 1 to 256 bytes

  private static let opcodes: [UInt8] = [0xD2, 0xD4, 0xD5, 0xD6, 0xD7, 0xDC, 0xDD]

  /// Addresses of two operands, near the end of a page or near each other often enough.
  private static func addresses(_ generator: inout SeededGenerator) -> (UInt64, UInt64) {
    let random = generator.next()
    func one(_ bits: UInt64) -> UInt64 {
      let page = firstPage + (bits & 31) << 12
      return bits & 32 == 0 ? page + 0xF00 + bits >> 8 & 0xFF : page + bits >> 8 & 0xFFF
    }
    let first = one(random & 0xFF_FFFF)
    switch random >> 60 {
    case 0...5: return (first, one(random >> 24 & 0xFF_FFFF))
    case 6...9: return (first, first &+ (random >> 24 & 63) &- 32)
    case 10...14: return (first, first &+ (random >> 24 & 511) &- 256)
    default: return (first, first &- 1)
    }
  }

  @Test(arguments: [(1, 3), (6, 7), (1, 8), (9, 2), (5, 5)])
  func `operands of every length are moved, compared and combined as the interpreter does`(_ bases: (Int, Int)) throws {
    let machines = try Machines()
    var generator = SeededGenerator(seed: UInt64(bases.0))
    for opcode in CompiledBytesTests.opcodes {
      for isLong in [false, true] {
        let second = bases.0 == bases.1 ? 0 : 8
        let operands = [UInt8(bases.0 << 4), 0, UInt8(bases.1 << 4), UInt8(second)]
        // EXRL 4, the end, and the target; or LARL 11, EX 4, the end, the target.
        let target = [opcode, 0] + operands
        let text: [UInt8] =
          isLong
          ? [0xC0, 0xB0, 0, 0, 0, 7, 0x44, 0x40, 0xB0, 0] + BareMachine.stopText + target
          : [0xC6, 0x40, 0, 0, 0, 5] + BareMachine.stopText + target
        machines.put(text, at: CompiledBytesTests.code)
        for length in 0..<256 as Range<UInt64> {
          for _ in 0..<2 {
            let (a, b) = CompiledBytesTests.addresses(&generator)
            var registers = (0..<16).map { _ in generator.next() }
            registers[4] = registers[4] & ~0xFF | length
            registers[bases.0] = a
            if bases.0 != bases.1 { registers[bases.1] = b - 8 }
            if machines.run(registers) == nil { return }
          }
        }
      }
    }
  }

  @Test func `lengths in the text are moved, compared and combined as the interpreter does`() throws {
    let machines = try Machines()
    var generator = SeededGenerator(seed: 3)
    for opcode in CompiledBytesTests.opcodes {
      for length in 0..<256 as Range<UInt64> {
        // The second operand by another register, the first operand itself, and one byte before it.
        for operands in [[0x10, 0, 0x60, 0], [0x10, 0, 0x10, 0], [0x10, 1, 0x10, 0], [0x70, 1, 0x70, 0]] as [[UInt8]] {
          machines.put([opcode, UInt8(length)] + operands + BareMachine.stopText, at: CompiledBytesTests.code)
          for _ in 0..<2 {
            let (a, b) = CompiledBytesTests.addresses(&generator)
            var registers = (0..<16).map { _ in generator.next() }
            (registers[1], registers[6], registers[7]) = (a, b, b)
            if machines.run(registers) == nil { return }
          }
        }
      }
    }
  }

  // MARK: Strings

  @Test(arguments: [(1, 3), (6, 7), (10, 9), (8, 4), (5, 5), (0, 4), (4, 0)])
  func `strings are searched, compared and moved as the interpreter does`(_ registers: (Int, Int)) throws {
    let machines = try Machines()
    var generator = SeededGenerator(seed: UInt64(registers.0))
    for (k, opcode) in ([0x55, 0x5D, 0x5E] as [UInt8]).enumerated() {
      let place = CompiledBytesTests.code + 64 * UInt64(k)
      // With the branch on condition code 3, and without.
      machines.put(
        [0xB2, opcode, 0, UInt8(registers.0 << 4 | registers.1)] + (k & 1 == 0 ? [0xA7, 0x14, 0xFF, 0xFE] : [])
          + BareMachine.stopText, at: place)
      for _ in 0..<2500 {
        let (a, b) = CompiledBytesTests.addresses(&generator), random = generator.next()
        var values = (0..<16).map { _ in generator.next() }
        values[registers.0] = opcode == 0x5E && random & 1 == 0 ? b &+ (random >> 8 & 0xFF) : a
        values[registers.1] = b
        // A character that there is, one that there is not, or none at all.
        if registers.0 != 0 && registers.1 != 0 {
          let characters: [UInt64] = [0, 1, 2, 3, 7, 9, 0, 3]
          values[0] = values[0] & ~0xFFFF_FFFF | characters[Int(random >> 32 & 7)]
          if random >> 20 & 31 == 0 { values[0] |= 0x100 }
        }
        let string = opcode == 0x5D && random & 2 == 0
        if string { values[registers.0] = b }
        if machines.run(values, at: place) == nil { return }
      }
    }
  }

  // MARK: EXECUTE

  private static func registers(_ values: [Int: UInt64]) -> [UInt64] { (0..<16).map { values[$0] ?? UInt64($0) << 40 } }

  @Test func `a target that was just stored into is executed as it is now`() throws {
    let machines = try Machines()
    // LARL 5; STC 6 into the length of the target; EXRL 0; the target: MVC 0(1,1),0(3).
    machines.put(
      [0xC0, 0x50, 0, 0, 0, 10, 0x42, 0x60, 0x50, 0x01, 0xC6, 0x00, 0, 0, 0, 5] + BareMachine.stopText
        + [0xD2, 0, 0x10, 0, 0x30, 0], at: CompiledBytesTests.code)
    for length in [0, 200, 3, 3, 3, 3, 17, 255, 255, 1] as [UInt64] {
      let values = CompiledBytesTests.registers([1: 0x10_0100, 3: 0x10_8100, 6: length])
      #expect(machines.run(values) != nil)
    }
    // LARL 5; STC 6 into the opcode: MVC, CLC, XC in turn.
    machines.put([0xC0, 0x50, 0, 0, 0, 10, 0x42, 0x60, 0x50, 0x00], at: CompiledBytesTests.code)
    for opcode in [0xD2, 0xD5, 0xD7, 0xD5, 0x44, 0xD2, 0x00, 0xD2] as [UInt64] {
      _ = machines.run(CompiledBytesTests.registers([1: 0x10_0100, 3: 0x10_8108, 6: opcode]))
    }
  }

  @Test func `EXECUTE finds its target wherever the register says it is`() throws {
    let machines = try Machines()
    // EX 4,0(5) with targets in the page, in another page, on an odd address, at the page's end, an EXECUTE, and nowhere.
    machines.put([0x44, 0x40, 0x50, 0x00] + BareMachine.stopText, at: CompiledBytesTests.code)
    let move: [UInt8] = [0xD2, 0, 0x10, 0, 0x30, 0], compare: [UInt8] = [0xD5, 0, 0x10, 0, 0x30, 0]
    let places: [(UInt64, [UInt8])] = [
      (0x2100, move), (0x2200, compare), (0x4000, move), (0x2FFA, move), (0x2FFC, compare), (0x4FFC, move),
      (0x2300, [0x44, 0, 0x50, 0]), (0x2310, [0xC6, 0, 0, 0, 0, 8]), (0x2320, [0x95, 0x07, 0x10, 0x00]),
      (0x2330, [0x18, 0x60]), (0x2340, [0xDD, 0, 0x10, 0, 0x30, 0]),
    ]
    for (place, text) in places { machines.put(text, at: place) }
    for round in 0..<3 as Range<UInt64> {
      for address in places.map(\.0) + [0x2101, 0x2FFF, 0x3000, 0x10_3000, 1 << 40, 0x2100, 0x2100] {
        let values = CompiledBytesTests.registers([1: 0x10_0100, 3: 0x10_8100 + round, 4: 0xFFFF_FF00 | 20 * round, 5: address])
        #expect(machines.run(values) != nil, "\(address)")
      }
    }
  }

  @Test func `addresses in all modes are those of the interpreter`() throws {
    let machines = try Machines()
    machines.put(
      [0xC0, 0xB0, 0, 0, 0, 10, 0x44, 0x40, 0xB0, 0, 0xC6, 0x40, 0, 0, 0, 8] + BareMachine.stopText
        + [0xD2, 0, 0x10, 4, 0x30, 0] + [0xD5, 0, 0x60, 0, 0x70, 0], at: CompiledBytesTests.code)
    let base = BareMachine.dat & ~(PSW.extendedAddressing | PSW.basicAddressing)
    for mode in [0, PSW.basicAddressing, PSW.basicAddressing | PSW.extendedAddressing] {
      for high in [0, 0x7F00_0000, 0x8000_0000, 0xABCD_0000_0000_0000] as [UInt64] {
        for length in [0, 15, 100, 255] as [UInt64] {
          for offset in [0x100, 0xFF0] as [UInt64] {
            let values = CompiledBytesTests.registers([
              1: high | 0x10_0000 + offset, 3: high | 0x10_8000 + offset, 4: high | length, 6: high | 0x10_0000 + offset,
              7: high | 0x10_8008,
            ])
            #expect(machines.run(values, base | mode) != nil)
          }
        }
      }
    }
  }

  @Test func `a branch as a target is relative to itself and links behind EXECUTE`() throws {
    let machines = try Machines()
    // EXRL 0 of each: BRC 15, BRAS 6, BRASL 6, BASR 6,5, LARL 6, LR 6,3, BCT 4.
    let targets: [[UInt8]] = [
      [0xA7, 0xF4, 0, 0x10], [0xA7, 0x65, 0, 0x10], [0xC0, 0x65, 0, 0, 0, 0x10], [0x0D, 0x65], [0xC0, 0x60, 0, 0, 0, 0x10],
      [0x18, 0x63], [0x46, 0x40, 0x50, 0],
    ]
    for target in targets {
      machines.put([0xC6, 0x00, 0, 0, 0, 0x80] + BareMachine.stopText, at: CompiledBytesTests.code)
      machines.put(target, at: CompiledBytesTests.code + 0x100)
      machines.put([0x18, 0x73] + BareMachine.stopText, at: CompiledBytesTests.code + 0x120)
      for k in 0..<3 as Range<UInt64> {
        #expect(machines.run(CompiledBytesTests.registers([3: 9, 4: k, 5: CompiledBytesTests.code + 0x120])) != nil, "\(target)")
      }
    }
  }

  @Test func `nothing is changed when the second page of an operand may not be stored into`() throws {
    let machines = try Machines()
    machines.put([0xC6, 0x40, 0, 0, 0, 5] + BareMachine.stopText + [0xD2, 0, 0x10, 0, 0x30, 0], at: CompiledBytesTests.code)
    let before = machines.compiler.bytes(Int(CompiledBytesTests.pageCount) << 12, at: CompiledBytesTests.firstPage)
    // Page 6 ends; page 7 is protected.
    let values = CompiledBytesTests.registers([1: CompiledBytesTests.firstPage + 0x6FF0, 3: CompiledBytesTests.firstPage, 4: 100])
    #expect(machines.run(values)?.cause == .protection)
    #expect(machines.compiler.bytes(before.count, at: CompiledBytesTests.firstPage) == before)
    #expect(machines.compiler.programLength & 7 == 6)
  }
}
