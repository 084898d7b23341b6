/// Where the opcode extension of each first byte is.
package enum OpcodeMap {
  package enum Extension: Sendable { case none, secondByte, lowNibbleOfSecondByte, sixthByte }

  @inline(__always) package static func extensionKind(_ first: Int) -> Extension {
    switch first {
    case 0x01, 0xB2, 0xB3, 0xB9, 0xE5: .secondByte
    case 0xA5, 0xA7, 0xC0, 0xC2, 0xC4, 0xC6, 0xC8, 0xCC: .lowNibbleOfSecondByte
    case 0xE3, 0xE7, 0xEB, 0xEC, 0xED: .sixthByte
    default: .none
    }
  }

  /// How many entries the extension selects among.
  package static func width(_ kind: Extension) -> Int {
    switch kind {
    case .none: 1
    case .lowNibbleOfSecondByte: 16
    case .secondByte, .sixthByte: 256
    }
  }

  /// The extension's value in an instruction.
  static func extensionValue(_ kind: Extension, _ text: InstructionText) -> Int {
    switch kind {
    case .none: 0
    case .secondByte: text.byte1
    case .lowNibbleOfSecondByte: text.byte1 & 15
    case .sixthByte: Int(truncatingIfNeeded: text.bits &>> 16) & 0xFF
    }
  }

  /// The opcode as rows write it: one byte, or first byte and extension (a nibble extension stands in the low nibble).
  package static func opcode(of text: InstructionText) -> UInt16 {
    let first = text.majorOpcode, kind = extensionKind(first)
    if case .none = kind { return UInt16(truncatingIfNeeded: first) }
    return UInt16(truncatingIfNeeded: first &<< 8 | extensionValue(kind, text))
  }
}
