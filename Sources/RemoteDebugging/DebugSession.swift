import Ironload
import OperatorInterface
import Processor
import Synchronization

/// One debugger's session by the GDB remote serial protocol, in all-stop mode: while the debugger has the floor, every CPU is
/// stopped. Knows no socket: bytes in, bytes out.
///
/// CPUs are the debugger's threads, numbered from 1. Only those run when it continues that ran when it stopped the machine: a
/// CPU that the guest has not started, or has stopped, stays so.
///
/// Concurrency: used by one thread. News of the machine comes on others, to `news`, which wakes that thread.
final class DebugSession {
  let machine: Machine
  let monitor: OperatorConsole
  private let send: ([UInt8]) -> Void
  let news: NewsBox
  private var observation: MachineObservation?
  private var framing = PacketFraming()
  private var acknowledges = true
  private var lastSent: [UInt8] = []

  /// The CPU that register and memory packets mean.
  var selected = 0
  /// The CPU that continues and steps when no other is to.
  var resumed = 0
  /// CPUs that go on when the debugger lets them.
  var held: Set<Int> = []
  /// The debugger waits for a stop.
  var isRunning = false
  /// What the next `?` says.
  var lastStop: [UInt8] = []
  /// What the debugger set, and whether it is to be removed in the end: not what the operator had set before.
  var breakpoints: [UInt64: (kind: BreakpointKind, isOwn: Bool)] = [:]
  var areas: [WatchedArea: Bool] = [:]
  /// The debugger has left.
  private(set) var isOver = false

  enum BreakpointKind { case software, hardware }

  /// News that the session's thread has not seen yet.
  final class NewsBox: Sendable {
    private let news = Mutex<[MachineNews]>([])
    private let wake: @Sendable () -> Void
    init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

    func put(_ one: MachineNews) {
      // A console's text is nothing to a debugger.
      if case .console = one { return }
      news.withLock { $0.append(one) }
      wake()
    }
    func take() -> [MachineNews] {
      news.withLock { news in
        defer { news = [] }
        return news
      }
    }
  }

  /// Stops the machine for the debugger.
  /// - Parameters:
  ///   - wake: called on any thread when `hearNews` should be.
  ///   - send: takes what goes to the debugger.
  init(_ machine: Machine, wake: @escaping @Sendable () -> Void, send: @escaping ([UInt8]) -> Void) {
    self.machine = machine
    self.send = send
    monitor = OperatorConsole(machine)
    let box = NewsBox(wake: wake)
    news = box
    observation = machine.observe { box.put($0) }
    halt()
    lastStop = stopReply(signal: .trap)
  }

  /// Takes what the debugger sent.
  func take(_ bytes: [UInt8]) {
    for element in framing.take(bytes) where !isOver {
      switch element {
      case .packet(let data):
        if acknowledges { send([UInt8(ascii: "+")]) }
        answer(data)
      case .damaged: if acknowledges { send([UInt8(ascii: "-")]) }
      case .acknowledgement: break
      case .repeatRequest: if !lastSent.isEmpty { send(lastSent) }
      case .interruption: interrupt()
      }
    }
  }

  private func answer(_ data: [UInt8]) {
    guard let row = PacketTable.row(for: data) else { return reply([]) }
    switch row.action(self, data.dropFirst(row.prefix.count)) {
    case .text(let text): reply(text)
    case .ok: reply(Array("OK".utf8))
    case .failure(let code): reply(Array("E".utf8) + HexDigits.text([code]))
    case .unknown: reply([])
    case .later: break
    }
  }

  /// Sends a packet.
  func reply(_ data: [UInt8]) {
    lastSent = PacketFraming.framed(data)
    send(lastSent)
  }

  func stopAcknowledging() { acknowledges = false }

  /// Ends the session: what it had watched is removed, and the machine goes on where the debugger stopped it.
  func end() {
    guard !isOver else { return }
    isOver = true
    observation = nil
    for (address, breakpoint) in breakpoints where breakpoint.isOwn { machine.removeBreakpoint(address) }
    for (area, isOwn) in areas where isOwn { machine.removeWatchedArea(area) }
    if !isRunning { for cpu in held.sorted() { try? machine.start([cpu]) } }
  }
}

/// What goes back for a packet.
enum PacketReply {
  case text([UInt8])
  case ok
  /// `Enn`.
  case failure(UInt8)
  /// The empty packet: not supported.
  case unknown
  /// Nothing yet: the answer is the next stop, or went already.
  case later

  static func text(_ string: String) -> PacketReply { .text(Array(string.utf8)) }
  /// What the packet says is no such packet.
  static let malformed = PacketReply.failure(0x01)
  /// The machine refused: an address that leads nowhere, a register that cannot hold the value, a CPU that is not there.
  static let refused = PacketReply.failure(0x0E)
}
