import ArgumentParser
import Ironload

/// `ironload disassemble`: bytes as instructions.
struct DisassembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disassemble",
    abstract: "Show a file's bytes, or bytes as typed, as instructions.",
    discussion: """
      Lines have address, bytes and instruction, in the language of GNU objdump. What is no instruction that Ironload knows is \
      shown as data.

        ironload disassemble --bytes '0d10 a7180001'
        ironload disassemble kernel.img --offset 10000 --count 64 --address 10000
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "file"), completion: .file())
  var file: String?

  @Option(help: ArgumentHelp("These bytes instead: hexadecimal digits; blanks do not count.", valueName: "DIGITS"))
  var bytes: String?

  @Option(help: ArgumentHelp("The address of the first byte, hexadecimal.", valueName: "ADDRESS"))
  var address = HexadecimalNumber(value: 0)

  @Option(help: ArgumentHelp("Begin at this byte of the file, hexadecimal.", valueName: "OFFSET"))
  var offset = HexadecimalNumber(value: 0)

  @Option(help: ArgumentHelp("So many bytes of the file at most, hexadecimal.", valueName: "COUNT"))
  var count: HexadecimalNumber?

  func run() throws {
    for line in Disassembly.lines(try input(), at: address.value) { print(line) }
  }

  private func input() throws -> [UInt8] {
    switch (file, bytes) {
    case (nil, let digits?):
      guard let bytes = HexadecimalNumber.bytes(digits) else {
        throw OperatorError(.usage, "--bytes \(digits): pairs of hexadecimal digits, as in 07fe")
      }
      return bytes
    case (let path?, nil):
      let file = try LoadableFile(path), size = file.size
      guard offset.value <= UInt64(size) else {
        throw OperatorError(.usage, "--offset \(String(offset.value, radix: 16)): \(path) has \(size) bytes; begin before that")
      }
      let start = Int(offset.value)
      return try file.read(Int(min(count?.value ?? 1 << 30, UInt64(size - start))), at: start)
    default: throw OperatorError(.usage, "disassemble: name a file, or say --bytes; see `ironload help disassemble`")
    }
  }
}

/// Hexadecimal digits, with or without 0x.
struct HexadecimalNumber: ExpressibleByArgument {
  let value: UInt64
  init(value: UInt64) { self.value = value }
  init?(argument: String) {
    let digits = argument.hasPrefix("0x") ? argument.dropFirst(2) : argument[...]
    guard digits.first?.isHexDigit == true, let value = UInt64(digits, radix: 16) else { return nil }
    self.value = value
  }
  var defaultValueDescription: String { String(value, radix: 16) }

  /// - Returns: nil for anything but pairs of digits and blanks.
  static func bytes(_ text: String) -> [UInt8]? {
    let letters = text.filter { $0 != " " }
    let digits = letters.compactMap(\.hexDigitValue)
    guard digits.count == letters.count, digits.count % 2 == 0, !digits.isEmpty else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
