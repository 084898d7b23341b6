import ChannelIO
import Synchronization
import Testing
import Tracing

/// What a channel program leaves in a trace.
@Suite struct TraceTests {
  final class Log: Sendable { let records = Mutex<[TraceRecord]>([]) }

  /// Runs format-1 CCWs at 1000 and gives back the events of these classes.
  func trace(
    _ classes: TraceClass, _ ccws: [CCW], _ device: ScriptedDevice = ScriptedDevice(), _ change: (inout ORB) -> Void = { _ in }
  ) throws -> [any TraceEvent] {
    let log = Log()
    let rig = try Rig(device, tracer: Tracer(enabled: classes) { record in log.records.withLock { $0.append(record) } })
    rig.write(ccws)
    _ = try rig.run(rig.orb(0x1000, change))
    return log.records.withLock { $0 }.map(\.event)
  }

  @Test func `each CCW, each transfer in channel, the start and the end are events`() throws {
    let events = try trace(
      .ccw,
      [
        CCW(2, flags: .chainCommand, count: 16, dataAddress: 0x2000), CCW(8, dataAddress: 0x1020), CCW(0), CCW(0),
        CCW(1, flags: .chainData, count: 6, dataAddress: 0x2004), CCW(0, count: 10, dataAddress: 0x3000),
      ])
    #expect(
      events.map(\.description) == [
        "start 0120 at 00001000: ORB 0080FF00, channel architected",
        "CCW 0120 00001000: 02 flags 40 count 0010 data 00002000 -> 0C00 residual 0000 to 00002000+0010",
        "TIC 0120 00001008: to 00001020",
        "CCW 0120 00001020: 01 flags 80 count 0006 data 00002004 -> data chaining residual 0000 from 00002004+0006",
        "CCW 0120 00001028: 00 flags 00 count 000A data 00003000 -> 0C00 residual 0000 from 00003000+000A",
        "end 0120: ended, status 0C00 CCW address 00001030 count 0000",
      ])
    let ccws = events.compactMap { $0 as? CCWEvent }
    #expect(ccws.map(\.isInput) == [true, false, false])
    #expect(ccws.map(\.command) == [2, 1, 1])
    #expect(ccws.map(\.firstBytes) == [count(16), count(6, from: 4), count(10).map { _ in 0 }])
  }

  @Test func `a CCW that fails its checks is an event, and one that cannot be fetched says so`() throws {
    let invalid = try trace(.ccw, [CCW(3, flags: .chainCommand), CCW(0, count: 1)])
    #expect(
      invalid.dropFirst(2).first?.description == "CCW 0120 00001008: 00 flags 00 count 0001 data 00000000 -> 0020 residual 0001")
    let outside = try trace(.ccw, []) { $0.programAddress = 0x10_0000 }
    #expect(outside.dropFirst().first?.description == "CCW 0120 00100000: cannot be fetched -> 0020 residual 0000")
  }

  @Test func `spans of a read backward and of IDAWs are whole areas`() throws {
    let backward = try trace(
      .ccw, [CCW(0x0C, count: 16, dataAddress: 0x3003)], ScriptedDevice([0x0C: sending(16, piece: 5)]))
    #expect(backward.compactMap { ($0 as? CCWEvent)?.spans }.first == [StorageSpan(address: 0x2FF4, count: 16)])
  }

  @Test func `I/O instructions and interruptions are events of class io`() throws {
    let events = try trace(.io, [CCW(3)])
    #expect(
      events.compactMap { $0 as? IOInstructionEvent }.map(\.description) == [
        "STSCH 00010000: cc 0", "MSCH 00010000: cc 0", "SSCH 00010000: cc 0", "TSCH 00010000: cc 0",
      ])
    #expect(
      events.compactMap { $0 as? IOInterruptionEvent }.map(\.description) == [
        "I/O interruption 00010000 parameter CAFEF00D ISC 3"
      ])
    #expect(!events.contains { $0 is CCWEvent })
  }

  @Test func `nothing is gathered while the class is off`() throws {
    #expect(try trace(.load, [CCW(2, count: 16, dataAddress: 0x2000)]).isEmpty)
  }
}
