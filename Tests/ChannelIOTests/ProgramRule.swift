import ChannelIO
import Storage
import Testing

/// One rule of the Principles: a channel program, and what must have come of it.
///
/// The program is at 1000, its data areas from 2000 on. Storage is compared whole: what is not in `stored` must be as it was.
struct ProgramRule: Sendable, CustomTestStringConvertible {
  let rule: String
  let ccws: [CCW]
  /// The twelve bytes of the SCSW, in hexadecimal words.
  let scsw: String
  var format1 = true
  var orb: @Sendable (inout ORB) -> Void = { _ in }
  var prepare: @Sendable (Rig) -> Void = { _ in }
  var scripts: [UInt8: ScriptedDevice.Script] = [:]
  /// What the program stores, and where.
  var stored: [UInt64: [UInt8]] = [:]
  /// What the device was given.
  var received: [[UInt8]] = []
  /// Whether the subchannel is idle afterwards; a suspended one is not.
  var leavesIdle = true
  /// The commands that the device saw; by default that is not compared.
  var commands: [UInt8]?

  var testDescription: String { rule }

  func check() throws {
    let rig = try Rig(ScriptedDevice(scripts))
    rig.write(ccws, format1: format1)
    prepare(rig)
    var expected = rig.bytes(0, Int(rig.storage.size))
    for (address, bytes) in stored {
      for (n, byte) in bytes.enumerated() { expected[Int(address) + n] = byte }
    }
    let block = try rig.run(rig.orb(format1: format1, orb))
    #expect(scswWords(block) == scsw)
    let actual = rig.bytes(0, Int(rig.storage.size))
    if actual != expected, let first = zip(actual, expected).enumerated().first(where: { $1.0 != $1.1 }) {
      Issue.record("storage at \(String(first.offset, radix: 16)): \(first.element.0), expected \(first.element.1)")
    }
    #expect(rig.device.received == received)
    if let commands { #expect(rig.device.commands == commands) }
    guard leavesIdle else { return }
    // The subchannel is idle again.
    #expect(rig.subsystem.testSubchannel(rig.id).outcome == .statusNotPending)
    #expect(rig.subsystem.pendingInterruptions == 0)
  }
}

/// The SCSW of `block` as three words.
func scswWords(_ block: IRB) -> String {
  let bytes = block.encode()
  return stride(from: 0, to: 12, by: 4).map { at in
    bytes[at..<at + 4].map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }.joined()
  }.joined(separator: " ")
}

/// `first`, `first + 1` and so on, modulo 256.
func count(_ n: Int, from first: Int = 0) -> [UInt8] { (0..<n).map { UInt8(truncatingIfNeeded: first + $0) } }

/// Sends `n` bytes, 0, 1, 2 and so on, in pieces of `piece`.
func sending(_ n: Int, piece: Int = 1000) -> ScriptedDevice.Script {
  { transfer, device in
    var sent = 0
    while sent < n {
      let wanted = min(piece, n - sent)
      let taken = transfer.send(count(wanted, from: sent))
      sent += taken
      if taken < wanted { break }
    }
    return .normalEnd
  }
}
