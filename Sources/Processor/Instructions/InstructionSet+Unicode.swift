/// Conversions between UTF-8, UTF-16 and UTF-32 (chapter 7).
extension InstructionSet where Machine: ~Copyable {
  mutating func defineUnicode() {
    routine("CU12", 0xB2A7, .rrfC, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.convert(i, .utf8, .utf16) }
    routine("CU21", 0xB2A6, .rrfC, .setsCC) { cpu, i throws(ProgramInterruption) in try cpu.convert(i, .utf16, .utf8) }
    let f = Facility.extendedTranslation3
    routine("CU14", 0xB9B0, .rrfC, .setsCC, f) { cpu, i throws(ProgramInterruption) in try cpu.convert(i, .utf8, .utf32) }
    routine("CU24", 0xB9B1, .rrfC, .setsCC, f) { cpu, i throws(ProgramInterruption) in try cpu.convert(i, .utf16, .utf32) }
    routine("CU41", 0xB9B2, .rre, .setsCC, f) { cpu, i throws(ProgramInterruption) in try cpu.convert(i, .utf32, .utf8) }
    routine("CU42", 0xB9B3, .rre, .setsCC, f) { cpu, i throws(ProgramInterruption) in try cpu.convert(i, .utf32, .utf16) }
  }
}

private enum UnicodeForm { case utf8, utf16, utf32 }

/// One character taken from the second operand.
private enum DecodedCharacter {
  /// Its code point and its length in bytes there.
  case character(UInt64, length: UInt64)
  /// The operand ends within it.
  case incomplete
  case invalid
}

extension CPU {
  /// Condition code 0: the second operand is used up; 1: the first is full; 2: an invalid character; 3: more to do.
  fileprivate mutating func convert(_ i: InstructionText, _ source: UnicodeForm, _ target: UnicodeForm)
    throws(ProgramInterruption)
  {
    let r1 = i.e1, r2 = i.e2
    try requireEven(r1 | r2)
    let isChecking = i.e3 & 1 != 0 && source != .utf32
    try inUnits { cpu throws(ProgramInterruption) in
      let room = cpu.length(r1 + 1), left = cpu.length(r2 + 1), operand = cpu.addressOperand(r2)
      let decoded: DecodedCharacter =
        switch source {
        case .utf8: try cpu.decodeUTF8(operand, left, isChecking)
        case .utf16: try cpu.decodeUTF16(operand, left, isChecking)
        case .utf32: try cpu.decodeUTF32(operand, left)
        }
      guard case .character(let character, let length) = decoded else {
        if case .invalid = decoded { return 2 }
        return 0
      }
      let (bytes, count) = CPU.encode(character, target)
      if count > room { return 1 }
      try cpu.storeNumber(bytes, cpu.addressOperand(r1), Int(truncatingIfNeeded: count))
      cpu.advance(r1, by: count)
      cpu.setLength(r1 + 1, room &- count)
      cpu.advance(r2, by: length)
      cpu.setLength(r2 + 1, left &- length)
      return nil
    }
  }

  private func decodeUTF8(_ o: StorageOperand<UInt64>, _ left: UInt64, _ isChecking: Bool) throws(ProgramInterruption)
    -> DecodedCharacter
  {
    if left == 0 { return .incomplete }
    let first = try load8(o)
    if first < 0x80 { return .character(first, length: 1) }
    let length: UInt64
    switch first {
    case 0xC0..<0xE0: length = 2
    case 0xE0..<0xF0: length = 3
    case 0xF0..<0xF8: length = 4
    default: return .invalid
    }
    if isChecking && (first < 0xC2 || first > 0xF4) { return .invalid }
    if left < length { return .incomplete }
    let bytes = try fetchNumber(o, Int(truncatingIfNeeded: length))
    var character = first & (0x7F &>> length)
    for k in 1..<length {
      let byte = bytes &>> (8 &* (length &- 1 &- k)) & 0xFF
      if isChecking && byte & 0xC0 != 0x80 { return .invalid }
      character = character &<< 6 | byte & 0x3F
    }
    if isChecking {
      if length == 3 && (character < 0x800 || (0xD800...0xDFFF).contains(character)) { return .invalid }
      if length == 4 && (character < 0x1_0000 || character > 0x10_FFFF) { return .invalid }
    }
    return .character(character, length: length)
  }

  private func decodeUTF16(_ o: StorageOperand<UInt64>, _ left: UInt64, _ isChecking: Bool) throws(ProgramInterruption)
    -> DecodedCharacter
  {
    if left < 2 { return .incomplete }
    let high = try load16(o)
    if high & 0xFC00 != 0xD800 { return .character(high, length: 2) }
    if left < 4 { return .incomplete }
    let low = try load16(StorageOperand(reduced(o.address &+ 2), base: o.base))
    if isChecking && low & 0xFC00 != 0xDC00 { return .invalid }
    return .character(((high &>> 6 & 15) &+ 1) &<< 16 | (high & 0x3F) &<< 10 | low & 0x3FF, length: 4)
  }

  private func decodeUTF32(_ o: StorageOperand<UInt64>, _ left: UInt64) throws(ProgramInterruption) -> DecodedCharacter {
    if left < 4 { return .incomplete }
    let character = try load32(o)
    if (0xD800...0xDBFF).contains(character) || character > 0x10_FFFF { return .invalid }
    return .character(character, length: 4)
  }

  /// The character's bytes, right-aligned, and how many there are.
  private static func encode(_ c: UInt64, _ form: UnicodeForm) -> (UInt64, UInt64) {
    switch form {
    case .utf32: return (c, 4)
    case .utf16:
      if c < 0x1_0000 { return (c, 2) }
      let high = 0xD800 | (((c &>> 16) &- 1) & 15) &<< 6 | (c &>> 10 & 0x3F)
      return (high &<< 16 | 0xDC00 | c & 0x3FF, 4)
    case .utf8:
      if c < 0x80 { return (c, 1) }
      if c < 0x800 { return ((0xC0 | c &>> 6) &<< 8 | 0x80 | c & 0x3F, 2) }
      if c < 0x1_0000 { return ((0xE0 | c &>> 12) &<< 16 | (0x80 | c &>> 6 & 0x3F) &<< 8 | 0x80 | c & 0x3F, 3) }
      let left = (0xF0 | c &>> 18 & 7) &<< 24 | (0x80 | c &>> 12 & 0x3F) &<< 16
      return (left | (0x80 | c &>> 6 & 0x3F) &<< 8 | 0x80 | c & 0x3F, 4)
    }
  }
}
