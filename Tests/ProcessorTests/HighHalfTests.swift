import Processor
import Testing

/// In the 24-bit and the 31-bit mode, bits 0-31 of general registers take no part in addresses, lengths and 32-bit operands, and
/// stay what they are (chapter 5, "Address Generation"; each instruction of chapters 7 and 8). QEMU's user mode knows the 64-bit
/// mode only; here each instruction is its own reference, with bits 0-31 zero.
@Suite struct HighHalfTests {
  let bare = BareMachine.forPrograms()

  /// Instructions by their bytes; registers 2 and 4 are addresses, 3 and 5 lengths, 12 and 13 bases, 1 a table.
  static let instructions: [[UInt8]] = {
    var list: [[UInt8]] = []
    let registers: [UInt8] = [
      0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F, 0x0E, 0x0F,
    ]
    for opcode in registers { list.append([opcode, 0x24]) }
    list.append([0x06, 0x20])
    let indexed: [UInt8] = [
      0x40, 0x41, 0x42, 0x43, 0x46, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4E, 0x4F, 0x50, 0x51, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
      0x5A,
      0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x71,
    ]
    for opcode in indexed { list.append([opcode, 0x26, 0xC8, 0x00]) }
    let several: [UInt8] = [
      0x86, 0x87, 0x88, 0x89, 0x8A, 0x8B, 0x8C, 0x8D, 0x8E, 0x8F, 0x90, 0x98, 0x9A, 0x9B, 0xA8, 0xA9, 0xBA, 0xBB, 0xBD, 0xBE,
      0xBF,
    ]
    for opcode in several { list.append([opcode, 0x24, 0xC8, 0x00]) }
    let immediate: [UInt8] = [0x91, 0x92, 0x94, 0x95, 0x96, 0x97]
    for opcode in immediate { list.append([opcode, 0x5A, 0xC8, 0x00]) }
    let storage: [UInt8] = [
      0xD0, 0xD1, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xDC, 0xDD, 0xDE, 0xDF, 0xE8, 0xF0, 0xF1, 0xF2, 0xF3, 0xF8, 0xF9, 0xFA,
      0xFB,
      0xFC, 0xFD, 0xE1, 0xE2, 0xE9, 0xEA,
    ]
    for opcode in storage {
      list.append([opcode, 0x31, 0xC8, 0x00, 0xD0, 0x00])
      list.append([opcode, 0x0F, 0xC8, 0x00, 0xD0, 0x00])
    }
    let pairs: [UInt8] = [0x41, 0x52, 0x55, 0x57, 0x5D, 0x5E, 0x63, 0xA5, 0xA6, 0xA7]
    for second in pairs { list.append([0xB2, second, 0x00, 0x24]) }
    let later: [UInt8] = [0x90, 0x91, 0x92, 0x93, 0xB0, 0xB1, 0xB2, 0xB3, 0xBD, 0xBE, 0xBF, 0x96, 0x97]
    for second in later { list.append([0xB9, second, 0x00, 0x24]) }
    let others: [[UInt8]] = [
      [0xB2, 0x1A, 0x00, 0x40], [0x01, 0x02], [0xA7, 0x24, 0x00, 0x04], [0xA7, 0x26, 0x00, 0x04],
      [0xE3, 0x26, 0xC8, 0x00, 0x00, 0x71], [0xE3, 0x26, 0xC8, 0x00, 0x00, 0x06], [0xE3, 0x26, 0xC8, 0x00, 0x00, 0x26],
      [0xEB, 0x24, 0xC8, 0x00, 0x00, 0x14], [0xEB, 0x24, 0xC8, 0x00, 0x00, 0x8E], [0xEB, 0x24, 0xC8, 0x00, 0x00, 0x8F],
      [0xEB, 0x24, 0xC8, 0x00, 0x00, 0xF8], [0xC0, 0x20, 0x00, 0x00, 0x04, 0x00], [0xEE, 0x24, 0xC8, 0x00, 0xD0, 0x00],
    ]
    list += others
    return list
  }()

  /// From 0x5000 on: two operands, a table, and dictionaries of zeros.
  static let data: [UInt8] =
    (0..<0x1000).map { UInt8(0x31 + $0 % 8) } + (0..<0x1000).map { UInt8(0x31 + $0 % 7) }
    + (0..<0x1000).map { UInt8(truncatingIfNeeded: $0) } + [UInt8](repeating: 0, count: 0x2000)

