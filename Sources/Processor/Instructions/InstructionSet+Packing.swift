/// PACK, UNPACK and their ASCII and Unicode forms, MOVE WITH OFFSET (chapters 7 and 8).
extension InstructionSet where Machine: ~Copyable {
  mutating func definePacking() {
    routine("PACK", 0xF2, .ssB) { cpu, i throws(ProgramInterruption) in
      let source = try cpu.fetchBlock(cpu.ss2(i), i.l2 &+ 1)
      let target = try cpu.storeBlock(cpu.rs(i), i.l1 &+ 1)
      ZonedDecimal.pack(last: i.l1, from: i.l2, load: { source[$0] }, store: { target[$0] = $1 })
    }
    routine("UNPK", 0xF3, .ssB) { cpu, i throws(ProgramInterruption) in
      let source = try cpu.fetchBlock(cpu.ss2(i), i.l2 &+ 1)
      let target = try cpu.storeBlock(cpu.rs(i), i.l1 &+ 1)
      ZonedDecimal.unpack(last: i.l1, from: i.l2, load: { source[$0] }, store: { target[$0] = $1 })
    }
    // Right to left; the left digit of each source byte is kept for the next result byte, not fetched again.
    routine("MVO", 0xF1, .ssB) { cpu, i throws(ProgramInterruption) in
      let source = try cpu.fetchBlock(cpu.ss2(i), i.l2 &+ 1)
      let target = try cpu.storeBlock(cpu.rs(i), i.l1 &+ 1)
      var right = target[i.l1] & 15
      for k in 0...i.l1 {
        let byte = k <= i.l2 ? source[i.l2 &- k] : 0
        target[i.l1 &- k] = byte &<< 4 | right
        right = byte &>> 4
      }
    }
    defineASCIIAndUnicodePacking()
  }

  private mutating func defineASCIIAndUnicodePacking() {
    routine("PKA", 0xE9, .ssF, [], .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      if i.byte1 > 31 { throw .specification }
      try cpu.packCharacters(i, width: 1)
    }
    routine("PKU", 0xE1, .ssF, [], .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      if i.byte1 > 63 || i.byte1 & 1 == 0 { throw .specification }
      try cpu.packCharacters(i, width: 2)
    }
    routine("UNPKA", 0xEA, .ssA, .setsCC, .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      if i.byte1 > 31 { throw .specification }
      try cpu.unpackCharacters(i, width: 1)
    }
    routine("UNPKU", 0xE2, .ssA, .setsCC, .extendedTranslation2) { cpu, i throws(ProgramInterruption) in
      if i.byte1 > 63 || i.byte1 & 1 == 0 { throw .specification }
      try cpu.unpackCharacters(i, width: 2)
    }
  }
}

extension CPU {
  /// Up to 31 digits, the low nibbles of characters of one or two bytes, become a positive field of 16 bytes.
  fileprivate mutating func packCharacters(_ i: InstructionText, width: Int) throws(ProgramInterruption) {
    let source = try fetchBlock(ss2(i), i.byte1 &+ 1)
    let target = try storeBlock(rs(i), 16)
    var digits: UInt128 = 0
    for k in stride(from: width &- 1, to: source.count, by: width) { digits = digits &<< 4 | UInt128(source[k] & 15) }
    target.setNumber(digits &<< 4 | 12)
  }

  /// The digits of a field of 16 bytes become characters 30-39; the condition code tells the sign.
  fileprivate mutating func unpackCharacters(_ i: InstructionText, width: Int) throws(ProgramInterruption) {
    let field = try fetchBlock(ss2(i), 16).number
    let target = try storeBlock(rs(i), i.byte1 &+ 1)
    var digits = field &>> 4
    for k in stride(from: target.count &- 1, through: 0, by: -1) {
      let isDigit = (target.count &- 1 &- k) % width == 0
      target[k] = isDigit ? 0x30 | UInt8(truncatingIfNeeded: digits & 15) : 0
      if isDigit { digits &>>= 4 }
    }
    s.pointee.conditionCode = UInt64(ZonedDecimal.conditionCode(sign: UInt8(truncatingIfNeeded: field & 15)))
  }
}
