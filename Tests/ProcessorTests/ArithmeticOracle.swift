import Foundation

/// The state around one instruction: what `Tests/Guests/Oracle/single-instruction.c` reads and writes, in host order.
struct OracleState {
  /// The instruction, left-justified.
  var text: UInt64 = 0
  var fpc: UInt32 = 0
  var conditionCode: UInt8 = 0
  /// 8 (SIGFPE): a trap, 4 (SIGILL): operation or specification exception; the rest is then as before.
  var signal: UInt32 = 0
  /// Ours only: the data-exception code behind a signal 8.
  var dataExceptionCode: UInt8 = 0
  /// Register 1 points to `memory` whatever is put here.
  var gr = [UInt64](repeating: 0, count: 12)
  var fr = [UInt64](repeating: 0, count: 16)
  var memory = [UInt8](repeating: 0, count: 264)

  func float(_ r: Int) -> UInt32 { UInt32(truncatingIfNeeded: fr[r] >> 32) }
  mutating func setFloat(_ r: Int, _ v: UInt32) { fr[r] = UInt64(v) << 32 | fr[r] & 0xFFFF_FFFF }
  func extended(_ r: Int) -> UInt128 { UInt128(fr[r]) << 64 | UInt128(fr[r + 2]) }
  mutating func setExtended(_ r: Int, _ v: UInt128) {
    fr[r] = UInt64(truncatingIfNeeded: v >> 64)
    fr[r + 2] = UInt64(truncatingIfNeeded: v)
  }

  fileprivate func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    func put<T: FixedWidthInteger>(_ v: T) { withUnsafeBytes(of: v.bigEndian) { bytes.append(contentsOf: $0) } }
    put(text)
    put(fpc)
    put(UInt32(conditionCode))
    put(UInt32(0))
    put(UInt32(0))
    for v in gr { put(v) }
    for v in fr { put(v) }
    bytes.append(contentsOf: memory)
    return bytes
  }

  fileprivate mutating func decode(_ bytes: ArraySlice<UInt8>) {
    var at = bytes.startIndex
    func take<T: FixedWidthInteger>(_: T.Type) -> T {
      defer { at += MemoryLayout<T>.size }
      return bytes[at..<at + MemoryLayout<T>.size].reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }
    text = take(UInt64.self)
    fpc = take(UInt32.self)
    conditionCode = UInt8(truncatingIfNeeded: take(UInt32.self))
    signal = take(UInt32.self)
    at += 4
    for k in 0..<12 { gr[k] = take(UInt64.self) }
    for k in 0..<16 { fr[k] = take(UInt64.self) }
    memory = Array(bytes[at..<at + 264])
  }
}

/// Runs single instructions under `qemu-s390x`, whose arithmetic was written by others.
enum ArithmeticOracle {
  /// The oracle's program, built once a run; nil if the cross compiler or qemu-user is missing.
  static let program: String? = {
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Guests/Oracle/single-instruction.c").path
    let target = NSTemporaryDirectory() + "ironload-oracle-\(ProcessInfo.processInfo.processIdentifier)"
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/qemu-s390x"),
      run("/usr/bin/s390x-linux-gnu-gcc", ["-O1", "-static", "-march=z196", "-o", target, source])
    else { return nil }
    return target
  }()

  static var isAvailable: Bool { program != nil }
  static let requirement = "needs the packages qemu-user, gcc-s390x-linux-gnu and libc6-dev-s390x-cross"

  private static func run(_ path: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// What the oracle makes of the states; nil if it failed.
  static func answers(to states: [OracleState]) -> [OracleState]? {
    guard let program else { return nil }
    let name = program + "-" + UUID().uuidString
    defer {
      try? FileManager.default.removeItem(atPath: name + ".in")
      try? FileManager.default.removeItem(atPath: name + ".out")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(states.count * 512)
    for state in states { bytes.append(contentsOf: state.encoded()) }
    guard FileManager.default.createFile(atPath: name + ".in", contents: Data(bytes)),
      run("/usr/bin/qemu-s390x", ["-cpu", "max", program, name + ".in", name + ".out"]),
      let answer = FileManager.default.contents(atPath: name + ".out"), answer.count == bytes.count
    else { return nil }
    let result = [UInt8](answer)
    return states.indices.map { k in
      var state = states[k]
      state.decode(result[k * 512..<(k + 1) * 512])
      return state
    }
  }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
