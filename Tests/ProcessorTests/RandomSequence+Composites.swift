import Processor

/// Instructions whose operands are in registers that must be set up, with the loop on condition code 3 that programs have.
extension SequenceGenerator {
  mutating func composite(_ mnemonic: String, at address: UInt64) -> [UInt8] {
    switch mnemonic {
    case "EX", "EXRL": return execute(relative: mnemonic == "EXRL")
    case "MVCL", "CLCL":
      return pairs(0x0E00 + (mnemonic == "CLCL" ? 0x100 : 0), length: 2, operands: 0, shortLength: true, loops: false)
    case "MVCLE", "CLCLE":
      return pairs(mnemonic == "MVCLE" ? 0xA800_0000 : 0xA900_0000, length: 4, operands: 16, shortLength: false, loops: true)
    case "MVCLU", "CLCLU":
      let opcode: UInt64 = mnemonic == "MVCLU" ? 0xEB00_0000_008E : 0xEB00_0000_008F
      return pairs(opcode | UInt64(below(4096)) << 16, length: 6, operands: 32, shortLength: false, loops: true)
    case "SRST": return string(0xB25E, isSearch: true)
    case "SRSTU": return string(0xB9BE, isSearch: true)
    case "CLST": return string(0xB25D, isSearch: false)
    case "MVST": return string(0xB255, isSearch: false)
    case "CKSM": return address10() + length11(8, 3000) + rre(0xB241, 6, 8) + again(4)
    case "TRE": return table() + rre(0xB2A5, 6, 4) + again(4)
    case "TROO": return table() + rre(0xB993, 6, 8, m3: below(2)) + again(4)
    case "TROT": return table() + rre(0xB992, 6, 8, m3: below(2)) + again(4)
    case "CSST": return compareAndSwapAndStore()
    default:
      let opcodes = ["CU12": 0xB2A7, "CU21": 0xB2A6, "CU14": 0xB9B0, "CU24": 0xB9B1, "CU41": 0xB9B2, "CU42": 0xB9B3]
      // QEMU 7.2 refuses U+0800 to U+0FFF where UTF-8 is to be well-formed.
      let hasM3 = mnemonic == "CU21" || mnemonic == "CU24"
      return la(2, 13, 0x800 + below(0x400)) + lghi(3, below(600)) + la(4, 12, below(0x400)) + lghi(5, below(300))
        + rre(opcodes[mnemonic] ?? 0, 2, 4, m3: hasM3 ? below(2) : 0) + again(4)
    }
  }

  private func la(_ r: Int, _ base: Int, _ displacement: Int) -> [UInt8] {
    SequenceGenerator.encode(0x4100_0000 | UInt64(r << 20 | base << 12 | displacement), 4)
  }
  private func lghi(_ r: Int, _ v: Int) -> [UInt8] {
    SequenceGenerator.encode(0xA709_0000 | UInt64(r << 20) | UInt64(UInt16(truncatingIfNeeded: v)), 4)
  }
  private func iilf(_ r: Int, _ v: Int) -> [UInt8] { SequenceGenerator.encode(0xC009_0000_0000 | UInt64(r) << 36 | UInt64(v), 6) }
  private func rre(_ opcode: Int, _ r1: Int, _ r2: Int, m3: Int = 0) -> [UInt8] {
    SequenceGenerator.encode(UInt64(opcode << 16 | m3 << 12 | r1 << 4 | r2), 4)
  }
  /// BRC 1 back over `length` bytes.
  private func again(_ length: Int) -> [UInt8] {
    SequenceGenerator.encode(0xA714_0000 | UInt64(UInt16(truncatingIfNeeded: -length / 2)), 4)
  }
  private mutating func address10() -> [UInt8] { la(8, 12, below(4096)) }
  private mutating func length11(_ r: Int, _ limit: Int) -> [UInt8] { lghi(r + 1, below(limit)) }

