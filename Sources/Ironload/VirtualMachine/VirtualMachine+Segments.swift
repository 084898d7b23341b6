import Processor
import Storage
import Synchronization
import Tracing

/// DIAGNOSE 64: saved segments. R1 has a real address, or receives one; R3 the subcode, and receives an address or a code.
/// Condition code 0: done; 1: there, but not loaded; 2: not, and R3 says why.
extension VirtualMachine {
  private enum Subcode: UInt64 {
    case purge = 0x08
    case loadShared = 0x20
    case loadExclusive = 0x24
    case find = 0x2C
    case describe = 0x38
  }
  private enum ReturnCode {
    static let noSuchSegment: UInt64 = 44
    /// Cannot be loaded as asked.
    static let notPermitted: UInt64 = 449
  }

  func segments(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    guard let subcode = Subcode(rawValue: cpu.parameter(text.r3)) else { throw .specification }
    if subcode == .describe { return try describe(&cpu, text) }
    let name = try fetch(cpu, cpu.gr(text.r1), 8)
    guard let segment = segment(named: name) else { return fail(&cpu, text, subcode, ReturnCode.noSuchSegment) }
    var isLoaded = true
    switch subcode {
    case .loadShared where segment.region.hasFailed, .loadExclusive where segment.region.hasFailed:
      // What was stored there may be lost: a program must not take it for what it stored.
      return fail(&cpu, text, subcode, Self.pagingError)
    case .loadExclusive where segment.kind == .sharedRead:
      // A private writable copy is what z/VM would give; there is none here.
      return fail(&cpu, text, subcode, ReturnCode.notPermitted)
    case .loadShared, .loadExclusive: segment.region.isLoaded.store(true, ordering: .releasing)
    case .purge:
      guard segment.region.isLoaded.exchange(false, ordering: .acquiringAndReleasing) else {
        return fail(&cpu, text, subcode, ReturnCode.noSuchSegment)
      }
      let isSaved = save(segment)
      cpu.flushAllTLBs()
      guard isSaved else { return fail(&cpu, text, subcode, Self.pagingError) }
      tracer.trace(.service, "DIAG 64 purge \(segment.id)")
      return cpu.setCC(0)
    case .find: isLoaded = segment.region.isLoaded.load(ordering: .acquiring)
    case .describe: break
    }
    tracer.trace(.service, "DIAG 64 \(subcode) \(segment.id)")
    cpu.setGR(text.r1, segment.first)
    cpu.setGR(text.r3, segment.last)
    cpu.setCC(isLoaded ? 0 : 1)
  }

  private func fail(_ cpu: inout CPU, _ text: InstructionText, _ subcode: Subcode, _ code: UInt64) {
    tracer.trace(.service, "DIAG 64 \(subcode): code \(code)")
    cpu.setGR(text.r3, code)
    cpu.setCC(2)
  }

  /// Subcode 38. Request: 0 function (0C, FINDSEGA), 8 name, 16 address of the answer (31 bits), 20 its length.
  /// Answer: 0 first byte, 8 last, 16 ranges, 20 ranges that follow, 24 of each its first byte with the type in the low byte,
  /// and its last.
  private func describe(_ cpu: inout CPU, _ text: InstructionText) throws(ProgramInterruption) {
    let request = try fetch(cpu, cpu.gr(text.r1), 22)
    let answerLength = 120
    let length = Int(request[20]) << 8 | Int(request[21])
    guard request[0] == 0x0C, length >= answerLength else { throw .specification }
    guard let segment = segment(named: Array(request[8..<16])) else {
      return fail(&cpu, text, .describe, ReturnCode.noSuchSegment)
    }
    let at = request[16..<20].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } & 0x7FFF_FFFF
    var answer: [UInt8] = []
    func put<T: FixedWidthInteger>(_ v: T) { withUnsafeBytes(of: v.bigEndian) { answer.append(contentsOf: $0) } }
    put(segment.first)
    put(segment.last)
    put(UInt32(1))
    put(UInt32(1))
    put(segment.first | UInt64(segment.kind.rawValue))
    put(segment.last)
    answer += [UInt8](repeating: 0, count: answerLength - answer.count)
    try store(cpu, answer, at)
    tracer.trace(.service, "DIAG 64 describe \(segment.id): \(segment.kind.name)")
    cpu.setGR(text.r3, 0)
    cpu.setCC(0)
  }
}