  /// What an instruction left.
  struct Outcome: Equatable {
    var cause: ProgramInterruption?
    var code: UInt64
    var low: [UInt64]
    var high: [UInt64]
    var access: [UInt32]
    var storage: [UInt8]
  }

  /// - Parameter isThere: the program is in storage already.
  private static func outcome(
    _ bare: BareMachine, _ text: [UInt8], isThere: Bool = false, mask: UInt64, zero: UInt64, high: (Int) -> UInt64
  ) -> Outcome {
    bare.put(Self.data, at: 0x5000)
    // What the kind of instruction wants: the end of the program for branches, decimals, an edit pattern.
    switch text[0] {
    case 0x46, 0x86, 0x87: bare.put(BareMachine.stopText, at: 0x5800)
    case 0x4F, 0xE3: bare.put([0, 0, 0, 0, 0, 0, 0x12, 0x3C], at: 0x5800)
    case 0xF8...0xFD: bare.put([0x00, 0x00, 0x12, 0x3C], at: 0x5800)
    default: bare.put([0x40, 0x20, 0x20, 0x21, 0x20, 0x20, 0x40, 0x60], at: 0x5800)
    }
    bare.put([0x04, 0x5C], at: 0x6000)
    if !isThere { bare.put(BareMachine.stopText, at: 0x2008) }
    let values: [UInt64] = [zero, 0x8000, 0x5000, 48, 0x6000, 40, 0, 7, 0x5100, 0x21, 0x33, 0x44, 0x5000, 0x6000, 0x66, 0x77]
    for r in 0..<16 { bare[r] = values[r] | high(r) << 32 }
    if text == [0xB2, 0x1A, 0x00, 0x40] {
      for (r, v) in [(1, 0x5000), (2, 4), (3, 0x6010)] { bare[r] = UInt64(v) | high(r) << 32 }
    }
    if text == [0x01, 0x02] { for (r, v) in [(0, 0x3132), (5, 0x80)] { bare[r] = UInt64(v) | high(r) << 32 } }
    for r in 0..<16 { bare.cpu.s.pointee.ar[r] = UInt32(r) }
    bare.setMask(mask)
    bare.conditionCode = 2
    let cause = isThere ? bare.start(at: 0x2000) : bare.run(text)
    let after = (0..<16).map { bare[$0] }
    return Outcome(
      cause: cause, code: cause == nil ? bare.conditionCode : bare.oldPSW.mask & PSW.conditionCode,
      low: after.map { $0 & 0xFFFF_FFFF }, high: after.map { $0 >> 32 }, access: (0..<16).map { bare.cpu.s.pointee.ar[$0] },
      storage: bare.bytes(0x5000, at: 0x5000))
  }

  @Test(arguments: [0, PSW.basicAddressing])
  func `bits 0-31 of registers neither count nor change outside the 64-bit mode`(mask: UInt64) {
    var completed = 0
    for text in Self.instructions {
      for zero in [0, 0x21, 0x1000, 0x2000 | 0x100] as [UInt64] {
        let plain = Self.outcome(bare, text, mask: mask, zero: zero) { _ in 0 }
        var other = Self.outcome(bare, text, mask: mask, zero: zero) { 0xA5A5_0000 + UInt64($0) }
        #expect(other.high == (0..<16).map { 0xA5A5_0000 + UInt64($0) }, "\(text)")
        other.high = plain.high
        #expect(other == plain, "\(text) \(zero)")
        #expect(plain.high == [UInt64](repeating: 0, count: 16), "\(text)")
        if plain.cause == nil { completed += 1 }
      }
    }
    // Most of them do their work: an exception would tell little.
    #expect(completed > Self.instructions.count * 2)
  }

  @Test(arguments: [0, PSW.basicAddressing, BareMachine.supervisor])
  func `compiled code does in each mode what the interpreter does`(mask: UInt64) {
    var settings = CompilerSettings.atOnce(changeLimit: 32)
    settings.codeSize = 1 << 20
    // Bits 0-31 are part of addresses in the 64-bit mode.
    let high = { (r: Int) -> UInt64 in mask == BareMachine.supervisor ? 0 : 0xA5A5_0000 + UInt64(r) }
    for text in Self.instructions {
      let expected = Self.outcome(bare, text, mask: mask, zero: 0, high: high)
      let compiling = BareMachine.forPrograms(compiling: settings)
      for round in 0..<4 {
        let found = Self.outcome(compiling, text, isThere: round > 0, mask: mask, zero: 0, high: high)
        #expect(found == expected, "\(text) round \(round)")
      }
    }
  }
}
