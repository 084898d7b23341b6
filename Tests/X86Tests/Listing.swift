import Foundation
import X86

/// Instructions as they are assembled, each with what it should read as.
struct Listing {
  private let code = UnsafeMutablePointer<UInt8>.allocate(capacity: Listing.capacity)
  private static let capacity = 1 << 21
  private(set) var assembler: Assembler
  /// Where each begins, and how it should read.
  private(set) var expected: [(offset: Int, text: String)] = []

  static let objdump = "/usr/bin/objdump"
  static var hasObjdump: Bool { FileManager.default.isExecutableFile(atPath: objdump) }

  init() {
    code.initialize(repeating: 0x90, count: Listing.capacity)
    assembler = Assembler(at: code)
  }

  /// Where the next one begins.
  var next: Int { assembler.cursor - code }

  /// Assembles one instruction.
  mutating func add(_ text: String, _ emit: (inout Assembler) -> Void) {
    expected.append((assembler.cursor - code, text))
    emit(&assembler)
  }

  /// The instructions that objdump reads otherwise, or somewhere else; it ends the listing.
  func differences() throws -> [String] {
    let path = NSTemporaryDirectory() + "ironload-\(UUID().uuidString).bin"
    defer {
      try? FileManager.default.removeItem(atPath: path)
      code.deallocate()
    }
    try Data(bytes: code, count: assembler.cursor - code).write(to: URL(fileURLWithPath: path))
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: Listing.objdump)
    process.arguments = ["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn", path]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").compactMap(Listing.line)
    var differences: [String] = []
    for (k, (offset, text)) in expected.enumerated() {
      let line = k < lines.count ? lines[k] : (offset: -1, text: "nothing")
      if line.offset != offset || line.text != text {
        differences.append("\(offset): \(text), objdump \(line.offset): \(line.text)")
      }
    }
    if lines.count != expected.count { differences.append("\(lines.count) instructions in the place of \(expected.count)") }
    return differences
  }
  /// The offset and the instruction, without its remark and a REX that says nothing, words apart by one blank.
  private static func line(_ line: Substring) -> (offset: Int, text: String)? {
    let parts = line.split(separator: "\t", maxSplits: 1)
    guard parts.count == 2, let offset = Int(parts[0].trimmingCharacters(in: [" ", ":"]), radix: 16) else { return nil }
    let text = parts[1].prefix { $0 != "#" }
    return (offset, text.split(separator: " ").filter { $0 != "rex" }.joined(separator: " "))
  }
}

/// How objdump writes operands.
extension Register {
  static let all = (0..<16).map { Register(number: $0) }
  private static let low = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"]
  private static let bytes = ["al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"]

  func name(_ bits: Int) -> String {
    let k = Int(number)
    if k >= 8 { return "r\(k)" + (bits == 64 ? "" : bits == 32 ? "d" : bits == 16 ? "w" : "b") }
    return bits == 8 ? Register.bytes[k] : (bits == 64 ? "r" : bits == 32 ? "e" : "") + Register.low[k]
  }
}

extension Memory {
  /// Base, index and scale, displacement; of how many bits.
  func text(_ bits: Int) -> String {
    let sizes = [8: "BYTE", 16: "WORD", 32: "DWORD", 64: "QWORD", 128: "XMMWORD"]
    var place = base.name(64)
    if index != 4 { place += "+\(Register(number: index).name(64))*\(1 << scale)" }
    // What RSP points to has one always, for one way to encode it.
    let hasDisplacement = displacement != 0 || base.number & 7 == 5 || base == .rsp && index == 4
    if hasDisplacement { place += displacement.text(signed: true) }
    return "\(sizes[bits, default: "?"]) PTR [\(place)]"
  }
  static let displacements: [Int32] = [0, 8, -8, 127, 128, -128, -129, 0x1234_5678]
  /// Each base with each index, and each displacement; the scale changes from one to the next.
  static let all: [Memory] = {
    var scale: UInt8 = 0
    return Register.all.flatMap { base in
      ([nil] + Register.all.filter { $0 != .rsp }).flatMap { (index: Register?) in
        displacements.map { displacement in
          scale = (scale + 1) & 3
          return Memory(base, displacement, index: index, scale: index == nil ? 0 : scale)
        }
      }
    }
  }()
}

extension Int32 {
  /// In hexadecimal digits; with its sign in front, or as 64 bits that it is extended to.
  func text(signed: Bool) -> String {
    if signed { return (self < 0 ? "-0x" : "+0x") + String(magnitude, radix: 16) }
    return "0x" + String(UInt64(bitPattern: Int64(self)), radix: 16)
  }
}
