import Foundation
import Processor
import Testing

/// The disassembler against GNU objdump.
@Suite struct DisassemblerTests {
  static let objdump = "/usr/bin/s390x-linux-gnu-objdump"

  /// Bits that an instruction of a format ignores and objdump wants to be zero: place and width.
  private static let ignored: [InstructionFormat: [(UInt64, UInt64)]] = [
    .rre: [(16, 8)], .rrfA: [(20, 4)], .rrfC: [(20, 4)], .rrs: [(36, 4)], .rieA: [(12, 4), (36, 4)], .rieB: [(36, 4)],
    .rieD: [(32, 8)], .rieE: [(32, 8)], .rieG: [(32, 8)], .ie: [(16, 8)], .smi: [(12, 4)], .rrd: [(20, 4)], .rxe: [(32, 8)],
    .rxf: [(36, 4)], .rslA: [(12, 4), (32, 8)],
  ]
  /// The same for instructions that use less than their format has.
  private static let ignoredOf: [String: [(UInt64, UInt64)]] = {
    var table: [String: [(UInt64, UInt64)]] = [:]
    for (names, bits) in [
      ("IPM EPAR ESAR ESEA IAC EFPC SFPC SFASR LZER LZDR LZXR EREGG0", [(16, 8), (28, 4)]), ("SPM", [(12, 4)]),
      ("PTLB PALB IPK CSCH HSCH RSCH XSCH SAL SCHM RCHP", [(16, 16)]),
      ("SLL SRL SLA SRA SLDL SRDL SLDA SRDA", [(12, 4)]), ("MSTA SSAR SSAIR", [(16, 8), (28, 4)]),
      ("CPSDR CFER CFDR CFXR CGER CGDR CGXR TBDR TBEDR", [(20, 4)]), ("TS LPSW SSM", [(8, 8)]),
    ] as [(String, [(UInt64, UInt64)])] {
      for name in names.split(separator: " ") { table[String(name)] = bits }
    }
    return table
  }()
  /// Instructions that binutils 2.40 does not know.
  private static let unknown: Set<String> = ["SERVC", "CHSC", "IUCV"]

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: objdump), "needs the package binutils-s390x-linux-gnu"))
  func `every row reads as objdump reads it`() throws {
    var random = SeededGenerator(seed: 7), image: [UInt8] = [],
      places: [(offset: Int, mnemonic: String, text: InstructionText)] = []
    for row in InstructionSet<CPU>().rows {
      let mnemonic = String(describing: row.mnemonic)
      if Self.unknown.contains(mnemonic) { continue }
      for round in 0..<24 {
        var text = SequenceText(opcode: row.opcode, random: random.next())
        for (at, width) in Self.ignored[row.format, default: []] + Self.ignoredOf[mnemonic, default: []] {
          text.set(at, width, 0)
        }
        // Without modifiers some have an older name.
        if round == 0, row.format == .rrfE { text.set(16, 8, 0) }
        let bits = text.bytes.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(56 - 8 * $1.offset) }
        places.append((image.count, mnemonic, InstructionText(bits: bits)))
        image += text.bytes
      }
    }
    let theirs = try #require(listing(of: image))
    let disassembler = Disassembler()
    var wrong: [String: String] = [:]
    for place in places {
      let ours = disassembler.disassemble(place.text, at: UInt64(place.offset))
      if theirs[place.offset] != ours {
        let bits = String(place.text.bits, radix: 16)
        wrong[place.mnemonic] = "\(place.mnemonic) \(bits): here \(ours) objdump \(theirs[place.offset] ?? "nothing")"
      }
    }
    for line in wrong.values.sorted() { Issue.record(Comment(rawValue: line)) }
  }

  /// What objdump says, by offset.
  private func listing(of image: [UInt8]) -> [Int: String]? {
    let path = NSTemporaryDirectory() + "ironload-\(UUID().uuidString).bin"
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard FileManager.default.createFile(atPath: path, contents: Data(image)) else { return nil }
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: Self.objdump)
    process.arguments = ["-D", "-b", "binary", "-m", "s390:64-bit", "-M", "zarch", path]
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return nil }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    var table: [Int: String] = [:]
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "\t", maxSplits: 2)
      guard parts.count == 3, let offset = Int(parts[0].trimmingCharacters(in: [" ", ":"]), radix: 16) else { continue }
      table[offset] = parts[2].trimmingCharacters(in: .whitespaces)
    }
    return table
  }
}