  private mutating func execute(relative: Bool) -> [UInt8] {
    let opcodes: [UInt64] = [0xD2, 0xD4, 0xD5, 0xD6, 0xD7, 0xDC, 0xDD, 0xD1, 0xD3, 0xE8]
    let target = SequenceGenerator.encode(
      opcodes[below(opcodes.count)] << 40 | UInt64(below(256)) << 32 | UInt64(0xC000 | below(4096)) << 16
        | UInt64(0xD000 | below(4096)), 6)
    let modifier = UInt64([0, 1, 2, 3, 11, 14][below(6)])
    let over: [UInt8] = [0xA7, 0xF4, 0x00, 0x05]
    let end: [UInt8] = [0x12, 0x00]  // LTR 0,0: QEMU 7.2 leaves the condition code undefined after TRANSLATE
    if relative { return SequenceGenerator.encode(0xC600_0000_0005 | modifier << 36, 6) + over + target + end }
    let larl: [UInt8] = [0xC0, 0xA0, 0, 0, 0, 7]
    return larl + SequenceGenerator.encode(0x4400_A000 | modifier << 20, 4) + over + target + end
  }

  /// Pairs 2-3 and 4-5 with addresses and lengths.
  private mutating func pairs(_ opcode: UInt64, length: Int, operands: Int, shortLength: Bool, loops: Bool) -> [UInt8] {
    let first = below(4) == 0 ? 0 : below(1500), second = below(4) == 0 ? first : below(1500)
    let even = length == 6 ? ~1 : ~0
    var bytes = la(2, 12, below(4096)) + la(4, 13, below(4096))
    if shortLength {
      bytes += iilf(3, below(256) << 24 | first) + iilf(5, below(256) << 24 | second)
    } else {
      bytes += lghi(3, first & even) + lghi(5, second & even)
    }
    let registers: UInt64 = 0x24
    let text: UInt64 =
      switch length {
      case 2: opcode | registers
      case 4: opcode | registers << 16 | UInt64(below(4096))
      default: opcode | registers << 32
      }
    return bytes + SequenceGenerator.encode(text, length) + (loops ? again(length) : [])
  }

  /// Register 0 has the character; the first operand does not reach into the second. Register 4 is cleared where its last
  /// value depends on how much an execution does.
  private mutating func string(_ opcode: Int, isSearch: Bool) -> [UInt8] {
    let source = below(0x400)
    let character = lghi(0, opcode == 0xB9BE ? below(0x8000) : below(256))
    if isSearch {
      return character + la(2, 12, source + below(0x800)) + la(4, 12, source) + rre(opcode, 2, 4) + again(4) + lghi(4, 0)
    }
    return character + la(2, 13, 0x800 + below(0x400)) + la(4, 12, source) + rre(opcode, 2, 4) + again(4)
      + (opcode == 0xB255 ? lghi(4, 0) : [])
  }

  /// Register pair 6-7 the operand, 8 the source, 4 and 1 the table, 0 the test character. QEMU 7.2 goes on for ever with a
  /// length of 0.
  private mutating func table() -> [UInt8] {
    la(6, 13, 0x800 + below(0x400)) + lghi(7, 1 + below(600)) + la(8, 12, below(4096)) + la(4, 12, below(4096))
      + la(1, 12, below(0xC00) & ~7)
      + lghi(0, below(256))
  }

  private mutating func compareAndSwapAndStore() -> [UInt8] {
    // QEMU 7.2 fails an assertion for store characteristic 0.
    // For function code 0 it changes the wrong half of R3.
    let code = 1 + below(2), characteristic = 1 + below(4)
    let isEqual = below(2) == 0
    let first = below(4080) & ~15, second = below(4080) & ~15
    // LMG 6,7 from the operand, so that the comparison often succeeds.
    let load = isEqual ? SequenceGenerator.encode(0xEB67_C000_0004 | UInt64(first) << 16, 6) : []
    let low = SequenceGenerator.encode(0x5860_C000 | UInt64(first), 4)
    return lghi(0, characteristic << 8 | code) + la(1, 13, below(0xF00) & ~15) + load + (isEqual && code == 0 ? low : [])
      + SequenceGenerator.encode(0xC862_C000_D000 | UInt64(first) << 16 | UInt64(second), 6)
  }
}
