import Processor

/// Instructions as lines of text.
public enum Disassembly {
  private static let disassembler = Disassembler()

  /// The length of an instruction by its first byte: 2, 4 or 6.
  static func length(_ first: UInt8) -> Int { first < 0x40 ? 2 : first < 0xC0 ? 4 : 6 }

  /// Address, bytes and instruction, in columns. `bytes` hold one instruction.
  static func line(_ bytes: ArraySlice<UInt8>, at address: UInt64) -> String {
    var bits: UInt64 = 0
    for byte in bytes { bits = bits << 8 | UInt64(byte) }
    return line(InstructionText(bits: bits << (64 - 8 * UInt64(bytes.count))), at: address)
  }

  static func line(_ text: InstructionText, at address: UInt64) -> String {
    let digits = hex(text.bits >> (64 - 8 * text.length), digits: Int(2 * text.length))
    let parts = disassembler.disassemble(text, at: address).split(separator: "\t", maxSplits: 1).map(String.init)
    let said = parts.count == 2 ? padded(parts[0], 7) + " " + parts[1] : parts.first ?? ""
    return "\(hex(address)) \(padded(digits, 12)) \(said)"
  }

  /// The lines of all instructions in `bytes`, one behind the other, the first at `address`. Bytes that are left at the end are
  /// shown as data.
  public static func lines(_ bytes: [UInt8], at address: UInt64) -> [String] {
    var lines: [String] = [], k = 0
    while k < bytes.count {
      let at = address &+ UInt64(k), length = length(bytes[k])
      if k + length > bytes.count {
        let digits = bytes[k...].map { hex(UInt64($0), digits: 2) }
        lines.append("\(hex(at)) \(padded(digits.joined(), 12)) .byte   \(digits.map { "0x" + $0 }.joined(separator: ","))")
        break
      }
      lines.append(line(bytes[k..<k + length], at: at))
      k += length
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.utf8.count))
  }
}
