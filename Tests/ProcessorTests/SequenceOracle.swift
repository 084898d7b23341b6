import Foundation
import Processor
import Storage

/// Register contents before a sequence, and the seed of the storage that it works on.
struct SequenceState {
  var gr: [UInt64]
  var fr: [UInt64]
  var seed: UInt64
  var conditionCode: UInt8
}

/// What a sequence left behind.
struct SequenceResult: Equatable {
  var gr: [UInt64]
  var fr: [UInt64]
  var hash: UInt64
  /// With a signal: where the PSW points.
  var address: UInt64
  var fpc: UInt32
  var conditionCode: UInt8
  var signal: UInt16
}

/// Runs sequences under `qemu-s390x`; the program is Tests/Guests/Oracle/random-sequences.c.
enum SequenceOracle {
  static let requirement = "needs the packages qemu-user, gcc-s390x-linux-gnu and libc6-dev-s390x-cross"
  static var isAvailable: Bool { program != nil }

  private static let program: String? = {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Guests/Oracle/random-sequences.c").path
    let target = NSTemporaryDirectory() + "ironload-sequences-\(ProcessInfo.processInfo.processIdentifier)"
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/qemu-s390x"),
      run("/usr/bin/s390x-linux-gnu-gcc", ["-O1", "-static", "-march=z196", "-Wl,--defsym=code=0x200000", "-o", target, source])
    else { return nil }
    return target
  }()

  private static func run(_ path: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// The results of each block's states, in order; nil if the oracle failed.
  static func results(of blocks: [(code: [UInt8], states: [SequenceState])]) -> [SequenceResult]? {
    guard let program else { return nil }
    let name = program + "-" + UUID().uuidString
    // IRONLOAD_KEEP leaves the files, to be run by hand.
    defer {
      if ProcessInfo.processInfo.environment["IRONLOAD_KEEP"] == nil { try? FileManager.default.removeItem(atPath: name + ".in") }
      try? FileManager.default.removeItem(atPath: name + ".out")
    }
    var input: [UInt8] = []
    func put<T: FixedWidthInteger>(_ v: T) { withUnsafeBytes(of: v.bigEndian) { input.append(contentsOf: $0) } }
    for block in blocks {
      put(UInt32(block.code.count))
      put(UInt32(block.states.count))
      input += block.code
      for state in block.states {
        for v in state.gr { put(v) }
        for v in state.fr { put(v) }
        put(state.seed)
        put(UInt32(0))
        put(UInt16(state.conditionCode))
        put(UInt16(0))
      }
    }
    guard FileManager.default.createFile(atPath: name + ".in", contents: Data(input)),
      run("/usr/bin/qemu-s390x", ["-cpu", "max", program, name + ".in", name + ".out"]),
      let output = FileManager.default.contents(atPath: name + ".out")
    else { return nil }
    let bytes = [UInt8](output), size = 280
    return stride(from: 0, to: bytes.count, by: size).map { at in decode(bytes[at..<at + size]) }
  }

  private static func decode(_ bytes: ArraySlice<UInt8>) -> SequenceResult {
    func number(_ offset: Int, _ count: Int) -> UInt64 {
      let from = bytes.startIndex + offset
      return bytes[from..<from + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
    return SequenceResult(
      gr: (0..<16).map { number(8 * $0, 8) }, fr: (0..<16).map { number(128 + 8 * $0, 8) }, hash: number(256, 8),
      address: number(264, 8), fpc: UInt32(number(272, 4)), conditionCode: UInt8(number(276, 2)), signal: UInt16(number(278, 2)))
  }
}

extension SequenceGenerator {
  /// Registers with which a sequence may start.
  mutating func randomState() -> SequenceState {
    var gr = (0..<16).map { _ in value() }
    gr[11] = UInt64(below(16) * 16)
    gr[12] = SequenceGenerator.data + 0x1000
    gr[13] = SequenceGenerator.data + 0x2000
    return SequenceState(
      gr: gr, fr: (0..<16).map { _ in value() }, seed: random.next() | 1, conditionCode: UInt8(below(4)))
  }
}

extension BareMachine {
  /// Executes a sequence as the oracle does, at the same addresses.
  func result(ofCode code: [UInt8], _ state: SequenceState) -> SequenceResult {
    put(code, at: SequenceGenerator.code)
    return result(of: state)
  }

  /// Executes the code that is in place already.
  func result(of state: SequenceState) -> SequenceResult {
    outcome(of: state, at: SequenceGenerator.code, mask: BareMachine.supervisor).result
  }

  /// - Returns: what code at `start` leaves under a PSW, and the program interruption it ended with.
  func outcome(of state: SequenceState, at start: UInt64, mask: UInt64) -> (result: SequenceResult, cause: ProgramInterruption?) {
    fillData(state.seed)
    let s = cpu.s
    for r in 0..<16 {
      s.pointee.gr[r] = state.gr[r]
      s.pointee.fpr[r] = state.fr[r]
      s.pointee.ar[r] = 0
    }
    s.pointee.fpc = 0
    cpu.load(PSW(mask: mask, instructionAddress: start))
    s.pointee.conditionCode = UInt64(state.conditionCode)
    let cause = self.start(at: start)
    var code = UInt8(s.pointee.conditionCode), address: UInt64 = 0
    if cause != nil {
      code = UInt8(oldPSW.mask >> PSW.conditionCodeShift & 3)
      address = oldPSW.instructionAddress
    }
    let result = SequenceResult(
      gr: (0..<16).map { s.pointee.gr[$0] }, fr: (0..<16).map { s.pointee.fpr[$0] }, hash: hashOfData(), address: address,
      fpc: s.pointee.fpc, conditionCode: code, signal: signal(of: cause))
    return (result, cause)
  }

  /// What Linux makes of a program interruption.
  private func signal(of cause: ProgramInterruption?) -> UInt16 {
    switch cause {
    case nil: 0
    case .data, .fixedPointDivide, .fixedPointOverflow, .decimalDivide, .decimalOverflow: 8
    case .protection, .addressing: 11
    default: 4
    }
  }

  private func fillData(_ seed: UInt64) {
    let words = (storage.base + Int(SequenceGenerator.data)).assumingMemoryBound(to: UInt64.self)
    var v = seed
    for k in 0..<SequenceGenerator.dataSize / 8 {
      v ^= v << 13
      v ^= v >> 7
      v ^= v << 17
      words[k] = v.bigEndian
    }
  }
  private func hashOfData() -> UInt64 {
    let words = (storage.base + Int(SequenceGenerator.data)).assumingMemoryBound(to: UInt64.self)
    var h: UInt64 = 0
    for k in 0..<SequenceGenerator.dataSize / 8 { h = (h << 5 | h >> 59) ^ UInt64(bigEndian: words[k]) }
    return h
  }
}
