import ChannelIO
import Storage
import Synchronization
import Testing

/// The channels that copy whole programs: what they refuse, and what they do not see.
@Suite struct PrefetchTests {
  /// A subsystem with one device at 0120 behind a channel of this kind, enabled.
  struct Bench {
    let storage: AbsoluteStorage
    let subsystem: ChannelSubsystem
    let device: ScriptedDevice
    let warnings = Warnings()
    final class Warnings: Sendable { let lines = Mutex<[String]>([]) }

    init(_ kind: ChannelKind, forced: Bool = false, _ scripts: [UInt8: ScriptedDevice.Script] = [:]) throws {
      storage = try #require(AbsoluteStorage(size: 1 << 20))
      subsystem = ChannelSubsystem(storage: storage)
      device = ScriptedDevice(scripts)
      #expect(subsystem.attach(device: device, number: 0x0120, channel: kind, forcesPrefetch: forced) == 0)
      let warnings = warnings
      subsystem.onWarning { line in warnings.lines.withLock { $0.append(line) } }
    }

    func write(_ ccws: [CCW], at address: UInt64 = 0x1000, format1: Bool = true) {
      for (n, ccw) in ccws.enumerated() {
        storage.store(format1 ? ccw.format1 : ccw.format0, at: AbsoluteAddress(address + UInt64(n) * 8))
      }
    }
    /// The SCSW of a start with prefetch allowed or not.
    func run(format1: Bool = true, prefetch: Bool = true, _ change: (inout ORB) -> Void = { _ in }) throws -> String {
      var orb = ORB(programAddress: 0x1000)
      orb.isFormat1 = format1
      orb.allowsPrefetch = prefetch
      change(&orb)
      return scswWords(try #require(subsystem.runToStatus(subchannel: 0, orb: orb)).response)
    }
    var refusal: ChannelRefusal? { subsystem.refusal(subchannel: 0) }
  }

  static let refused = "00C04017 00001008 01000000"
  /// Reads a CCW over the one that follows.
  static let rewriting = [
    CCW(2, flags: .chainCommand, count: 8, dataAddress: 0x1008), CCW(3, flags: .suppressLengthIndication, count: 1),
  ]
  static let noOperation: ScriptedDevice.Script = { $1.give($0, [0x0B, 0, 0, 0, 0, 0, 0, 0]) }

