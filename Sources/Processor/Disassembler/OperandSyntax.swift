/// How the operands of an instruction are written: a list of fields, in the order of the assembler language. It is written as
/// text, one word a field, because a table of it can be read:
///
///     r8       general register in the four bits at 8; f floating-point, a access, c control register
///     u4.12    unsigned number, four bits wide, at 12 (also 8 and 16 wide); s8.32 signed
///     u32 s32  the immediate of RIL
///     rel16.16 address relative to the instruction, in halfwords: 16 bits at 16 (also rel12.8, rel24.24, rel32.16)
///     d16      D(B): the base's four bits at 16, the displacement's twelve after it
///     dx       D(X,B) of RX, and dxy of RXY; dy D(B) of RSY and SIY
///     l8.16    D(L,B) with the length of eight bits at 8 and the base at 16 (l4.8.16: four bits at 8)
///     lr       D(R1,B) of SS-d
///     ...?     left out when it is zero and nothing follows
struct OperandSyntax {
  enum Field {
    case register(Character, at: UInt64)
    case unsigned(width: UInt64, at: UInt64)
    case signed(width: UInt64, at: UInt64)
    case relative(width: UInt64, at: UInt64)
    case address(at: UInt64)
    case indexed(long: Bool)
    case longAddress
    case withLength(width: UInt64, length: UInt64, at: UInt64)
    case withRegister
  }
  let fields: [(field: Field, isOptional: Bool)]

  init(_ text: StaticString) {
    fields = String(describing: text).split(separator: " ").map { word in
      let isOptional = word.last == "?"
      guard let field = OperandSyntax.field(isOptional ? word.dropLast() : word) else {
        preconditionFailure("operand syntax \(word)")
      }
      return (field, isOptional)
    }
  }

  private static func field(_ word: Substring) -> Field? {
    let letters = word.prefix { $0.isLetter }
    let numbers = word.dropFirst(letters.count).split(separator: ".").compactMap { UInt64($0) }
    switch (String(letters), numbers.count) {
    case ("r", 1), ("f", 1), ("a", 1), ("c", 1): return .register(letters.first ?? "r", at: numbers[0])
    case ("u", 2): return .unsigned(width: numbers[0], at: numbers[1])
    case ("s", 2): return .signed(width: numbers[0], at: numbers[1])
    case ("u", 1): return .unsigned(width: numbers[0], at: 16)
    case ("s", 1): return .signed(width: numbers[0], at: 16)
    case ("rel", 2): return .relative(width: numbers[0], at: numbers[1])
    case ("d", 1): return .address(at: numbers[0])
    case ("dx", 0): return .indexed(long: false)
    case ("dxy", 0): return .indexed(long: true)
    case ("dy", 0): return .longAddress
    case ("l", 2): return .withLength(width: numbers[0], length: 8, at: numbers[1])
    case ("l", 3): return .withLength(width: numbers[0], length: numbers[1], at: numbers[2])
    case ("lr", 0): return .withRegister
    default: return nil
    }
  }

  /// The operands of `text` at `address`.
  func operands(_ text: InstructionText, at address: UInt64) -> [String] {
    var all = fields.map { (rendered: OperandSyntax.render($0.field, text, address), isOptional: $0.isOptional) }
    while let last = all.last, last.isOptional,
      last.rendered == "0" || last.rendered.hasSuffix("0") && last.rendered.hasPrefix("%") && last.rendered.count == 3
    {
      all.removeLast()
    }
    return all.map(\.rendered)
  }

  private static func unsigned(_ text: InstructionText, _ at: UInt64, _ width: UInt64) -> UInt64 {
    (text.bits << at) >> (64 - width)
  }
  private static func signed(_ text: InstructionText, _ at: UInt64, _ width: UInt64) -> Int64 {
    Int64(bitPattern: text.bits << at) >> Int64(64 - width)
  }

  private static func render(_ field: Field, _ text: InstructionText, _ address: UInt64) -> String {
    switch field {
    case .register(let kind, let at): return "%\(kind)\(unsigned(text, at, 4))"
    case .unsigned(let width, let at): return "\(unsigned(text, at, width))"
    case .signed(let width, let at): return "\(signed(text, at, width))"
    case .relative(let width, let at):
      return "0x" + String(address &+ UInt64(bitPattern: signed(text, at, width) &* 2), radix: 16)
    case .address(let at):
      return designated("\(unsigned(text, at + 4, 12))", [register(unsigned(text, at, 4))])
    case .indexed(let long):
      let displacement = long ? "\(Int64(bitPattern: text.longDisplacement))" : "\(text.d2)"
      // An index alone shows that there is no base.
      let base = text.x2 != 0 ? "%r\(text.b2)" : register(UInt64(text.b2))
      return designated(displacement, [register(UInt64(text.x2)), base])
    case .longAddress: return designated("\(Int64(bitPattern: text.longDisplacement))", [register(UInt64(text.b2))])
    case .withLength(let width, let length, let at):
      return designated(
        "\(unsigned(text, at + 4, 12))", ["\(unsigned(text, length, width) + 1)", "%r\(unsigned(text, at, 4))"])
    case .withRegister: return designated("\(text.d1)", ["%r\(text.r1)", "%r\(text.b1)"])
    }
  }
  private static func register(_ r: UInt64) -> String? { r == 0 ? nil : "%r\(r)" }
  private static func designated(_ displacement: String, _ inner: [String?]) -> String {
    let present = inner.compactMap { $0 }
    return present.isEmpty ? displacement : "\(displacement)(\(present.joined(separator: ",")))"
  }
}
