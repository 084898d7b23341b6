/// The names that instructions have with a certain mask or immediate: JNE for BRC 7, NOPR for BCR 0, RISBGZ.
struct ExtendedMnemonic {
  let mnemonic: String
  /// Which of the operands is said by the name and not written.
  let omitted: Int?

  /// What masks of branch, load and store on condition are called; 0 and 15 have no suffix.
  private static let conditions = [
    "", "o", "h", "nle", "l", "nhe", "lh", "ne", "e", "nlh", "he", "nl", "le", "nh", "no", "",
  ]
  /// What masks of comparisons are called.
  private static let relations: [Int: String] = [2: "h", 4: "l", 6: "ne", 8: "e", 10: "nl", 12: "nh"]

  /// The place of the mask among the operands, by mnemonic.
  private static let comparisonMask: [String: Int] = {
    var table: [String: Int] = [:]
    for name in [
      "CRB", "CGRB", "CLRB", "CLGRB", "CRJ", "CGRJ", "CLRJ", "CLGRJ", "CIB", "CGIB", "CLIB", "CLGIB",
      "CIJ", "CGIJ", "CLIJ", "CLGIJ", "CRT", "CGRT", "CLRT", "CLGRT", "CIT", "CGIT", "CLFIT", "CLGIT",
    ] { table[name] = 2 }
    for name in ["CLT", "CLGT"] { table[name] = 1 }
    return table
  }()
  private static let conditionMask: [String: Int] = [
    "LOCR": 2, "LOCGR": 2, "LOCFHR": 2, "LOCHI": 2, "LOCGHI": 2, "LOCHHI": 2,
    "LOC": 2, "LOCG": 2, "LOCFH": 2, "STOC": 2, "STOCG": 2, "STOCFH": 2,
  ]

  /// Nil when the row's own name is used.
  init?(_ mnemonic: String, _ operands: [String], _ text: InstructionText) {
    let name = mnemonic.lowercased()
    switch mnemonic {
    case "BC": self.init(Self.branch("b", "nop", "", text.r1), 0)
    case "BCR": self.init(text.r1 == 0 ? "nopr" : "b" + Self.conditions[text.r1] + "r", 0)
    case "BRC": self.init(Self.branch("j", "jnop", "", text.r1), 0)
    case "BRCL": self.init(Self.branch("jg", "jgnop", "", text.r1), 0)
    case "RISBG", "RISBGN":
      // Bit 1 of the end position is not used; objdump shows an instruction that has it without the extended name.
      guard text.i4 & 0xC0 == 0x80 else { return nil }
      self.init(name + "z", nil)
    case "CEFBRA", "CDFBRA", "CXFBRA", "CEGBRA", "CDGBRA", "CXGBRA", "LEDBRA", "LDXBRA", "LEXBRA":
      guard text.e3 == 0 && text.e4 == 0 else { return nil }
      self.init(String(name.dropLast()), 1)
    case "FIEBRA", "FIDBRA", "FIXBRA", "CFEBRA", "CFDBRA", "CFXBRA", "CGEBRA", "CGDBRA", "CGXBRA":
      guard text.e4 == 0 else { return nil }
      self.init(String(name.dropLast()), nil)
    case "CU12":
      guard text.e3 == 0 else { return nil }
      self.init("cutfu", nil)
    case "CU21":
      guard text.e3 == 0 else { return nil }
      self.init("cuutf", nil)
    default:
      if let place = Self.comparisonMask[mnemonic], let mask = Int(operands[place]), let suffix = Self.relations[mask] {
        self.init(name + suffix, place)
      } else if let place = Self.conditionMask[mnemonic], let mask = Int(operands[place]), !Self.conditions[mask].isEmpty {
        self.init(name + Self.conditions[mask], place)
      } else {
        return nil
      }
    }
  }
  private init(_ mnemonic: String, _ omitted: Int?) {
    self.mnemonic = mnemonic
    self.omitted = omitted
  }
  private static func branch(_ stem: String, _ never: String, _ end: String, _ mask: Int) -> String {
    mask == 0 ? never : stem + conditions[mask] + end
  }
}