  @Test func `prefetch required: a start whose ORB does not allow it is refused with unit exception`() throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(3)])
    #expect(try bench.run(prefetch: false) == "00804017 00001008 01000000")
    #expect(bench.refusal == .prefetchNotAllowed)
    #expect(bench.device.commands == [])
    #expect(
      bench.warnings.lines.withLock { $0 } == [
        "0120: start refused: the ORB does not allow prefetch, which this channel requires"
      ])
    #expect(try bench.run() == "00C04007 00001008 0C000000")
    #expect(bench.refusal == nil)
  }

  @Test func `prefetch required: the operator hears the same refusal once in five seconds`() throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(3)])
    for _ in 0..<3 { _ = try bench.run(prefetch: false) }
    #expect(bench.warnings.lines.withLock { $0 }.count == 1)
    bench.write(Array(repeating: CCW(3, flags: .chainCommand), count: 257))
    _ = try bench.run()
    #expect(bench.warnings.lines.withLock { $0 }.count == 2)
  }

  @Test func `prefetch always: it goes ahead and warns once in five seconds`() throws {
    let bench = try Bench(.prefetchAlways)
    bench.write([CCW(3)])
    for _ in 0..<3 { #expect(try bench.run(prefetch: false) == "00804007 00001008 0C000000") }
    #expect(bench.warnings.lines.withLock { $0 }.count == 1)
  }

  @Test func `prefetch always: mistakes in turn, at other addresses, are told once each`() throws {
    let bench = try Bench(.prefetchAlways)
    for address in stride(from: UInt32(0x1000), through: 0x4000, by: 0x1000) {
      bench.write(Array(repeating: CCW(3, flags: .chainCommand), count: 257), at: UInt64(address))
      #expect(try bench.run(prefetch: false) { $0.programAddress = address }.hasPrefix("00804017"))
    }
    let lines = bench.warnings.lines.withLock { $0 }
    #expect(lines.count == 2 && lines[1].contains("00001000"), "\(lines)")
  }

  @Test func `forced prefetch: the ORB counts as allowing it`() throws {
    let bench = try Bench(.prefetchRequired, forced: true)
    bench.write([CCW(3)])
    #expect(try bench.run(prefetch: false) == "00C04007 00001008 0C000000")
    #expect(bench.warnings.lines.withLock { $0 } == [])
  }

  @Test(arguments: [(ChannelKind.architected, [2, 0x0B]), (.prefetchRequired, [2, 3]), (.prefetchAlways, [2, 3])])
  func `what a program reads over itself is seen by the architected channel only`(_ kind: ChannelKind, _ commands: [UInt8]) throws
  {
    let bench = try Bench(kind, [2: Self.noOperation, 0x0B: { _, _ in .normalEnd }])
    bench.write(Self.rewriting)
    #expect(try bench.run() == (kind == .architected ? "00C04007 00001010 0C000000" : "00C04007 00001010 0C000001"))
    #expect(bench.device.commands == commands)
    #expect(bench.storage.load(UInt64.self, at: AbsoluteAddress(0x1008)) == 0x0B00_0000_0000_0000)
  }

  @Test func `transfers are followed, and one back into its segment does not end it`() throws {
    let bench = try Bench(
      .prefetchRequired,
      [
        0x31: { transfer, device in
          _ = device.take(transfer, 5)
          return device.received.count < 3 ? .normalEnd : [.channelEnd, .deviceEnd, .statusModifier]
        }
      ])
    bench.write(
      [
        CCW(0x31, flags: .chainCommand, count: 5, dataAddress: 0x2000), CCW(0x08, dataAddress: 0x1000),
        CCW(2, flags: .chainCommand, count: 16, dataAddress: 0x2100), CCW(0xF8, flags: .indirectData, dataAddress: 0x3000),
      ], format1: false)
    bench.write([CCW(2, count: 16, dataAddress: 0x2200)], at: 0x3000, format1: false)
    #expect(try bench.run(format1: false) == "00404007 00003008 0C000000")
    #expect(bench.device.commands == [0x31, 0x31, 0x31, 2, 2])
    #expect(bench.storage.load(UInt32.self, at: AbsoluteAddress(0x2200)) == 0x0001_0203)
  }

  @Test func `format-2 IDAWs with 4-KiB blocks are copied, too`() throws {
    let bench = try Bench(
      .prefetchRequired,
      [
        2: { $1.give($0, [0, 0, 0, 0, 0, 0, 0x77, 0x77]) }
      ])
    // The first command reads over the IDAW of the second.
    bench.write([
      CCW(2, flags: .chainCommand, count: 8, dataAddress: 0x4000), CCW(2, flags: .indirectData, count: 8, dataAddress: 0x4000),
    ])
    bench.storage.store(UInt64(0x5000), at: AbsoluteAddress(0x4000))
    #expect(try bench.run { $0.hasFormat2IDAWs = true } == "00C04007 00001010 0C000000")
    #expect(bench.storage.load(UInt64.self, at: AbsoluteAddress(0x5000)) == 0x7777)
  }

  @Test(arguments: [(false, false), (true, true)]) func `other IDAWs are refused`(_ format2: Bool, _ small: Bool) throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(3, flags: .chainCommand), CCW(2, flags: .indirectData, count: 8, dataAddress: 0x4000)])
    let status = try bench.run {
      $0.hasFormat2IDAWs = format2
      $0.has2KBlocks = small
    }
    #expect(status == Self.refused)
    #expect(bench.refusal == .unsupportedIndirectList(0x1008))
    #expect(bench.device.commands == [])
  }

  @Test func `an ORB that speaks of other IDAWs is no matter when there are none`() throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(2, count: 16, dataAddress: 0x2000)])
    #expect(try bench.run { $0.has2KBlocks = true } == "00C04007 00001008 0C000000")
  }

  @Test(arguments: [(256, true), (257, false)]) func `a segment has at most 256 CCWs`(_ n: Int, _ fits: Bool) throws {
    let bench = try Bench(.prefetchRequired)
    bench.write(Array(repeating: CCW(3, flags: .chainCommand), count: n - 1) + [CCW(3)])
    #expect(try bench.run() == (fits ? "00C04007 00001800 0C000000" : Self.refused))
    #expect(bench.refusal == (fits ? nil : .segmentTooLong(0x1000)))
  }

  @Test(arguments: [(16, true), (17, false)]) func `a program has at most 16 segments`(_ n: Int, _ fits: Bool) throws {
    let bench = try Bench(.prefetchRequired)
    for k in 0..<n {
      let here = UInt64(0x1000 + k * 0x100)
      bench.write([CCW(3, flags: k == n - 1 ? [] : .chainCommand), CCW(8, dataAddress: UInt32(here) + 0x100)], at: here)
    }
    #expect(try bench.run() == (fits ? "00C04007 00001F08 0C000000" : Self.refused))
    #expect(bench.refusal == (fits ? nil : .tooManySegments))
  }

  @Test func `a segment near the end of storage is refused, for 2 KiB are copied`() throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(3)], at: 0xF_F808)
    #expect(try bench.run { $0.programAddress = 0xF_F808 } == "00C04017 000FF810 01000000")
    #expect(bench.refusal == .segmentNotInStorage(0xF_F808))
  }

  @Test func `data out of storage are refused before the first command`() throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(3, flags: .chainCommand), CCW(2, count: 16, dataAddress: 0x10_0000)])
    #expect(try bench.run() == Self.refused)
    #expect(bench.refusal == .dataNotInStorage(0x1008))
    bench.write([CCW(3, flags: .chainCommand), CCW(2, flags: .skip, count: 16, dataAddress: 0x10_0000)])
    #expect(try bench.run() == "00C04007 00001010 0C000000")
  }

  @Test func `a loop of transfers alone is copied and then is a program check`() throws {
    let bench = try Bench(.prefetchRequired)
    bench.write([CCW(3, flags: .chainCommand), CCW(8, dataAddress: 0x1008), CCW(3)])
    #expect(try bench.run() == "00C04017 00001010 00200000")
  }
}
