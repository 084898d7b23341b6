/// The packets that we know, one row each (GDB's manual, appendix E, "Packets" and "General Query Packets").
struct PacketRow: Sendable {
  let prefix: [UInt8]
  /// - Parameter rest: what follows the prefix.
  let action: @Sendable (DebugSession, ArraySlice<UInt8>) -> PacketReply

  init(_ prefix: String, _ action: @escaping @Sendable (DebugSession, ArraySlice<UInt8>) -> PacketReply) {
    self.prefix = Array(prefix.utf8)
    self.action = action
  }
}

enum PacketTable {
  static let rows: [PacketRow] = [
    // Registers and storage
    PacketRow("g") { session, _ in session.readAllRegisters() },
    PacketRow("G") { session, rest in session.writeAllRegisters(rest) },
    PacketRow("p") { session, rest in session.readRegister(rest) },
    PacketRow("P") { session, rest in session.writeRegister(rest) },
    PacketRow("m") { session, rest in session.readMemory(rest) },
    PacketRow("M") { session, rest in session.writeMemory(rest, isBinary: false) },
    PacketRow("X") { session, rest in session.writeMemory(rest, isBinary: true) },
    // Execution
    PacketRow("?") { session, _ in .text(session.lastStop) },
    PacketRow("c") { session, rest in session.resume(at: rest) },
    PacketRow("C") { session, rest in session.resume(withSignal: rest, steps: false) },
    PacketRow("s") { session, rest in session.step(at: rest) },
    PacketRow("S") { session, rest in session.resume(withSignal: rest, steps: true) },
    PacketRow("vCont?") { _, _ in .text("vCont;c;C;s;S") },
    PacketRow("vCont;") { session, rest in session.resume(byActions: rest) },
    PacketRow("Z") { session, rest in session.changeWatch(rest, adds: true) },
    PacketRow("z") { session, rest in session.changeWatch(rest, adds: false) },
    PacketRow("D") { session, _ in session.detach() },
    PacketRow("k") { session, _ in session.kill() },
    // CPUs as threads
    PacketRow("H") { session, rest in session.select(rest) },
    PacketRow("T") { session, rest in session.thread(rest) != nil ? .ok : .refused },
    PacketRow("qC") { session, rest in rest.isEmpty ? .text("QC\(session.selected + 1)") : .unknown },
    PacketRow("qfThreadInfo") { session, _ in session.listThreads() },
    PacketRow("qsThreadInfo") { _, _ in .text("l") },
    PacketRow("qThreadExtraInfo,") { session, rest in session.describeThread(rest) },
    // Queries
    PacketRow("qSupported") { _, _ in
      .text(
        "PacketSize=\(String(PacketFraming.limit, radix: 16));qXfer:features:read+;QStartNoAckMode+;vContSupported+;swbreak+;hwbreak+"
      )
    },
    PacketRow("QStartNoAckMode") { session, _ in
      session.stopAcknowledging()
      return .ok
    },
    PacketRow("qXfer:features:read:target.xml:") { session, rest in session.readDescription(rest) },
    PacketRow("qAttached") { _, _ in .text("1") },
    PacketRow("qRcmd,") { session, rest in session.performMonitorCommand(rest) },
  ]

  /// The row with the longest prefix that `packet` begins with.
  static func row(for packet: [UInt8]) -> PacketRow? {
    rows.filter { packet.starts(with: $0.prefix) }.max { $0.prefix.count < $1.prefix.count }
  }
}
