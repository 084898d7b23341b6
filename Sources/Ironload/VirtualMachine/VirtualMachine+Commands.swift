import Processor
import ServiceProcessor
import Tracing

/// DIAGNOSE 8: a command to the control program. R1: real address of the command; R3: its length in the low bits, and flags
/// (40000000: the answer goes into a buffer, whose address is in R1+1 and whose length in R3+1). R3 receives the return code,
/// R3+1 the length of the answer, or with condition code 1 how much of it did not fit.
extension VirtualMachine {
  private static let answerIsWanted: UInt64 = 0x4000_0000
  private static let lengthMask: UInt64 = 0x00FF_FFFF
  private static let longestCommand: UInt64 = 240
  /// What CP says when a page cannot be read or written.
  static let pagingError: UInt64 = 174
  private static let newLine: UInt8 = 0x15

  struct Answer {
    var code: UInt64
    var lines: [String] = []
    /// CP's message and return code for a command it does not know.
    static func unknown(_ word: String) -> Answer { Answer(code: 1, lines: ["HCPCMD001E Unknown CP command: \(word)"]) }
  }

  func command(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let r1 = text.r1, r3 = text.r3
    let wantsAnswer = cpu.gr(r3) & Self.answerIsWanted != 0, length = cpu.gr(r3) & Self.lengthMask
    guard length <= Self.longestCommand, !wantsAnswer || (r1 < 15 && r3 < 15) else { throw .specification }
    let bytes = try fetch(cpu, cpu.gr(r1), Int(length))
    let line = CodePage.ibm037.decode(bytes).filter { $0 != "\0" }
    let answer = perform(line.split(separator: " ").map { $0.uppercased() })
    tracer.trace(.service, "DIAG 8 \(line): code \(answer.code)")
    if wantsAnswer {
      let encoded = answer.lines.flatMap { CodePage.ibm037.encode($0) + [Self.newLine] }
      let room = Int(truncatingIfNeeded: cpu.gr(r3 + 1) & Self.lengthMask)
      try store(cpu, Array(encoded.prefix(room)), cpu.gr(r1 + 1))
      cpu.setGR(r3 + 1, UInt64(encoded.count <= room ? encoded.count : encoded.count - room))
      cpu.setCC(encoded.count <= room ? 0 : 1)
    } else {
      cpu.setCC(0)
    }
    cpu.setGR(r3, answer.code)
  }

  private func perform(_ words: [String]) -> Answer {
    switch words.first {
    case nil: return Answer(code: 0)
    case "QUERY", "Q": return query(words)
    // There is no console of CP's: nothing changes.
    case "TERM", "TERMINAL": return Answer(code: 0)
    case "DEFSEG": return define(words)
    case "SAVESEG":
      guard words.count == 2, let segment = segment(named: ebcdicName(words[1])) else {
        return Answer(code: 44, lines: ["HCPNSS044E \(words.dropFirst().first ?? "") does not exist"])
      }
      return Answer(code: save(segment) ? 0 : Self.pagingError)
    case .some(let word): return .unknown(word)
    }
  }

  /// What Linux asks. It looks for the words without checking that they are there; an answer to QUERY TERM that names no
  /// CONMODE leaves it with the SCLP's consoles, which are the ones there are.
  private func query(_ words: [String]) -> Answer {
    switch words.dropFirst().first {
    case "CONSOLE": Answer(code: 0, lines: ["CONS FFFF DISCONNECTED", "     FFFF SUBCHANNEL = FFFF"])
    case "TERM", "TERMINAL":
      Answer(
        code: 0,
        lines: [
          "LINEND # , LINEDEL OFF, CHARDEL OFF, ESCAPE OFF, TABCHAR OFF",
          "LINESIZE 080, ATTN OFF, APL OFF, TEXT OFF, MODE VM, HIGHLIGHT OFF",
        ])
    default: .unknown(words.joined(separator: " "))
    }
  }

  /// DEFSEG: a segment that is there may be named again before SAVESEG, as Linux does; others cannot be made.
  private func define(_ words: [String]) -> Answer {
    guard words.count >= 2, segment(named: ebcdicName(words[1])) != nil else {
      return Answer(code: 44, lines: ["HCPNSD044E Segments are defined by --nvdimm only"])
    }
    return Answer(code: 0)
  }

  private func ebcdicName(_ word: String) -> [UInt8] {
    Array((CodePage.ibm037.encode(word) + [UInt8](repeating: 0x40, count: 8)).prefix(8))
  }
}
